package exchange_test

import (
	"context"
	"testing"

	"offhook/internal/media"
	"offhook/internal/media/mediatest"
	"offhook/internal/platform/api/apitest"
	"offhook/internal/platform/exchange/trunk"
	"offhook/internal/sip"
)

// tells tells of keys by messages, as fast as they are taken.
func (s *side) tells(keys string) {
	s.c.t.Helper()
	for _, key := range keys {
		if res := s.send(sip.INFO, "Signal="+string(key)+"\r\nDuration=160\r\n", "application/dtmf-relay"); res.StatusCode != 200 {
			s.c.t.Errorf("the key %c: %d", key, res.StatusCode)
		}
	}
}

func TestKeysThatACarrierTellsOfAreHeardOneByOne(t *testing.T) {
	t.Parallel()
	w, c, ada := adasTrunk(t, trunk.UDP)
	out, there := c.talking(ada)
	there.hush() // who presses keys does not speak
	heard := make(chan rune, 99)
	defer out.leg.Listen(media.Digits(func(d rune) { heard <- d }))()
	there.tells("123456")
	got := ""
	for len(got) < 6 {
		got += string(mediatest.Wait(t, "the keys behind "+got, heard))
	}
	there.speak()
	out.ear.Hears(t, there.hz) // they go on to talk
	for len(heard) > 0 {
		got += string(<-heard)
	}
	if got != "123456" {
		t.Errorf("the phone heard %s, want 123456", got)
	}
	c.hangUp(out)
	w.idle(t)
}

// reaches has the carrier place a call that is answered.
func (c *carrier) reaches(ctx context.Context, f *sip.Flow, number string) *side {
	c.t.Helper()
	_, answer := c.call(ctx, f, number, "+12125550000")
	there, res := answer()
	if there == nil {
		c.t.Fatalf("calling %s: %v", number, res)
	}
	there.hush()
	return there
}

func TestTheMenuHearsKeysThatACarrierTellsOf(t *testing.T) {
	t.Parallel()
	w, c := trunked(t, trunk.UDP)
	bob := w.handset(t, apitest.Bob, bobHz)
	w.ready(t)
	f := mediatest.Wait(t, "the trunk's connection", c.flows)
	there := c.reaches(t.Context(), f, apitest.AcmeMain)
	there.ear.HearsOther(t, bobHz) // the menu
	there.tells("102")
	bob.answer(bob.rings())
	there.ear.Hears(t, bobHz)
	there.hangsUp(bob)
	w.idle(t)
}

func TestTheVoicemailHearsKeysThatACarrierTellsOf(t *testing.T) {
	t.Parallel()
	w, c := trunked(t, trunk.UDP)
	w.ready(t)
	f := mediatest.Wait(t, "the trunk's connection", c.flows)
	there := c.reaches(t.Context(), f, apitest.AdaPhone)
	there.ear.HearsOther(t, bobHz) // the greeting
	there.tells("#")
	mediatest.Speak(there.leg)
	there.tells("#")
	w.leftFor(t, apitest.Ada)
	mediatest.Wait(t, "the call to be ended", c.byes)
	w.idle(t)
}

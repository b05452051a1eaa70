package exchange_test

import (
	"os"
	"testing"
	"time"

	"offhook/internal/media"
	"offhook/internal/media/mediatest"
	"offhook/internal/platform/api/apitest"
	"offhook/internal/platform/exchange"
	"offhook/internal/platform/exchange/trunk"
	"offhook/internal/rc"
	"offhook/internal/sip"
)

// alwaysTo is a rule that sends every call on.
func alwaysTo(number string) rc.AnsweringRule {
	return rc.AnsweringRule{CallHandlingAction: rc.ForwardAlways, UnconditionalForwarding: &rc.ForwardingTarget{PhoneNumber: number}}
}

func TestWhoForwardsOutsidePaysForIt(t *testing.T) {
	t.Parallel()
	for name, forward := range map[string]func(w *world){
		"always":             func(w *world) { w.rule(t, apitest.Bob, rc.BusinessHoursRule, alwaysTo(far)) },
		"without own phones": func(w *world) { w.forwards(t, apitest.Bob, far) },
	} {
		w, c := trunked(t, trunk.UDP)
		w.let(t, apitest.Bob, true) // who calls need not be allowed to
		forward(w)
		cy := w.handset(t, apitest.Cy, cyHz)
		w.ready(t)
		in := cy.call("102")
		tx := mediatest.Wait(t, name+": the carrier to be called", c.calls)
		if got := tx.Request().Recipient.User; got != far {
			t.Errorf("%s: the carrier is asked for %s", name, got)
		}
		there := c.take(tx, 900)
		in.ear.Hears(t, 900)
		there.ear.Hears(t, cyHz)
		in.hangup()
		mediatest.Wait(t, name+": the carrier to be told that it is over", c.byes)
		w.idle(t)

		w.let(t, apitest.Bob, false)
		w.forgets()
		in = cy.call("102")
		in.leavesAMessage(t) // nobody pays for the call, and the voicemail of who was called answers
		w.leftFor(t, apitest.Bob)
		cy.ended()
		w.idle(t)
		if len(c.calls) > 0 {
			t.Errorf("%s: a call went outside that nobody may pay for", name)
		}
	}
}

func TestARingOutAndACallOutGoOutside(t *testing.T) {
	t.Parallel()
	w, c, ada := adasTrunk(t, trunk.UDP)
	for name, begin := range map[string]func() (string, error){
		"ring-out": func() (string, error) {
			return w.x.RingOut(t.Context(), apitest.Acme, apitest.Ada, rc.RingOutOrder{From: apitest.AdaPhone, To: rc.CallTarget{PhoneNumber: far}})
		},
		"call-out": func() (string, error) {
			return w.x.CallOut(t.Context(), apitest.Acme, apitest.Ada, ada.id, rc.CallTarget{PhoneNumber: far})
		},
	} {
		_, err := begin()
		done(t, err)
		own := ada.rings()
		if len(c.calls) > 0 {
			t.Errorf("%s: the carrier is called before anybody has answered", name)
		}
		here := ada.answer(own)
		tx := mediatest.Wait(t, name+": the carrier to be called", c.calls)
		if got := tx.Request().From().Address.User; got != apitest.AdaPhone {
			t.Errorf("%s: the carrier is shown %s", name, got)
		}
		there := c.take(tx, 900)
		here.ear.Hears(t, 900)
		there.ear.Hears(t, adaHz)
		if res := there.send(sip.BYE, "", ""); res.StatusCode != 200 {
			t.Errorf("%s: hanging up: %d", name, res.StatusCode)
		}
		ada.ended()
		w.idle(t)
	}
	w.let(t, apitest.Ada, false)
	_, err := w.x.RingOut(t.Context(), apitest.Acme, apitest.Ada, rc.RingOutOrder{From: apitest.AdaPhone, To: rc.CallTarget{PhoneNumber: far}})
	refused(t, "a ring-out of who may not call outside", err, rc.Denied)
}

func TestACallGoesOnAtANumberOutside(t *testing.T) {
	t.Parallel()
	w, c := trunked(t, trunk.UDP)
	ada, bob := w.handset(t, apitest.Ada, adaHz), w.handset(t, apitest.Bob, bobHz)
	w.ready(t)
	w.alsoAt(t, apitest.Ada, "2", far)
	first := ada.call("102")
	customer := bob.answer(bob.rings())
	first.ear.Hears(t, bobHz)
	if code, number := first.flip("2"); code != 0 || number != far {
		t.Errorf("a flip: code %d, number %q", code, number)
	}
	tx := mediatest.Wait(t, "the carrier to be called", c.calls)
	customer.ear.Hears(t, adaHz) // they talk on while it rings
	there := c.take(tx, 900)
	ada.ended()
	customer.ear.Hears(t, 900)
	there.ear.Hears(t, bobHz)
	if res := there.send(sip.BYE, "", ""); res.StatusCode != 200 {
		t.Errorf("hanging up: %d", res.StatusCode)
	}
	bob.ended()
	w.idle(t)

	// Who gives up hears on who was there.
	first = ada.call("102")
	customer = bob.answer(bob.rings())
	customer.ear.Hears(t, adaHz)
	if code, _ := first.flip("2"); code != 0 {
		t.Errorf("a second flip: code %d", code)
	}
	_ = mediatest.Wait(t, "the carrier to be called again", c.calls).Respond(486, "Busy Here")
	first.ear.Hears(t, bobHz)
	w.let(t, apitest.Ada, false)
	if code, _ := first.flip("2"); code == 0 {
		t.Error("a flip outside of who may not call there")
	}
	first.hangup()
	bob.ended()
	w.idle(t)
}

func TestPeopleAreWarnedAMinuteBeforeTheirCallEnds(t *testing.T) {
	t.Parallel()
	warning, err := os.ReadFile("sound/en/oneminute.ul")
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, func(x *exchange.Exchange) { x.LongestCall = time.Minute + 6*time.Second })
	ada, bob := w.handset(t, apitest.Ada, adaHz), w.handset(t, apitest.Bob, bobHz)
	a := ada.call("102")
	b := bob.answer(bob.rings())
	heard := map[*talk]func() media.Sound{}
	for _, c := range []*talk{a, b} {
		heard[c] = tape(t, c.leg)
	}
	a.ear.Hears(t, bobHz)
	b.ear.Hears(t, adaHz)
	for _, c := range []*talk{a, b} {
		w.heard(t, media.FromUlaw(warning), heard[c])
	}
	a.ear.Hears(t, bobHz) // and they talk on
	b.ear.Hears(t, adaHz)
	a.hangup()
	bob.ended()
	w.idle(t)
}

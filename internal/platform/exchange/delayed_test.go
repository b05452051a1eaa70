package exchange_test

import (
	"testing"

	"offhook/internal/media/mediatest"
	"offhook/internal/platform/api/apitest"
	"offhook/internal/platform/exchange/trunk"
	"offhook/internal/rc"
	"offhook/internal/sip"
)

// late places a call whose description is in the ACK alone.
func (p *handset) late(to string, answer func(offer string) string) *talk {
	p.t.Helper()
	req := sip.NewRequest(sip.Outline{Method: sip.INVITE, Target: p.at(to), From: sip.Address{URI: p.at("u" + p.id)}, To: sip.Address{URI: p.at(to)}})
	sip.SetHeader(req, "Contact", "<"+p.contact+">")
	res := p.ask(req, func(res *sip.Response) {
		if len(res.Body()) > 0 {
			p.t.Errorf("an offer is in a %d, which may be lost", res.StatusCode)
		}
	})
	if res.StatusCode != 200 || len(res.Body()) == 0 {
		p.t.Fatalf("calling %s without a description: %d", to, res.StatusCode)
	}
	c := &talk{Dialog: sip.NewUAC(p.flow, req, res), p: p, leg: mediatest.Leg(p.t, p.engine)}
	if answer == nil {
		answer = func(offer string) string {
			sdp, err := c.leg.Answer(p.t.Context(), offer)
			if err != nil {
				p.t.Fatal(err)
			}
			return sdp
		}
	}
	c.sdp = []byte(answer(string(res.Body())))
	if err := c.Ack(c.sdp, sip.SDP); err != nil {
		p.t.Fatal(err)
	}
	return c
}

func TestWhoCallsLeavesTheOfferToUs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	bob := w.handset(t, apitest.Bob, bobHz)
	for name, ada := range map[string]*handset{"with WebRTC": w.handset(t, apitest.Ada, adaHz), "without": w.softphone(t, apitest.Ada, adaHz)} {
		t.Run(name, func(t *testing.T) {
			c := ada.late("102", nil)
			c.speak()
			d := bob.answer(bob.rings())
			c.ear.Hears(t, bobHz)
			d.ear.Hears(t, adaHz)
			c.hangup()
			bob.ended()
			w.idle(t)
		})
	}
}

func TestAnOfferThatIsNotAnsweredEndsTheCall(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.handset(t, apitest.Ada, adaHz)
	for _, answer := range []string{"", "v=0\r\n"} {
		ada.late("*601", func(string) string { return answer })
		ada.ended()
	}
	w.idle(t)
}

// redescribe sends a re-INVITE without a description, and answers in its ACK
// what is offered.
func redescribe(t *testing.T, d *sip.Dialog, answer []byte) {
	t.Helper()
	req := d.Request(sip.INVITE, nil, "")
	res, err := d.Do(t.Context(), req, nil)
	if err != nil || res.StatusCode != 200 || sip.DirectionOf(res.Body()) != sip.SendRecv || len(res.Body()) == 0 {
		t.Fatalf("a re-INVITE without a description: %v, %v", res, err)
	}
	if err := d.AckAnswering(req, answer); err != nil {
		t.Fatal(err)
	}
}

func TestACallIsDescribedAnewByItsACK(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, bob, a, b := w.connected(t)
	redescribe(t, a.Dialog, nil) // only asks
	redescribe(t, a.Dialog, sip.WithDirection(a.sdp, sip.SendOnly))
	w.until(t, "the call on hold", func() bool { return w.saw(apitest.Ada, rc.TelephonyOnHold) })
	b.ear.HearsOther(t, adaHz)
	redescribe(t, a.Dialog, sip.WithDirection(a.sdp, sip.SendRecv))
	b.ear.Hears(t, adaHz)
	a.ear.Hears(t, bobHz)
	a.hangup()
	bob.ended()
	w.idle(t)
}

func TestACarrierLeavesTheOfferToUs(t *testing.T) {
	t.Parallel()
	for _, transport := range []string{trunk.UDP, trunk.TLS} {
		t.Run(transport, func(t *testing.T) {
			w, c, ada := adasTrunk(t, transport)
			f := mediatest.Wait(t, "the trunk's connection", c.flows)
			req := c.incoming(f, apitest.AdaPhone, far, "")
			answered := make(chan *sip.Response, 1)
			go func() {
				res, _ := f.Do(t.Context(), req, nil)
				answered <- res
			}()
			in := ada.answer(ada.rings())
			res := mediatest.Wait(t, "the call in to be answered", answered)
			if res == nil || res.StatusCode != 200 {
				t.Fatalf("a call in without a description: %v", res)
			}
			s := &side{Dialog: sip.NewUAC(f, req, res), c: c, leg: mediatest.Leg(t, c.engine), hz: 700}
			sdp, err := s.leg.Answer(t.Context(), string(res.Body()))
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Ack([]byte(sdp), sip.SDP); err != nil {
				t.Fatal(err)
			}
			s.speak()
			in.ear.Hears(t, 700)
			s.ear.Hears(t, adaHz)
			redescribe(t, s.Dialog, sip.WithDirection([]byte(sdp), sip.SendOnly))
			in.ear.HearsOther(t, 700) // music
			redescribe(t, s.Dialog, []byte(sdp))
			in.ear.Hears(t, 700)
			s.ear.Hears(t, adaHz)
			c.hangUp(in)
			w.idle(t)
		})
	}
}

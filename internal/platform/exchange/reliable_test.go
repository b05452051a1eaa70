package exchange_test

import (
	"testing"

	"offhook/internal/media/mediatest"
	"offhook/internal/platform/api/apitest"
	"offhook/internal/platform/exchange/trunk"
	"offhook/internal/sip"
)

// A placing is a call whose reliable responses are acknowledged, as it goes
// on.
type placing struct {
	rang    chan *sip.Response // what was reliable
	pracked chan *sip.Response
	done    chan *sip.Response
	dialog  *sip.Dialog // from done on
}

// ask places a call that is written already, and answers an offer in a
// reliable response.
func ask(t *testing.T, f *sip.Flow, req *sip.Request, prove func(*sip.Response) bool, answer func(offer string) string) *placing {
	t.Helper()
	a := &placing{rang: make(chan *sip.Response, 9), pracked: make(chan *sip.Response, 9), done: make(chan *sip.Response, 1)}
	var p sip.Progress
	take := func(res *sip.Response) {
		d, prack, _ := p.Take(f, req, res)
		if prack == nil {
			return
		}
		if answer != nil {
			sip.SetBody(prack, sip.SDP, []byte(answer(string(res.Body()))))
		}
		a.rang <- res
		go func() {
			res, err := d.Do(t.Context(), prack, nil)
			if err == nil {
				a.pracked <- res
			}
		}()
	}
	go func() {
		res, err := f.Do(t.Context(), req, take)
		if err == nil && prove != nil && prove(res) {
			res, err = f.Do(t.Context(), req, take)
		}
		if err != nil {
			t.Error(err)
			return
		}
		a.dialog = p.Dialog(f, req, res)
		a.done <- res
	}()
	return a
}

func TestACarrierIsSureToHearThatAPhoneRings(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, header, value string
		late                bool // the offer is left to us
	}{
		{"that requires it", "Require", "100rel", false},
		{"that supports it", "Supported", "timer, 100rel", false},
		{"that leaves the offer to us", "Require", "100rel", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w, c, ada := adasTrunk(t, trunk.UDP)
			f := mediatest.Wait(t, "the trunk's connection", c.flows)
			s := &side{c: c, leg: mediatest.Leg(t, c.engine), hz: 700}
			var answer func(string) string
			if tt.late {
				answer = func(offer string) string {
					sdp, err := s.leg.Answer(t.Context(), offer)
					if err != nil {
						t.Errorf("what is offered cannot be answered: %v\n%s", err, offer)
					}
					return sdp
				}
			} else {
				offer, err := s.leg.OfferNarrow(false)
				done(t, err)
				s.sdp = offer
			}
			a := ask(t, f, c.incoming(f, apitest.AdaPhone, far, s.sdp, tt.header, tt.value), nil, answer)
			ring := ada.rings()
			if res := mediatest.Wait(t, "the ringing", a.rang); res.StatusCode != 180 || len(res.Body()) > 0 != tt.late {
				t.Errorf("the carrier hears %d\n%s", res.StatusCode, res.Body())
			}
			if res := mediatest.Wait(t, "the PRACK's answer", a.pracked); res.StatusCode != 200 {
				t.Errorf("the PRACK is answered %d", res.StatusCode)
			}
			in := ada.answer(ring)
			res := mediatest.Wait(t, "the answer", a.done)
			if res.StatusCode != 200 || len(res.Body()) > 0 == tt.late {
				t.Fatalf("answered %d\n%s", res.StatusCode, res.Body())
			}
			s.Dialog = a.dialog
			done(t, s.Ack(nil, ""))
			if !tt.late {
				done(t, s.leg.SetAnswer(string(res.Body())))
			}
			s.speak()
			in.ear.Hears(t, 700)
			s.ear.Hears(t, adaHz)
			s.hangsUp(ada)
			w.idle(t)
		})
	}
}

func TestACarrierIsToldThatWeHaveHeardIt(t *testing.T) {
	t.Parallel()
	w, c, ada := adasTrunk(t, trunk.UDP)
	out := ada.call(far)
	tx := mediatest.Wait(t, "the carrier to be called", c.calls)
	if got := sip.OptionTags(tx.Request(), "Supported"); len(got) != 2 || got[0] != sip.Reliable || got[1] != sip.Timed {
		t.Errorf("the carrier hears that we support %v", got)
	}
	s := &side{Dialog: sip.NewUAS(tx, tx.Flow().Contact("far")), c: c, leg: mediatest.Leg(t, c.engine), hz: 900}
	sdp, err := s.leg.Answer(t.Context(), string(tx.Request().Body()))
	done(t, err)
	contact := sip.With("Contact", "<"+s.Contact.String()+">")
	done(t, tx.RespondReliably(183, "Session Progress", nil, contact, sip.WithBody(sip.SDP, []byte(sdp))))
	done(t, tx.Respond(200, "OK", contact)) // behind the PRACK, and without what the 183 has said
	s.speak()
	out.ear.Hears(t, 900)
	s.ear.Hears(t, adaHz)
	select {
	case <-tx.Lost():
		t.Error("the 183 was not acknowledged")
	default:
	}
	out.hangup()
	bye := mediatest.Wait(t, "the carrier to be told that it is over", c.byes)
	if n, first := bye.Request().CSeq().SeqNo, tx.Request().CSeq().SeqNo; n != first+2 {
		t.Errorf("INVITE %d and its PRACK are followed by BYE %d", first, n)
	}
	w.idle(t)
}

func TestAPhoneIsSureToHearWhatItRequires(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.handset(t, apitest.Ada, adaHz)
	for _, late := range []bool{false, true} {
		leg, offer := mediatest.Leg(t, ada.engine), ""
		if !late {
			var err error
			offer, err = leg.Offer(t.Context())
			done(t, err)
		}
		req := sip.NewRequest(sip.Outline{Method: sip.INVITE, Target: ada.at("*601"), From: sip.Address{URI: ada.at("u" + ada.id)}, To: sip.Address{URI: ada.at("*601")}})
		sip.SetHeader(req, "Contact", "<"+ada.contact+">")
		sip.SetHeader(req, "Require", "100rel")
		sip.SetBody(req, sip.SDP, []byte(offer))
		a := ask(t, ada.flow, req, func(res *sip.Response) bool {
			return res.StatusCode == 407 && (sip.Credentials{Username: ada.id, Password: "s3cret", Domain: domain}).Answer(req, res) == nil
		}, nil)
		res := mediatest.Wait(t, "the answer", a.done)
		if res.StatusCode != 200 {
			t.Fatalf("answered %d", res.StatusCode)
		}
		if want := 1; !late && len(a.rang) != want || late && len(a.rang) > 0 {
			t.Errorf("%d reliable responses where the offer is ours: %v", len(a.rang), late)
		}
		c := &talk{Dialog: a.dialog, p: ada, leg: leg}
		answer := ""
		if late {
			var err error
			answer, err = leg.Answer(t.Context(), string(res.Body()))
			done(t, err)
		} else {
			done(t, leg.SetAnswer(string(res.Body())))
		}
		done(t, c.Ack([]byte(answer), sip.SDP))
		c.speak()
		c.ear.Hears(t, adaHz)
		c.hangup()
		w.idle(t)
	}
}

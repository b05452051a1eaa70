package exchange_test

import (
	"testing"

	"offhook/internal/platform/api/apitest"
	"offhook/internal/rc"
)

// asked is a RingOut of Ada's to Bob: she has answered, and hears that she is
// to press a key.
func (w *world) asked(t *testing.T) (ada, bob *handset, a *talk, id string) {
	t.Helper()
	ada, bob = w.handset(t, apitest.Ada, adaHz), w.handset(t, apitest.Bob, bobHz)
	id, err := w.x.RingOut(t.Context(), apitest.Acme, apitest.Ada, rc.RingOutOrder{
		From: apitest.AdaPhone, To: rc.CallTarget{PhoneNumber: apitest.BobPhone}, Prompt: true,
	})
	done(t, err)
	a = ada.answer(ada.rings())
	a.ear.HearsOther(t, bobHz)
	a.hush()
	if s, ok := w.x.Book.Describe(id); !ok || len(s.Parties) != 1 || s.Parties[0].Status.Code != rc.PartySetup {
		t.Errorf("before a key is pressed the session is %+v", s)
	}
	return ada, bob, a, id
}

// unrung fails when the phone has rung.
func (p *handset) unrung(t *testing.T) {
	t.Helper()
	select {
	case <-p.calls:
		t.Error("a phone rang that nobody called")
	default:
	}
}

func TestTheOtherSideOfARingOutRingsWhenOneIsPressed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, bob, a, _ := w.asked(t)
	bob.unrung(t)
	a.press(t, '1')
	b := bob.answer(bob.rings())
	a.ear.Hears(t, bobHz)
	b.hangup()
	a.p.ended()
	w.idle(t)
	wantRows(t, w, apitest.Ada, "Outbound Call connected")
	wantRows(t, w, apitest.Bob, "Inbound Accepted")
}

func TestNobodyIsCalledByARingOutThatIsNotConfirmed(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		act  func(t *testing.T, w *world, a *talk, id string)
		want string
		bye  bool // the exchange hangs up
	}{
		{"another key", func(t *testing.T, _ *world, a *talk, _ string) { a.press(t, '2') }, "Outbound Rejected", true},
		{"no key", func(*testing.T, *world, *talk, string) {}, "Outbound No Answer", true},
		{"hanging up", func(t *testing.T, _ *world, a *talk, _ string) { a.hangup() }, "Outbound Hang Up", false},
		{"taking it back", func(t *testing.T, w *world, _ *talk, id string) { done(t, w.x.EndSession(t.Context(), id)) }, "Outbound Hang Up", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			ada, bob, a, id := w.asked(t)
			tt.act(t, w, a, id)
			if tt.bye {
				ada.ended()
			}
			w.idle(t)
			bob.unrung(t)
			wantRows(t, w, apitest.Ada, tt.want)
			wantRows(t, w, apitest.Bob)
		})
	}
}

func TestACallThatIsNotConfirmedYetIsNoCallToBePassedOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, bob, a, id := w.asked(t)
	party := w.x.Book.Active(apitest.Ada)[0].PartyID
	refused(t, "a transfer", w.x.TransferParty(t.Context(), id, party, rc.CallTarget{PhoneNumber: apitest.BobPhone}), rc.Conflict)
	refused(t, "parking it", w.x.ParkParty(t.Context(), id, party), rc.Conflict)
	a.hold(true)
	a.hold(false)
	a.press(t, '1')
	bob.answer(bob.rings())
	a.ear.Hears(t, bobHz)
	done(t, w.x.EndParty(t.Context(), id, party))
	bob.ended()
	w.idle(t)
}

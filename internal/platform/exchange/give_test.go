package exchange_test

import (
	"testing"

	"offhook/internal/media/mediatest"
	"offhook/internal/platform/api/apitest"
	"offhook/internal/rc"
	"offhook/internal/sip"
)

// TestATransferIsDoneWhenThePhoneIsToldSo: it may drop both of its calls then,
// and a service ends with the sound of whom it talks to.
func TestATransferIsDoneWhenThePhoneIsToldSo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	bob, customer, agent := w.waiting(t)
	consult := bob.call("*601")
	consult.ear.Hears(t, bobHz)
	bob.thinks = make(chan *sip.Tx, 2)
	agent.handTo(t, consult)
	tx := mediatest.Wait(t, "a word about the transfer", bob.thinks)
	_ = tx.Respond(200, "OK")
	bye := mediatest.Wait(t, "the second call to be ended", bob.byes)
	if got := sip.HeaderValue(bye.Request(), "Call-ID"); got != consult.CallID {
		t.Errorf("%s is ended first, want the second call, %s", got, consult.CallID)
	}
	tx = mediatest.Wait(t, "another word about the transfer", bob.thinks)
	for _, want := range []string{"SIP/2.0 100 Trying", "SIP/2.0 200 OK"} {
		if got := <-bob.sipfrags; got != want {
			t.Errorf("told %q, want %q", got, want)
		}
	}
	consult.leg.Close()
	customer.ear.Hears(t, cyHz) // the echo
	if n := len(bob.byes); n != 0 {
		t.Error("the first call is ended before the phone has heard how it goes")
	}
	_ = tx.Respond(200, "OK")
	bob.ended()
	customer.ear.Hears(t, cyHz)
	customer.hangup()
	w.idle(t)
}

func TestWhoIsNotTakenOverStaysOnTheLine(t *testing.T) {
	t.Parallel()
	t.Run("by a call that has ended meanwhile", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		bob, customer, agent := w.waiting(t)
		consult := bob.call("*601")
		asked, answers := w.stall(t, sessionOf(consult.ids))
		agent.handTo(t, consult)
		w.settles(t, func() bool { return asked() >= 1 })
		queued, goOn := w.stall(t, sessionOf(customer.ids))
		answers()
		w.settles(t, func() bool { return queued() >= 1 })
		consult.hangup()
		w.settles(t, func() bool { return w.x.Calls() == 1 })
		goOn()
		for _, want := range []string{"SIP/2.0 100 Trying", "SIP/2.0 404 Not Found"} {
			if got := mediatest.Wait(t, "how the transfer goes", bob.sipfrags); got != want {
				t.Errorf("told %q, want %q", got, want)
			}
		}
		agent.hold(false)
		customer.ear.Hears(t, bobHz)
		agent.ear.Hears(t, cyHz)
		agent.hangup()
		customer.p.ended()
		w.idle(t)
	})
	t.Run("by a conference that has ended meanwhile", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		_, customer, agent := w.waiting(t)
		id, err := w.x.Conference(t.Context(), apitest.Acme, apitest.Bob)
		done(t, err)
		s, _ := w.x.Book.Describe(id)
		host := agent.p.call(s.VoiceCallToken)
		queued, goOn := w.stall(t, sessionOf(customer.ids))
		brought := make(chan error, 1)
		go func() {
			_, err := w.x.BringIn(t.Context(), id, sessionOf(customer.ids), agentParty(w, customer))
			brought <- err
		}()
		w.settles(t, func() bool { return queued() >= 1 })
		host.hangup()
		w.settles(t, func() bool { return w.x.Calls() == 1 })
		goOn()
		refused(t, "bringing somebody in", mediatest.Wait(t, "an answer", brought), rc.Conflict)
		agent.hold(false)
		customer.ear.Hears(t, bobHz)
		agent.ear.Hears(t, cyHz)
		agent.hangup()
		customer.p.ended()
		w.idle(t)
	})
}

// agentParty is the party of who was called.
func agentParty(w *world, c *talk) string {
	_, party := inbound(w, c)
	return party
}

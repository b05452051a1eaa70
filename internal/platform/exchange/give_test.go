package exchange_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"offhook/internal/media/mediatest"
	"offhook/internal/platform/api/apitest"
	"offhook/internal/platform/event"
	"offhook/internal/platform/exchange"
	"offhook/internal/rc"
	"offhook/internal/sip"
)

// asked waits for a request that the test itself answers.
func (p *handset) asked(what string) *sip.Tx {
	p.t.Helper()
	tx := mediatest.Wait(p.t, "the phone to be asked", p.thinks)
	req := tx.Request()
	if got := strings.TrimSpace(string(req.Method) + " " + string(req.Body())); got != what {
		p.t.Fatalf("asked %q, want %q", got, what)
	}
	return tx
}

// TestATransferIsDoneWhenThePhoneIsToldSo: it may drop both of its calls then,
// and a service ends with the sound of whom it talks to.
func TestATransferIsDoneWhenThePhoneIsToldSo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	bob, customer, agent := w.waiting(t)
	tablet := w.handset(t, apitest.Bob, 1900)
	consult := bob.call("*601")
	consult.ear.Hears(t, bobHz)
	bob.slow.Store(true)
	agent.handTo(t, consult)
	_ = bob.asked("NOTIFY SIP/2.0 100 Trying").Respond(200, "OK")
	bye := bob.asked("BYE")
	if got := sip.HeaderValue(bye.Request(), "Call-ID"); got != consult.CallID {
		t.Errorf("%s is ended first, want the second call, %s", got, consult.CallID)
	}
	_ = bye.Respond(200, "OK")
	told := bob.asked("NOTIFY SIP/2.0 200 OK")
	consult.leg.Close()
	customer.ear.Hears(t, cyHz) // the echo
	if codes := tablet.takes(agent).codes; codes[len(codes)-1] != 481 {
		t.Errorf("the user's other phone takes over what has been handed on: %v", codes)
	}
	if n := len(bob.thinks); n != 0 {
		t.Error("the first call is ended before the phone has heard how it goes")
	}
	_ = told.Respond(200, "OK")
	_ = bob.asked("BYE").Respond(200, "OK")
	customer.ear.Hears(t, cyHz)
	customer.hangup()
	w.idle(t)
}

// takes has a phone take a call over from another one of its user's.
func (p *handset) takes(c *talk) *talk {
	p.t.Helper()
	return p.try("102", "Replaces", "x;to-tag="+c.LocalTag+";from-tag="+c.RemoteTag)
}

// handsOver has an agent transfer their customer to another call of theirs, in
// the session, which does nothing until goOn: the customer is on the way there.
// before is what comes to that call first.
func (w *world) handsOver(t *testing.T, agent, customer, second *talk, session string, before func(queued func() int)) (goOn func()) {
	t.Helper()
	asked, answers := w.stall(t, session)
	agent.handTo(t, second)
	w.settles(t, func() bool { return asked() >= 1 })
	gives, give := w.stall(t, sessionOf(customer.ids))
	answers()
	w.settles(t, func() bool { return gives() >= 1 })
	queued, goOn := w.stall(t, session)
	before(queued)
	n := queued()
	give()
	w.settles(t, func() bool { return queued() > n })
	return goOn
}

// fails waits until a phone has been told that its transfer came to nothing.
func (p *handset) fails(t *testing.T) {
	t.Helper()
	for _, want := range []string{"SIP/2.0 100 Trying", "SIP/2.0 404 Not Found"} {
		if got := mediatest.Wait(t, "how the transfer goes", p.sipfrags); got != want {
			t.Errorf("told %q, want %q", got, want)
		}
	}
}

func TestWhoIsNotTakenOverStaysOnTheLine(t *testing.T) {
	t.Parallel()
	t.Run("by a call that has ended", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, seldom)
		bob, customer, agent := w.waiting(t)
		consult := bob.call("*601")
		goOn := w.handsOver(t, agent, customer, consult, sessionOf(consult.ids), func(func() int) { consult.hangup() })
		goOn()
		bob.fails(t)
		agent.hold(false)
		customer.ear.Hears(t, bobHz)
		agent.ear.Hears(t, cyHz)
		agent.hangup()
		customer.p.ended()
		w.idle(t)
	})
	t.Run("by a call in which a supervisor has taken the user's place", func(t *testing.T) {
		t.Parallel()
		w, other, second, cy := office(t, seldom)
		watch := cy.call("*80102")
		watch.ear.HearsBoth(t, adaHz, bobHz)
		customer := w.handset(t, apitest.Ada, 1900).call("102")
		bob := second.p
		agent := bob.answer(bob.rings())
		customer.ear.Hears(t, bobHz)
		goOn := w.handsOver(t, agent, customer, second, sessionOf(other.ids), func(queued func() int) {
			watch.takesOver()
			w.settles(t, func() bool { return queued() >= 1 })
		})
		goOn()
		bob.fails(t)
		bob.ended() // of the second call
		other.ear.Hears(t, cyHz)
		customer.ear.Hears(t, bobHz)
		agent.ear.Hears(t, 1900)
	})
	t.Run("and is gone when they hang up on the way", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, seldom)
		bob, customer, agent := w.waiting(t)
		consult := bob.call("*601")
		goOn := w.handsOver(t, agent, customer, consult, sessionOf(consult.ids), func(func() int) { consult.hangup() })
		customer.hangup()
		goOn()
		bob.fails(t)
		bob.ended()
		w.idle(t)
	})
	t.Run("unless nobody is there any more", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, seldom)
		bob, customer, agent := w.waiting(t)
		consult := bob.call("*601")
		events := w.Told()
		goOn := w.handsOver(t, agent, customer, consult, sessionOf(consult.ids), func(func() int) { consult.hangup() })
		agent.hangup()
		goOn()
		customer.p.ended()
		w.idle(t)
		done(t, w.x.Book.Flush(t.Context()))
		for _, p := range parties(t, events()) {
			if p.Status.Reason == rc.ReasonInternalError {
				t.Errorf("people hang up, and are told %+v", p.Status)
			}
		}
	})
	t.Run("by a call whose own other side is on its way", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		bob, customer, agent := w.waiting(t)
		consult := bob.call("*601")
		consult.ear.Hears(t, bobHz)
		ada := w.handset(t, apitest.Ada, adaHz)
		third := ada.call("102")
		theirs := bob.answer(bob.rings())
		third.ear.Hears(t, bobHz)
		bob.slow.Store(true)
		agent.handTo(t, consult)
		_ = bob.asked("NOTIFY SIP/2.0 100 Trying").Respond(200, "OK")
		_ = bob.asked("BYE").Respond(200, "OK")
		told := bob.asked("NOTIFY SIP/2.0 200 OK")
		theirs.handTo(t, agent)
		_ = bob.asked("NOTIFY SIP/2.0 100 Trying").Respond(200, "OK")
		_ = bob.asked("NOTIFY SIP/2.0 404 Not Found").Respond(200, "OK")
		_ = told.Respond(200, "OK")
		_ = bob.asked("BYE").Respond(200, "OK")
		customer.ear.Hears(t, cyHz) // the echo
		third.ear.Hears(t, bobHz)
		theirs.ear.Hears(t, adaHz)
	})
	t.Run("by a conference that has ended", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, seldom)
		_, customer, agent := w.waiting(t)
		id, err := w.x.Conference(t.Context(), apitest.Acme, apitest.Bob)
		done(t, err)
		s, _ := w.x.Book.Describe(id)
		host := agent.p.call(s.VoiceCallToken)
		gives, give := w.stall(t, sessionOf(customer.ids))
		brought := make(chan error, 1)
		_, party := inbound(w, customer)
		go func() {
			_, err := w.x.BringIn(t.Context(), id, sessionOf(customer.ids), party)
			brought <- err
		}()
		w.settles(t, func() bool { return gives() >= 1 })
		queued, goOn := w.stall(t, id)
		host.hangup()
		give()
		w.settles(t, func() bool { return queued() >= 2 })
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

// TestWhoHangsUpBeforeTwoCallsAreJoinedHasJoinedThem: the answer says so.
func TestWhoHangsUpBeforeTwoCallsAreJoinedHasJoinedThem(t *testing.T) {
	t.Parallel()
	w := newWorld(t, seldom)
	bob, customer, agent := w.waiting(t)
	consult := bob.call("*601")
	_, party := inbound(w, customer)
	asked, answers := w.stall(t, sessionOf(consult.ids))
	joined := make(chan error, 1)
	go func() {
		joined <- w.x.BridgeParty(t.Context(), sessionOf(customer.ids), party, sessionOf(consult.ids), partyOf(consult.ids))
	}()
	w.settles(t, func() bool { return asked() >= 1 })
	gives, give := w.stall(t, sessionOf(customer.ids))
	answers()
	w.settles(t, func() bool { return gives() >= 1 })
	queued, goOn := w.stall(t, sessionOf(consult.ids))
	give()
	w.settles(t, func() bool { return queued() >= 1 })
	events := w.Told()
	agent.hangup()
	goOn()
	done(t, mediatest.Wait(t, "the two calls to be joined", joined))
	done(t, w.x.Book.Flush(t.Context()))
	if !slices.ContainsFunc(parties(t, events()), func(p rc.EventParty) bool {
		return p.Status.Code == rc.PartyGone && p.Status.PeerID != nil && p.Status.PeerID.TelephonySessionID == sessionOf(consult.ids)
	}) {
		t.Error("nobody is told in which call the customer is now")
	}
	bob.ended() // of the second call
	customer.ear.Hears(t, cyHz)
	customer.hangup()
	w.idle(t)
}

// TestASupervisorStaysWithWhomNobodyTakes listens on when two calls could not be
// joined.
func TestASupervisorStaysWithWhomNobodyTakes(t *testing.T) {
	t.Parallel()
	w, customer, agent, cy := office(t, seldom)
	watch := cy.call("*80102")
	watch.ear.HearsBoth(t, adaHz, bobHz)
	consult := customer.p.call("*601")
	goOn := w.handsOver(t, customer, customer, consult, sessionOf(consult.ids), func(func() int) { consult.hangup() })
	goOn()
	customer.p.fails(t)
	watch.ear.HearsBoth(t, adaHz, bobHz)
	customer.ear.Hears(t, bobHz)
	agent.hangup()
	cy.ended()
	w.idle(t)
}

// parties are those that events tell of, in order.
func parties(t *testing.T, events []event.Event) (all []rc.EventParty) {
	t.Helper()
	for _, e := range events {
		var body rc.TelephonyEvent
		if err := json.Unmarshal(e.Body, &body); err != nil {
			t.Fatal(err)
		}
		all = append(all, body.Parties...)
	}
	return all
}

func TestWhoIsHandedOnIsParkedByNobodyWhoHasLeft(t *testing.T) {
	t.Parallel()
	w := newWorld(t, seldom)
	bob, customer, agent := w.waiting(t)
	consult := bob.call("*601")
	goOn := w.handsOver(t, agent, customer, consult, sessionOf(consult.ids), func(func() int) {})
	consult.send(sip.INFO, `{"request":{"reqid":4,"command":"callpark"}}`, "application/json;charset=utf-8")
	goOn()
	bob.ended()
	bob.ended()
	customer.ear.Hears(t, cyHz) // the echo
	customer.hangup()
	w.idle(t)
}

// TestWhoHasLostTheirConnectionAndIsHandedOnIsNotForgotten: what looks for them
// follows them.
func TestWhoHasLostTheirConnectionAndIsHandedOnIsNotForgotten(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(x *exchange.Exchange) { x.Grace = 5 * time.Second })
	bob, customer, agent := w.waiting(t)
	consult := bob.call("*601")
	customer.p.flow.Close()
	agent.handOn(t, consult)
	w.idle(t)
}

func TestWhatComesBehindTheEndOfACallIsAnswered(t *testing.T) {
	t.Parallel()
	w := newWorld(t, seldom)
	tablet := w.handset(t, apitest.Bob, 1900)
	_, _, a, b := w.connected(t)
	queued, goOn := w.stall(t, sessionOf(a.ids))
	b.hangup()
	n := queued()
	taken := make(chan []int, 1)
	go func() { taken <- tablet.takes(b).codes }()
	w.settles(t, func() bool { return queued() > n })
	goOn()
	if codes := mediatest.Wait(t, "an answer", taken); codes[len(codes)-1] != 481 {
		t.Errorf("taking over a call that has ended: %v", codes)
	}
	a.p.ended()
	w.idle(t)
}

func TestASupervisorWhoseColleagueHasJustHungUpIsToldSo(t *testing.T) {
	t.Parallel()
	w, customer, _, cy := office(t, seldom)
	watch := cy.call("*80")
	queued, goOn := w.stall(t, sessionOf(customer.ids))
	customer.hangup()
	n := queued()
	watch.keys(t, "102")
	w.settles(t, func() bool { return queued() > n })
	goOn()
	cy.ended()
	w.idle(t)
}

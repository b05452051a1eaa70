package exchange_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"offhook/internal/media/mediatest"
	"offhook/internal/platform/api/apitest"
	"offhook/internal/platform/exchange"
	"offhook/internal/rc"
	"offhook/internal/sip"
)

// inbound is the session of a call, and the party in it that was called.
func inbound(w *world, c *talk) (session, party string) {
	session = strings.TrimPrefix(strings.Split(c.ids, ";")[1], "session-id=")
	described, _ := w.x.Book.Describe(session)
	for _, p := range described.Parties {
		if p.Direction == rc.Inbound {
			party = p.ID
		}
	}
	return session, party
}

// handTo joins the other sides of two calls of one user's, who leaves both.
func (c *talk) handTo(t *testing.T, second *talk) {
	t.Helper()
	to := fmt.Sprintf("<sip:103@%s?Replaces=%s%%3Bto-tag%%3D%s%%3Bfrom-tag%%3D%s>", domain, second.CallID, second.RemoteTag, second.LocalTag)
	if got := c.send(sip.REFER, "", "", "Refer-To", to); got != 202 {
		t.Fatalf("REFER was answered %d", got)
	}
}

func TestASupervisorLeavesWithTheirColleagueWhoJoinsTwoCalls(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.lets(t, apitest.Cy, apitest.Bob, true)
	ada, bob, cy := w.handset(t, apitest.Ada, adaHz), w.handset(t, apitest.Bob, bobHz), w.handset(t, apitest.Cy, cyHz)
	second := w.handset(t, apitest.Ada, 1900) // who is consulted is Ada's other phone
	customer := ada.call("102")
	agent := bob.answer(bob.rings())
	customer.ear.Hears(t, bobHz)
	agent.hold(true)
	consult := second.call("102")
	theirs := bob.answer(bob.rings())
	theirs.ear.Hears(t, 1900)
	session, bobs := inbound(w, consult)
	if _, err := w.x.SuperviseParty(t.Context(), session, bobs, apitest.Cy, cy.id, true); err != nil {
		t.Fatal(err)
	}
	watch := cy.answer(cy.rings())
	watch.ear.HearsBoth(t, bobHz, 1900)
	agent.handTo(t, theirs)
	bob.ended()
	bob.ended()
	cy.ended()
	customer.ear.Hears(t, 1900)
	consult.ear.Hears(t, adaHz)
	customer.hangup()
	w.idle(t)
}

func TestASupervisorDoesNotTakeOverAParkedCall(t *testing.T) {
	t.Parallel()
	w, customer, agent, cy := office(t)
	watch := cy.call("*80102")
	watch.ear.HearsBoth(t, adaHz, bobHz)
	if code := agent.command("callpark"); code != 0 {
		t.Fatalf("parking: %d", code)
	}
	if code := watch.command("takeover"); code == 0 {
		t.Error("a parked call was taken over")
	}
	agent.hangup()
	cy.ended()
	other := w.handset(t, apitest.Bob, 1900)
	taken := other.call("*801")
	customer.ear.Hears(t, 1900)
	taken.ear.Hears(t, adaHz)
	customer.hangup()
	w.idle(t)
}

func TestASupervisorIsNotCalledIntoACallThatIsOver(t *testing.T) {
	t.Parallel()
	w, customer, agent, cy := office(t)
	_ = agent
	session, bobs := inbound(w, customer)
	if _, err := w.x.SuperviseParty(t.Context(), session, bobs, apitest.Cy, cy.id, false); err != nil {
		t.Fatal(err)
	}
	tx := cy.rings()
	customer.hangup()
	<-tx.Cancelled()
	w.idle(t)
}

func TestACallThatBeginsWhileTheExchangeClosesEnds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.x.Close()
	id, err := w.x.Conference(t.Context(), 0, apitest.Ada)
	if err != nil {
		t.Fatal(err)
	}
	err = w.x.LeaveConference(t.Context(), id, "p-1")
	if err == nil || err.Error() != "The call has ended." {
		t.Errorf("somebody may leave it: %v", err)
	}
}

func TestASupervisorDoesNotTakeOverFromAColleagueWhoIsTakenSomewhereElse(t *testing.T) {
	t.Parallel()
	t.Run("into another call", func(t *testing.T) {
		t.Parallel()
		w, customer, agent, cy := office(t, seldom)
		watch := cy.call("*80102")
		watch.ear.HearsBoth(t, adaHz, bobHz)
		other := customer.p.call("*601")
		queued, goOn := w.stall(t, sessionOf(customer.ids))
		joined := make(chan error, 1)
		go func() {
			joined <- w.x.BridgeParty(t.Context(), sessionOf(customer.ids), partyOf(customer.ids), sessionOf(other.ids), partyOf(other.ids))
		}()
		w.settles(t, func() bool { return queued() >= 1 })
		watch.takesOver()
		w.settles(t, func() bool { return queued() >= 2 })
		goOn()
		done(t, mediatest.Wait(t, "the two calls to be joined", joined))
		cy.ended()
		agent.ear.Hears(t, bobHz) // the echo
		agent.hangup()
		w.idle(t)
	})
	t.Run("into a conference", func(t *testing.T) {
		t.Parallel()
		w, customer, agent, cy := office(t, seldom)
		watch := cy.call("*80102")
		watch.ear.HearsBoth(t, adaHz, bobHz)
		id, err := w.x.Conference(t.Context(), apitest.Acme, apitest.Ada)
		done(t, err)
		s, _ := w.x.Book.Describe(id)
		host := customer.p.call(s.VoiceCallToken)
		coming, bring := w.stall(t, id)
		brought := make(chan error, 1)
		go func() {
			_, err := w.x.BringIn(t.Context(), id, sessionOf(customer.ids), partyOf(customer.ids))
			brought <- err
		}()
		w.settles(t, func() bool { return coming() >= 1 })
		queued, goOn := w.stall(t, sessionOf(customer.ids))
		bring()
		w.settles(t, func() bool { return queued() >= 1 })
		watch.takesOver()
		w.settles(t, func() bool { return queued() >= 2 })
		goOn()
		done(t, mediatest.Wait(t, "the colleague to be in the conference", brought))
		cy.ended()
		agent.ear.Hears(t, adaHz)
		host.ear.Hears(t, bobHz)
		host.hangup()
		w.idle(t)
	})
}

// takesOver asks to talk in the place of whom one listens to.
func (c *talk) takesOver() {
	c.p.t.Helper()
	c.send(sip.INFO, `{"request":{"reqid":4,"command":"takeover"}}`, "application/json;charset=utf-8")
}

// seldom has nothing come in between that nobody in a call has asked for.
func seldom(x *exchange.Exchange) { x.Review = time.Hour }

// stall is [exchange.Exchange.Stall], until the test's end at most.
func (w *world) stall(t *testing.T, session string) (queued func() int, goOn func()) {
	t.Helper()
	queued, goOn = w.x.Stall(session)
	goOn = sync.OnceFunc(goOn)
	t.Cleanup(goOn)
	return queued, goOn
}

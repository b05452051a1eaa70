package exchange_test

import (
	"fmt"
	"strings"
	"testing"

	"offhook/internal/platform/api/apitest"
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

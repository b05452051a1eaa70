package desk

import (
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"offhook/internal/rc"
	calls "offhook/internal/widget/call"
)

// telling lets the platform tell of the user's part in a call, step by step.
func (p *platform) telling(session, direction, far string, steps ...rc.PartyStatus) {
	ends := [2]rc.TelephonyEnd{{PhoneNumber: far}, {PhoneNumber: ada}}
	if direction == rc.Outbound {
		ends[0], ends[1] = ends[1], ends[0]
	}
	for i, s := range steps {
		p.send("/restapi/v1.0/account/1/extension/101/telephony/sessions", rc.TelephonyEvent{
			Sequence: int64(i + 1), SessionID: "n" + session, TelephonySessionID: session, EventTime: rc.TimeOf(time.Now()),
			Parties: []rc.EventParty{{ID: "p-" + session, ExtensionID: "101", Direction: direction, From: ends[0], To: ends[1], Status: s}},
		})
	}
}

var (
	setUp    = rc.PartyStatus{Code: rc.PartySetup}
	answered = rc.PartyStatus{Code: rc.PartyAnswered}
	finished = rc.PartyStatus{Code: rc.PartyDisconnected}
)

func TestEveryCallIsInHistoryAsSoonAsItIsOver(t *testing.T) {
	t.Parallel()
	h := withCalls(t)
	h.generous = false // ten requests for the log a minute, as the contract says
	d := open(t, h.pool(t))
	ready(t, d)
	until(t, d, "the empty log", func() bool { return d.CallLog().Synced })
	for i := range 12 {
		session := fmt.Sprint("s-", i)
		h.telling(session, rc.Outbound, grace, setUp, answered, finished)
		until(t, d, session, func() bool { return len(d.Calls()) == i+1 })
		h.called(0, func(c *rc.CallRecord) { c.TelephonySessionID = session })
		d.RefreshCalls()
	}
	c := d.Calls()[0]
	if c.Result != rc.CallConnected && c.Result != rc.CallMissed || c.Party.Number != grace {
		t.Errorf("the last call is %+v", c)
	}
	if n := h.count("GET " + extensionPath + "/call-log-sync"); n > 10 {
		t.Errorf("the log was asked for %d times in a minute", n)
	}
}

func TestWhatTheLogSaysTakesThePlaceOfWhatWasSeen(t *testing.T) {
	t.Parallel()
	h := withCalls(t)
	d := open(t, h.pool(t))
	ready(t, d)
	until(t, d, "the empty log", func() bool { return d.CallLog().Synced })
	// The log has the one as going on and the other not at all.
	h.called(0, func(c *rc.CallRecord) {
		c.TelephonySessionID, c.Direction, c.Result, c.From, c.To = "s-1", rc.Outbound, rc.CallInProgress, c.To, c.From
	})
	d.RefreshCalls()
	until(t, d, "the call that goes on", func() bool { return len(d.Calls()) == 1 })
	h.telling("s-1", rc.Outbound, grace, setUp, answered, finished)
	until(t, d, "its end", func() bool { return d.Calls()[0].Result == rc.CallConnected })
	if c := d.Calls()[0]; c.ID != "c0" || c.Unlogged {
		t.Errorf("the call that the log has as going on is %+v", c)
	}
	h.telling("s-2", rc.Inbound, bob, setUp, finished)
	until(t, d, "the missed call", func() bool { return len(d.Calls()) == 2 })
	seen := d.Calls()[0]
	if !seen.Missed || !seen.Unlogged || seen.SessionID != "ns-2" || seen.Party.Number != bob || d.CallLog().Missed != 1 {
		t.Errorf("the missed call is %+v", seen)
	}
	d.SeeCalls()
	if n := d.CallLog().Missed; n != 0 {
		t.Errorf("%d missed calls after looking at them", n)
	}
	h.called(-time.Second, func(c *rc.CallRecord) {
		c.SessionID, c.TelephonySessionID, c.From, c.Reason = "ns-2", "s-2", &rc.CallParty{PhoneNumber: bob}, "No Answer"
	})
	d.RefreshCalls()
	until(t, d, "the record", func() bool { return !d.Calls()[0].Unlogged })
	if all := d.Calls(); len(all) != 2 || all[0].ID != "c1" || d.CallLog().Missed != 0 {
		t.Errorf("after the log has it: %+v, %d missed", all, d.CallLog().Missed)
	}
	if c, err := d.Call(seen.ID); err != nil || c.ID != "c1" {
		t.Errorf("the page of the call is now of %+v, %v", c, err)
	}
}

func TestACallThatNoEventTellsOfIsToldByThePhone(t *testing.T) {
	t.Parallel()
	h := withCalls(t)
	d := open(t, h.pool(t))
	ready(t, d)
	until(t, d, "the empty log", func() bool { return d.CallLog().Synced })
	over := func(c calls.Call) {
		c.Ended = time.Now()
		c.Began, c.Line = c.Ended.Add(-10*time.Second), ada
		d.CallOver(c)
	}
	over(calls.Call{TelephonySessionID: "s-1", Direction: calls.Inbound, Number: bob, Outcome: calls.Missed})
	over(calls.Call{TelephonySessionID: "s-1", Direction: calls.Inbound, Number: bob, Outcome: calls.Missed})
	over(calls.Call{TelephonySessionID: "s-2", Direction: calls.Outbound, Number: grace, Outcome: calls.HungUp, Answered: time.Now().Add(-5 * time.Second)})
	over(calls.Call{TelephonySessionID: "s-3", Direction: calls.Inbound, Number: bob, Outcome: calls.Elsewhere}) // it goes on there
	over(calls.Call{Direction: calls.Outbound, Number: bob, Outcome: calls.Failed})                              // the platform knows nothing of it
	if got := d.Calls(); len(got) != 2 || d.CallLog().Missed != 1 {
		t.Fatalf("calls: %+v", got)
	}
	for _, c := range d.Calls() {
		if want := map[string]string{bob: rc.CallMissed, grace: rc.CallConnected}[c.Party.Number]; c.Result != want {
			t.Errorf("the call with %s: %+v, want %q", c.Party.Number, c, want)
		}
		if c.Party.Number == grace && (c.Inbound || c.Duration < 4*time.Second || c.Duration > 6*time.Second) {
			t.Errorf("the call that was answered: %+v", c)
		}
	}
}

func TestACallThatNoLogEverHasIsForgotten(t *testing.T) {
	b := &callBook{byID: map[string]*rc.CallRecord{}}
	at := time.Now()
	c := b.remember("s-1", "n", at)
	c.hear(rc.EventParty{ID: "p-1", Direction: rc.Inbound, Status: setUp}, at)
	b.forget(at.Add(time.Hour))
	if len(b.recent) != 1 || len(b.list()) != 0 {
		t.Fatal("a call that goes on is forgotten, or shown")
	}
	c.hear(rc.EventParty{ID: "p-1", Direction: rc.Inbound, Status: finished}, at)
	b.sorted = nil
	if len(b.list()) != 1 {
		t.Error("a call that is over is not shown")
	}
	b.forget(at.Add(recentFor + time.Second))
	if len(b.recent) != 0 || len(b.list()) != 0 {
		t.Error("a call that the log should have long since is shown")
	}
}

func TestHowACallEndedIsSaidAsTheLogSaysIt(t *testing.T) {
	end := func(reason string) rc.PartyStatus {
		return rc.PartyStatus{Code: rc.PartyDisconnected, Reason: reason}
	}
	for _, tt := range []struct {
		direction string
		steps     []rc.PartyStatus
		want      string
	}{
		{rc.Outbound, []rc.PartyStatus{setUp, answered, finished}, rc.CallConnected},
		{rc.Outbound, []rc.PartyStatus{setUp, {Code: rc.PartyVoicemail}, finished}, rc.CallConnected},
		{rc.Outbound, []rc.PartyStatus{setUp, finished}, rc.CallHangUp},
		{rc.Outbound, []rc.PartyStatus{setUp, end(rc.ReasonTargetBusy)}, rc.CallBusy},
		{rc.Outbound, []rc.PartyStatus{setUp, end(rc.ReasonInvalidNumber)}, "Wrong Number"},
		{rc.Inbound, []rc.PartyStatus{setUp, answered, finished}, rc.CallAccepted},
		{rc.Inbound, []rc.PartyStatus{setUp, finished}, rc.CallMissed},
		{rc.Inbound, []rc.PartyStatus{setUp, end(rc.ReasonRejected)}, rc.CallRejected},
		{rc.Inbound, []rc.PartyStatus{setUp, {Code: rc.PartyVoicemail}, finished}, rc.CallToVoicemail},
		{rc.Inbound, []rc.PartyStatus{setUp, end(rc.ReasonPickup)}, rc.CallElsewhere},
	} {
		c := &recentCall{going: map[string]bool{}}
		for _, s := range tt.steps {
			c.hear(rc.EventParty{ID: "p", Direction: tt.direction, Status: s}, time.Now())
		}
		if c.Result != tt.want || !c.over() {
			t.Errorf("%s %v: %q, want %q", tt.direction, tt.steps, c.Result, tt.want)
		}
	}
}

func TestWhoLooksGoesBeforeWhatWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := testBudget()
		for range background.share(rc.Heavy.Limit()) {
			if tk, err := b.acquire(t.Context(), rc.Heavy, background); err != nil {
				t.Fatal(err)
			} else {
				b.answered(rc.Heavy, tk, http.StatusOK, nil)
			}
		}
		urge, begin := make(chan struct{}), time.Now()
		done := make(chan time.Duration)
		go func() {
			if _, err := b.acquireOr(t.Context(), rc.Heavy, background, urge); err != nil {
				t.Error(err)
			}
			done <- time.Since(begin)
		}()
		time.Sleep(time.Second) // the bubble's own time
		urge <- struct{}{}
		if waited := <-done; waited > time.Second {
			t.Errorf("waited %v after somebody looked", waited-time.Second)
		}
		b.stop()
	})
}

package desk

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"offhook/internal/rc"
)

func TestATelephonySessionIsPutTogetherFromItsEvents(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	d := open(t, h.pool(t))
	until(t, d, "the gateway", func() bool { return d.Status().Live })
	w := d.Watch(d.Position())
	defer w.Close()
	party := func(id, code string) rc.EventParty {
		return rc.EventParty{ID: id, Direction: rc.Outbound, Status: rc.PartyStatus{Code: code}}
	}
	began := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	send := func(id string, sequence int64, parties ...rc.EventParty) {
		h.send("/restapi/v1.0/account/1/extension/101/telephony/sessions", rc.TelephonyEvent{
			Sequence: sequence, SessionID: "1", TelephonySessionID: id, Origin: rc.Origin{Type: rc.OriginCall},
			EventTime: rc.Time{Time: began.Add(time.Duration(sequence) * time.Second)}, Parties: parties,
		})
	}
	send("s-0", 1, party("p-0", rc.PartyDisconnected)) // nothing was heard of it before
	send("s-1", 2, party("p-1", rc.PartySetup))
	send("s-1", 4, party("p-2", rc.PartyAnswered))
	send("s-1", 3, party("p-1", rc.PartyProceeding)) // late
	send("s-1", 5, party("p-1", rc.PartyDisconnected))
	send("s-1", 6, party("p-2", rc.PartyDisconnected))
	send("s-1", 7, party("p-2", rc.PartyDisconnected))
	send("s-2", 1, party("p-3", rc.PartySetup))
	want := []string{"s-0 1 p-0 Disconnected", "s-1 2 p-1 Setup", "s-1 4 p-1 Setup p-2 Answered", "s-1 5 p-1 Disconnected p-2 Answered", "s-1 6 p-1 Disconnected p-2 Disconnected", "s-1 7 p-1 Disconnected p-2 Disconnected", "s-2 1 p-3 Setup"}
	deadline := time.After(20 * time.Second)
	for i := 0; i < len(want); {
		select {
		case e := <-w.C:
			if e.Type != EventSession {
				continue
			}
			got := fmt.Sprint(e.Session.ID, " ", e.Session.Sequence)
			for _, p := range e.Session.Parties {
				got += " " + p.ID + " " + p.Status.Code
			}
			if got != want[i] {
				t.Errorf("told %s, want %s", got, want[i])
			}
			if s := e.Session; s.ID == "s-1" && (!s.CreationTime.Equal(began.Add(2*time.Second)) || s.ExtensionID != d.Me().ExtensionID || s.AccountID != d.Me().AccountID || s.Origin.Type != rc.OriginCall) {
				t.Errorf("told of %+v", *s)
			}
			i++
		case <-deadline:
			t.Fatalf("%s was not told", want[i])
		}
	}
}

func TestOldSessionsAreForgotten(t *testing.T) {
	t.Parallel()
	d := open(t, newHouse(t).pool(t))
	until(t, d, "who it is", func() bool { return d.Me().ExtensionID != "" })
	for i := range 2 * maxSessions {
		d.sessionTold(rc.TelephonyEvent{TelephonySessionID: fmt.Sprint("s-", i), Parties: []rc.EventParty{{ID: "p", Status: rc.PartyStatus{Code: rc.PartyAnswered}}}})
	}
	d.notified(rc.Notification{Event: sessionsFilter, Body: json.RawMessage(`{"telephonySessionId":7}`)})
	d.mu.Lock()
	defer d.mu.Unlock()
	if n := len(d.sessions); n != maxSessions || d.sessions[0].ID != fmt.Sprint("s-", maxSessions) {
		t.Errorf("%d sessions are kept, from %s", n, d.sessions[0].ID)
	}
}

package softphone_test

import (
	"context"
	"errors"
	"testing"

	"offhook/internal/rc"
	"offhook/internal/widget/call"
	"offhook/internal/widget/softphone"
)

func (d *deskDouble) Supervise(_ context.Context, extensionID, deviceID string) (rc.TelephonyParty, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.host.asked = append(d.host.asked, "supervise "+extensionID+" at "+deviceID)
	if d.host.party == "" {
		return rc.TelephonyParty{}, rc.Errorf(rc.Conflict, "They are not in a call any more.")
	}
	go d.host.summon()
	return rc.TelephonyParty{ID: d.host.party, Direction: rc.Outbound, To: rc.TelephonyEnd{PhoneNumber: "102", Name: "Bob Agent"}}, nil
}

// summons has the platform call the phone into a colleague's call when it is
// asked to, and returns the calls.
func (s *sbc) summons(d *hostDouble) <-chan *sbcCall {
	came := make(chan *sbcCall, 9)
	d.summon = func() {
		came <- s.ringing(ring{headers: map[string]string{
			"P-rc": "", "p-rc-api-ids": "party-id=" + d.party + ";session-id=s-w1", "p-rc-api-monitoring-ids": "party-id=p-w1-2;session-id=s-w1", "Alert-Info": "Auto Answer",
		}})
	}
	return came
}

func TestASupervisorIsInACallOnceThePlatformHasCalledThem(t *testing.T) {
	r := registered(t)
	r.desk.host.party = "p-w1-3"
	came := r.summons(&r.desk.host)
	id, err := r.phone.Supervise(t.Context(), "1002", "whisper")
	if err != nil {
		t.Fatal(err)
	}
	c := <-came
	if got := r.state(call.Connected); got.ID != id || got.Supervision != call.Whispers || got.Name != "Bob Agent" || got.Number != "102" {
		t.Errorf("the call is %+v", got)
	}
	if _, err := r.phone.Supervise(t.Context(), "1003", "monitor"); kind(err) != rc.Conflict {
		t.Errorf("listening in on a second call: %v", err)
	}
	for _, act := range []string{"record", "park", "flip", "transfer"} {
		if err := r.phone.Act(t.Context(), id, act, softphone.Details{To: "+16505550111"}); kind(err) != rc.Conflict {
			t.Errorf("%s: %v", act, err)
		}
	}
	r.change(func() { r.command = func(string) int { return 1 } })
	if err := r.phone.Act(t.Context(), id, "supervise", softphone.Details{Mode: "barge"}); err == nil || r.phone.Snapshot().Calls[0].Supervision != call.Whispers {
		t.Errorf("a way that the platform refuses: %v", err)
	}
	if err := r.phone.Act(t.Context(), id, "supervise", softphone.Details{Mode: "monitor"}); err == nil || r.phone.Snapshot().Calls[0].Supervision != call.Listens {
		t.Errorf("nobody is to hear who listens, whatever the platform says: %v", err)
	}
	r.change(func() { r.command = nil })
	r.act(id, "supervise", softphone.Details{Mode: "takeover"})
	if got := r.newest("an ordinary call", func(c call.Call) bool { return c.Supervision == "" }); got.State != call.Connected {
		t.Errorf("the call is %+v", got)
	}
	r.sbc.bye(c)
	r.state(call.Ended)
}

func TestTwoTabsThatListenInAtOnceHaveOneWatch(t *testing.T) {
	r := registered(t)
	r.desk.host.party = "p-w1-3"
	came := r.summons(&r.desk.host)
	results := make(chan error, 2)
	for range 2 {
		go func() {
			_, err := r.phone.Supervise(t.Context(), "1002", "monitor")
			results <- err
		}()
	}
	one, other := <-results, <-results
	if one != nil && other != nil || kind(errors.Join(one, other)) != rc.Conflict {
		t.Errorf("two tabs at once: %v, %v; want one that listens, and a conflict", one, other)
	}
	r.desk.mu.Lock()
	if n := len(r.desk.host.asked); n != 1 {
		t.Errorf("the platform was asked %d times", n)
	}
	r.desk.mu.Unlock()
	r.sbc.bye(<-came)
	r.state(call.Ended)
	r.desk.mu.Lock()
	r.desk.host.party = "p-w1-4"
	r.desk.mu.Unlock()
	if _, err := r.phone.Supervise(t.Context(), "1002", "monitor"); err != nil {
		t.Errorf("listening in again: %v", err)
	}
	<-came
}

func TestWhoMayNotListenInIsTold(t *testing.T) {
	r := registered(t)
	for mode, want := range map[string]rc.Kind{"monitor": rc.Conflict, "shout": rc.Invalid, "": rc.Invalid} {
		if _, err := r.phone.Supervise(t.Context(), "1002", mode); kind(err) != want {
			t.Errorf("%q: %v", mode, err)
		}
	}
	if calls := r.phone.Snapshot().Calls; len(calls) != 0 {
		t.Errorf("there are calls: %+v", calls)
	}
}

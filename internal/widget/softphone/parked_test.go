package softphone_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/rc"
	"offhook/internal/widget/call"
	"offhook/internal/widget/softphone"
)

func parkedParty(at string) rc.EventParty {
	p := outbound(rc.PartyParked, rc.ReasonCallPark)
	p.Park = &rc.Park{ID: at}
	return p
}

func TestAParkedCallIsToldUntilItIsPickedUp(t *testing.T) {
	r := registered(t)
	id, c := r.talk()
	r.desk.tell("s-a1", 3, parkedParty("*813"))
	r.act(id, "park", softphone.Details{})
	r.until("the BYE", func() bool { return c.ended })
	s := r.see("a parked call", func(s call.Snapshot) bool { return len(s.Parked) == 1 })
	want := call.Parked{Place: "*813", Number: "+16505550199", Name: "Grace Hopper", SessionID: "77", TelephonySessionID: "s-a1", Since: s.Parked[0].Since}
	if diff := cmp.Diff(want, s.Parked[0]); diff != "" || want.Since.IsZero() {
		t.Errorf("the parked call differs (-want +got):\n%s", diff)
	}
	r.desk.tell("s-a1", 4, parkedParty("*813")) // told again, as on a new connection
	if s := r.phone.Snapshot(); len(s.Parked) != 1 {
		t.Errorf("%d parked calls, want 1", len(s.Parked))
	}

	// Whoever picks it up speaks with whoever waits, not with a place.
	r.place("*813")
	if got := r.newest("the pick-up", func(c call.Call) bool { return c.State == call.Dialing || c.State == call.Ringing }); got.Number != "+16505550199" || got.Name != "Grace Hopper" {
		t.Errorf("the call that picks it up is %+v", got)
	}
	if to := r.sbc.call().invite.Recipient.User; to != "*813" {
		t.Errorf("the phone service was asked for %s, want *813", to)
	}
	r.desk.tell("s-a1", 5, outbound(rc.PartyDisconnected, rc.ReasonCallPark))
	r.see("no parked call", func(s call.Snapshot) bool { return len(s.Parked) == 0 })
}

func TestAPhoneThatWasNotToldAsksWhatIsParked(t *testing.T) {
	r := registered(t, func(r *rig) {
		r.desk.active = []rc.ActiveCall{
			{TelephonyStatus: rc.TelephonyConnected, TelephonySessionID: "s-b1", PartyID: "p-b1-1"},
			{TelephonyStatus: rc.TelephonyParked, SessionID: "78", TelephonySessionID: "s-b2", PartyID: "p-b2-2"},
			{TelephonyStatus: rc.TelephonyParked, TelephonySessionID: "s-gone", PartyID: "p-gone-1"},
		}
		party := func(id string, s rc.PartyStatus, park *rc.Park) rc.TelephonyParty {
			return rc.TelephonyParty{ID: id, Direction: rc.Inbound, From: rc.TelephonyEnd{PhoneNumber: "+14155550144", Name: "Marta"}, Status: s, Park: park}
		}
		r.desk.sessions["s-b1"] = rc.TelephonySession{ID: "s-b1", Parties: []rc.TelephonyParty{party("p-b1-1", rc.PartyStatus{Code: rc.PartyAnswered}, nil)}}
		r.desk.sessions["s-b2"] = rc.TelephonySession{ID: "s-b2", Parties: []rc.TelephonyParty{
			party("p-b2-1", rc.PartyStatus{Code: rc.PartyAnswered}, nil), party("p-b2-2", rc.PartyStatus{Code: rc.PartyParked}, &rc.Park{ID: "*805"}),
		}}
	})
	s := r.see("a parked call", func(s call.Snapshot) bool { return len(s.Parked) > 0 })
	want := []call.Parked{{Place: "*805", Number: "+14155550144", Name: "Marta", SessionID: "78", TelephonySessionID: "s-b2"}}
	if diff := cmp.Diff(want, s.Parked); diff != "" {
		t.Errorf("the parked calls differ (-want +got):\n%s", diff)
	}
}

func TestWhatWasToldOfAParkedCallOutlivesOlderNews(t *testing.T) {
	r := registered(t)
	_, _ = r.talk()
	r.desk.tell("s-a1", 5, parkedParty("*813"))
	r.see("a parked call", func(s call.Snapshot) bool { return len(s.Parked) == 1 })
	r.desk.tell("s-a1", 4, outbound(rc.PartyAnswered, "")) // of before, and late
	r.desk.tell("s-a2", 1, parkedParty("*814"))
	r.see("both calls", func(s call.Snapshot) bool { return len(s.Parked) == 2 })

	// The platform's list does not have them yet, and its sessions have one.
	party := rc.TelephonyParty{ID: parkedParty("").ID, Direction: rc.Outbound, Status: rc.PartyStatus{Code: rc.PartyParked}, Park: &rc.Park{ID: "*813"}}
	r.desk.mu.Lock()
	r.desk.sessions["s-a1"] = rc.TelephonySession{ID: "s-a1", Parties: []rc.TelephonyParty{party}}
	followed := r.desk.followed
	r.desk.mu.Unlock()
	followed(false)
	followed(true)
	s := r.see("the one that is over gone", func(s call.Snapshot) bool { return len(s.Parked) < 2 })
	if len(s.Parked) != 1 || s.Parked[0].Place != "*813" || s.Parked[0].Since.IsZero() {
		t.Errorf("parked are %+v, want what waits at *813", s.Parked)
	}
}

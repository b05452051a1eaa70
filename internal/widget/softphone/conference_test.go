package softphone_test

import (
	"context"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/rc"
	"offhook/internal/widget/call"
	"offhook/internal/widget/softphone"
)

// A hostDouble is what a platform does about conferences.
type hostDouble struct {
	calls  map[string]*sbcCall // by session: those that can be brought in
	closed bool                // no conference is opened
	summon func()              // calls a supervisor's phone
	party  string              // what supervisors are in a call; empty where they may not
	asked  []string
}

func (d *deskDouble) Conference(context.Context) (rc.TelephonySession, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.host.closed {
		return rc.TelephonySession{}, rc.Errorf(rc.Conflict, "The phone service does not do this with this call.")
	}
	s := rc.TelephonySession{ID: "s-c1", VoiceCallToken: "conf_4711", Parties: []rc.TelephonyParty{{ID: "p-c1-1", Direction: rc.Outbound}}}
	d.sessions[s.ID] = s
	return s, nil
}

func (d *deskDouble) BringIn(_ context.Context, conference, session, party string) (rc.TelephonyParty, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.host.asked = append(d.host.asked, "bring "+party)
	c := d.host.calls[session]
	if c == nil {
		return rc.TelephonyParty{}, rc.Errorf(rc.Conflict, "The phone service does not do this with this call.")
	}
	s := d.sessions[conference]
	p := rc.TelephonyParty{ID: "p-c1-of-" + party, Direction: rc.Inbound}
	s.Parties = append(slices.Clone(s.Parties), p)
	d.sessions[conference] = s
	go d.bye(c)
	return p, nil
}

func (d *deskDouble) DropParty(_ context.Context, session, party string, keep bool) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	what := "drop "
	if keep {
		what = "leave "
		for _, c := range d.host.calls {
			if c != nil && !c.ended {
				go d.bye(c)
			}
		}
	}
	d.host.asked = append(d.host.asked, what+party)
	s := d.sessions[session]
	s.Parties = slices.DeleteFunc(slices.Clone(s.Parties), func(p rc.TelephonyParty) bool { return p.ID == party })
	d.sessions[session] = s
	return nil
}

func (d *deskDouble) MuteParty(_ context.Context, session, party string, muted bool) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	s := d.sessions[session]
	s.Parties = slices.Clone(s.Parties)
	for i := range s.Parties {
		if s.Parties[i].ID == party {
			s.Parties[i].Muted = muted
		}
	}
	d.sessions[session] = s
	return nil
}

// two has an outgoing and an incoming call, of which the second is heard.
func two(t *testing.T) (r *rig, first, second string) {
	t.Helper()
	r = registered(t)
	r.desk.bye = r.sbc.bye
	first, a := r.talk()
	second, b := r.answered()
	r.see("the first on hold", func(s call.Snapshot) bool { return s.Calls[0].State == call.Held })
	r.desk.mu.Lock()
	r.desk.host.calls = map[string]*sbcCall{"s-a1": a, "s-b2": b}
	r.desk.mu.Unlock()
	return r, first, second
}

// conference is the phone's conference, once ok holds of it.
func (r *rig) conference(what string, ok func(call.Call) bool) (found call.Call) {
	r.t.Helper()
	r.see(what, func(s call.Snapshot) bool {
		return slices.ContainsFunc(s.Calls, func(c call.Call) bool {
			found = c
			return c.Conference && ok(c)
		})
	})
	return found
}

func TestTwoCallsBecomeAConference(t *testing.T) {
	r, first, second := two(t)
	id, err := r.phone.Merge(t.Context(), first, second)
	if err != nil {
		t.Fatal(err)
	}
	s := r.see("the end of both calls", func(s call.Snapshot) bool { return s.Calls[0].Over() && s.Calls[1].Over() })
	if s.Active != id || s.Calls[0].Outcome != call.Merged || s.Calls[1].Outcome != call.Merged {
		t.Errorf("the phone is %+v", s)
	}
	grace := call.Member{PartyID: "p-c1-of-p-a1-1", Number: "+16505550199", Name: "Grace Hopper"}
	other := call.Member{PartyID: "p-c1-of-p-b2-2", Number: "+16505550199", Name: "Grace Hopper"}
	c := r.conference("two members", func(c call.Call) bool { return len(c.Members) == 2 })
	if diff := cmp.Diff([]call.Member{grace, other}, c.Members); diff != "" || c.ID != id || c.State != call.Connected {
		t.Errorf("the conference is %+v, its members (-want +got):\n%s", c, diff)
	}
	r.act(id, "silence", softphone.Details{Party: grace.PartyID})
	r.conference("one that is muted", func(c call.Call) bool { return c.Members[0].Muted && !c.Members[1].Muted })
	r.act(id, "remove", softphone.Details{Party: other.PartyID})
	r.conference("one that is left", func(c call.Call) bool { return len(c.Members) == 1 })
	if err := r.phone.Act(t.Context(), id, "remove", softphone.Details{Party: other.PartyID}); kind(err) != rc.NotFound {
		t.Errorf("removing somebody again: %v", err)
	}
	for _, act := range []string{"transfer", "park", "flip"} {
		if err := r.phone.Act(t.Context(), id, act, softphone.Details{To: "102"}); kind(err) != rc.Conflict {
			t.Errorf("%s of a conference: %v", act, err)
		}
	}
}

func TestWhoIsInAConferenceIsWhatThePlatformTells(t *testing.T) {
	r, first, second := two(t)
	id, err := r.phone.Merge(t.Context(), first, second)
	if err != nil {
		t.Fatal(err)
	}
	r.desk.mu.Lock()
	r.desk.sessions["s-c1"] = rc.TelephonySession{ID: "s-c1", Parties: []rc.TelephonyParty{
		{ID: "p-c1-1", Direction: rc.Outbound},
		{ID: "p-c1-of-p-a1-1", Direction: rc.Inbound, Status: rc.PartyStatus{Code: rc.PartyDisconnected}},
		{ID: "p-c1-7", Direction: rc.Outbound, From: rc.TelephonyEnd{PhoneNumber: "+16505550177", Name: "Eve\x00 Test"}, Status: rc.PartyStatus{Code: rc.PartyHold}},
	}}
	r.desk.mu.Unlock()
	r.desk.tell("s-c1", 9, rc.EventParty{ID: "p-c1-1", Direction: rc.Outbound, Status: rc.PartyStatus{Code: rc.PartyAnswered}})
	c := r.conference("who has come", func(c call.Call) bool { return len(c.Members) == 1 && c.Members[0].Number == "+16505550177" })
	want := []call.Member{{PartyID: "p-c1-7", Number: "+16505550177", Name: "Eve Test", Held: true}}
	if diff := cmp.Diff(want, c.Members); diff != "" || c.ID != id {
		t.Errorf("the members (-want +got):\n%s", diff)
	}
	r.gone(first, second)
}

func TestCallsThatCannotBeMergedGoOn(t *testing.T) {
	r, first, second := two(t)
	before := r.phone.Snapshot()
	same := func(what string) {
		t.Helper()
		s := r.phone.Snapshot()
		if len(s.Calls) != 2 || s.Calls[0].State != call.Held || s.Calls[1].State != call.Connected || s.Active != before.Active {
			t.Errorf("%s: the phone is %+v", what, s)
		}
	}
	for what, break_ := range map[string]func(){
		"no conference": func() { r.desk.host.closed = true },
		"not let in":    func() { r.desk.host.closed = false; clear(r.desk.host.calls) },
	} {
		r.desk.mu.Lock()
		break_()
		r.desk.mu.Unlock()
		if _, err := r.phone.Merge(t.Context(), first, second); kind(err) != rc.Conflict {
			t.Errorf("%s: %v", what, err)
		}
		same(what)
	}
	if _, err := r.phone.Merge(t.Context(), first, first); kind(err) != rc.Conflict {
		t.Errorf("a call with itself: %v", err)
	}
	same("a call with itself")
}

func TestWhoeverIsNotLetInWaits(t *testing.T) {
	r, first, second := two(t)
	r.desk.mu.Lock()
	late := r.desk.host.calls["s-b2"]
	delete(r.desk.host.calls, "s-b2")
	r.desk.mu.Unlock()
	id, err := r.phone.Merge(t.Context(), first, second)
	if err != nil {
		t.Fatal(err)
	}
	s := r.see("the second on hold", func(s call.Snapshot) bool { return s.Calls[1].State == call.Held })
	if s.Active != id || s.Calls[1].Sentence == "" {
		t.Errorf("the phone is %+v", s)
	}
	c := r.conference("one member", func(c call.Call) bool { return len(c.Members) == 1 })
	// Later there is room.
	r.desk.mu.Lock()
	r.desk.host.calls["s-b2"] = late
	r.desk.mu.Unlock()
	if again, err := r.phone.Merge(t.Context(), second, c.ID); err != nil || again != c.ID {
		t.Errorf("adding somebody: %q, %v", again, err)
	}
	r.conference("two members", func(c call.Call) bool { return len(c.Members) == 2 })
	r.gone(first, second)
}

func TestTheHostOfAConferenceLeaves(t *testing.T) {
	r, first, second := two(t)
	id, err := r.phone.Merge(t.Context(), first, second)
	if err != nil {
		t.Fatal(err)
	}
	var conference *sbcCall
	r.until("the end of both calls", func() bool {
		open := r.open()
		conference = open[0]
		return len(open) == 1
	})
	r.desk.mu.Lock()
	r.desk.host.calls = map[string]*sbcCall{"s-c1": conference}
	r.desk.mu.Unlock()
	r.act(id, "leave", softphone.Details{})
	c := r.conference("its end", func(c call.Call) bool { return c.Over() })
	r.desk.mu.Lock()
	defer r.desk.mu.Unlock()
	if c.Outcome != call.Moved || !slices.Contains(r.desk.host.asked, "leave p-c1-1") {
		t.Errorf("the conference is %+v, the platform was asked to %v", c, r.desk.host.asked)
	}
}

// gone waits until two calls are over.
func (r *rig) gone(first, second string) {
	r.t.Helper()
	r.see("the end of both calls", func(s call.Snapshot) bool {
		return !slices.ContainsFunc(s.Calls, func(c call.Call) bool { return !c.Over() && (c.ID == first || c.ID == second) })
	})
}

// open are the calls that go on; s.mu is held.
func (s *sbc) open() (open []*sbcCall) {
	for _, c := range s.calls {
		if !c.ended && c.leg != nil {
			open = append(open, c)
		}
	}
	return open
}

func TestWhatIsRecordedIsNotInTheConferenceAndThatIsSaid(t *testing.T) {
	r, first, second := two(t)
	r.act(second, "record", softphone.Details{})
	if _, err := r.phone.Merge(t.Context(), first, second); err != nil {
		t.Fatal(err)
	}
	c := r.conference("two members", func(c call.Call) bool { return len(c.Members) == 2 })
	if c = r.conference("the word", func(c call.Call) bool { return c.Sentence != "" }); c.Recording || c.Sentence != "The call is not recorded any more." {
		t.Errorf("the conference is %+v", c)
	}
	r.act(c.ID, "record", softphone.Details{})
	r.conference("a recording of its own", func(c call.Call) bool { return c.Recording && c.Sentence == "" })
}

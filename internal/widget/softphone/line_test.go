package softphone_test

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"offhook/internal/media/mediatest"
	"offhook/internal/rc"
	"offhook/internal/sip"
	"offhook/internal/widget/call"
	"offhook/internal/widget/softphone"
)

func TestALineThatCannotBeSaysWhy(t *testing.T) {
	for _, tt := range []struct {
		name     string
		edit     func(*rig)
		state    call.LineState
		sentence string
	}{
		{"too many phones", func(r *rig) { r.refuse = 603 }, call.Broken, "As many phones are registered"},
		{"a refused phone", func(r *rig) { r.refuse = 404 }, call.Broken, "The phone service refuses this phone."},
		{"a wrong password", func(r *rig) { r.desk.info.SIPInfo[1].Password = "wrong" }, call.Broken, "The phone service refuses this phone."},
		{"a service in trouble", func(r *rig) { r.refuse = 503 }, call.Broken, "The phone service cannot be reached."},
		{"no permission", func(r *rig) { r.desk.err = rc.Errorf(rc.Denied, "Not for you.") }, call.None, "Not for you."},
		{"no web phone", func(r *rig) { r.desk.info.SIPFlags.VoIPFeatureEnabled = false }, call.None, "Your phone service does not let this app place calls."},
		{"a busy platform", func(r *rig) { r.desk.err = rc.Errorf(rc.TooMany, "Wait.") }, call.Broken, "Wait."},
		{"another's host", func(r *rig) {
			r.pool.Street = streetDouble{client: r.server.Client(), unknown: strings.TrimPrefix(r.server.URL, "http://")}
		}, call.Broken, "The platform named the address"},
		{"no way by WebSocket", func(r *rig) { r.desk.info.SIPInfo = r.desk.info.SIPInfo[:1] }, call.Broken, "The phone service refuses this phone."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t, tt.edit)
			s := r.see("the sentence", func(s call.Snapshot) bool { return s.Line.Sentence != "" })
			if s.Line.State != tt.state || !strings.HasPrefix(s.Line.Sentence, tt.sentence) {
				t.Errorf("the line is %+v, want %s: %s", s.Line, tt.state, tt.sentence)
			}
			if _, err := r.phone.Place(t.Context(), softphone.Order{To: "101"}); err == nil || err.Error() != s.Line.Sentence {
				t.Errorf("a call was refused with %v", err)
			}
		})
	}
}

func TestABrokenLineIsMendedAtOnceWhenSomebodyWantsIt(t *testing.T) {
	r := newRig(t, func(r *rig) { r.refuse = 603 }) // of which the phone waits five minutes
	r.see("a broken line", func(s call.Snapshot) bool { return s.Line.State == call.Broken })
	r.change(func() { r.refuse = 0 })
	if _, err := r.pool.Phone(t.Context(), "g"); err != nil {
		t.Fatal(err)
	}
	r.see("being registered", func(s call.Snapshot) bool { return s.Line.State == call.Registered })
}

func TestACallGoesOnOverANewFlow(t *testing.T) {
	r := registered(t)
	id, c := r.talk()
	r.flow.Close()
	r.until("another registration", func() bool { return r.leases == 2 })
	r.see("being registered", func(s call.Snapshot) bool { return s.Line.State == call.Registered })
	if s := r.phone.Snapshot().Calls[0].State; s != call.Connected {
		t.Fatalf("the call is %s", s)
	}
	r.act(id, "hold", softphone.Details{})
	r.act(id, "hangup", softphone.Details{})
	r.until("the BYE", func() bool { return c.ended })
}

func TestThePlatformIsAskedAnewWhenItSaysSo(t *testing.T) {
	r := registered(t)
	me := sip.Address{URI: sip.URI{Scheme: "sip", User: username, Host: domain}}
	req := sip.NewRequest(sip.Outline{Method: sip.NOTIFY, Target: me.URI, From: me, To: me})
	sip.SetHeader(req, "Event", "")
	// The phone answers and leaves, and what it sends last may be lost with the connection.
	if _, err := r.flow.Do(t.Context(), req, nil); err != nil && !errors.Is(err, sip.ErrClosed) {
		t.Fatal(err)
	}
	r.until("another registration", func() bool { return r.leases == 2 })
	r.desk.mu.Lock()
	defer r.desk.mu.Unlock()
	if r.desk.asked != 2 {
		t.Errorf("the platform was asked %d times, want 2", r.desk.asked)
	}
}

func TestALineThatNobodyWantsIsPutToSleep(t *testing.T) {
	r := registered(t, func(r *rig) { r.pool.Waits.Linger = 20 * time.Millisecond })
	other, err := r.pool.Phone(t.Context(), "other")
	if err != nil {
		t.Fatal(err)
	}
	awake := func() (stop func()) {
		changes, stop := other.Watch()
		for other.Snapshot().Line.State != call.Registered {
			mediatest.Wait(t, "being registered", changes)
		}
		return stop
	}
	awake()()
	r.until("the end of a registration", func() bool {
		return slices.ContainsFunc(slices.Collect(maps.Values(r.heard)), func(said []string) bool {
			return strings.Count(strings.Join(said, " "), "REGISTER") >= 3
		})
	})
	if s := r.phone.Snapshot().Line; s.State != call.Registered {
		t.Errorf("the phone that is watched is %+v", s)
	}
	awake()()
}

func TestCallsAreCounted(t *testing.T) {
	r := registered(t)
	r.change(func() { r.final = 486 })
	for range 12 {
		r.place("+16505550199")
		r.over()
	}
	if _, err := r.phone.Place(t.Context(), softphone.Order{To: "101"}); kind(err) != rc.TooMany {
		t.Errorf("the thirteenth call: %v", err)
	}
}

func TestWhoIsReachedThroughACallIsCounted(t *testing.T) {
	r := registered(t)
	id, _ := r.talk() // which is one
	r.onRefer = func(c *sbcCall, _ string) {
		req := c.dialog.Request(sip.NOTIFY, []byte("SIP/2.0 486 Busy Here"), "message/sipfrag")
		sip.SetHeader(req, "Event", "refer")
		if _, err := c.dialog.Do(t.Context(), req, nil); err != nil && t.Context().Err() == nil { // the last one may be answered after the test
			t.Error(err)
		}
	}
	for i := range 11 {
		name := []string{"transfer", "flip"}[i%2]
		if err := r.phone.Act(t.Context(), id, name, softphone.Details{To: "+16505550123"}); kind(err) == rc.TooMany {
			t.Fatalf("%s, the call %d: %v", name, i+2, err)
		}
	}
	for _, name := range []string{"transfer", "flip"} {
		if err := r.phone.Act(t.Context(), id, name, softphone.Details{To: "+16505550123"}); kind(err) != rc.TooMany {
			t.Errorf("%s, the thirteenth call: %v", name, err)
		}
	}
	if err := r.phone.Act(t.Context(), id, "transfer", softphone.Details{To: "102"}); kind(err) == rc.TooMany {
		t.Errorf("to a colleague, which costs nothing: %v", err)
	}
	r.ringing(ring{})
	ringing := r.state(call.Ringing).ID
	if err := r.phone.Act(t.Context(), ringing, "forward", softphone.Details{To: "+16505550123"}); kind(err) != rc.TooMany {
		t.Errorf("forward, the thirteenth call: %v", err)
	}
}

func TestOnlyAFewCallsAtOnce(t *testing.T) {
	r := registered(t)
	for range 6 {
		r.place("*604")
	}
	if _, err := r.phone.Place(t.Context(), softphone.Order{To: "101"}); kind(err) != rc.Conflict {
		t.Errorf("the seventh call: %v", err)
	}
	c := r.ringing(ring{})
	r.until("being busy", func() bool { return strings.Contains(strings.Join(r.heard[c.invite.CallID().Value()], " "), "486") })
}

func TestTheNumberThatIsShownIsTheUsersOwn(t *testing.T) {
	r := registered(t)
	if _, err := r.phone.Place(t.Context(), softphone.Order{To: "101", From: "+16505550999"}); kind(err) != rc.Invalid {
		t.Errorf("another's number: %v", err)
	}
	for _, tt := range []struct {
		order softphone.Order
		want  string
	}{
		{softphone.Order{To: "101"}, ""},
		{softphone.Order{To: "101", From: "+16505550101"}, "<sip:+16505550101@" + domain + ">"},
		{softphone.Order{To: "101", From: "+16505550101", Anonymous: true}, "<sip:anonymous@" + domain + ">"},
	} {
		id, err := r.phone.Place(t.Context(), tt.order)
		if err != nil {
			t.Fatal(err)
		}
		c := r.sbc.call()
		if got := sip.HeaderValue(c.invite, "P-Asserted-Identity"); got != tt.want {
			t.Errorf("%+v shows %q, want %q", tt.order, got, tt.want)
		}
		r.act(id, "hangup", softphone.Details{})
		r.until("the end", func() bool { return c.ended })
	}
}

func TestAServerThatStopsEndsItsCalls(t *testing.T) {
	r := registered(t)
	_, c := r.talk()
	r.pool.Close()
	if s := r.phone.Snapshot(); len(s.Calls) != 1 || s.Calls[0].Outcome != call.HungUp || s.Calls[0].Sentence != "The phone's server was restarted, which ended this call." {
		t.Errorf("the phone is %+v", s)
	}
	r.until("the BYE", func() bool { return c.ended })
	if err := r.phone.Act(t.Context(), "x", "hangup", softphone.Details{}); kind(err) != rc.Unavailable {
		t.Errorf("a command to a phone that is closed: %v", err)
	}
	if _, err := r.pool.Phone(t.Context(), "g"); kind(err) != rc.Unavailable {
		t.Errorf("another phone: %v", err)
	}
}

func TestTheEndOfAGrantEndsItsCalls(t *testing.T) {
	r := registered(t)
	_, c := r.talk()
	if err := r.pool.Bus.Publish(t.Context(), "widget.grant.ended", []byte(`{"grantId":"g","reason":"everywhere"}`)); err != nil {
		t.Fatal(err)
	}
	r.until("the BYE", func() bool { return c.ended })
	if s := r.state(call.Ended); s.Sentence != "You were signed out, which ended this call." {
		t.Errorf("the call is %+v", s)
	}
}

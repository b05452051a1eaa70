package app_test

import (
	"context"
	"log/slog"
	"slices"
	"testing"
	"time"

	"offhook/internal/app"
	"offhook/internal/bus"
	"offhook/internal/media"
	"offhook/internal/media/mediatest"
	"offhook/internal/widget/call"
	"offhook/internal/widget/desk"
	"offhook/internal/widget/softphone"
)

// oneDesk is the desk of a phone's only grant.
type oneDesk struct{ desk *desk.Desk }

func (o oneDesk) Desk(context.Context, string) (softphone.Desk, error) { return o.desk, nil }

// A caller is a user of the demo with a phone of the widget house and a tab
// whose microphone hears one tone.
type caller struct {
	t    *testing.T
	user app.User
	*softphone.Phone
	changes <-chan struct{}
	ear     *mediatest.Ear
}

// newCaller signs a user in and waits until their phone is registered.
func newCaller(t *testing.T, info app.DemoInfo, user app.User, hertz float64) *caller {
	t.Helper()
	way := signIn(t, info, user)
	log := slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	engine := mediatest.Engine(t)
	pool := &softphone.Pool{Desks: oneDesk{openDesk(t, way, log)}, Street: way, Engine: engine, Bus: new(bus.InProcess), Log: log}
	t.Cleanup(pool.Close)
	ph, err := pool.Phone(t.Context(), "g")
	if err != nil {
		t.Fatal(err)
	}
	changes, stop := ph.Watch()
	t.Cleanup(stop)
	c := &caller{t: t, user: user, Phone: ph, changes: changes}
	c.until("being registered", func(s call.Snapshot) bool { return s.Line.State == call.Registered })

	tab, err := engine.Leg()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(tab.Close)
	c.attach(tab, "tab 1")
	mediatest.Sing(t, tab, hertz)
	c.ear = mediatest.Listen(t, tab)
	return c
}

func (c *caller) attach(tab *media.Leg, name string) {
	c.t.Helper()
	offer, err := tab.Offer(c.t.Context())
	if err != nil {
		c.t.Fatal(err)
	}
	answer, _, err := c.Attach(c.t.Context(), name, offer, true)
	if err == nil {
		err = tab.SetAnswer(answer)
	}
	if err != nil {
		c.t.Fatal(err)
	}
}

// until waits until the phone's snapshot is as ok wants it.
func (c *caller) until(what string, ok func(call.Snapshot) bool) call.Snapshot {
	c.t.Helper()
	deadline := time.After(40 * time.Second)
	for {
		s := c.Snapshot()
		if ok(s) {
			return s
		}
		select {
		case <-c.changes:
		case <-deadline:
			c.t.Fatalf("%s of %s did not happen; the phone is %+v", what, c.user.Name, s)
		}
	}
}

// call waits until the newest call is in one of the states.
func (c *caller) call(states ...call.State) call.Call {
	c.t.Helper()
	s := c.until("a call that is "+string(states[0]), func(s call.Snapshot) bool {
		return len(s.Calls) > 0 && slices.Contains(states, s.Calls[len(s.Calls)-1].State)
	})
	return s.Calls[len(s.Calls)-1]
}

func (c *caller) place(to string) {
	c.t.Helper()
	if _, err := c.Place(c.t.Context(), softphone.Order{To: to}); err != nil {
		c.t.Fatal(err)
	}
}

// do does something with the newest call.
func (c *caller) do(act string, d softphone.Details) {
	c.t.Helper()
	calls := c.Snapshot().Calls
	if err := c.Act(c.t.Context(), calls[len(calls)-1].ID, act, d); err != nil {
		c.t.Fatalf("%s: %v", act, err)
	}
}

func TestOneCallsTheEchoAndHearsThemselves(t *testing.T) {
	info, _, end := runDemo(t, t.TempDir(), false)
	defer end()
	one := newCaller(t, info, info.Users[0], 700)
	one.place("*601")
	one.call(call.Connected)
	one.ear.Hears(t, 700)
	one.do("hangup", softphone.Details{})
	if c := one.call(call.Ended); c.Outcome != call.HungUp || c.Sentence != "" {
		t.Errorf("the call ended as %+v", c)
	}
}

func TestTwoPhonesTalkHoldAndHangUp(t *testing.T) {
	info, _, end := runDemo(t, t.TempDir(), false)
	defer end()
	one, two := newCaller(t, info, info.Users[0], 700), newCaller(t, info, info.Users[1], 1100)
	one.place(two.user.ExtensionNumber)
	in := two.call(call.Ringing)
	if in.Direction != call.Inbound || in.Name != one.user.Name || in.TelephonySessionID == "" || in.PartyID == "" {
		t.Errorf("what rings is %+v", in)
	}
	one.call(call.Ringing)
	if first, err := two.Shown(t.Context(), []string{in.ID}); err != nil || !first {
		t.Errorf("showing the ring: %v %v", first, err)
	}
	two.do("answer", softphone.Details{})
	one.call(call.Connected)
	one.ear.Hears(t, 1100)
	two.ear.Hears(t, 700)

	two.do("mute", softphone.Details{})
	one.ear.HearsSilence(t)
	two.do("unmute", softphone.Details{})
	one.ear.Hears(t, 1100)

	one.do("hold", softphone.Details{})
	if s := one.Snapshot(); s.Calls[0].State != call.Held || s.Active != "" {
		t.Errorf("on hold the phone is %+v", s)
	}
	one.do("unhold", softphone.Details{})
	two.ear.Hears(t, 700)

	two.do("hangup", softphone.Details{})
	if c := one.call(call.Ended); c.Outcome != call.HungUp {
		t.Errorf("the call ended as %+v", c)
	}
	if c := two.call(call.Ended); c.Outcome != call.HungUp {
		t.Errorf("the other side's call ended as %+v", c)
	}
}

func TestWhatRingsCanGoElsewhere(t *testing.T) {
	info, _, end := runDemo(t, t.TempDir(), false)
	defer end()
	one, two := newCaller(t, info, info.Users[0], 700), newCaller(t, info, info.Users[1], 1100)
	for _, tt := range []struct {
		act  string
		with softphone.Details
		want call.Outcome
	}{
		{"hangup", softphone.Details{}, call.Declined},
		{"voicemail", softphone.Details{}, call.Voicemail},
		{"forward", softphone.Details{To: "*601"}, call.Forwarded},
		{"reply", softphone.Details{Text: "In a minute."}, call.Replied},
		{"ignore", softphone.Details{}, call.Declined},
	} {
		one.place(two.user.ExtensionNumber)
		in := two.call(call.Ringing)
		if _, err := two.Shown(t.Context(), []string{in.ID}); err != nil {
			t.Fatal(err)
		}
		two.do(tt.act, tt.with)
		if c := two.call(call.Ended); c.ID != in.ID || c.Outcome != tt.want {
			t.Errorf("after %s the call ended as %+v, want %s", tt.act, c, tt.want)
		}
		if tt.act == "forward" {
			one.call(call.Connected)
			one.ear.Hears(t, 700)
		}
		if c := one.Snapshot().Calls; c[len(c)-1].State != call.Ended {
			one.do("hangup", softphone.Details{})
		}
		one.call(call.Ended)
	}
}

func TestCallsAreTransferred(t *testing.T) {
	info, _, end := runDemo(t, t.TempDir(), false)
	defer end()
	one, two, three := newCaller(t, info, info.Users[0], 700), newCaller(t, info, info.Users[1], 1100), newCaller(t, info, info.Users[2], 1500)
	talk := func(from, to *caller) {
		t.Helper()
		from.place(to.user.ExtensionNumber)
		in := to.call(call.Ringing)
		if _, err := to.Shown(t.Context(), []string{in.ID}); err != nil {
			t.Fatal(err)
		}
		to.do("answer", softphone.Details{})
		from.call(call.Connected)
		from.until("hearing", func(s call.Snapshot) bool { return s.Active == s.Calls[len(s.Calls)-1].ID })
	}

	// Blindly: the second sends the first on to the third.
	talk(one, two)
	two.do("transfer", softphone.Details{To: three.user.ExtensionNumber})
	if c := two.call(call.Ended); c.Outcome != call.Moved {
		t.Errorf("the transferred call ended as %+v", c)
	}
	in := three.call(call.Ringing)
	if _, err := three.Shown(t.Context(), []string{in.ID}); err != nil {
		t.Fatal(err)
	}
	three.do("answer", softphone.Details{})
	one.ear.Hears(t, 1500)
	three.ear.Hears(t, 700)
	one.do("hangup", softphone.Details{})
	three.call(call.Ended)

	// Attended: the second asks the third first.
	talk(one, two)
	first := two.call(call.Connected)
	talk(two, three)
	if s := two.Snapshot(); s.Calls[slices.IndexFunc(s.Calls, func(c call.Call) bool { return c.ID == first.ID })].State != call.Held {
		two.until("the first call on hold", func(s call.Snapshot) bool {
			return s.Calls[slices.IndexFunc(s.Calls, func(c call.Call) bool { return c.ID == first.ID })].State == call.Held
		})
	}
	second := two.call(call.Connected)
	if err := two.Act(t.Context(), first.ID, "transfer", softphone.Details{CallID: second.ID}); err != nil {
		t.Fatal(err)
	}
	two.until("both calls over", func(s call.Snapshot) bool {
		return !slices.ContainsFunc(s.Calls, func(c call.Call) bool {
			return !c.Over() || c.Outcome != call.Moved && (c.ID == first.ID || c.ID == second.ID)
		})
	})
	one.ear.Hears(t, 1500)
	three.ear.Hears(t, 700)
}

func TestCommandsWithinACall(t *testing.T) {
	info, _, end := runDemo(t, t.TempDir(), false)
	defer end()
	one, two := newCaller(t, info, info.Users[0], 700), newCaller(t, info, info.Users[1], 1100)
	one.place(two.user.ExtensionNumber)
	in := two.call(call.Ringing)
	if _, err := two.Shown(t.Context(), []string{in.ID}); err != nil {
		t.Fatal(err)
	}
	two.do("answer", softphone.Details{})
	one.call(call.Connected)

	one.do("record", softphone.Details{})
	one.until("being recorded", func(s call.Snapshot) bool { return s.Calls[0].Recording })
	off := false
	one.do("record", softphone.Details{On: &off})
	// An event of the recording's beginning may come after its end was acknowledged; that of its end comes last.
	one.until("being recorded no more", func(s call.Snapshot) bool { return !s.Calls[0].Recording })
	one.do("digits", softphone.Details{Digits: "12#"})
	one.do("park", softphone.Details{})
	if c := one.call(call.Ended); c.Outcome != call.Moved || c.Sentence == "" {
		t.Errorf("the parked call ended as %+v", c)
	}
}

func TestWhatCannotBeCalledSaysWhy(t *testing.T) {
	info, _, end := runDemo(t, t.TempDir(), false)
	defer end()
	one := newCaller(t, info, info.Users[0], 700)
	one.place("*603")
	if c := one.call(call.Ended); c.Outcome != call.Failed || c.Sentence != "The line is busy." {
		t.Errorf("a busy number: %+v", c)
	}
	for _, tt := range []struct{ number, sentence string }{
		{"198", "This number does not exist. Check it, then call again."},
		{"+12015550123", "This phone cannot call outside numbers yet. Ask your administrator to connect it to the telephone network."},
	} {
		one.place(tt.number)
		one.until("being told: "+tt.sentence, func(s call.Snapshot) bool { // by an event, after the 486
			c := s.Calls[len(s.Calls)-1]
			return c.Number == tt.number && c.Outcome == call.Failed && c.Sentence == tt.sentence
		})
	}
	one.place("*604")
	one.call(call.Ringing)
	one.do("hangup", softphone.Details{})
	if c := one.call(call.Ended); c.Outcome != call.Cancelled {
		t.Errorf("a call that was taken back: %+v", c)
	}
}

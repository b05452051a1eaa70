package softphone_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"testing"
	"time"

	"offhook/internal/bus"
	"offhook/internal/media"
	"offhook/internal/media/mediatest"
	"offhook/internal/rc"
	"offhook/internal/widget/call"
	"offhook/internal/widget/softphone"
)

// A rig is a phone, the platform that it registers with, and the engine of
// the server.
type rig struct {
	t *testing.T
	*sbc
	desk    *deskDouble
	pool    *softphone.Pool
	phone   *softphone.Phone
	engine  *media.Engine // of the widget
	changes <-chan struct{}
}

// Desk makes the rig's desk that of every grant.
func (r *rig) Desk(context.Context, string) (softphone.Desk, error) { return r.desk, nil }

// faults fails a test over what is logged as an error.
type faults struct {
	t *testing.T
	slog.Handler
}

func (f faults) Enabled(_ context.Context, l slog.Level) bool { return l >= slog.LevelError }

func (f faults) Handle(_ context.Context, r slog.Record) error {
	r.Attrs(func(a slog.Attr) bool {
		f.t.Errorf("%s: %s", r.Message, a)
		return true
	})
	return nil
}

func (f faults) WithAttrs([]slog.Attr) slog.Handler { return f }

// newRig has a phone that somebody watches; it may not be registered yet.
func newRig(t *testing.T, edit ...func(*rig)) *rig {
	t.Helper()
	s := newSBC(t)
	r := &rig{t: t, sbc: s, desk: newDeskDouble(s), engine: mediatest.Engine(t)}
	r.pool = &softphone.Pool{
		Desks: r, Street: streetDouble{client: s.server.Client()}, Engine: r.engine, Bus: new(bus.InProcess),
		Log: slog.New(faults{t, slog.DiscardHandler}), Waits: softphone.Waits{Retry: 10 * time.Millisecond},
	}
	for _, f := range edit {
		f(r)
	}
	t.Cleanup(r.pool.Close)
	ph, err := r.pool.Phone(t.Context(), "g")
	if err != nil {
		t.Fatal(err)
	}
	r.phone = ph
	var stop func()
	r.changes, stop = ph.Watch()
	t.Cleanup(stop)
	return r
}

// registered has a phone that is registered.
func registered(t *testing.T, edit ...func(*rig)) *rig {
	t.Helper()
	r := newRig(t, edit...)
	r.see("being registered", func(s call.Snapshot) bool { return s.Line.State == call.Registered })
	return r
}

// see waits until the phone's snapshot is as ok wants it.
func (r *rig) see(what string, ok func(call.Snapshot) bool) call.Snapshot {
	r.t.Helper()
	deadline := time.After(40 * time.Second)
	for {
		s := r.phone.Snapshot()
		if ok(s) {
			return s
		}
		select {
		case <-r.changes:
		case <-deadline:
			r.t.Fatalf("%s did not happen; the phone is %+v, the platform has heard %v", what, s, r.heard)
		}
	}
}

// newest waits until the newest call is as ok wants it.
func (r *rig) newest(what string, ok func(call.Call) bool) call.Call {
	r.t.Helper()
	s := r.see(what, func(s call.Snapshot) bool { return len(s.Calls) > 0 && ok(s.Calls[len(s.Calls)-1]) })
	return s.Calls[len(s.Calls)-1]
}

func (r *rig) state(s call.State) call.Call {
	r.t.Helper()
	return r.newest("a call that is "+string(s), func(c call.Call) bool { return c.State == s })
}

func (r *rig) place(to string) string {
	r.t.Helper()
	id, err := r.phone.Place(r.t.Context(), softphone.Order{To: to})
	if err != nil {
		r.t.Fatal(err)
	}
	return id
}

func (r *rig) act(id, name string, d softphone.Details) {
	r.t.Helper()
	if err := r.phone.Act(r.t.Context(), id, name, d); err != nil {
		r.t.Fatalf("%s: %v", name, err)
	}
}

// talk places a call that somebody answers.
func (r *rig) talk() (id string, c *sbcCall) {
	r.t.Helper()
	id = r.place("+16505550199")
	c = r.sbc.call()
	r.newest("the session's name", func(c call.Call) bool { return c.TelephonySessionID != "" })
	r.desk.tell("s-a1", 2, outbound(rc.PartyAnswered, ""))
	r.state(call.Connected)
	return id, c
}

// answered has a call come in, and answers it.
func (r *rig) answered() (id string, c *sbcCall) {
	r.t.Helper()
	c = r.ringing(ring{})
	id = r.state(call.Ringing).ID
	r.show(id)
	r.act(id, "answer", softphone.Details{})
	r.until("the ACK", func() bool { return c.leg != nil })
	return id, c
}

func (r *rig) show(id string) {
	r.t.Helper()
	if _, err := r.phone.Shown(r.t.Context(), []string{id}); err != nil {
		r.t.Fatal(err)
	}
}

// tab attaches a tab.
func (r *rig) tab(name string, take bool) (*media.Leg, error) {
	r.t.Helper()
	leg := mediatest.Leg(r.t, r.engine)
	offer, err := leg.Offer(r.t.Context())
	if err != nil {
		r.t.Fatal(err)
	}
	answer, version, err := r.phone.Attach(r.t.Context(), name, offer, take)
	if err != nil {
		return nil, err
	}
	if err := leg.SetAnswer(answer); err != nil {
		r.t.Fatal(err)
	}
	if s := r.see("the tab's version", func(s call.Snapshot) bool { return s.Version >= version }); s.Microphone != name {
		r.t.Errorf("after version %d %q has the microphone, want %q", version, s.Microphone, name)
	}
	return leg, nil
}

// over checks that nothing is left of any call.
func (r *rig) over() {
	r.t.Helper()
	r.see("the end of all calls", func(s call.Snapshot) bool {
		return !slices.ContainsFunc(s.Calls, func(c call.Call) bool { return !c.Over() })
	})
}

func kind(err error) rc.Kind {
	e, _ := errors.AsType[*rc.Error](err)
	if e == nil {
		return 0
	}
	return e.Kind
}

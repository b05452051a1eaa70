package softphone

import (
	"context"
	"slices"
	"time"

	"offhook/internal/media"
	"offhook/internal/rc"
	"offhook/internal/widget/call"
	"offhook/internal/widget/lang"
)

var soundLost = lang.Mark("The sound of this call was lost, so it was ended.")

// A wire is how the sound of one call gets to the platform and back.
type wire struct {
	leg    *media.Leg // nil until there is one
	unfill func()     // ends the silence that is sent while nobody speaks
	tone   func()     // ends the tone of a call that nobody listens to; nil for none
}

// close ends the sound for good.
func (w *wire) close() {
	if w.leg == nil {
		return
	}
	w.quiet()
	w.unfill()
	w.leg.Close()
	w.leg = nil
}

// quiet ends the tone.
func (w *wire) quiet() {
	if w.tone != nil {
		w.tone()
		w.tone = nil
	}
}

// A sound is what tabs lend the phone. It belongs to the phone and not to a
// call: a tab attaches once, whatever calls there are.
type sound struct {
	tab     string       // whose microphone and loudspeaker are in use; empty for nobody's
	leg     *media.Leg   // of that tab
	bridge  media.Bridge // A is the tab, B the call that is heard
	joining int          // tabs whose sound is being connected
	typing  int          // digits are being sent, which the voice must not cross

	since     time.Time // the tab lends its sound
	left      time.Time // the last one went, whose leg may still be there; zero while there is one
	absence   absence
	unused    *alarm // of a microphone without calls
	measuring *alarm
}

// maxJoining is how many tabs may have their sound connected in one moment, each
// of which has a connection made for it.
const maxJoining = 8

// Attach connects a tab's sound, in the place of that of another tab when
// take is set; without it that is a Conflict *rc.Error. It returns the answer
// to the tab's offer and the version of the first snapshot that names the tab.
func (ph *Phone) Attach(ctx context.Context, tab, offer string, take bool) (answer string, version uint64, err error) {
	taken := func() error {
		if held := ph.sound.tab; held != "" && held != tab && !take {
			return rc.Errorf(rc.Conflict, "Another tab has the microphone of this phone.")
		}
		return nil
	}
	err = ph.ask(ctx, func(done func(error)) {
		if err := taken(); err != nil {
			done(err)
			return
		}
		if ph.sound.joining >= maxJoining {
			done(rc.Errorf(rc.TooMany, "The phone is still connecting. Try again in a moment."))
			return
		}
		ph.sound.joining++
		ph.aside(func(ctx context.Context) func() {
			leg, sdp, err := ph.pool.Engine.Browser(ctx, offer)
			if err != nil {
				ph.log.Info("a tab's sound cannot be connected", "err", err)
				return func() {
					ph.sound.joining--
					done(rc.Errorf(rc.Invalid, "The sound of this browser does not fit the phone. Reload the page, or use another browser."))
				}
			}
			return func() {
				ph.sound.joining--
				if err := taken(); err != nil || ph.closing {
					leg.Close()
					done(err)
					return
				}
				ph.attached(tab, leg)
				answer, version = sdp, ph.Snapshot().Version+1
				done(nil)
			}
		})
	})
	return answer, version, err
}

// attached uses a tab's sound.
func (ph *Phone) attached(tab string, leg *media.Leg) {
	old := ph.sound.leg
	ph.returned(tab)
	ph.sound.tab, ph.sound.leg = tab, leg
	ph.review()
	if old != nil {
		old.Close()
	}
	ph.aside(func(ctx context.Context) func() {
		select {
		case <-leg.Done():
			return func() { ph.detached(leg) }
		case <-ctx.Done():
			return nil
		}
	})
	ph.changed()
}

// Leave says that a tab goes away. That of a tab without the microphone
// changes nothing.
func (ph *Phone) Leave(tab string) {
	ph.box.post(func() {
		if tab != "" && ph.sound.tab == tab {
			ph.leaves()
		}
	})
}

// leaves gives the microphone of a tab free. What its page says until it has
// gone is still heard, so that the gap of a reload begins later.
func (ph *Phone) leaves() {
	s := &ph.sound
	leg := s.leg
	s.tab, s.left = "", time.Now()
	ph.after(ph.pool.Waits.Leave, func() { ph.detached(leg) })
	ph.changed()
}

// detached notes that a tab's sound has ended.
func (ph *Phone) detached(leg *media.Leg) {
	if ph.sound.leg != leg || leg == nil {
		return
	}
	if ph.sound.tab != "" {
		ph.sound.left = time.Now()
	}
	ph.sound.tab, ph.sound.leg = "", nil
	ph.review()
	leg.Close()
	ph.changed()
}

// hear makes a call the one that is heard; nil for none.
func (ph *Phone) hear(t *talk) {
	ph.active = t
	ph.review()
	ph.changed()
}

// carry gives a call its leg.
func (t *talk) carry(leg *media.Leg) {
	t.wire.close()
	t.wire.leg, t.wire.unfill = leg, leg.Fill()
	t.ph.aside(func(ctx context.Context) func() {
		select {
		case <-leg.Done():
			return func() { t.lost(leg) }
		case <-ctx.Done():
			return nil
		}
	})
	t.recite()
	t.ph.review()
}

// lost ends a call whose leg has ended. Whoever hangs up ends the leg as well,
// and the BYE may be the slower of the two: it says more, so it has its time.
// Where an event has told of the end, nothing was lost.
func (t *talk) lost(leg *media.Leg) {
	if t.wire.leg != leg || !t.live() {
		return
	}
	t.alarm(t.ph.after(t.ph.pool.Waits.Gap, func() {
		if t.wire.leg != leg {
			return
		}
		t.part()
		if t.remote == rc.PartyDisconnected && !goesOn(t.reason) {
			t.left()
			return
		}
		t.end(call.Failed, soundLost)
	}))
}

// review joins what belongs together after something has changed: the tab and
// the call that is heard, and begins to count the time while calls have no
// tab.
func (ph *Phone) review() {
	s := &ph.sound
	var tab, far media.Port
	if s.leg != nil {
		tab = s.leg
	}
	muted := false
	if t := ph.active; t != nil && t.live() && t.wire.leg != nil {
		far, muted = t.wire.leg, t.Muted || s.typing > 0 || t.Supervision == call.Listens
	}
	join(&s.bridge, tab, far, muted)
	ph.wait()
	ph.measure()
}

// A junction is what joins a tab with a call: a media.Bridge.
type junction interface {
	Port(media.Side) media.Port
	Set(media.Side, media.Port)
	Mute(media.Side, bool)
}

// join has the tab at side A speak with the call at side B. What is said never
// reaches a call that is muted, also not on the way from one call to another:
// the call that was heard is taken away before the microphone is opened.
func join(b junction, tab, far media.Port, muted bool) {
	if b.Port(media.B) != far {
		b.Set(media.B, nil)
	}
	b.Mute(media.A, muted)
	if b.Port(media.A) != tab {
		b.Set(media.A, tab)
	}
	if b.Port(media.B) != far {
		b.Set(media.B, far)
	}
}

// wait counts the time that calls have nobody who listens, and that a
// microphone has no calls.
func (ph *Phone) wait() {
	s := &ph.sound
	ph.attend(s.leg == nil && slices.ContainsFunc(ph.talks, func(t *talk) bool {
		return t.tended() && t.farewell == ""
	}))
	ph.comfort()
	unused := s.leg != nil && !slices.ContainsFunc(ph.talks, func(t *talk) bool { return t.live() && t.message == nil })
	switch {
	case unused && s.unused == nil:
		s.unused = ph.after(ph.pool.Waits.Spare, func() { s.unused = nil; ph.detached(s.leg) })
	case !unused && s.unused != nil:
		s.unused.stop()
		s.unused = nil
	}
}

// tended reports whether somebody should listen to the call.
func (t *talk) tended() bool { return t.live() && t.wire.leg != nil && t.message == nil }

// comfort has those who talk to nobody hear that the line still stands. Who is
// on hold has music.
func (ph *Phone) comfort() {
	for _, t := range ph.talks {
		leg := t.wire.leg
		alone := ph.sound.absence.alone || t.farewell != "" && ph.sound.leg == nil
		switch wanted := alone && t.State == call.Connected && t.tended(); {
		case !wanted:
			t.wire.quiet()
		case t.wire.tone == nil:
			ctx, stop := context.WithCancel(ph.ctx)
			t.wire.tone = stop
			ph.work.Go(func() {
				_ = media.Loop(ctx, leg, media.Waiting()) // ends with the leg, or by stop
			})
		}
	}
}

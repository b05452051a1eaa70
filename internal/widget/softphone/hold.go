package softphone

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"offhook/internal/rc"
	"offhook/internal/sip"
	"offhook/internal/widget/call"
	"offhook/internal/widget/lang"
)

var notHeld = lang.Mark("This call could not be put on hold.")

// hold has a call wait, or go on: a re-INVITE whose description says so
// (contract 8.8). The platform plays the music.
func (t *talk) hold(on bool, answer func(error)) {
	t.next(request{answer: answer, run: func(done func(error)) {
		want, dir := call.Connected, sip.SendRecv
		if on {
			want, dir = call.Held, sip.SendOnly
		}
		if t.State == want {
			done(nil)
			return
		}
		t.reinvite(dir, 0, func(err error) {
			if err == nil && t.live() {
				t.move(want)
				t.ph.settle(t)
			}
			done(err)
		})
	}})
}

// settle has the right call heard after one has begun to wait or gone on.
func (ph *Phone) settle(t *talk) {
	switch {
	case t.State == call.Held && ph.active == t:
		ph.hear(nil)
	case t.State == call.Connected && ph.active != t && (ph.active == nil || !ph.active.live() || ph.active.State == call.Held):
		ph.hear(t)
	default:
		ph.review()
	}
}

// holdOthers has every other call wait that somebody talks in.
func (ph *Phone) holdOthers(t *talk) {
	for _, o := range ph.talks {
		if o != t && o.State == call.Connected && o.message == nil {
			o.hold(true, func(err error) {
				if err != nil && o.live() {
					o.say(notHeld)
				}
			})
		}
	}
}

// activate makes a call the one that is heard: it goes on, and the others
// wait.
func (t *talk) activate(done func(error)) {
	t.ph.holdOthers(t)
	t.ph.hear(t)
	t.hold(false, done)
}

// reinvite tells the far side which way the sound goes now. Two that cross are
// both refused, and the one who began the call waits longer (RFC 3261 section
// 14.1).
func (t *talk) reinvite(dir sip.Direction, tried int, done func(error)) {
	body := sip.WithDirection(sip.NextVersion(t.local), dir)
	t.local = body
	d := t.dialog
	req := d.Request(sip.INVITE, body, sip.SDP)
	t.ph.aside(func(ctx context.Context) func() {
		res, err := t.send(ctx, d, req)
		if err == nil && res.StatusCode < 300 {
			err = d.AckOf(req)
		} else if err == nil {
			err = fmt.Errorf("the phone service answered INVITE with %d %s", res.StatusCode, res.Reason)
		}
		return func() {
			switch {
			case res != nil && res.StatusCode == 491 && tried < 3 && t.live():
				wait := rand.N(2 * time.Second)
				if t.Direction == call.Outbound {
					wait = 2100*time.Millisecond + rand.N(1900*time.Millisecond)
				}
				t.ph.after(wait, func() {
					if !t.live() {
						done(over())
						return
					}
					t.reinvite(dir, tried+1, done)
				})
			case res != nil && (res.StatusCode == 481 || res.StatusCode == 408) && t.live():
				t.end(t.outcome(), "") // the platform does not know the call any more
				done(over())
			case err != nil:
				t.ph.log.Warn("changing the direction of a call's sound", "call", t.ID, "err", err)
				done(notDone())
			default:
				done(nil)
			}
		}
	})
}

func notDone() error {
	return rc.Errorf(rc.Unavailable, "The phone service did not do this. Try again in a moment.")
}

// reinvited answers a re-INVITE of the far side: it holds, or goes on. A
// description of another connection gets a leg of its own, which happens when
// the platform has moved the call.
func (t *talk) reinvited(tx *sip.Tx) {
	if t.busy {
		_ = tx.Respond(491, "Request Pending")
		return
	}
	offer := tx.Request().Body()
	if len(offer) == 0 {
		t.local = sip.NextVersion(t.local)
		t.confirm(tx)
		return
	}
	if t.same(offer) {
		t.heldBy(sip.DirectionOf(offer))
		t.local = sip.WithDirection(sip.NextVersion(t.local), t.answerTo(sip.DirectionOf(offer)))
		t.confirm(tx)
		return
	}
	t.busy = true
	t.ph.aside(func(ctx context.Context) func() {
		leg, err := t.ph.pool.Engine.Leg()
		var local string
		if err == nil {
			local, err = leg.Answer(ctx, string(offer))
		}
		return func() {
			t.busy = false
			if err != nil || !t.live() {
				if leg != nil {
					leg.Close()
				}
				_ = tx.Respond(488, "Not Acceptable Here")
				return
			}
			t.offered = fingerprintOf(offer)
			t.heldBy(sip.DirectionOf(offer))
			t.local = sip.WithDirection([]byte(local), t.answerTo(sip.DirectionOf(offer)))
			t.carry(leg)
			t.confirm(tx)
		}
	})
}

func (t *talk) confirm(tx *sip.Tx) {
	_ = tx.Respond(200, "OK", sip.With("Contact", "<"+t.dialog.Contact.String()+">"), sip.WithBody(sip.SDP, t.local))
}

// heldBy notes whether the far side wants to hear.
func (t *talk) heldBy(dir sip.Direction) {
	if held := dir.Held(); held != t.FarHeld {
		t.FarHeld = held
		t.ph.changed()
	}
}

// answerTo is our direction in answer to the far side's.
func (t *talk) answerTo(far sip.Direction) sip.Direction {
	d := far.Reverse()
	if t.State != call.Held {
		return d
	}
	if d == sip.SendRecv || d == sip.SendOnly {
		return sip.SendOnly
	}
	return sip.Inactive
}

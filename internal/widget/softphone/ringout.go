package softphone

import (
	"context"
	"errors"
	"time"

	"offhook/internal/rc"
	"offhook/internal/widget/call"
	"offhook/internal/widget/lang"
)

// RingOuts are what a desk does for calls that ring the user's own phone
// first. The errors are *rc.Errors with a sentence.
type RingOuts interface {
	// RingsFirst is the number of that phone, empty for who calls from here,
	// and whether who answers it is to press 1 before anybody else is called.
	RingsFirst() (number string, prompt bool)
	// BeginRingOut has the platform ring it, and then somebody else's phone,
	// which is shown callerID; empty for the usual number.
	BeginRingOut(ctx context.Context, first, to, callerID string, prompt bool) (rc.RingOutCall, error)
	// RingOutNow says how far that is; NotFound when nobody knows any more.
	RingOutNow(ctx context.Context, id string) (rc.RingOutCall, error)
	// CancelRingOut ends it before the far side has answered.
	CancelRingOut(ctx context.Context, id string) error
}

// A ringOut is the RingOut that goes on. It belongs to the phone's actor.
type ringOut struct {
	call.RingOut
	id     string // the platform's
	asking bool
	again  bool
	look   *alarm
}

// ringOutID begins the ids of RingOuts, which no other call's does.
const ringOutID = "first-"

// How long nobody asks how far a RingOut is, unless an event tells of it: while
// it rings, and while both talk, which may be for an hour, and would cost more
// than half of what the platform answers a user in a minute.
const (
	ringOutWait = 2 * time.Second
	ringOutTalk = 20 * time.Second
)

// lookLater asks again in a while.
func (ph *Phone) lookLater(r *ringOut) {
	wait := ringOutWait
	if r.State == call.RingsBoth {
		wait = ringOutTalk
	}
	r.look = ph.after(wait, func() { ph.lookAt(r) })
}

var (
	yoursSilent = lang.Mark("You did not answer your phone, so nobody was called.")
	unconfirmed = lang.Mark("Nobody pressed 1 on your phone, so nobody was called.")
	cannotReach = lang.Mark("They could not be reached.")
)

// ringFirst has the platform ring the user's own phone first, and returns the
// id by which that is cancelled.
func (ph *Phone) ringFirst(ctx context.Context, desk Desk, first, to string, prompt bool, o Order) (id string, err error) {
	if o.Anonymous {
		return "", rc.Errorf(rc.Invalid, "A call that rings your phone first cannot hide your number. Choose a number to show, or call from this browser.")
	}
	err = ph.ask(ctx, func(done func(error)) {
		switch {
		case ph.closing:
			done(restarting())
			return
		case ph.ringOut != nil && !ph.ringOut.Over():
			done(rc.Errorf(rc.Conflict, "Your phone rings for another call already. Cancel it first."))
			return
		}
		if err := ph.countDial(); err != nil {
			done(err)
			return
		}
		if ph.ringOut != nil {
			ph.ringOut.look.stop()
		}
		id = ringOutID + newID()
		r := &ringOut{RingOut: call.RingOut{ID: id, Number: to, From: first, State: call.RingsHere, Prompt: prompt, Began: ph.pool.Now()}}
		ph.ringOut = r
		ph.changed()
		ph.aside(func(ctx context.Context) func() {
			made, err := desk.BeginRingOut(ctx, first, to, o.From, prompt)
			return func() {
				if err != nil {
					if ph.ringOut == r {
						ph.ringOut = nil
						ph.changed()
					}
					done(err)
					return
				}
				r.id = made.ID
				ph.follows(r, made.Status)
				done(nil)
			}
		})
	})
	return id, err
}

// ringsElsewhere reports whether what rings here is the user's own call, which
// they want to ring at another phone of theirs. Until the platform has named
// it, whom it is for tells.
func (ph *Phone) ringsElsewhere(t *talk) bool {
	r := ph.ringOut
	switch {
	case r == nil || r.State != call.RingsHere:
		return false
	case r.id != "":
		return t.TelephonySessionID == r.id
	}
	return t.Number == r.Number && r.Number != ""
}

// follows takes how far a RingOut is, and asks again in a while.
func (ph *Phone) follows(r *ringOut, s rc.RingOutStatus) {
	if ph.ringOut != r || r.Over() {
		return
	}
	switch {
	case s.CallStatus == "InProgress" && s.CallerStatus == "InProgress":
	case s.CallStatus == "InProgress" && s.CalleeStatus == "InProgress":
		r.State = call.RingsThere
	case s.CallStatus == "Success" || s.CallStatus == "InProgress":
		if r.State = call.RingsBoth; r.Answered.IsZero() {
			r.Answered = ph.pool.Now()
		}
	default:
		ph.ringEnds(r, r.sentence(s))
		return
	}
	ph.changed()
	ph.lookLater(r)
}

// sentence says why a RingOut came to nothing; nothing of one that did not.
func (r *ringOut) sentence(s rc.RingOutStatus) string {
	switch {
	case r.State == call.RingsBoth || s.CallStatus == "Finished":
		return ""
	case s.CallStatus == "Busy" || s.CalleeStatus == "Busy":
		return isBusy
	case r.State == call.RingsHere && r.Prompt:
		return unconfirmed
	case r.State == call.RingsHere:
		return yoursSilent
	case s.CallStatus == "NoAnswer":
		return noAnswer
	case s.CallStatus == "Rejected":
		return wasDeclined
	}
	return cannotReach
}

// ringEnds has a RingOut be over, which is told for a moment.
func (ph *Phone) ringEnds(r *ringOut, sentence string) {
	if ph.ringOut != r || r.Over() {
		return
	}
	r.look.stop()
	r.State, r.Sentence, r.Ended = call.RingsOver, sentence, ph.pool.Now()
	ph.changed()
	r.look = ph.after(ph.pool.Waits.Past, func() {
		if ph.ringOut == r {
			ph.ringOut = nil
			ph.changed()
		}
	})
}

// lookAt asks the platform how far a RingOut is. One that it does not know any
// more is over.
func (ph *Phone) lookAt(r *ringOut) {
	if ph.ringOut != r || r.Over() || r.id == "" {
		return
	}
	if r.asking {
		r.again = true
		return
	}
	r.look.stop()
	r.asking = true
	ph.aside(func(ctx context.Context) func() {
		var now rc.RingOutCall
		desk, err := ph.pool.Desks.Desk(ctx, ph.grantID)
		if err == nil {
			now, err = desk.RingOutNow(ctx, r.id)
		}
		return func() {
			r.asking = false
			e, told := errors.AsType[*rc.Error](err)
			switch {
			case told && e.Kind == rc.NotFound:
				ph.ringEnds(r, "")
			case err != nil:
				ph.lookLater(r)
			default:
				ph.follows(r, now.Status)
			}
			if r.again {
				r.again = false
				ph.lookAt(r)
			}
		}
	})
}

// cancelRing ends the RingOut with this id, which the far side has not
// answered; false where there is none.
func (ph *Phone) cancelRing(id string, done func(error)) bool {
	r := ph.ringOut
	if r == nil || r.ID != id {
		return false
	}
	if r.Over() || r.id == "" || r.State == call.RingsBoth {
		done(rc.Errorf(rc.Conflict, "This call goes on at your phone. Hang up there."))
		return true
	}
	ph.aside(func(ctx context.Context) func() {
		desk, err := ph.pool.Desks.Desk(ctx, ph.grantID)
		if err == nil {
			err = desk.CancelRingOut(ctx, r.id)
		}
		return func() {
			if err == nil {
				ph.ringEnds(r, "")
			} else {
				ph.lookAt(r)
			}
			done(err)
		}
	})
	return true
}

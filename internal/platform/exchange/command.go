package exchange

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"offhook/internal/platform/exchange/session"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// What requests ask for (contract 6) comes as commands: each is done on its
// call's goroutine, on the part that a party has there.

var (
	errOver       = rc.Coded(rc.Conflict, "CMN-406", "The call has ended.")
	errNotRinging = rc.Coded(rc.Conflict, "CMN-406", "The call does not ring any more.")
	errNotTalking = rc.Coded(rc.Conflict, "CMN-406", "Nobody has answered the call yet, or it is parked.")
	errReserved   = rc.Coded(rc.Conflict, "CMN-406", "What this call has reached is for you alone. Nobody else can be taken there.")
)

// command has a call's goroutine run f, and waits.
func (x *Exchange) command(ctx context.Context, id string, f func(c *call) error) error {
	x.mu.Lock()
	c := x.calls[id]
	x.mu.Unlock()
	if c == nil {
		return errOver
	}
	answer := make(chan error, 1)
	if !c.post(func() { answer <- f(c) }) {
		return errOver
	}
	select {
	case err := <-answer:
		return err
	case <-c.done:
		select {
		case err := <-answer: // f itself has ended the call
			return err
		default:
			return errOver
		}
	case <-ctx.Done():
		return ctx.Err()
	}
}

// wait is for an answer that will come.
func wait(ctx context.Context, answer <-chan error) error {
	select {
	case err := <-answer:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// onLine is command for the phone that a party speaks on.
func (x *Exchange) onLine(ctx context.Context, id, party string, f func(c *call, l *line) error) error {
	return x.command(ctx, id, func(c *call) error {
		for _, l := range c.lines {
			if l.party.ID() == party {
				return f(c, l)
			}
		}
		return errNotTalking
	})
}

// onPart is onLine also for a supervisor who listens in, whom nobody talks to.
func (x *Exchange) onPart(ctx context.Context, id, party string, f func(c *call, l *line) error) error {
	return x.command(ctx, id, func(c *call) error {
		if l := c.part(party); l != nil {
			return f(c, l)
		}
		return errNotTalking
	})
}

// part is the line that a party, or a supervisor, speaks on; nil for none.
func (c *call) part(party string) *line {
	for _, l := range c.lines {
		if l.party.ID() == party {
			return l
		}
	}
	if c.watch != nil && c.watch.line.party.ID() == party {
		return c.watch.line
	}
	return nil
}

// onRing is command for somebody who is being called, by their own number.
func (x *Exchange) onRing(ctx context.Context, id, party string, f func(c *call, r *ring) error) error {
	return x.command(ctx, id, func(c *call) error {
		if c.ring == nil || c.ring.to.ext == nil || c.ring.party.ID() != party {
			return errNotRinging
		}
		return f(c, c.ring)
	})
}

// onCalled is onRing also for who is called besides, or for a queue.
func (x *Exchange) onCalled(ctx context.Context, id, party string, f func(c *call, r *ring) error) error {
	return x.command(ctx, id, func(c *call) error {
		if c.ring == nil || c.ring.then != nil || !c.ring.calls(party) {
			return errNotRinging
		}
		return f(c, c.ring)
	})
}

// EndSession ends a call for everybody.
func (x *Exchange) EndSession(ctx context.Context, id string) error {
	return x.command(ctx, id, func(c *call) error {
		if c.ring != nil || c.confirms() {
			c.finish(cancelled)
		} else {
			c.finish(finished)
		}
		return nil
	})
}

// EndParty hangs up for one party. The phone of who is called is quiet then,
// as if it had declined.
func (x *Exchange) EndParty(ctx context.Context, id, party string) error {
	return x.command(ctx, id, func(c *call) error {
		if r := c.ring; r != nil && r.calls(party) {
			if r.then != nil { // the one who calls, at whose phone it rings first
				c.finish(cancelled)
				return nil
			}
			if r.party == nil || r.party.ID() != party {
				c.rejectFor(r, party)
			} else {
				c.declined()
			}
			return nil
		}
		l := c.part(party)
		if l == nil {
			return errNotTalking
		}
		l.bye(agentFree)
		c.hangup(l)
		return nil
	})
}

// HoldParty puts the other side of a party on hold, or takes it back.
func (x *Exchange) HoldParty(ctx context.Context, id, party string, on bool) error {
	return x.onPart(ctx, id, party, func(c *call, l *line) error {
		if code := l.party.Status().Code; code != rc.PartyAnswered && code != rc.PartyHold {
			return errNotTalking
		}
		c.hold(l, on)
		return nil
	})
}

// MuteParty keeps a party's sound from the others.
func (x *Exchange) MuteParty(ctx context.Context, id, party string, on bool) error {
	return x.onPart(ctx, id, party, func(c *call, l *line) error {
		l.muted = on
		l.party.Mute(on)
		c.tune()
		return nil
	})
}

// RejectParty lets the voicemail answer in a party's place, or others, who are
// called as well.
func (x *Exchange) RejectParty(ctx context.Context, id, party string) error {
	return x.onCalled(ctx, id, party, func(c *call, r *ring) error {
		if r.party == nil || r.party.ID() != party {
			c.rejectFor(r, party)
			return nil
		}
		c.voicemail(r)
		return nil
	})
}

// IgnoreParty has one device be quiet. When it was the last one, the
// voicemail answers.
func (x *Exchange) IgnoreParty(ctx context.Context, id, party, deviceID string) error {
	return x.onCalled(ctx, id, party, func(c *call, r *ring) error {
		its := func(f *fork) bool { return f.isPhone(party, deviceID) }
		if !slices.ContainsFunc(r.forks, its) {
			return errNotThere(deviceID)
		}
		c.quieten(r, its)
		c.exhausted(r)
		return nil
	})
}

// isPhone reports whether a fork rings on one of a party's own phones. Those of
// others who are called besides, and phones outside, are not the party's.
func (f *fork) isPhone(party, deviceID string) bool {
	return f.outside == nil && f.party.ID() == party && strconv.FormatInt(f.binding.device.ID, 10) == deviceID
}

func errNotThere(deviceID string) error {
	return rc.Errorf(rc.NotFound, "The call does not ring on the device %s.", deviceID)
}

// ForwardParty takes a call somewhere else instead of who rings.
func (x *Exchange) ForwardParty(ctx context.Context, id, party string, target rc.CallTarget) error {
	to, err := x.resolve(ctx, id, party, target)
	if err != nil {
		return err
	}
	return x.onRing(ctx, id, party, func(c *call, r *ring) error {
		if to.mailbox && to.ext != nil && to.ext.ID == r.to.ext.ID {
			c.voicemail(r)
			return nil
		}
		from := r.to
		c.stopRing(ending{reason: rc.ReasonCallRedirected}, "")
		if !c.journey.sendOn(from) {
			c.turnBack()
			return nil
		}
		c.reach(to)
		return nil
	})
}

// TransferParty takes the other side of a party somewhere else.
func (x *Exchange) TransferParty(ctx context.Context, id, party string, target rc.CallTarget) error {
	to, err := x.resolve(ctx, id, party, target)
	if err != nil {
		return err
	}
	return x.onLine(ctx, id, party, func(c *call, l *line) error {
		if !c.transfer(l, to, rc.ReasonRCCTransfer) {
			return errNotTalking
		}
		return nil
	})
}

// BridgeParty joins the other side of a party with that of another party of
// the same user.
func (x *Exchange) BridgeParty(ctx context.Context, id, party, otherID, otherParty string) error {
	var second *line
	err := x.onLine(ctx, otherID, otherParty, func(into *call, l *line) error { second = l; return into.mayGive(l) })
	if err != nil {
		return err
	}
	joined := make(chan error, 1)
	err = x.onLine(ctx, id, party, func(c *call, l *line) error {
		c.merge(l, second, func(err error) {
			if err == nil {
				c.finish(ending{reason: rc.ReasonAttendedTransfer})
			}
			joined <- err
		})
		return nil
	})
	if err != nil {
		return err
	}
	return wait(ctx, joined)
}

// ParkParty parks the other side of a party, whose phone is through with it.
func (x *Exchange) ParkParty(ctx context.Context, id, party string) error {
	return x.onLine(ctx, id, party, func(c *call, l *line) error {
		if _, ok := c.park(l); !ok {
			return errNotTalking
		}
		l.bye(agentFree)
		c.drop(l)
		return nil
	})
}

// RecordParty begins, stops or takes up again a party's recording.
func (x *Exchange) RecordParty(ctx context.Context, id, party string, on bool) (recordingID string, err error) {
	err = x.onLine(ctx, id, party, func(c *call, l *line) error {
		var ok bool
		if recordingID, ok = c.record(l, on); !ok && on {
			return errNotTalking
		}
		return nil
	})
	return recordingID, err
}

// resolve finds what a target leads to for the user whose party asks.
func (x *Exchange) resolve(ctx context.Context, id, party string, target rc.CallTarget) (destination, error) {
	s, ok := x.Book.Session(id)
	if !ok {
		return destination{}, errOver
	}
	p, ok := s.Party(party)
	if !ok {
		return destination{}, errOver
	}
	to, err := x.find(ctx, p.Spec(), target)
	if err != nil {
		return to, err
	}
	if to.reason != "" || to.service == "" && to.ext == nil && to.queue == nil && to.menu == nil && to.outside == "" && !to.announce {
		return to, unreachable(to, "phoneNumber")
	}
	if !x.mayReach(p.Spec().ExtensionID) {
		return to, x.errTooMany()
	}
	return to, nil
}

func unreachable(to destination, parameter string) *rc.Error {
	e := rc.Coded(rc.Invalid, "CMN-101", "Nobody can be called at this number. Check it and send it again.")
	if to.sentence != "" {
		e = rc.Coded(rc.Denied, "CMN-408", "%s", to.sentence)
	}
	e.Parameter = parameter
	return e
}

func (x *Exchange) find(ctx context.Context, by session.PartySpec, target rc.CallTarget) (destination, error) {
	switch {
	case target.PhoneNumber != "", target.ExtensionNumber != "":
		to, err := x.route(ctx, by.AccountID, target.PhoneNumber+target.ExtensionNumber) // one of them
		if err != nil {
			return to, err
		}
		return x.charge(ctx, to, by.ExtensionID)
	case target.ExtensionID != "":
		return x.colleague(ctx, by, target.ExtensionID)
	case target.Voicemail != "":
		to, err := x.colleague(ctx, by, target.Voicemail)
		to.mailbox = true
		return to, err
	}
	return destination{}, rc.Errorf(rc.Invalid, "Calls are not transferred to a park location. Park the call instead.")
}

// colleague is the extension with an id, of the same account.
func (x *Exchange) colleague(ctx context.Context, by session.PartySpec, id string) (destination, error) {
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		return nowhere(id, rc.ReasonNoSuchUser), nil
	}
	e, err := x.Store.Extension(ctx, n)
	if errors.Is(err, store.ErrNotFound) || err == nil && e.AccountID != by.AccountID {
		return nowhere(id, rc.ReasonNoSuchUser), nil
	}
	if err != nil {
		return destination{}, err
	}
	return x.person(ctx, e)
}

package exchange

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"offhook/internal/platform/answering"
	"offhook/internal/rc"
)

// A call is flipped when it goes on at another number of its user's (contract
// 6, 8.7): that rings while the two talk on, and whoever answers there is in
// the place of the first phone, which is free then. When the first phone hangs
// up before, the call is over.

// A flip is the attempt, of one line.
type flip struct {
	*ring
	old *line
}

var errNoFlip = rc.Coded(rc.Invalid, "CMN-101", "A call goes on at one of your own forwarding numbers. Send its flipNumber, or the number itself.")

// FlipParty has a party's call ring at another number of its user's; it
// returns when it does.
func (x *Exchange) FlipParty(ctx context.Context, id, party, flipID string) error {
	rings := make(chan error, 1)
	err := x.onLine(ctx, id, party, func(c *call, l *line) error {
		c.flipTo(l, flipID, func(_ string, err error) { rings <- err })
		return nil
	})
	if err != nil {
		return err
	}
	select {
	case err := <-rings:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// flipTo finds the number that a user means, by its flip number or as it is,
// and rings there. done hears which it is, or why it does not ring; it must
// not wait.
func (c *call) flipTo(l *line, wanted string, done func(number string, err error)) {
	c.x.spawn(func(ctx context.Context) {
		number, to, err := c.x.ownNumber(ctx, l, wanted)
		if err != nil {
			done("", err)
			return
		}
		l.postElse(func(c *call) { done(number, c.beginFlip(l, to)) }, func() { done("", errOver) })
	})
}

// ownNumber is one of a user's forwarding numbers, and where it leads.
func (x *Exchange) ownNumber(ctx context.Context, l *line, wanted string) (number string, to destination, err error) {
	all, err := answering.Numbers(ctx, x.Store, l.ext.AccountID, l.ext.ID)
	if err != nil {
		return "", to, fmt.Errorf("reading the forwarding numbers of extension %d: %w", l.ext.ID, err)
	}
	wanted = strings.TrimPrefix(wanted, "*") // some clients dial it: *2
	at := slices.IndexFunc(all, func(n answering.Number) bool {
		return wanted != "" && (n.FlipNumber == wanted || n.PhoneNumber == wanted || n.PhoneNumber == plus(wanted))
	})
	if at < 0 || l.ext.ID == 0 {
		return "", to, errNoFlip
	}
	if !x.mayReach(l.ext.ID) {
		return "", to, x.errTooMany()
	}
	number = all[at].PhoneNumber
	if to, err = x.route(ctx, l.ext.AccountID, number); err == nil {
		to, err = x.charge(ctx, to, l.ext.ID)
	}
	return number, to, err
}

// beginFlip rings for a line whose user talks.
func (c *call) beginFlip(l *line, to destination) error {
	rest := c.other(l)
	if rest == nil || !slices.Contains(c.lines, l) || c.ring != nil || c.flip != nil || c.orbit != nowhereParked {
		return errNotTalking
	}
	var phones []*binding
	switch {
	case to.outside != "" && to.reason == "":
	case to.ext != nil:
		phones = slices.DeleteFunc(c.x.phones(to.ext.ID), c.speaks)
		if len(phones) > 0 {
			break
		}
		fallthrough
	default:
		return unreachable(to, "callFlipId")
	}
	c.caller = rest.end()
	f := &flip{&ring{to: to, party: c.session.Add(l.party.Spec())}, l}
	c.flip = f
	if len(phones) == 0 {
		c.startOutside(f.ring, to.outside, l.ext.ID)
	}
	for _, b := range phones {
		c.start(f.ring, b, false)
	}
	for _, phone := range f.forks {
		phone.joins = func(at *line) bool { return c.flipped(f, phone, at) }
	}
	f.timer = c.later(c.x.RingTime, func() {
		if c.flip == f {
			c.endFlip(ending{reason: rc.ReasonNoAnswer})
		}
	})
	return nil
}

// flipped puts the phone that has answered in the place of the first.
func (c *call) flipped(f *flip, phone *fork, l *line) bool {
	if c.flip != f || !slices.Contains(c.lines, f.old) {
		return false
	}
	c.flip = nil
	f.drop(phone)
	c.stopForks(f.ring, `SIP;cause=200;text="Call completed elsewhere"`, agentTaken)
	if c.watch != nil && c.watch.agent == f.old {
		c.unwatch(finished)
	}
	l.party = f.party
	c.host(l)
	l.tell(agentTaken)
	c.lines[slices.Index(c.lines, f.old)] = l
	l.party.Answer()
	f.old.party.End(rc.ReasonCallFlip, "")
	f.old.bye(agentFree)
	c.keepRecordingsOf(f.old.party)
	f.old.close()
	c.tune()
	return true
}

// endFlip gives the attempt up; the two talk on.
func (c *call) endFlip(why ending) {
	f := c.flip
	if f == nil {
		return
	}
	c.flip = nil
	c.stopForks(f.ring, "", agentClose)
	f.party.End(why.reason, why.sentence)
}

// cameNot comes when a phone that was asked to come in does not.
func (c *call) cameNot(f *fork) {
	if c.flip == nil || !c.flip.has(f) {
		f.party.End(rc.ReasonNoAnswer, "")
		return
	}
	if c.flip.drop(f); len(c.flip.forks) == 0 {
		c.endFlip(ending{reason: rc.ReasonNoAnswer})
	}
}

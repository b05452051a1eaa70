package exchange

import (
	"context"
	"time"

	"offhook/internal/platform/answering"
	"offhook/internal/platform/exchange/session"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// A plan is what somebody's rule for this time of the week says of a call:
// whose phones ring, one stage after the other, or what happens instead.
type plan struct {
	stages   []stage
	messages bool   // only the voicemail answers
	announce bool   // nobody does, and a sentence says so
	number   string // the call goes there instead
	ext      string // or to the extension with this id
}

// A stage is phones that ring together, for some time.
type stage struct {
	own     bool     // those of who was called: they begin to ring, or ring on
	numbers []string // and those at other numbers
	long    time.Duration
}

// rule is the rule of somebody, or of a company, that counts now, and whether
// they are in their hours.
func (x *Exchange) rule(ctx context.Context, k answering.Kind, accountID, extensionID int64) (r rc.AnsweringRule, open bool, err error) {
	hours, err := answering.Hours(ctx, x.Store, accountID, extensionID)
	if err != nil {
		return r, false, err
	}
	zone := time.UTC
	if x.Zone != nil {
		if zone, err = x.Zone(ctx, accountID, extensionID); err != nil {
			return r, false, err
		}
	}
	rules, err := answering.RulesOf(ctx, x.Store, accountID, extensionID)
	if err != nil {
		return r, false, err
	}
	var numbers []answering.Number
	if k == answering.User {
		if numbers, err = answering.Numbers(ctx, x.Store, accountID, extensionID); err != nil {
			return r, false, err
		}
	}
	id := rc.AfterHoursRule
	if open = answering.Open(hours, x.Now().In(zone)); open {
		id = rc.BusinessHoursRule
	}
	return rules.Rule(k, id, numbers), open, nil
}

// planFor is what happens to a call for somebody now.
func (x *Exchange) planFor(ctx context.Context, e store.Extension) (*plan, error) {
	r, _, err := x.rule(ctx, answering.User, e.AccountID, e.ID)
	if err != nil {
		return nil, err
	}
	p := planOf(r)
	if r.CallHandlingAction == rc.ForwardCalls && r.Forwarding != nil {
		p.stages = x.stages(*r.Forwarding)
	}
	return p, nil
}

// planOf is what a rule says that does not ring anybody.
func planOf(r rc.AnsweringRule) *plan {
	p := &plan{}
	switch r.CallHandlingAction {
	case rc.TakeMessagesOnly:
		p.messages = true
	case rc.PlayAnnouncementOnly:
		p.announce = true
	case rc.ForwardAlways:
		if r.UnconditionalForwarding != nil {
			p.number = r.UnconditionalForwarding.PhoneNumber
		}
	case rc.TransferToExtension:
		if r.Transfer != nil {
			p.ext = r.Transfer.Extension.ID
		}
	}
	return p
}

// redirects reports whether the call goes somewhere else at once.
func (p *plan) redirects() bool { return p != nil && (p.number != "" || p.ext != "") }

// rings is how long phones ring so many times.
func (x *Exchange) rings(n int) time.Duration { return time.Duration(max(n, 1)) * x.RingTime / 5 }

// stages are the steps in which phones ring.
func (x *Exchange) stages(f rc.Forwarding) (all []stage) {
	own := stage{own: true, long: x.rings(f.SoftPhonesRingCount)}
	if f.SoftPhonesRingCount == 0 {
		own.long = x.RingTime
	}
	together := stage{own: f.NotifyMySoftPhones, long: own.long}
	var groups []stage
	for _, g := range f.Rules {
		if !g.Enabled {
			continue
		}
		s := stage{own: f.NotifyMySoftPhones && f.SoftPhonesTop && f.SoftPhonesAlwaysRing, long: x.rings(g.RingCount)}
		for _, t := range g.Numbers {
			s.numbers = append(s.numbers, t.PhoneNumber)
		}
		groups = append(groups, s)
		together.numbers = append(together.numbers, s.numbers...)
		together.long = max(together.long, s.long)
	}
	switch {
	case f.RingingMode == rc.Simultaneously:
		return []stage{together}
	case !f.NotifyMySoftPhones:
		return groups
	case f.SoftPhonesTop:
		return append([]stage{own}, groups...)
	}
	return append(groups, own)
}

// maxForwards is how often a call is sent on before anybody has answered it.
const maxForwards = 5

// A journey is the way of a call until somebody answers it.
type journey struct {
	first    *destination   // who was called first, if it was sent on
	forwards int            // how often that happened
	passed   map[int64]bool // extensions whose rules have sent it on
}

// sendOn counts a call that leaves somebody without an answer; false for one
// that has been sent on too often.
func (j *journey) sendOn(from destination) bool {
	if j.first == nil {
		j.first = &from
	}
	j.forwards++
	return j.forwards <= maxForwards
}

// passing is sendOn for a rule, which sends a call on once.
func (j *journey) passing(from destination, id int64) bool {
	if j.passed[id] {
		j.sendOn(from)
		return false
	}
	if j.passed == nil {
		j.passed = map[int64]bool{}
	}
	j.passed[id] = true
	return j.sendOn(from)
}

// turnBack ends a journey that would not end by itself: with the voicemail of
// who was called first.
func (c *call) turnBack() {
	to := *c.journey.first
	to.mailbox, to.plan = true, nil
	c.reach(to)
}

// redirect sends a call on as the rule of who was called says.
func (c *call) redirect(to destination) {
	p := to.plan
	if to.ext != nil {
		gone := c.session.Add(session.PartySpec{
			Direction: rc.Inbound, AccountID: to.ext.AccountID, ExtensionID: to.ext.ID, From: c.caller, To: to.end,
		})
		gone.End(rc.ReasonCallRedirected, "")
	}
	if !c.journey.passing(to, to.end.ExtensionID) {
		c.turnBack()
		return
	}
	c.find(func(ctx context.Context) (destination, error) { return c.x.instead(ctx, to, p) })
}

// instead is where a rule sends a call.
func (x *Exchange) instead(ctx context.Context, from destination, p *plan) (destination, error) {
	if p.ext != "" {
		return x.colleague(ctx, session.PartySpec{AccountID: from.end.AccountID}, p.ext)
	}
	to, err := x.route(ctx, from.end.AccountID, p.number)
	if err != nil {
		return to, err
	}
	return x.charge(ctx, to, from.end.ExtensionID)
}

// find looks for a destination, and goes there. One that leads nowhere ends
// with the voicemail of who was called first.
func (c *call) find(look func(ctx context.Context) (destination, error)) {
	c.x.spawn(func(ctx context.Context) {
		to, err := look(ctx)
		if err != nil {
			c.x.Log.Error("finding where a call goes", "call", c.session.ID(), "err", err)
			c.post(func() { c.refuse(failed) })
			return
		}
		c.post(func() {
			if to.reason != "" && c.journey.first != nil {
				c.turnBack()
				return
			}
			c.reach(to)
		})
	})
}

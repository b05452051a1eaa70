package exchange

import (
	"context"
	"slices"
	"time"

	"offhook/internal/platform/exchange/session"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// advance goes on to the next stage at which somebody can be reached; after
// the last one the voicemail answers.
func (c *call) advance(r *ring) {
	for c.ring == r {
		if len(r.stages) == 0 {
			c.voicemail(r)
			return
		}
		s := r.stages[0]
		r.stages = r.stages[1:]
		r.turn++
		r.seeking = 0
		c.quieten(r, func(f *fork) bool { return !s.own || f.party != r.party })
		c.wait(r, s.long, c.advance)
		c.begin(r, s)
		if len(r.forks)+r.seeking > 0 {
			return
		}
	}
}

// wait has a ring do something after a time, unless its turn is over by then.
func (c *call) wait(r *ring, long time.Duration, then func(*ring)) {
	if r.timer != nil {
		r.timer.Stop()
	}
	turn := r.turn
	r.timer = c.later(long, func() {
		if c.ring == r && r.turn == turn {
			then(r)
		}
	})
}

// quieten ends the ringing of some phones, and the parts of those people of
// whom no phone rings any more.
func (c *call) quieten(r *ring, which func(*fork) bool) {
	quiet := &ring{}
	for _, f := range slices.Clone(r.forks) {
		if which(f) {
			quiet.forks = append(quiet.forks, f)
			r.drop(f)
		}
	}
	c.stopForks(quiet, "", agentClose)
	for id, p := range r.parties {
		if !slices.ContainsFunc(r.forks, func(f *fork) bool { return f.party == p }) {
			p.End(rc.ReasonNoAnswer, "")
			delete(r.parties, id)
		}
	}
}

// begin has the phones of a stage ring.
func (c *call) begin(r *ring, s stage) {
	if s.own && !r.own {
		r.own = true
		for _, b := range slices.DeleteFunc(c.x.phones(r.to.ext.ID), c.speaks) {
			c.start(r, b, false)
		}
	}
	for _, number := range s.numbers {
		c.include(r, number)
	}
}

// include finds out whose a forwarding number is, and has their phones ring.
func (c *call) include(r *ring, number string) {
	r.seeking++
	turn, from := r.turn, *r.to.ext
	c.x.spawn(func(ctx context.Context) {
		to, err := c.x.follow(ctx, from, number)
		if err != nil {
			c.x.Log.Error("finding where a call is forwarded to", "call", c.session.ID(), "err", err)
		}
		c.post(func() {
			if c.ring != r || r.turn != turn {
				return
			}
			r.seeking--
			if err == nil {
				c.join(r, to)
			}
			c.unlessRinging(r)
		})
	})
}

// unlessRinging goes on when a stage has nobody left who could answer.
func (c *call) unlessRinging(r *ring) {
	if c.ring == r && len(r.forks)+r.seeking == 0 {
		c.advance(r)
	}
}

// follow finds whose phones ring for a forwarding number of somebody. Whoever
// sends all their calls on is followed, but not in a circle.
func (x *Exchange) follow(ctx context.Context, from store.Extension, number string) (destination, error) {
	to, err := x.route(ctx, from.AccountID, number)
	if err == nil {
		to, err = x.charge(ctx, to, from.ID)
	}
	seen := map[int64]bool{from.ID: true}
	for err == nil && to.plan.redirects() {
		if id := to.end.ExtensionID; seen[id] || len(seen) > maxForwards {
			return nowhere(number, rc.ReasonNoSuchUser), nil
		}
		seen[to.end.ExtensionID] = true
		to, err = x.instead(ctx, to, to.plan)
	}
	return to, err
}

// join has those ring beside the others whom a forwarding number leads to.
// Voicemails and menus are passed over: they would answer before anybody does.
func (c *call) join(r *ring, to destination) {
	switch {
	case to.service != "":
		c.joinService(r, to)
	case to.mailbox || to.plan != nil && to.plan.announce:
	case to.outside != "" && to.reason == "":
		c.joinOutside(r, to)
	case to.queue != nil:
		for _, m := range to.queue.members {
			if !c.x.talks(m.ID) {
				c.joinPerson(r, m, to.end, true)
			}
		}
	case to.ext != nil:
		c.joinPerson(r, *to.ext, to.end, false)
	}
}

// joinPerson has somebody's phones ring, for a part of their own.
func (c *call) joinPerson(r *ring, e store.Extension, dialled session.End, queue bool) {
	phones := slices.DeleteFunc(c.x.phones(e.ID), c.speaks)
	if len(phones) == 0 || e.ID == r.to.ext.ID || r.parties[e.ID] != nil {
		return
	}
	r.parties[e.ID] = c.session.Add(session.PartySpec{
		Direction: rc.Inbound, AccountID: e.AccountID, ExtensionID: e.ID, From: c.caller, To: dialled, QueueCall: queue,
	})
	for _, b := range phones {
		c.start(r, b, false)
	}
}

// joinService has a service of the exchange answer, when it would have.
func (c *call) joinService(r *ring, to destination) {
	turn := r.turn
	answer := func() {
		if c.ring != r || r.turn != turn {
			return
		}
		c.stopRing(ending{reason: rc.ReasonCallRedirected}, "")
		party := c.session.Add(session.PartySpec{Direction: rc.Inbound, From: c.caller, To: to.end})
		c.talk(party, c.script(to.service))
	}
	switch to.service {
	case busy, never, voicemailIn:
	case after:
		r.seeking++ // it rings
		c.rang()
		r.party.Proceed()
		c.later(answersAfter, answer)
	default:
		answer()
	}
}

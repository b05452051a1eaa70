package exchange

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"time"

	"offhook/internal/platform/exchange/session"
	"offhook/internal/platform/exchange/sound"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// A hunt is the search for a member of a queue who answers. The caller hears
// music meanwhile.
type hunt struct {
	order    []store.Extension // as members ring, where they do one after the other
	next     int               // of order
	declined map[int64]bool
	resting  map[int64]bool // whose phones could not be reached a moment ago
	limit    *time.Timer
}

// huntPause is how long a queue waits before it looks again for a member who
// is free.
const huntPause = time.Second

// reachQueue has members ring until one answers, as the queue's rule orders
// them, or until the caller has waited enough.
func (c *call) reachQueue(to destination) {
	r := &ring{to: to, parties: map[int64]*session.Party{}, hunt: &hunt{order: c.x.order(to.queue), declined: map[int64]bool{}, resting: map[int64]bool{}}}
	c.ring = r
	if l := c.first(); l != nil {
		l.pickUp() // whoever waits for long hears music meanwhile
	}
	switch {
	case to.mailbox:
		c.queueMail(r)
		return
	case to.plan != nil && to.plan.announce:
		c.nobody(r)
		return
	}
	r.hunt.limit = c.later(seconds(to.queue.rule.HoldTime, 2*c.x.RingTime), func() {
		if c.ring == r {
			c.waitedEnough(r)
		}
	})
	c.search(r)
	c.tune()
}

// seconds is a time of a rule, or another one where the rule has none.
func seconds(n int, otherwise time.Duration) time.Duration {
	return cmp.Or(time.Duration(n)*time.Second, otherwise)
}

// order is the order in which members ring for the next call of a queue. In
// turns, every call begins with another of them.
func (x *Exchange) order(q *queue) []store.Extension {
	members := slices.Clone(q.members)
	switch q.rule.TransferMode {
	case rc.FixedOrder:
		place := map[string]int{}
		for _, a := range q.rule.FixedOrderAgents {
			place[a.Extension.ID] = a.Index - len(q.members) - len(q.rule.FixedOrderAgents) // before those without
		}
		slices.SortStableFunc(members, func(a, b store.Extension) int {
			return cmp.Compare(place[strconv.FormatInt(a.ID, 10)], place[strconv.FormatInt(b.ID, 10)])
		})
	case rc.Rotating:
		if len(members) == 0 {
			break
		}
		x.mu.Lock()
		first := x.turns[q.ID] % len(members)
		x.turns[q.ID]++
		x.mu.Unlock()
		members = append(slices.Clone(members[first:]), members[:first]...)
	}
	return members
}

// oneByOne reports whether members ring one after the other.
func (q *queue) oneByOne() bool {
	return q.rule.TransferMode == rc.Rotating || q.rule.TransferMode == rc.FixedOrder
}

// search has those members ring whose turn it is: the next one, after who rang
// before is quiet, or all who are free and do not ring yet. Nobody rings while
// all are talking.
func (c *call) search(r *ring) {
	r.turn++
	if r.to.queue.oneByOne() {
		c.quieten(r, func(*fork) bool { return true })
	}
	turn, hope := c.turn(r)
	if !hope {
		c.waitedEnough(r)
		return
	}
	for _, m := range turn {
		r.parties[m.ID] = c.session.Add(session.PartySpec{
			Direction: rc.Inbound, AccountID: m.AccountID, ExtensionID: m.ID, From: c.caller, To: r.to.end, QueueCall: true,
		})
		for _, b := range slices.DeleteFunc(c.x.phones(m.ID), c.speaks) {
			c.start(r, b, false)
		}
	}
	long := huntPause
	if len(turn) > 0 && r.to.queue.oneByOne() {
		long = seconds(r.to.queue.rule.AgentTimeout, c.x.RingTime)
	}
	c.wait(r, long, c.search)
}

// turn are the members who ring next; hope is false when none of those that
// are left will ever answer.
func (c *call) turn(r *ring) (turn []store.Extension, hope bool) {
	h := r.hunt
	for i := range h.order {
		m := h.order[(h.next+i)%len(h.order)]
		if h.declined[m.ID] || len(slices.DeleteFunc(c.x.phones(m.ID), c.speaks)) == 0 {
			continue
		}
		hope = true
		if h.resting[m.ID] || r.parties[m.ID] != nil || c.x.talks(m.ID) {
			continue
		}
		turn = append(turn, m)
		if r.to.queue.oneByOne() {
			h.next += i + 1
			break
		}
	}
	return turn, hope
}

// memberLeaves takes somebody's phones out of the ringing, for the reason that
// a response says: one of them declined, or none can be reached any more.
func (c *call) memberLeaves(r *ring, party *session.Party, code int) {
	declined := speaksForAll(code)
	if !declined && slices.ContainsFunc(r.forks, func(f *fork) bool { return f.party == party }) {
		return // another phone of theirs rings on
	}
	id := party.Spec().ExtensionID
	if declined {
		party.End(rc.ReasonRejected, "")
	}
	switch {
	case r.hunt == nil:
	case declined:
		r.hunt.declined[id] = true
	default:
		r.hunt.resting[id] = true
		c.later(seconds(r.to.queue.rule.AgentTimeout, c.x.RingTime), func() { delete(r.hunt.resting, id) })
	}
	c.quieten(r, func(f *fork) bool { return f.party == party })
	c.exhausted(r)
}

// waitedEnough ends the search: with the queue's voicemail, or with somebody
// who answers for those who are left waiting.
func (c *call) waitedEnough(r *ring) {
	rule := r.to.queue.rule
	if rule.HoldTimeExpirationAction != rc.TransferToExtension || len(rule.Transfer) == 0 {
		c.queueMail(r)
		return
	}
	c.stopRing(ending{reason: rc.ReasonNoAnswer}, "")
	if !c.journey.sendOn(r.to) {
		c.turnBack()
		return
	}
	c.find(func(ctx context.Context) (destination, error) {
		return c.x.colleague(ctx, session.PartySpec{AccountID: r.to.queue.AccountID}, rule.Transfer[0].Extension.ID)
	})
}

// queueMail has a queue's voicemail answer, which all its members get.
func (c *call) queueMail(r *ring) {
	q := r.to.queue
	if !q.shared || c.first() == nil {
		c.nobody(r)
		return
	}
	c.stopRing(ending{reason: rc.ReasonNoAnswer}, "")
	party := c.session.Add(session.PartySpec{
		Direction: rc.Inbound, AccountID: q.AccountID, ExtensionID: q.ID, From: c.caller, To: r.to.end, QueueCall: true,
	})
	c.takeMessage(party, q.Number)
}

// nobody tells the one who waits that nobody answers.
func (c *call) nobody(r *ring) {
	why := ending{reason: rc.ReasonNoAnswer}
	if c.ring == r {
		c.stopRing(why, "")
	}
	for _, p := range c.session.Parties() {
		p.End(why.reason, why.sentence)
	}
	l := c.first()
	if l == nil {
		c.finish(why)
		return
	}
	l.pickUp()
	c.tune()
	ctx, stop := context.WithCancel(c.x.ctx)
	c.hush = stop
	c.x.spawn(func(context.Context) {
		_ = sound.Say(ctx, l.leg, sound.Nobody) // who has hung up need not hear it
		c.post(func() { c.finish(why) })
	})
}

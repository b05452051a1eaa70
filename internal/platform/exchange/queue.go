package exchange

import (
	"context"
	"errors"
	"slices"

	"offhook/internal/media"
	"offhook/internal/platform/exchange/session"
	"offhook/internal/platform/exchange/sound"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// A queue is who may answer a call to one.
type queue struct {
	store.Queue
	members []store.Extension
}

// teamAt is the queue that a number belongs to.
func (x *Exchange) teamAt(ctx context.Context, n store.PhoneNumber) (destination, error) {
	q, err := x.Store.Queue(ctx, n.ExtensionID)
	if errors.Is(err, store.ErrNotFound) {
		return nowhere(n.Number, rc.ReasonNoSuchUser), nil
	}
	if err != nil {
		return destination{}, err
	}
	return x.team(ctx, q, n.Number)
}

// team is a queue as somebody's destination: its members who take its calls
// now.
func (x *Exchange) team(ctx context.Context, q store.Queue, number string) (destination, error) {
	all, err := x.Store.QueueMembers(ctx, q.ID)
	if err != nil {
		return destination{}, err
	}
	to := destination{
		queue: &queue{Queue: q},
		end:   session.End{Number: number, Name: q.Name, AccountID: q.AccountID, ExtensionID: q.ID, ExtensionNumber: q.Number},
	}
	for _, m := range all {
		if !m.Accepts {
			continue
		}
		p, err := x.Store.Presence(ctx, m.ExtensionID)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return destination{}, err
		}
		if p.RefusesQueues {
			continue
		}
		e, err := x.Store.Extension(ctx, m.ExtensionID)
		if err != nil {
			return destination{}, err
		}
		to.queue.members = append(to.queue.members, e)
	}
	return to, nil
}

// reachQueue has all members ring who are not talking already; the first that
// answers has the call.
func (c *call) reachQueue(to destination) {
	r := &ring{to: to, parties: map[int64]*session.Party{}}
	var phones []*binding
	for _, m := range to.queue.members {
		own := slices.DeleteFunc(c.x.phones(m.ID), c.speaks)
		if len(own) == 0 || c.x.talks(m.ID) {
			continue
		}
		r.parties[m.ID] = c.session.Add(session.PartySpec{
			Direction: rc.Inbound, AccountID: m.AccountID, ExtensionID: m.ID, From: c.caller, To: to.end, QueueCall: true,
		})
		if r.party == nil {
			r.party = r.parties[m.ID]
		}
		phones = append(phones, own...)
	}
	if len(phones) == 0 {
		c.nobody(r)
		return
	}
	c.ring = r
	r.timer = c.later(2*c.x.RingTime, func() {
		if c.ring == r {
			c.nobody(r)
		}
	})
	for _, b := range phones {
		c.start(r, b, false)
	}
	c.tune()
}

// talks reports whether an extension has a call.
func (x *Exchange) talks(extensionID int64) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, l := range x.lines {
		if l.ext.ID == extensionID {
			return true
		}
	}
	return false
}

// partyOf is the party for which an extension's phones ring.
func (r *ring) partyOf(extensionID int64) *session.Party {
	if p := r.parties[extensionID]; p != nil {
		return p
	}
	return r.party
}

// calls reports whether a party is being called.
func (r *ring) calls(id string) bool {
	if r.party.ID() == id {
		return true
	}
	for _, p := range r.parties {
		if p.ID() == id {
			return true
		}
	}
	return false
}

// endOthers ends the parties of a queue's members, but for one.
func (r *ring) endOthers(but *session.Party, why ending) {
	for _, p := range r.parties {
		if p != but {
			p.End(why.reason, why.sentence)
		}
	}
}

// meanwhile is what the one who waits hears.
func (r *ring) meanwhile() media.Sound {
	if r.parties != nil {
		return sound.Music()
	}
	return media.Ringback()
}

// callInfo is what phones show of a call besides the number (contract 8.5).
func (r *ring) callInfo(caller session.End) string {
	name := callInfo(caller.Name)
	if r.to.queue == nil {
		return "callAttributes=reject;callerIdName=" + name
	}
	return "callAttributes=queue-call,reject;callerIdName=" + name + ";displayInfo=queueName;displayInfoSub=callerIdName;queueName=" + callInfo(r.to.queue.Name)
}

// rejectFor has a member of a queue ring no more.
func (c *call) rejectFor(r *ring, party string) {
	for _, p := range r.parties {
		if p.ID() == party {
			c.memberLeaves(r, p, 603)
		}
	}
}

// memberLeaves takes a member's phones out of the ringing, for the reason that
// a response says: one of them declined, or none can be reached any more.
func (c *call) memberLeaves(r *ring, party *session.Party, code int) {
	quiet := &ring{}
	for _, f := range r.forks {
		if f.party == party {
			quiet.forks = append(quiet.forks, f)
		}
	}
	declined := speaksForAll(code)
	if !declined && len(quiet.forks) > 0 {
		return // another phone of theirs rings on
	}
	for _, f := range quiet.forks {
		r.drop(f)
	}
	c.stopForks(quiet, "", agentClose)
	reason := rc.ReasonNoAnswer
	if declined {
		reason = rc.ReasonRejected
	}
	party.End(reason, "")
	if len(r.forks) == 0 {
		c.nobody(r)
	}
}

// nobody tells the one who waits that no member of a queue answers.
func (c *call) nobody(r *ring) {
	c.stopForks(r, "", agentClose)
	c.ring = nil
	why := ending{reason: rc.ReasonNoAnswer}
	for _, p := range c.session.Parties() {
		p.End(why.reason, why.sentence)
	}
	l := c.first()
	if l == nil {
		c.finish(why)
		return
	}
	c.tune()
	ctx, stop := context.WithCancel(c.x.ctx)
	c.hush = stop
	c.x.spawn(func(context.Context) {
		_ = sound.Say(ctx, l.leg, sound.Nobody) // who has hung up need not hear it
		c.post(func() { c.finish(why) })
	})
}

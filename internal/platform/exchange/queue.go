package exchange

import (
	"context"
	"errors"

	"offhook/internal/media"
	"offhook/internal/platform/answering"
	"offhook/internal/platform/exchange/session"
	"offhook/internal/platform/exchange/sound"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// A queue is who may answer a call to one.
type queue struct {
	store.Queue
	members []store.Extension // who take its calls now
	shared  bool              // somebody is there to hear its voicemail
	rule    rc.QueueRule
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
	r, _, err := x.rule(ctx, answering.Queue, q.AccountID, q.ID)
	if err != nil {
		return destination{}, err
	}
	to.plan, to.queue.shared = planOf(r), len(all) > 0
	to.mailbox = to.plan.messages
	if r.Queue != nil {
		to.queue.rule = *r.Queue
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

// partyOf is the part for which an extension's phones ring.
func (r *ring) partyOf(extensionID int64) *session.Party {
	if p := r.parties[extensionID]; p != nil {
		return p
	}
	return r.party
}

// calls reports whether a party is being called.
func (r *ring) calls(id string) bool {
	if r.party != nil && r.party.ID() == id {
		return true
	}
	for _, p := range r.parties {
		if p.ID() == id {
			return true
		}
	}
	return false
}

// endOthers ends the parts of those who are called besides, or for a queue,
// but for one.
func (r *ring) endOthers(but *session.Party, why ending) {
	for _, p := range r.parties {
		if p != but {
			p.End(why.reason, why.sentence)
		}
	}
}

// meanwhile is what the one who waits hears.
func (r *ring) meanwhile() func() media.Sound {
	if r.to.queue != nil {
		return sound.Music
	}
	return media.Ringback
}

// callInfo is what phones show of a call besides the number (contract 8.5).
func (r *ring) callInfo(caller session.End) string {
	name := callInfo(caller.Name)
	if r.to.queue == nil {
		return "callAttributes=reject;callerIdName=" + name
	}
	return "callAttributes=queue-call,reject;callerIdName=" + name + ";displayInfo=queueName;displayInfoSub=callerIdName;queueName=" + callInfo(r.to.queue.Name)
}

// rejectFor has somebody ring no more who was called besides, or for a queue.
func (c *call) rejectFor(r *ring, party string) {
	for _, p := range r.parties {
		if p.ID() == party {
			c.memberLeaves(r, p, 603)
		}
	}
}

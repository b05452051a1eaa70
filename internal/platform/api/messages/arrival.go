package messages

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"offhook/internal/platform/api/plan"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// An arrival is what comes to a number of the platform without a request:
// voicemail, or a fax from a machine somewhere.
type arrival struct {
	key            string // as of a Voicemail
	kind, status   string
	from, name, to string // numbers, and what the network said of the caller
	account        int64  // with the two extensions, for who is called by them
	caller, owner  int64  // zero for who is known by number only; an owner may be a call queue
	at             time.Time
	read           bool
	facts          store.MessageFacts
}

// put stores an arrival for whoever answers for its number, with the files
// that are made then; they may still change its facts.
func (a *arrival) put(ctx context.Context, st store.Platform, files func() ([]File, error)) (store.Message, error) {
	o := &Office{Store: st, IDs: new(store.IDs)}
	p, receivers, err := a.receivers(ctx, o)
	if err != nil {
		return store.Message{}, err
	}
	all, err := files()
	if err != nil {
		return store.Message{}, err
	}
	var copies []*delivery
	for _, e := range receivers {
		d := &delivery{copies: []*store.Message{a.message(p, e)}, files: all, alone: true, key: a.key}
		d.stamp(a.at)
		copies = append(copies, d)
	}
	if err := o.post(ctx, copies); err != nil {
		return store.Message{}, fmt.Errorf("storing a message of type %s: %w", a.kind, err)
	}
	return *copies[0].copies[0], nil
}

// message is an arrival as one who gets it has it.
func (a *arrival) message(p *plan.Plan, receiver store.Extension) *store.Message {
	m := &store.Message{
		AccountID: p.Account.ID, ExtensionID: receiver.ID, Type: a.kind, Direction: rc.Inbound, Availability: rc.Alive,
		ReadStatus: rc.Unread, Status: a.status, From: caller(p, a.from, a.name),
		To:    []rc.Caller{{PhoneNumber: a.to, Name: p.Name(a.to), Target: true}},
		Facts: a.facts,
	}
	if e, ok := p.Extension(a.caller); ok {
		m.From = rc.Caller{PhoneNumber: a.from, ExtensionNumber: e.Number, ExtensionID: strconv.FormatInt(e.ID, 10), Name: e.Name()}
	}
	if q, ok := p.Queue(a.owner); ok {
		m.To[0] = rc.Caller{PhoneNumber: a.to, ExtensionNumber: q.Number, ExtensionID: strconv.FormatInt(q.ID, 10), Name: q.Name, Target: true}
	} else if a.owner != 0 {
		m.To[0] = rc.Caller{PhoneNumber: a.to, ExtensionNumber: receiver.Number, ExtensionID: strconv.FormatInt(receiver.ID, 10), Name: receiver.Name(), Target: true}
	}
	if a.read {
		m.ReadStatus = rc.Read
	}
	return m
}

// receivers are who gets an arrival: its owner, or all members of the queue
// that owns it, or, without one, whoever answers for its number.
func (a *arrival) receivers(ctx context.Context, o *Office) (*plan.Plan, []store.Extension, error) {
	if a.owner == 0 {
		p, e, err := o.receiver(ctx, map[int64]*plan.Plan{}, a.to)
		if p == nil && err == nil {
			err = rc.Errorf(rc.Invalid, "Nobody on the platform has the number %s.", a.to)
		}
		return p, []store.Extension{e}, err
	}
	p, err := plan.Read(ctx, o.Store, a.account)
	if err != nil {
		return nil, nil, err
	}
	if e, ok := p.Extension(a.owner); ok {
		return p, []store.Extension{e}, nil
	}
	members, err := o.Store.QueueMembers(ctx, a.owner)
	if err != nil {
		return nil, nil, err
	}
	var all []store.Extension
	for _, m := range members {
		if e, ok := p.Extension(m.ExtensionID); ok {
			all = append(all, e)
		}
	}
	if len(all) == 0 {
		return nil, nil, rc.Errorf(rc.NotFound, "The extension has been removed.")
	}
	return p, all, nil
}

// caller is who calls a number of p's account: a colleague, by number and
// extension, or somebody whom the network may have named.
func caller(p *plan.Plan, number, name string) rc.Caller {
	c := rc.Caller{PhoneNumber: number, Name: name}
	n, ok := p.Number(number)
	if !ok {
		return c
	}
	c.Name = p.Name(number)
	if e, ok := p.Extension(n.ExtensionID); ok {
		c.ExtensionNumber, c.ExtensionID = e.Number, strconv.FormatInt(e.ID, 10)
	}
	return c
}

// arrive takes over what another process has left: from now on its owner
// has been told. It is false for what has been taken over already.
func arrive(ctx context.Context, tx store.PlatformTx, m *store.Message) (bool, error) {
	now, err := tx.Message(ctx, m.ExtensionID, m.ID)
	if errors.Is(err, store.ErrNotFound) || err == nil && now.Status != rc.Queued {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	*m, m.Status = now, rc.Received
	return true, nil
}

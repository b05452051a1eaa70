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
	kind, status   string
	from, name, to string // numbers, and what the network said of the caller
	account        int64  // with the two extensions, for who is called by them
	caller, owner  int64  // zero for who is known by number only
	at             time.Time
	read           bool
	facts          store.MessageFacts
}

// put stores an arrival for whoever answers for its number, with the files
// that are made then; they may still change its facts.
func (a *arrival) put(ctx context.Context, st store.Platform, files func() ([]File, error)) (store.Message, error) {
	o := &Office{Store: st, IDs: new(store.IDs)}
	p, receiver, err := a.receiver(ctx, o)
	if err != nil {
		return store.Message{}, err
	}
	all, err := files()
	if err != nil {
		return store.Message{}, err
	}
	m := &store.Message{
		AccountID: p.Account.ID, ExtensionID: receiver.ID, Type: a.kind, Direction: rc.Inbound, Availability: rc.Alive,
		ReadStatus: rc.Unread, Status: a.status, From: caller(p, a.from, a.name),
		To:    []rc.Caller{{PhoneNumber: a.to, Name: p.Name(a.to), Target: true}},
		Facts: a.facts,
	}
	if e, ok := p.Extension(a.caller); ok {
		m.From = rc.Caller{PhoneNumber: a.from, ExtensionNumber: e.Number, ExtensionID: strconv.FormatInt(e.ID, 10), Name: e.Name()}
	}
	if a.owner != 0 {
		m.To[0] = rc.Caller{PhoneNumber: a.to, ExtensionNumber: receiver.Number, ExtensionID: strconv.FormatInt(receiver.ID, 10), Name: receiver.Name(), Target: true}
	}
	if a.read {
		m.ReadStatus = rc.Read
	}
	d := &delivery{copies: []*store.Message{m}, files: all, alone: true}
	d.stamp(a.at)
	if err := o.post(ctx, []*delivery{d}); err != nil {
		return store.Message{}, fmt.Errorf("storing a message of type %s: %w", a.kind, err)
	}
	return *m, nil
}

// receiver is who gets an arrival: its owner or, without one, whoever answers
// for its number.
func (a *arrival) receiver(ctx context.Context, o *Office) (*plan.Plan, store.Extension, error) {
	if a.owner == 0 {
		p, e, err := o.receiver(ctx, map[int64]*plan.Plan{}, a.to)
		if p == nil && err == nil {
			err = rc.Errorf(rc.Invalid, "Nobody on the platform has the number %s.", a.to)
		}
		return p, e, err
	}
	p, err := plan.Read(ctx, o.Store, a.account)
	if err != nil {
		return nil, store.Extension{}, err
	}
	e, ok := p.Extension(a.owner)
	if !ok {
		return nil, e, rc.Errorf(rc.NotFound, "The extension has been removed.")
	}
	return p, e, nil
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

package desk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"offhook/internal/rc"
	"offhook/internal/store"
)

// A parcel is what a text and a fax have in common while they are in the
// outbox. Its life:
//
//	queued ──claim──▶ sending ──answer──▶ sent
//	  ▲                  │ └────refusal──▶ failed ──Retry──▶ queued
//	  └─never left───────┤
//	                no answer: looked for in the message store, then
//	                sent, or queued again
//
// Every step is written down before the next is taken, and follows what is
// known of it: see keepUp.
type parcel struct {
	store.OutboxItem
	retryAt  time.Time
	failures backoff
}

func (p *parcel) box() *parcel { return p }

// waits reports whether it is not certain that the platform has it.
func (p *parcel) waits() bool {
	return p.State == store.OutboxQueued || p.State == store.OutboxSending
}

// An attempt is what is kept sealed of handing a parcel over.
type attempt struct {
	Attempted time.Time `json:"attempted,omitzero"`
	// Before are the records in the platform's store that looked just like this
	// parcel when it was handed over: none of them is this one.
	Before []int64 `json:"before,omitempty"`
	Error  string  `json:"error,omitempty"`
}

func (a *attempt) tried() *attempt { return a }

// A consignment is a text or a fax in the outbox. Its parcel and its attempt
// are guarded by the desk's mu; what it is made of never changes.
type consignment interface {
	box() *parcel
	tried() *attempt
	// with is what is kept sealed of it, when it has been tried so.
	with(attempt) any
	// request is the call that hands it over. An *rc.Error says in a sentence
	// why it cannot be sent any more.
	request(context.Context, *Desk) (call, error)
	// patience is how long the platform may take to answer that.
	patience() time.Duration
	// lookalikes are the records that could be taken for it. The caller holds
	// mu.
	lookalikes(*Desk) []int64
	// handed takes over the platform's answer that it has it.
	handed(context.Context, *Desk, answer) error
	// reconcile finds out what became of it when no answer came.
	reconcile(context.Context, *Desk) error
	// refused says why the platform would not take it.
	refused(*refusal) string
	// changed tells that its state is another. The caller holds mu.
	changed(*Desk)
}

func letterName(grantID, id string) string { return "desk_outbox/" + grantID + "/" + id }

// newParcel is one that waits to be sent.
func (d *Desk) newParcel(id string) parcel {
	now := d.pool.Now()
	return parcel{OutboxItem: store.OutboxItem{
		GrantID: d.grantID, ID: id, Position: d.pool.ids.Next(), State: store.OutboxQueued, CreatedAt: now, UpdatedAt: now,
	}}
}

// sealed is a row with its letter.
func (d *Desk) sealed(row store.OutboxItem, letter any) (store.OutboxItem, error) {
	plain, err := json.Marshal(letter)
	if err != nil {
		return row, fmt.Errorf("encoding what is to be sent: %w", err)
	}
	row.Sealed = d.pool.Ring.Seal(plain, letterName(d.grantID, row.ID))
	return row, nil
}

// unseal reads a row's letter.
func (d *Desk) unseal(r store.OutboxItem, letter any) error {
	plain, err := d.pool.Ring.Open(r.Sealed, letterName(d.grantID, r.ID))
	if err == nil {
		err = json.Unmarshal(plain, letter)
	}
	return err
}

// changedAt is the time of a change: after the one that it follows, whatever the
// clock of the server says that made that one. So what is newer is always known,
// and two changes are never taken for one. The store keeps milliseconds.
func changedAt(now, before time.Time) time.Time {
	if now = now.Truncate(time.Millisecond); now.After(before) {
		return now
	}
	return before.Truncate(time.Millisecond).Add(time.Millisecond)
}

// next draws up what a consignment is about to be, after what it was, and
// changes nothing here: see become. What change does it does while mu is held.
func (d *Desk) next(c consignment, change func(*store.OutboxItem, *attempt)) (was, row store.OutboxItem, a attempt, err error) {
	d.mu.Lock()
	was, a = c.box().OutboxItem, *c.tried()
	row = was
	change(&row, &a)
	letter := c.with(a)
	d.mu.Unlock()
	row.UpdatedAt = changedAt(d.pool.Now(), was.UpdatedAt)
	row, err = d.sealed(row, letter)
	return was, row, a, err
}

// become takes over what is written down of a consignment. The caller holds mu.
func become(c consignment, row store.OutboxItem, a attempt) {
	p := c.box()
	p.OutboxItem, p.retryAt, *c.tried() = row, time.Time{}, a
}

// advance writes a step down, and then takes it.
func (d *Desk) advance(ctx context.Context, c consignment, change func(*store.OutboxItem, *attempt)) error {
	was, row, a, err := d.next(c, change)
	if err != nil {
		return err
	}
	if err := d.save(ctx, was, row, nil); err != nil {
		return d.keepUp(ctx, c, was.UpdatedAt, err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	become(c, row, a)
	if row.State == store.OutboxFailed {
		d.failed(row.ID)
	}
	c.changed(d)
	return nil
}

// fail writes down that the platform will not have a consignment, and why.
func (d *Desk) fail(ctx context.Context, c consignment, sentence string) error {
	return d.advance(ctx, c, func(row *store.OutboxItem, a *attempt) {
		row.State, row.Holder, row.HeldUntil, a.Error = store.OutboxFailed, "", time.Time{}, sentence
	})
}

func queue(row *store.OutboxItem, a *attempt) {
	row.State, row.Holder, row.HeldUntil, a.Error = store.OutboxQueued, "", time.Time{}, ""
}

// ready refuses what cannot be sent because the desk is not there yet, or not
// any more. The caller holds mu.
func (d *Desk) ready() error {
	switch {
	case d.over || d.ctx.Err() != nil:
		return rc.Errorf(rc.Unavailable, "The phone is restarting. Try again in a moment.")
	case d.identity == nil:
		return rc.Errorf(rc.Unavailable, "Your phone is still getting ready. Try again in a moment.")
	}
	return nil
}

// hold writes a consignment down, with what belongs to it. It is not new when it
// was sent already, through another server or in the same moment.
func (d *Desk) hold(ctx context.Context, c consignment, with func(store.WidgetTx) error) (row store.OutboxItem, isNew bool, err error) {
	if row, err = d.sealed(c.box().OutboxItem, c.with(*c.tried())); err != nil {
		return row, false, err
	}
	err = d.pool.Store.Write(ctx, func(tx store.WidgetTx) error {
		if err := tx.AddOutboxItem(ctx, row); err != nil {
			return err
		}
		return with(tx)
	})
	told, isTold := errors.AsType[*rc.Error](err)
	switch {
	case isTold:
		return row, false, told
	case err == nil:
		return row, true, nil
	case !errors.Is(err, store.ErrExists):
		return row, false, fmt.Errorf("writing down what is to be sent: %w", err)
	}
	if row, err = d.pool.Store.OutboxItem(ctx, d.grantID, row.ID); err != nil {
		return row, false, fmt.Errorf("reading what was sent: %w", err)
	}
	return row, false, nil
}

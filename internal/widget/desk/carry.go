package desk

import (
	"context"
	"errors"
	"time"

	"offhook/internal/rc"
	"offhook/internal/store"
)

// Times of carrying something to the platform.
const (
	lease   = 30 * time.Second // so long a claim outlives the request that it is made for
	settle  = 2 * time.Second  // a request whose answer was lost may still be at work so long
	recheck = 30 * time.Second // then another server's items are looked at again

	clocksDiffer = 10 * time.Minute // at most, the platform's and ours
)

// A turn finds what may be carried next, and how long there is nothing.
type turn struct {
	now  time.Time
	wait time.Duration
	held map[any]bool
}

func (d *Desk) newTurn() *turn {
	return &turn{d.pool.Now(), recheck, make(map[any]bool)}
}

// is reports whether it is a parcel's turn. One that waits holds up those after
// it in its lane.
func (t *turn) is(p *parcel, lane any) bool {
	switch {
	case t.held[lane]:
		return false
	case !t.now.Before(p.retryAt):
		return true
	}
	t.held[lane] = true
	t.wait = min(t.wait, p.retryAt.Sub(t.now))
	return false
}

// deliver takes a consignment one step further.
func (d *Desk) deliver(ctx context.Context, c consignment) {
	err := d.step(ctx, c)
	if err == nil || ctx.Err() != nil {
		return
	}
	d.mu.Lock()
	wait := c.box().failures.next()
	first := c.box().failures.failures == 1
	d.mu.Unlock()
	if first {
		d.log.Warn("sending a text or a fax", "err", err)
	}
	d.postpone(c, wait)
}

func (d *Desk) step(ctx context.Context, c consignment) error {
	d.mu.Lock()
	state, early := c.box().State, c.tried().Attempted.Add(settle).Sub(d.pool.Now())
	d.mu.Unlock()
	switch {
	case state == store.OutboxQueued:
		return d.hand(ctx, c)
	case state == store.OutboxSending && early > 0: // the request may still be at work
		d.postpone(c, early)
		return nil
	}
	return c.reconcile(ctx, d)
}

func (d *Desk) postpone(c consignment, wait time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	c.box().retryAt = d.pool.Now().Add(wait)
}

// hand hands a consignment to the platform.
func (d *Desk) hand(ctx context.Context, c consignment) error {
	request, err := c.request(ctx, d)
	if told, ok := errors.AsType[*rc.Error](err); ok {
		return d.fail(ctx, c, told.Message)
	}
	if err != nil {
		return err
	}
	t, err := d.budget.acquire(ctx, request.group, acting)
	if err != nil {
		return err
	}
	ok, err := d.begin(ctx, c)
	if err != nil || !ok {
		d.budget.refund(request.group, t)
		return err
	}
	a, err := d.sendWithin(ctx, c.patience(), request, t)
	if err == nil {
		return c.handed(ctx, d, a)
	}
	lost, isTrouble := errors.AsType[*trouble](err)
	refused, isRefusal := errors.AsType[*refusal](err)
	switch {
	case errors.Is(err, errEnded), isTrouble && lost.Sent:
		d.mu.Lock()
		wait := max(settle, c.box().failures.next())
		d.mu.Unlock()
		d.postpone(c, wait) // then reconciled
		return nil
	case isRefusal:
		return d.fail(ctx, c, c.refused(refused))
	}
	// It never left, or the platform would not look at it: it waits here.
	if cerr := d.putBack(ctx, c); cerr != nil {
		return cerr
	}
	return err
}

// begin claims a consignment and writes down that it is being handed over,
// before it is: from here on only the platform knows whether it was sent.
func (d *Desk) begin(ctx context.Context, c consignment) (bool, error) {
	return d.claimAs(ctx, c, store.OutboxQueued, func(row *store.OutboxItem, a *attempt) {
		now := d.pool.Now()
		row.State, row.Holder, row.HeldUntil = store.OutboxSending, d.pool.Node, now.Add(c.patience()+lease)
		a.Attempted, a.Before = now, c.lookalikes(d)
	})
}

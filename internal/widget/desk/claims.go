package desk

import (
	"context"
	"errors"
	"fmt"
	"time"

	"offhook/internal/store"
)

// errOutdated means that a row is not what is known of it.
var errOutdated = errors.New("another server has changed this meanwhile")

// claim makes this server the only one that works on a consignment and, with a
// row, writes down what it is about to do. It is false when another server
// works on it, or has done so since it was known as of a time: then it is read
// again, so that nobody sends what was sent already.
func (d *Desk) claim(ctx context.Context, c consignment, known time.Time, next *store.OutboxItem) (bool, error) {
	id, now := c.box().ID, d.pool.Now()
	ok := false
	err := d.pool.Store.Write(ctx, func(tx store.WidgetTx) (err error) {
		if ok, err = tx.ClaimOutboxItem(ctx, d.grantID, id, d.pool.Node, now, now.Add(c.patience()+lease)); err != nil || !ok {
			return err
		}
		kept, err := tx.OutboxItem(ctx, d.grantID, id) // after the claim, which keeps others from changing it
		if err == nil && kept.UpdatedAt.UnixMilli() != known.UnixMilli() {
			err = errOutdated
		}
		if err != nil || next == nil {
			return err
		}
		return tx.SaveOutboxItem(ctx, *next)
	})
	outdated := errors.Is(err, errOutdated)
	if err != nil && !outdated || ok && !outdated {
		return err == nil, err
	}
	if err = d.loadOutbox(ctx); d.version(c).Equal(known) {
		d.postpone(c, 5*time.Second) // the other server is at work on it
	}
	return false, err
}

// claimAs claims a consignment that is in a state, and takes a step with it,
// which is written down before. It is false when its state is another, or when
// it is another server's.
func (d *Desk) claimAs(ctx context.Context, c consignment, state string, change func(*store.OutboxItem, *attempt)) (bool, error) {
	var was store.OutboxItem
	row, a, err := d.next(c, func(row *store.OutboxItem, a *attempt) {
		was = *row
		change(row, a)
	})
	if err != nil || was.State != state {
		return false, err
	}
	ok, err := d.claim(ctx, c, was.UpdatedAt, &row)
	if err != nil || !ok {
		return false, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	become(c, row, a)
	return true, nil
}

// version is when a consignment was changed last, as far as is known.
func (d *Desk) version(c consignment) time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	return c.box().UpdatedAt
}

// putBack writes down that the platform does not have a consignment, which is
// to be sent again. Where another server has it by now, that one knows better.
func (d *Desk) putBack(ctx context.Context, c consignment) error {
	ok, err := d.claimAs(ctx, c, store.OutboxSending, queue)
	if err != nil || !ok {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	c.changed(d)
	return nil
}

// requeue sends again what the platform refused. What is not failed any more,
// because another tab or server was faster, stays as it is.
func (d *Desk) requeue(ctx context.Context, c consignment) error {
	row, a, err := d.next(c, queue)
	if err != nil {
		return err
	}
	failed, err := d.whileFailed(ctx, row.ID, func(ctx context.Context, tx store.WidgetTx, kept store.OutboxItem) error {
		row.UpdatedAt = changedAt(row.UpdatedAt, kept.UpdatedAt)
		return tx.SaveOutboxItem(ctx, row)
	})
	if err != nil || !failed {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if p := c.box(); p.State == store.OutboxFailed {
		become(c, row, a)
		p.failures = backoff{}
		c.changed(d)
	}
	return nil
}

// whileFailed changes what is kept of something that failed, and reports false
// when it is not failed any more: then nothing changes, and what is kept is
// read.
func (d *Desk) whileFailed(ctx context.Context, id string, change func(context.Context, store.WidgetTx, store.OutboxItem) error) (failed bool, err error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeWithin)
	defer cancel()
	err = d.pool.Store.Write(ctx, func(tx store.WidgetTx) error {
		kept, err := tx.OutboxItem(ctx, d.grantID, id)
		if err != nil {
			return err
		}
		if failed = kept.State == store.OutboxFailed; !failed {
			return nil
		}
		return change(ctx, tx, kept)
	})
	if errors.Is(err, store.ErrNotFound) {
		return false, noMail()
	}
	if err != nil {
		return false, fmt.Errorf("changing what failed: %w", err)
	}
	if !failed {
		err = d.loadOutbox(ctx)
	}
	return failed, err
}

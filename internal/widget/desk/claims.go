package desk

import (
	"context"
	"errors"
	"fmt"
	"time"

	"offhook/internal/store"
)

// claim makes this server the only one that works on a consignment as it is
// known, and writes down, with a row, what it is about to do. It is false when
// another server works on it, or has done so meanwhile.
func (d *Desk) claim(ctx context.Context, c consignment, known time.Time, next *store.OutboxItem) (bool, error) {
	now := d.pool.Now()
	mine := store.OutboxItem{GrantID: d.grantID, ID: c.box().ID, UpdatedAt: known, Holder: d.pool.Node, HeldUntil: now.Add(c.patience() + lease)}
	err := d.pool.Store.Write(ctx, func(tx store.WidgetTx) error {
		ok, err := tx.ClaimOutboxItem(ctx, mine, now)
		switch {
		case err != nil:
			return err
		case !ok:
			return store.ErrOutdated
		case next == nil:
			return nil
		}
		return tx.SaveOutboxItem(ctx, *next, known)
	})
	if err != nil {
		return false, d.keepUp(ctx, c, known, err)
	}
	return true, nil
}

// keepUp reads what a consignment is by now, where the store did not take a
// step because it does not follow the last one. Whoever has written that knows
// better: another server, which may have sent it, or this one, when it never
// heard that a step was written down. Where there is nothing newer, another
// server is at work on it.
func (d *Desk) keepUp(ctx context.Context, c consignment, known time.Time, err error) error {
	if !errors.Is(err, store.ErrOutdated) {
		return err
	}
	if err = d.loadOutbox(ctx); d.version(c).Equal(known) {
		d.postpone(c, 5*time.Second)
	}
	return err
}

// claimAs claims a consignment that is in a state, and takes a step with it,
// which is written down before. It is false when its state is another, or when
// it is another server's.
func (d *Desk) claimAs(ctx context.Context, c consignment, state string, change func(*store.OutboxItem, *attempt)) (bool, error) {
	was, row, a, err := d.next(c, change)
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
	_, row, a, err := d.next(c, queue)
	if err != nil {
		return err
	}
	failed, err := d.whileFailed(ctx, row.ID, func(ctx context.Context, tx store.WidgetTx, kept store.OutboxItem) error {
		row.UpdatedAt = changedAt(row.UpdatedAt, kept.UpdatedAt)
		return tx.SaveOutboxItem(ctx, row, kept.UpdatedAt)
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
	switch {
	case errors.Is(err, store.ErrNotFound):
		return false, noMail()
	case err == nil && !failed, errors.Is(err, store.ErrOutdated):
		return false, d.loadOutbox(ctx)
	case err != nil:
		return false, fmt.Errorf("changing what failed: %w", err)
	}
	return true, nil
}

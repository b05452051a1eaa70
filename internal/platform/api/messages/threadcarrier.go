package messages

import (
	"context"
	"errors"
	"fmt"

	"offhook/internal/rc"
	"offhook/internal/store"
)

// carryThreads finishes every text of a thread that is in transit, each in a
// change of its own, and resolves the threads that have been quiet for long.
func (o *Office) carryThreads(ctx context.Context) error {
	entries, err := o.Store.ThreadEntriesInTransit(ctx, o.soon(), carrierBatch)
	if err != nil {
		return fmt.Errorf("looking for texts of threads in transit: %w", err)
	}
	for _, e := range entries {
		if err := o.finishEntry(ctx, e); err != nil {
			return fmt.Errorf("finishing text %d of a thread: %w", e.ID, err)
		}
	}
	if len(entries) == carrierBatch {
		o.Wake()
	}
	return o.inbox().Expire(ctx)
}

// finishEntry moves a thread's text to its last state, with the copies that
// members have of what one of them sent. What came in was left by another
// process, which could not tell anybody; its copies arrive by themselves.
// Another process may have finished it.
func (o *Office) finishEntry(ctx context.Context, e store.ThreadEntry) error {
	var copies []store.Message
	done := false
	err := o.Store.Write(ctx, func(tx store.PlatformTx) (err error) {
		copies, done = nil, false
		change, err := tx.NextThreadChange(ctx, e.AccountID)
		if err != nil {
			return err
		}
		fresh, err := tx.ThreadEntry(ctx, e.AccountID, e.ID)
		if errors.Is(err, store.ErrNotFound) || err == nil && fresh.Status != rc.Sent && fresh.Status != rc.Queued {
			return nil
		}
		if err != nil {
			return err
		}
		e, done = fresh, true
		e.Status, e.Change, e.ModifiedAt = lastState(fresh), change, later(o.Now(), fresh.ModifiedAt)
		if err := tx.SaveThreadEntry(ctx, e); err != nil || e.Direction == rc.Inbound {
			return err
		}
		copies, err = o.finishCopies(ctx, tx, e)
		return err
	})
	if err != nil || !done {
		return err
	}
	o.inbox().Announce(ctx, e.AccountID, e.QueueID, e.ModifiedAt, true)
	for _, m := range copies {
		o.announceChanged(context.WithoutCancel(ctx), m)
	}
	return nil
}

// lastState is how a text of a thread ends.
func lastState(e store.ThreadEntry) string {
	switch {
	case e.Direction == rc.Inbound:
		return rc.Received
	case e.Status == rc.Sent:
		return rc.Delivered
	}
	return rc.DeliveryFailed
}

// finishCopies brings the copies of what a member sent to the state of its
// entry.
func (o *Office) finishCopies(ctx context.Context, tx store.PlatformTx, e store.ThreadEntry) ([]store.Message, error) {
	copies, err := tx.EntryMessages(ctx, e.ID)
	if err != nil {
		return nil, err
	}
	stores := make([]int64, len(copies))
	for i, m := range copies {
		stores[i] = m.ExtensionID
	}
	changes, err := begin(ctx, tx, stores...)
	if err != nil {
		return nil, err
	}
	// Read again, now that nobody else can change them.
	if copies, err = tx.EntryMessages(ctx, e.ID); err != nil {
		return nil, err
	}
	for i := range copies {
		m := &copies[i]
		settle(m)
		m.Change, m.ModifiedAt = changes[m.ExtensionID], later(o.Now(), m.ModifiedAt)
		if err := tx.SaveMessage(ctx, *m); err != nil {
			return nil, err
		}
	}
	return copies, nil
}

package desk

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"offhook/internal/rc"
	"offhook/internal/store"
)

// RetryFax sends a fax again: one that the platform refused as it is, one that
// it could not deliver to those who did not get it. Doing so twice sends it
// once, until that has failed, too.
func (d *Desk) RetryFax(ctx context.Context, id string) error {
	d.poke()
	d.mu.Lock()
	if i := d.faxes[id]; i != nil {
		d.mu.Unlock()
		return d.requeue(ctx, i)
	}
	m, err := d.mailBy(id)
	if err != nil || faxState(&m.Record) != Failed {
		d.mu.Unlock()
		return err
	}
	last, next := d.lastRetry(id)
	if last != nil {
		state, record := last.State, d.mail.byID[last.MessageID]
		arrived := record != nil && faxState(&record.Record) == Sent
		over := record != nil && (faxState(&record.Record) == Failed || !record.Removed.IsZero()) ||
			record == nil && state == store.OutboxSent && d.pool.Now().Sub(last.UpdatedAt) > time.Minute // deleted elsewhere
		switch {
		case state == store.OutboxFailed:
			d.mu.Unlock()
			return d.requeue(ctx, last)
		case state == store.OutboxSent && arrived && !over:
			d.mu.Unlock()
			return rc.Errorf(rc.Invalid, "This fax has been sent again already, and it arrived.")
		case !over:
			d.mu.Unlock()
			return nil // it is on its way
		}
	}
	again := d.retryOf(next, &m.Record)
	d.mu.Unlock()
	return d.acceptFax(ctx, again)
}

// lastRetry is the newest fax that was made of a failed one, and the name for
// another. The caller holds mu.
func (d *Desk) lastRetry(id string) (last *faxItem, next string) {
	next = "retry-" + id
	for n := 2; d.faxes[faxPrefix+next] != nil; n++ {
		last = d.faxes[faxPrefix+next]
		next = "retry-" + id + "-" + strconv.Itoa(n)
	}
	return last, next
}

// retryOf makes a fax to those who did not get one. The caller holds mu.
func (d *Desk) retryOf(name string, r *rc.Message) *faxItem {
	again := d.newFaxItem(name)
	again.Original = r.ID
	for _, to := range r.To {
		if faxOutcome(r, &to).State == Failed {
			again.To = append(again.To, to.PhoneNumber)
		}
	}
	slices.Sort(again.To)
	return again
}

// DropFax forgets a fax that the platform refused, also one that was forgotten
// through another server. It is Invalid for one that is on its way again.
func (d *Desk) DropFax(ctx context.Context, id string) error {
	d.mu.Lock()
	known := d.faxes[id]
	d.mu.Unlock()
	if known == nil {
		return noMail()
	}
	failed, err := d.whileFailed(ctx, id, func(ctx context.Context, tx store.WidgetTx, _ store.OutboxItem) error {
		if err := tx.DeleteFailedOutboxItem(ctx, d.grantID, id); err != nil {
			return err
		}
		return tx.DeleteItemFiles(ctx, d.grantID, id)
	})
	told, isTold := errors.AsType[*rc.Error](err)
	gone := isTold && told.Kind == rc.NotFound
	if err != nil && !gone {
		return err
	}
	if !failed && !gone {
		return rc.Errorf(rc.Invalid, "This fax is on its way again, so it cannot be removed.")
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.faxes, id)
	d.tell(Event{Type: EventMail})
	return nil
}

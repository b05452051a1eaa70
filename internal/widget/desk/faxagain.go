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
// it could not deliver to those who did not get it, neither then nor again.
// Doing so twice sends it once to each, until that has failed, too.
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
	earlier, next := d.retriesOf(m.Record.ID)
	again, arrived := d.retryOf(next, &m.Record, earlier)
	refused := slices.DeleteFunc(earlier, func(i *faxItem) bool { return i.State != store.OutboxFailed })
	d.mu.Unlock()
	for _, i := range refused {
		if err := d.requeue(ctx, i); err != nil {
			return err
		}
	}
	switch {
	case len(again.To) > 0:
		return d.acceptFax(ctx, again)
	case arrived:
		return rc.Errorf(rc.Invalid, "This fax has been sent again already, and it arrived.")
	}
	return nil // it is on its way
}

// retriesOf are the faxes that were made of a failed one, and the name for
// another. The caller holds mu.
func (d *Desk) retriesOf(original int64) (all []*faxItem, next string) {
	for _, i := range d.faxes {
		if i.Original == original {
			all = append(all, i)
		}
	}
	first := "retry-" + strconv.FormatInt(original, 10)
	next = first
	for n := 2; d.faxes[faxPrefix+next] != nil; n++ {
		next = first + "-" + strconv.Itoa(n)
	}
	return all, next
}

// retryOf makes a fax to those who did not get one, also not by an earlier
// retry, nor will. It arrived when all of them got it by those. The caller
// holds mu.
func (d *Desk) retryOf(name string, r *rc.Message, earlier []*faxItem) (again *faxItem, arrived bool) {
	again = d.newFaxItem(name)
	again.Original = r.ID
	arrived = len(earlier) > 0
	for _, to := range r.To {
		if faxOutcome(r, &to).State != Failed {
			continue
		}
		state := Failed
		for _, i := range earlier {
			if s := d.retried(i, to.PhoneNumber); s == Sent || state == Failed {
				state = s
			}
		}
		if state == Failed {
			again.To = append(again.To, to.PhoneNumber)
		}
		arrived = arrived && state == Sent
	}
	slices.Sort(again.To)
	return again, arrived
}

// retried is what became of a retry for one of those whom the fax is for. One
// that the platform refused is sent as it is, so it is on its way; one that was
// deleted may be sent again. The caller holds mu.
func (d *Desk) retried(i *faxItem, number string) Delivery {
	if !slices.Contains(i.To, number) {
		return Failed
	}
	m := d.mail.byID[i.MessageID]
	switch {
	case i.State != store.OutboxSent, m == nil && d.pool.Now().Sub(i.UpdatedAt) <= time.Minute:
		return Sending
	case m == nil, !m.Removed.IsZero():
		return Failed
	}
	state := faxState(&m.Record)
	if state != Failed { // as long as it is on its way, nobody is given up
		return state
	}
	at := slices.IndexFunc(m.Record.To, func(c rc.Caller) bool { return c.PhoneNumber == number })
	if at < 0 {
		return state
	}
	return faxOutcome(&m.Record, &m.Record.To[at]).State
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

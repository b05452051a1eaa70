package messages

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"time"

	"offhook/internal/rc"
	"offhook/internal/store"
)

const (
	// sweepEvery is how often an office looks for what another process has put
	// into the store, and for texts that one left behind when it crashed.
	sweepEvery = 3 * time.Second
	// carrierBatch bounds one transaction.
	carrierBatch = 100
	// unreachable says that a number cannot get texts: the platform's own
	// network ends at its own numbers.
	unreachable = "SMS-UP-410"
)

// Wake makes Run look for texts in transit now.
func (o *Office) Wake() {
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

// Run brings messages to their last state until ctx ends: at once those that
// were left in transit, then each as it comes.
func (o *Office) Run(ctx context.Context) {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		if err := o.carry(ctx); err != nil && ctx.Err() == nil {
			o.Log.Error("delivering texts", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-o.wake:
		case <-tick.C:
		}
	}
}

// carry finishes every text in transit.
func (o *Office) carry(ctx context.Context) error {
	for {
		// Rows of this very millisecond are meant, too.
		ms, err := o.Store.MessagesInTransit(ctx, o.Now().Add(time.Second), carrierBatch)
		if err != nil {
			return fmt.Errorf("looking for texts in transit: %w", err)
		}
		if err := o.finish(ctx, ms); err != nil {
			return fmt.Errorf("finishing texts: %w", err)
		}
		if len(ms) < carrierBatch {
			return nil
		}
	}
}

// finish moves texts to their last states in one transaction, and tells each
// of their owners once. Another process may have finished some of them.
func (o *Office) finish(ctx context.Context, ms []store.Message) error {
	if len(ms) == 0 {
		return nil
	}
	faxes, err := o.receiversOf(ctx, ms)
	if err != nil {
		return err
	}
	stores := faxes.withStores(ms)
	var done map[int64][]store.Message
	var arrived []*store.Message
	err = o.Store.Write(ctx, func(tx store.PlatformTx) error {
		done, arrived = make(map[int64][]store.Message), nil
		changes, err := begin(ctx, tx, slices.Clone(stores)...)
		if err != nil {
			return err
		}
		for _, m := range ms {
			if m.Direction == rc.Inbound {
				ok, err := arrive(ctx, tx, &m)
				if err != nil {
					return err
				}
				if !ok {
					continue
				}
				m.Change, m.ModifiedAt = changes[m.ExtensionID], later(o.Now(), m.ModifiedAt)
				if err := tx.SaveMessage(ctx, m); err != nil {
					return err
				}
				arrived = append(arrived, &m)
				continue
			}
			m, err := tx.Message(ctx, m.ExtensionID, m.ID)
			if errors.Is(err, store.ErrNotFound) || err == nil && m.Status != rc.Sent && m.Status != rc.Queued {
				continue
			}
			if err != nil {
				return err
			}
			if m.Type == rc.TypeFax {
				in, err := o.sendFax(ctx, tx, faxes, &m, changes)
				if err != nil {
					return err
				}
				arrived = append(arrived, in...)
			} else {
				settle(&m)
			}
			m.Change, m.ModifiedAt = changes[m.ExtensionID], later(o.Now(), m.ModifiedAt)
			if err := tx.SaveMessage(ctx, m); err != nil {
				return err
			}
			done[m.ExtensionID] = append(done[m.ExtensionID], m)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, m := range arrived {
		o.announceNew(context.WithoutCancel(ctx), o.Base, m)
	}
	for _, changed := range done {
		o.announceChanged(context.WithoutCancel(ctx), changed...)
	}
	return nil
}

// settle decides how a text ended for each of its receivers. Where one of
// several did not get it, the whole counts as failed, so that nobody
// believes that everybody has read it.
func settle(m *store.Message) {
	m.Status, m.ErrorCode = rc.Delivered, ""
	for i := range m.To {
		if m.To[i].MessageStatus == rc.Sent {
			m.To[i].MessageStatus = rc.Delivered
			continue
		}
		m.To[i].MessageStatus = rc.DeliveryFailed
		m.Status, m.ErrorCode = rc.DeliveryFailed, failure(m.Text)
	}
}

// askedFailure is a text that says how it wants to fail, for those who try
// what their app does then.
var askedFailure = regexp.MustCompile(`^fail (SMS-(?:RC|UP|CAR)-\d{3})$`)

// failure is the deliveryErrorCode of a text that nobody got.
func failure(text string) string {
	if found := askedFailure.FindStringSubmatch(text); found != nil {
		return found[1]
	}
	return unreachable
}

// later is the time of a message's next change. Each has one of its own, so that
// clients can tell which is newer, whatever the clock says.
func later(now, before time.Time) time.Time {
	now = now.UTC().Truncate(time.Millisecond)
	if !now.After(before) {
		return before.Truncate(time.Millisecond).Add(time.Millisecond)
	}
	return now
}

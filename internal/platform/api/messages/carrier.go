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
		if err := errors.Join(o.carry(ctx), o.carryThreads(ctx)); err != nil && ctx.Err() == nil {
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
		ms, err := o.Store.MessagesInTransit(ctx, o.soon(), carrierBatch)
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

// soon is a moment by which all is due: rows of this very millisecond are
// meant, too.
func (o *Office) soon() time.Time { return o.Now().Add(time.Second) }

// finish moves messages to their last states: texts together, and then each
// fax by itself, so that none of them holds up the others.
func (o *Office) finish(ctx context.Context, ms []store.Message) error {
	var texts, faxes []store.Message
	for _, m := range ms {
		if m.Type == rc.TypeFax && m.Direction == rc.Outbound {
			faxes = append(faxes, m)
		} else {
			texts = append(texts, m)
		}
	}
	errs := []error{o.finishTexts(ctx, texts)}
	for _, m := range faxes {
		errs = append(errs, o.carryFax(ctx, m))
	}
	return errors.Join(errs...)
}

// finishTexts moves texts to their last states in one transaction, and what
// another process has left for somebody, and tells each of their owners once.
// Another process may have finished some of them.
func (o *Office) finishTexts(ctx context.Context, ms []store.Message) error {
	if len(ms) == 0 {
		return nil
	}
	stores := make([]int64, len(ms))
	for i, m := range ms {
		stores[i] = m.ExtensionID
	}
	var done map[int64][]store.Message
	var arrived []*store.Message
	err := o.Store.Write(ctx, func(tx store.PlatformTx) error {
		done, arrived = make(map[int64][]store.Message), nil
		changes, err := begin(ctx, tx, slices.Clone(stores)...)
		if err != nil {
			return err
		}
		for _, m := range ms {
			ok, err := finishText(ctx, tx, &m)
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
			if m.Direction == rc.Inbound {
				arrived = append(arrived, &m)
			} else {
				done[m.ExtensionID] = append(done[m.ExtensionID], m)
			}
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

// finishText reads a message as it is by now and moves it to its last state;
// false when it is there already.
func finishText(ctx context.Context, tx store.PlatformTx, m *store.Message) (bool, error) {
	if m.Direction == rc.Inbound {
		return arrive(ctx, tx, m)
	}
	fresh, err := tx.Message(ctx, m.ExtensionID, m.ID)
	if errors.Is(err, store.ErrNotFound) || err == nil && fresh.Status != rc.Sent && fresh.Status != rc.Queued {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	*m = fresh
	settle(m)
	return true, nil
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

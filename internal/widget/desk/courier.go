package desk

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"offhook/internal/rc"
	"offhook/internal/store"
)

// Times of the courier.
const (
	lease   = 45 * time.Second // of one item; longer than a request may take
	settle  = 2 * time.Second  // a request whose answer was lost may still be at work so long
	recheck = 30 * time.Second // then another server's items are looked at again
)

// courier brings the outbox to the platform: in order within a conversation,
// one at a time, each exactly once.
func (d *Desk) courier() {
	next := d.pool.Now().Add(recheck)
	for {
		if now := d.pool.Now(); now.After(next) {
			next = now.Add(recheck)
			d.tidyOutbox()
		}
		i, wait := d.nextItem()
		if i != nil {
			d.deliver(d.ctx, i)
			if d.ctx.Err() != nil {
				return
			}
			continue
		}
		d.mu.Lock()
		poked := d.poked
		d.mu.Unlock()
		timer := time.NewTimer(wait)
		select {
		case <-d.ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		case <-d.post:
		case <-poked:
			d.hurry()
		}
		timer.Stop()
	}
}

// tidyOutbox looks for items of servers that have gone away and forgets what
// was sent long ago.
func (d *Desk) tidyOutbox() {
	err := d.loadOutbox(d.ctx)
	old := d.pool.Now().Add(-keepSent)
	if err == nil {
		err = d.pool.Store.Write(d.ctx, func(tx store.WidgetTx) error {
			if err := tx.DeleteOldDeskFiles(d.ctx, d.grantID, d.pool.Now().Add(-keepUploads)); err != nil {
				return err
			}
			return tx.DeleteSentOutboxItems(d.ctx, d.grantID, old)
		})
	}
	if err != nil {
		if d.ctx.Err() == nil {
			d.log.Error("looking through the outbox", "err", err)
		}
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	kept := d.ledger.items[:0]
	for _, i := range d.ledger.items {
		if i.State == store.OutboxSent && !i.found && i.UpdatedAt.Before(old) {
			delete(d.ledger.byItem, i.ID)
			delete(d.ledger.keys, i.MessageID)
			continue
		}
		kept = append(kept, i)
	}
	clear(d.ledger.items[len(kept):])
	d.ledger.items = kept
}

// hurry lets items that wait after a failure try at once.
func (d *Desk) hurry() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, i := range d.ledger.items {
		if i.State == store.OutboxQueued {
			i.retryAt = time.Time{}
		}
	}
}

// nextItem returns the first item that may be worked on, or how long there
// is none. An item that waits holds up those after it in its conversation.
func (d *Desk) nextItem() (*item, time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := d.pool.Now()
	wait := recheck
	held := make(map[*thread]bool)
	for _, i := range d.ledger.items {
		if i.found {
			if !now.Before(i.retryAt) {
				return i, 0
			}
			wait = min(wait, i.retryAt.Sub(now))
			continue
		}
		if i.State != store.OutboxQueued && i.State != store.OutboxSending || held[i.thread] {
			continue
		}
		if !now.Before(i.retryAt) {
			return i, 0
		}
		held[i.thread] = true
		wait = min(wait, i.retryAt.Sub(now))
	}
	return nil, max(wait, time.Millisecond)
}

// deliver takes an item one step further.
func (d *Desk) deliver(ctx context.Context, i *item) {
	d.mu.Lock()
	state, found, attempted := i.State, i.found, i.Attempted
	d.mu.Unlock()
	var err error
	switch {
	case found:
		err = d.recordSent(ctx, i)
	case state == store.OutboxSending:
		if early := attempted.Add(settle).Sub(d.pool.Now()); early > 0 {
			d.postpone(i, early)
			return
		}
		err = d.reconcile(ctx, i)
	default:
		err = d.hand(ctx, i)
	}
	if err == nil || ctx.Err() != nil {
		return
	}
	d.mu.Lock()
	wait := i.failures.next()
	first := i.failures.failures == 1
	d.mu.Unlock()
	if first {
		d.log.Warn("sending a text", "err", err)
	}
	d.postpone(i, wait)
}

func (d *Desk) postpone(i *item, wait time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	i.retryAt = d.pool.Now().Add(wait)
}

// reconcile finds out what became of an item whose answer never came.
func (d *Desk) reconcile(ctx context.Context, i *item) error {
	claimed, err := d.claim(ctx, i)
	if err != nil || !claimed {
		return err
	}
	if err := d.sync(ctx, acting); err != nil {
		return err
	}
	d.mu.Lock()
	if i.State == store.OutboxSending {
		c := newChange()
		if m := d.ledger.find(i); m != nil {
			d.ledger.sent(i, m.ID, c)
			i.found = true
		} else {
			i.State = store.OutboxQueued // in memory: the row follows with the next attempt
		}
		d.commit(c)
	}
	found := i.found
	d.mu.Unlock()
	if found {
		return d.recordSent(ctx, i)
	}
	return d.hand(ctx, i)
}

// claim makes this server the only one that works on an item.
func (d *Desk) claim(ctx context.Context, i *item) (bool, error) {
	now := d.pool.Now()
	var ok bool
	err := d.pool.Store.Write(ctx, func(tx store.WidgetTx) (err error) {
		ok, err = tx.ClaimOutboxItem(ctx, d.grantID, i.ID, d.pool.Node, now, now.Add(lease))
		return err
	})
	if err == nil && !ok {
		// Another server works on it, or has done so.
		d.postpone(i, 5*time.Second)
		err = d.loadOutbox(ctx)
	}
	return ok, err
}

// recordSent writes down that an item was found at the platform.
func (d *Desk) recordSent(ctx context.Context, i *item) error {
	d.mu.Lock()
	snapshot := *i
	var record *rc.Message
	if m := d.ledger.messages[i.MessageID]; m != nil {
		r := m.Message
		record = &r
	}
	d.mu.Unlock()
	row, err := d.sealed(&snapshot)
	if err != nil {
		return err
	}
	if err := d.save(ctx, row, record); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	i.found, i.UpdatedAt = false, row.UpdatedAt
	return nil
}

// hand hands an item to the platform.
func (d *Desk) hand(ctx context.Context, i *item) error {
	c, err := d.letter(ctx, i)
	if gone, ok := errors.AsType[*spoiled](err); ok {
		return d.settleItem(ctx, i, store.OutboxFailed, gone.sentence)
	}
	if err != nil {
		return err
	}
	t, err := d.budget.acquire(ctx, rc.Medium, acting)
	if err != nil {
		return err
	}
	ok, err := d.begin(ctx, i)
	if err != nil || !ok {
		d.budget.refund(rc.Medium, t)
		return err
	}
	a, err := d.send(ctx, c, t)
	if err == nil {
		return d.handed(ctx, i, a)
	}
	lost, isTrouble := errors.AsType[*trouble](err)
	refused, isRefusal := errors.AsType[*refusal](err)
	switch {
	case errors.Is(err, errEnded), isTrouble && lost.Sent:
		d.mu.Lock()
		wait := max(settle, i.failures.next())
		d.mu.Unlock()
		d.postpone(i, wait) // then reconciled
		return nil
	case isRefusal:
		return d.settleItem(ctx, i, store.OutboxFailed, refusalSentence(refused))
	}
	// It never left, or the platform would not look at it: it waits here.
	if serr := d.settleItem(ctx, i, store.OutboxQueued, ""); serr != nil {
		return serr
	}
	return err
}

// letter is the call that sends an item. One whose files are gone fails,
// because sending it without them would say something else.
func (d *Desk) letter(ctx context.Context, i *item) (call, error) {
	c := call{group: rc.Medium, priority: acting, method: http.MethodPost, path: extensionPath + "/sms", body: request(i)}
	if isInternal(i.From) {
		c.path, c.body = extensionPath+"/company-pager", d.page(i)
	}
	if len(i.Files) == 0 {
		return c, nil
	}
	f, err := d.form(ctx, i)
	if told, ok := errors.AsType[*rc.Error](err); ok {
		return c, &spoiled{told.Message}
	}
	c.path, c.body = extensionPath+"/mms", f
	return c, err
}

// A spoiled is an item that cannot be sent any more.
type spoiled struct{ sentence string }

func (e *spoiled) Error() string { return e.sentence }

// request is the body that sends an item. Its fields do not change once it
// is made.
func request(i *item) rc.SMSRequest {
	r := rc.SMSRequest{From: rc.Caller{PhoneNumber: i.From}, Text: i.Text}
	for _, n := range i.Numbers {
		r.To = append(r.To, rc.Caller{PhoneNumber: n})
	}
	return r
}

// begin claims an item and writes down that it is being handed over, before
// it is: from here on only the platform knows whether it was sent.
func (d *Desk) begin(ctx context.Context, i *item) (bool, error) {
	d.mu.Lock()
	now := d.pool.Now()
	if i.State != store.OutboxQueued {
		d.mu.Unlock()
		return false, nil
	}
	next := *i
	next.State, next.Attempted, next.Before = store.OutboxSending, now, d.ledger.lookalikes(i)
	next.Holder, next.HeldUntil = d.pool.Node, now.Add(lease)
	d.mu.Unlock()
	row, err := d.sealed(&next)
	if err != nil {
		return false, err
	}
	var ok bool
	err = d.pool.Store.Write(ctx, func(tx store.WidgetTx) (err error) {
		ok, err = tx.ClaimOutboxItem(ctx, d.grantID, i.ID, d.pool.Node, now, now.Add(lease))
		if err != nil || !ok {
			return err
		}
		return tx.SaveOutboxItem(ctx, row)
	})
	if err != nil {
		return false, err
	}
	if !ok {
		d.postpone(i, 5*time.Second)
		return false, d.loadOutbox(ctx)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	i.State, i.Attempted, i.Before, i.Holder, i.HeldUntil = next.State, next.Attempted, next.Before, next.Holder, next.HeldUntil
	return true, nil
}

// handed takes over the platform's record of an item.
func (d *Desk) handed(ctx context.Context, i *item, a answer) error {
	var m rc.Message
	if err := json.Unmarshal(a.body, &m); err != nil || m.ID == 0 {
		// It was taken, but by what name only the next sync can tell.
		d.postpone(i, settle)
		return nil
	}
	if m.Availability == "" {
		m.Availability = rc.Alive
	}
	d.mu.Lock()
	c := newChange()
	if i.MessageID != m.ID {
		delete(d.ledger.keys, i.MessageID) // a lookalike was taken for it
	}
	d.ledger.sent(i, m.ID, c)
	i.found = true
	d.ledger.apply(m, 0, c)
	d.commit(c)
	d.mu.Unlock()
	return d.recordSent(ctx, i)
}

// settleItem writes down that an item is not in flight any more.
func (d *Desk) settleItem(ctx context.Context, i *item, state, sentence string) error {
	d.mu.Lock()
	next := *i
	d.mu.Unlock()
	next.State, next.Error, next.Holder, next.HeldUntil = state, sentence, "", time.Time{}
	row, err := d.sealed(&next)
	if err != nil {
		return err
	}
	if err := d.save(ctx, row, nil); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	i.State, i.Error = state, sentence
	c := newChange()
	c.threads[i.thread] = true
	d.commit(c)
	return nil
}

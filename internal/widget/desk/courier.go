package desk

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"offhook/internal/rc"
	"offhook/internal/store"
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
	t := d.newTurn()
	for _, i := range d.ledger.items {
		if i.found && t.is(&i.parcel, i) || !i.found && i.waits() && t.is(&i.parcel, i.thread) {
			return i, 0
		}
	}
	return nil, max(t.wait, time.Millisecond)
}

func (i *item) patience() time.Duration { return requestTimeout }

func (i *item) lookalikes(d *Desk) []int64 { return d.ledger.lookalikes(i) }

func (i *item) changed(d *Desk) {
	c := newChange()
	c.threads[i.thread] = true
	d.commit(c)
	wake(d.post)
}

// reconcile writes down that an item was found at the platform, or looks for one
// whose answer never came.
func (i *item) reconcile(ctx context.Context, d *Desk) error {
	d.mu.Lock()
	found := i.found
	d.mu.Unlock()
	if found {
		return d.recordSent(ctx, i)
	}
	if ok, err := d.claim(ctx, i, d.version(i), nil); err != nil || !ok {
		return err
	}
	if err := d.sync(ctx, acting); err != nil {
		return err
	}
	d.mu.Lock()
	if m := d.ledger.find(i); m != nil && i.State == store.OutboxSending {
		c := newChange()
		d.ledger.sent(i, m.ID, c)
		i.found = true
		d.commit(c)
	}
	found = i.found
	d.mu.Unlock()
	if found {
		return d.recordSent(ctx, i)
	}
	if err := d.putBack(ctx, i); err != nil {
		return err
	}
	return d.hand(ctx, i)
}

// recordSent writes down that an item was found at the platform.
func (d *Desk) recordSent(ctx context.Context, i *item) error {
	var record *rc.Message
	was, row, _, err := d.next(i, func(*store.OutboxItem, *attempt) {
		if m := d.ledger.messages[i.MessageID]; m != nil {
			r := m.Message
			record = &r
		}
	})
	if err != nil {
		return err
	}
	if err := d.save(ctx, was, row, record); err != nil {
		return d.keepUp(ctx, i, was.UpdatedAt, err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	i.found, i.UpdatedAt = false, row.UpdatedAt
	return nil
}

// request is the call that sends an item. One whose files are gone fails,
// because sending it without them would say something else.
func (i *item) request(ctx context.Context, d *Desk) (call, error) {
	c := call{group: rc.Medium, priority: acting, method: http.MethodPost, path: extensionPath + "/sms", body: smsRequest(i)}
	if isInternal(i.From) {
		c.path, c.body = extensionPath+"/company-pager", d.page(i)
	}
	if len(i.Files) == 0 {
		return c, nil
	}
	f, err := d.form(ctx, smsRequest(i), i.Files, func(n int, f File) string { return "file-" + strconv.Itoa(n) + rc.AttachmentExtension(f.ContentType) })
	c.path, c.body = extensionPath+"/mms", f
	return c, err
}

// smsRequest is the body that sends an item.
func smsRequest(i *item) rc.SMSRequest {
	r := rc.SMSRequest{From: rc.Caller{PhoneNumber: i.From}, Text: i.Text}
	for _, n := range i.Numbers {
		r.To = append(r.To, rc.Caller{PhoneNumber: n})
	}
	return r
}

// handed takes over the platform's record of an item.
func (i *item) handed(ctx context.Context, d *Desk, a answer) error {
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
	if d.ledger.apply(m, 0, c) && delivery(&m) == Failed {
		c.failed = append(c.failed, textKey(m.ID))
	}
	d.commit(c)
	d.mu.Unlock()
	return d.recordSent(ctx, i)
}

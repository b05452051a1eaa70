package desk

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
	"time"

	"offhook/internal/rc"
	"offhook/internal/store"
)

// Times of faxes. A fax whose answer was lost is looked for at once, and is
// handed over anew only when the platform has had all the time that it may need
// to take it.
const (
	faxPatience = 40 * time.Second // so long the platform may take for a fax with its documents
	faxSettle   = faxPatience + time.Minute
)

// faxer brings faxes to the platform, one at a time, each exactly once.
func (d *Desk) faxer() {
	for {
		i, wait := d.nextFax()
		if i != nil {
			d.deliverFax(d.ctx, i)
			if d.ctx.Err() != nil {
				return
			}
			continue
		}
		if _, open := d.await(wait, d.wantFax); !open {
			return
		}
	}
}

// nextFax returns a fax that may be worked on, or how long there is none. What
// was not answered is found again by whom it is for: so faxes to the same
// people go one after the other.
func (d *Desk) nextFax() (*faxItem, time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	now, wait := d.pool.Now(), recheck
	held := make(map[string]bool)
	for _, i := range d.waitingFaxes(now) {
		people := strings.Join(i.To, " ")
		if held[people] {
			continue
		}
		if !now.Before(i.retryAt) {
			return i, 0
		}
		held[people] = true
		wait = min(wait, i.retryAt.Sub(now))
	}
	return nil, max(wait, time.Millisecond)
}

// waitingFaxes are those that the platform does not have for certain: first
// those that it may have, then by age. It forgets what was sent long ago. The
// caller holds mu.
func (d *Desk) waitingFaxes(now time.Time) (waiting []*faxItem) {
	for id, i := range d.faxes {
		switch {
		case i.State == store.OutboxQueued || i.State == store.OutboxSending:
			waiting = append(waiting, i)
		case i.State == store.OutboxSent && now.Sub(i.UpdatedAt) > keepSent:
			delete(d.faxes, id) // its row goes with those of texts
		}
	}
	slices.SortFunc(waiting, func(a, b *faxItem) int {
		return cmp.Or(cmp.Compare(rank(b.State == store.OutboxSending), rank(a.State == store.OutboxSending)), cmp.Compare(a.Position, b.Position))
	})
	return waiting
}

// deliverFax takes a fax one step further.
func (d *Desk) deliverFax(ctx context.Context, i *faxItem) {
	d.mu.Lock()
	state, attempted := i.State, i.Attempted
	d.mu.Unlock()
	var err error
	switch early := attempted.Add(settle).Sub(d.pool.Now()); {
	case state == store.OutboxQueued:
		err = d.handFax(ctx, i)
	case early > 0: // the request may still be at work
		d.postponeFax(i, early)
	default:
		err = d.reconcileFax(ctx, i)
	}
	if err == nil || ctx.Err() != nil {
		return
	}
	d.mu.Lock()
	wait := i.failures.next()
	first := i.failures.failures == 1
	d.mu.Unlock()
	if first {
		d.log.Warn("sending a fax", "err", err)
	}
	d.postponeFax(i, wait)
}

func (d *Desk) postponeFax(i *faxItem, wait time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	i.retryAt = d.pool.Now().Add(wait)
}

// reconcileFax finds out what became of a fax whose answer never came: it is
// the oldest that fits and that was not there before. Where there is none when
// the platform can be at work on it no more, it was not taken.
func (d *Desk) reconcileFax(ctx context.Context, i *faxItem) error {
	if ok, err := d.claimFax(ctx, i, nil); err != nil || !ok {
		return err
	}
	looked := d.pool.Now()
	if err := d.syncMail(ctx); err != nil {
		return err
	}
	d.mu.Lock()
	id, since := d.becameOf(i), looked.Sub(i.Attempted)
	d.mu.Unlock()
	switch {
	case id != 0:
		return d.faxSent(ctx, i, id)
	case since < faxSettle:
		d.postponeFax(i, min(faxSettle-since, max(settle, since)))
		return nil
	}
	return d.settleFax(ctx, i, store.OutboxQueued, "")
}

// becameOf is the record of a fax whose answer never came, 0 when there is
// none. The caller holds mu.
func (d *Desk) becameOf(i *faxItem) int64 {
	var best *mail
	for _, m := range d.mail.byID {
		r := &m.Record
		if !likeFax(r, i) || contains(i.Before, r.ID) || d.isOfAFax(r.ID) || r.CreationTime.Before(i.Attempted.Add(-10*time.Minute)) {
			continue
		}
		if best == nil || r.CreationTime.Before(best.Record.CreationTime.Time) {
			best = m
		}
	}
	if best == nil {
		return 0
	}
	return best.Record.ID
}

func contains(ids []int64, id int64) bool {
	for _, known := range ids {
		if known == id {
			return true
		}
	}
	return false
}

// isOfAFax reports whether a record is known to be what became of another
// fax. The caller holds mu.
func (d *Desk) isOfAFax(messageID int64) bool {
	for _, i := range d.faxes {
		if i.State == store.OutboxSent && i.MessageID == messageID {
			return true
		}
	}
	return false
}

// claimFax makes this server the only one that works on a fax, and writes down
// what it is about to do; false when another one works on it.
func (d *Desk) claimFax(ctx context.Context, i *faxItem, next *store.OutboxItem) (bool, error) {
	now := d.pool.Now()
	var ok bool
	err := d.pool.Store.Write(ctx, func(tx store.WidgetTx) (err error) {
		if ok, err = tx.ClaimOutboxItem(ctx, d.grantID, i.ID, d.pool.Node, now, now.Add(faxPatience+lease)); err != nil || !ok || next == nil {
			return err
		}
		return tx.SaveOutboxItem(ctx, *next)
	})
	if err == nil && !ok {
		d.postponeFax(i, 5*time.Second)
		err = d.loadOutbox(ctx)
	}
	return ok, err
}

// handFax hands a fax to the platform.
func (d *Desk) handFax(ctx context.Context, i *faxItem) error {
	c, err := d.faxCall(ctx, i)
	if told, ok := errors.AsType[*rc.Error](err); ok {
		return d.settleFax(ctx, i, store.OutboxFailed, told.Message) // its documents are gone
	}
	if err != nil {
		return err
	}
	t, err := d.budget.acquire(ctx, rc.Heavy, acting)
	if err != nil {
		return err
	}
	ok, err := d.beginFax(ctx, i)
	if err != nil || !ok {
		d.budget.refund(rc.Heavy, t)
		return err
	}
	a, err := d.sendWithin(ctx, faxPatience, c, t)
	if err == nil {
		return d.faxHanded(ctx, i, a)
	}
	lost, isTrouble := errors.AsType[*trouble](err)
	refused, isRefusal := errors.AsType[*refusal](err)
	switch {
	case errors.Is(err, errEnded), isTrouble && lost.Sent:
		d.postponeFax(i, settle) // then reconciled
		return nil
	case isRefusal:
		return d.settleFax(ctx, i, store.OutboxFailed, faxRefusal(refused))
	}
	// It never left, or the platform would not look at it: it waits here.
	if serr := d.settleFax(ctx, i, store.OutboxQueued, ""); serr != nil {
		return serr
	}
	return err
}

// beginFax writes down that a fax is being handed over, before it is: from
// here on only the platform knows whether it was sent.
func (d *Desk) beginFax(ctx context.Context, i *faxItem) (bool, error) {
	d.mu.Lock()
	if i.State != store.OutboxQueued {
		d.mu.Unlock()
		return false, nil
	}
	now := d.pool.Now()
	next := *i
	next.State, next.Attempted, next.Before = store.OutboxSending, now, nil
	next.Holder, next.HeldUntil = d.pool.Node, now.Add(faxPatience+lease)
	for id, m := range d.mail.byID {
		if likeFax(&m.Record, i) {
			next.Before = append(next.Before, id)
		}
	}
	d.mu.Unlock()
	row, err := d.sealedFax(&next)
	if err != nil {
		return false, err
	}
	ok, err := d.claimFax(ctx, i, &row)
	if err != nil || !ok {
		return false, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	i.State, i.Attempted, i.Before, i.Holder, i.HeldUntil, i.UpdatedAt = next.State, next.Attempted, next.Before, next.Holder, next.HeldUntil, row.UpdatedAt
	return true, nil
}

// faxHanded takes over the platform's record of a fax.
func (d *Desk) faxHanded(ctx context.Context, i *faxItem, a answer) error {
	var r rc.Message
	if err := json.Unmarshal(a.body, &r); err != nil || r.ID == 0 {
		d.postponeFax(i, settle) // taken, but by what name only the next sync can tell
		return nil
	}
	if r.Availability == "" {
		r.Availability = rc.Alive
	}
	r.Type = rc.TypeFax
	d.mu.Lock()
	c := newChange()
	told, isNew := d.mail.take(r, d.mail.gen, c)
	for k := range c.rows {
		d.dirty(k)
	}
	if told != nil {
		d.tell(Event{Type: EventMessage, Message: told, New: isNew})
	}
	d.mu.Unlock()
	return d.faxSent(ctx, i, r.ID)
}

// faxSent writes down what a fax has become.
func (d *Desk) faxSent(ctx context.Context, i *faxItem, messageID int64) error {
	d.mu.Lock()
	next := *i
	d.mu.Unlock()
	next.State, next.MessageID, next.Error = store.OutboxSent, messageID, ""
	return d.saveFax(ctx, i, next)
}

// settleFax writes down that a fax is not in flight any more.
func (d *Desk) settleFax(ctx context.Context, i *faxItem, state, sentence string) error {
	d.mu.Lock()
	next := *i
	d.mu.Unlock()
	next.State, next.Error, next.Holder, next.HeldUntil = state, sentence, "", time.Time{}
	return d.saveFax(ctx, i, next)
}

func (d *Desk) saveFax(ctx context.Context, i *faxItem, next faxItem) error {
	row, err := d.sealedFax(&next)
	if err != nil {
		return err
	}
	if err := d.save(ctx, row, nil); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	i.State, i.MessageID, i.Error, i.Holder, i.HeldUntil, i.UpdatedAt, i.retryAt = next.State, next.MessageID, next.Error, next.Holder, next.HeldUntil, row.UpdatedAt, time.Time{}
	d.tell(Event{Type: EventMail})
	if next.State == store.OutboxSent {
		d.mailStaleLocked()
	}
	wake(d.wantFax)
	return nil
}

// faxCall is the call that sends a fax: a form with its documents, or JSON
// that names the fax that is sent again.
func (d *Desk) faxCall(ctx context.Context, i *faxItem) (call, error) {
	c := call{group: rc.Heavy, priority: acting, method: http.MethodPost, path: extensionPath + "/fax", body: faxRequest(i)}
	if i.Original != 0 {
		return c, nil
	}
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	text, err := json.Marshal(faxRequest(i))
	if err != nil {
		return c, fmt.Errorf("encoding a fax: %w", err)
	}
	if err := addPart(w, "json", "request.json", "application/json", text); err != nil {
		return c, err
	}
	for n, f := range i.Files {
		known, body, err := d.Uploaded(ctx, f.ID)
		if err != nil {
			return c, err
		}
		name := known.Name
		if strings.TrimSpace(name) == "" {
			name = fmt.Sprintf("document-%d", n+1)
		}
		if err := addPart(w, "attachment", name, known.ContentType, body); err != nil {
			return c, err
		}
	}
	if err := w.Close(); err != nil {
		return c, fmt.Errorf("writing a form: %w", err)
	}
	c.body = form{w.FormDataContentType(), b.Bytes()}
	return c, nil
}

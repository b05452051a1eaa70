package desk

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"offhook/internal/rc"
	"offhook/internal/store"
	"offhook/internal/widget/lang"
)

// Times of faxes. A fax whose answer was lost is looked for at once, and is
// handed over anew only when the platform has had all the time that it may need
// to take it.
const (
	faxPatience = 40 * time.Second // so long the platform may take for a fax with its documents
	faxSettle   = faxPatience + time.Minute
)

func (p *Pool) faxSettle() time.Duration { return cmp.Or(p.FaxSettle, faxSettle) }

// faxer brings faxes to the platform, one at a time, each exactly once.
func (d *Desk) faxer() {
	for {
		i, wait := d.nextFax()
		if i != nil {
			d.deliver(d.ctx, i)
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
	t := d.newTurn()
	for _, i := range d.waitingFaxes(t.now) {
		if t.is(&i.parcel, strings.Join(i.To, " ")) {
			return i, 0
		}
	}
	return nil, max(t.wait, time.Millisecond)
}

// waitingFaxes are those that the platform does not have for certain: first
// those that it may have, then by age. It forgets what was sent long ago. The
// caller holds mu.
func (d *Desk) waitingFaxes(now time.Time) (waiting []*faxItem) {
	for id, i := range d.faxes {
		switch {
		case i.waits():
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

func (i *faxItem) patience() time.Duration { return faxPatience }

// changed tells of faxes as a list. What the platform has is a record soon,
// which is asked for.
func (i *faxItem) changed(d *Desk) {
	d.tell(Event{Type: EventMail})
	if i.State == store.OutboxSent {
		d.mail.stale = true
		wake(d.wantMail)
	}
	wake(d.wantFax)
}

// reconcile finds out what became of a fax whose answer never came: it is the
// oldest that fits and that was not there before. Where there is none when the
// platform can be at work on it no more, it was not taken.
func (i *faxItem) reconcile(ctx context.Context, d *Desk) error {
	if ok, err := d.claim(ctx, i, d.version(i), nil); err != nil || !ok {
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
	case since < d.pool.faxSettle():
		d.postpone(i, min(d.pool.faxSettle()-since, max(settle, since)))
		return nil
	}
	return d.putBack(ctx, i)
}

// becameOf is the record of a fax whose answer never came, 0 when there is
// none. The caller holds mu.
func (d *Desk) becameOf(i *faxItem) int64 {
	var best *mail
	for _, m := range d.mail.byID {
		r := &m.Record
		if !likeFax(r, i) || slices.Contains(i.Before, r.ID) || d.isOfAFax(r.ID) || r.CreationTime.Before(i.Attempted.Add(-clocksDiffer)) {
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

func (i *faxItem) lookalikes(d *Desk) (ids []int64) {
	for id, m := range d.mail.byID {
		if likeFax(&m.Record, i) {
			ids = append(ids, id)
		}
	}
	return ids
}

// handed takes over the platform's record of a fax.
func (i *faxItem) handed(ctx context.Context, d *Desk, a answer) error {
	var r rc.Message
	if err := json.Unmarshal(a.body, &r); err != nil || r.ID == 0 {
		d.postpone(i, settle) // taken, but by what name only the next sync can tell
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
	if told != nil && isNew && faxState(&r) == Failed {
		c.failed = append(c.failed, faxKey(r.ID))
	}
	d.failed(c.failed...)
	d.mu.Unlock()
	return d.faxSent(ctx, i, r.ID)
}

// faxSent writes down what a fax has become.
func (d *Desk) faxSent(ctx context.Context, i *faxItem, messageID int64) error {
	return d.advance(ctx, i, func(row *store.OutboxItem, a *attempt) {
		row.State, row.MessageID, a.Error = store.OutboxSent, messageID, ""
	})
}

// request is the call that sends a fax: a form with its documents, or JSON
// that names the fax that is sent again.
func (i *faxItem) request(ctx context.Context, d *Desk) (call, error) {
	c := call{group: rc.Heavy, priority: acting, method: http.MethodPost, path: extensionPath + "/fax", body: faxRequest(i)}
	if i.Original != 0 {
		return c, nil
	}
	f, err := d.form(ctx, faxRequest(i), i.Files, func(n int, _ File) string { return "document-" + strconv.Itoa(n) })
	c.body = f
	return c, err
}

// faxRequest is what an item asks the platform for.
func faxRequest(i *faxItem) rc.FaxRequest {
	r := rc.FaxRequest{FaxResolution: rc.FaxHigh}
	for _, n := range i.To {
		r.To = append(r.To, rc.Caller{PhoneNumber: n})
	}
	if i.Original != 0 {
		return rc.FaxRequest{To: r.To, OriginalMessageID: json.Number(strconv.FormatInt(i.Original, 10))}
	}
	r.CoverIndex, r.CoverPageText = &i.Cover, i.CoverText
	return r
}

func (i *faxItem) refused(r *refusal) string {
	switch {
	case r.Status == http.StatusForbidden:
		return lang.Mark("You may not send faxes. Ask your administrator to allow it to this app.")
	case r.Message == "":
		return lang.Mark("The phone service refused this fax. Check the number and the documents, and try again.")
	}
	return fmt.Sprintf(lang.Mark("The phone service refused this fax: %s."), strings.TrimSuffix(r.Message, "."))
}

// likeFax reports whether a record went to the same people as an item and, as
// far as it says so, is the same fax.
func likeFax(r *rc.Message, i *faxItem) bool {
	if r.Type != rc.TypeFax || r.Direction != rc.Outbound || len(r.To) != len(i.To) {
		return false
	}
	var to []string
	for _, c := range r.To {
		to = append(to, c.PhoneNumber)
	}
	slices.Sort(to)
	return slices.Equal(to, i.To) && (i.Original != 0 || likePages(r, i))
}

// likePages reports whether a record may be of an item's pages. Each document
// is a page at least; how many it is only the platform knows.
func likePages(r *rc.Message, i *faxItem) bool {
	switch {
	case r.CoverIndex != nil && *r.CoverIndex != i.Cover,
		r.FaxResolution != "" && r.FaxResolution != rc.FaxHigh,
		r.FaxPageCount > 0 && r.FaxPageCount < len(i.Files):
		return false
	}
	text := strings.Fields(r.CoverPageText)
	return len(text) == 0 || slices.Equal(text, strings.Fields(i.CoverText))
}

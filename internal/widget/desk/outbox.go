package desk

import (
	"cmp"
	"context"
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

// Bounds of the outbox.
const (
	maxText     = 1000
	maxParties  = 10
	maxPending  = 300            // texts of one user that wait to be sent
	keepSent    = 24 * time.Hour // so long the same text cannot be sent twice by its id
	storeWithin = 10 * time.Second
)

// An item is a text of the outbox.
type item struct {
	parcel
	letter
	thread *thread
	found  bool // adopted from a sync; the row does not say so yet
	hidden bool // failed, and deleted by its user
}

// A letter is what an item keeps sealed.
type letter struct {
	Numbers []string `json:"numbers"`
	From    string   `json:"from"`
	Text    string   `json:"text"`
	Files   []File   `json:"files,omitempty"`
	attempt
}

func (i *item) with(a attempt) any {
	l := i.letter
	l.attempt = a
	return l
}

// loadOutbox reads the rows that say more than is known: at the beginning all
// of them, later what another server has left or changed.
func (d *Desk) loadOutbox(ctx context.Context) error {
	rows, err := d.pool.Store.OutboxItems(ctx, d.grantID)
	if err != nil {
		return fmt.Errorf("reading the outbox: %w", err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	c := newChange()
	for _, r := range rows {
		d.admit(r, c)
	}
	d.commit(c)
	return nil
}

// admit takes over a row of the outbox. The caller holds mu.
func (d *Desk) admit(r store.OutboxItem, c *change) {
	if strings.HasPrefix(r.ID, faxPrefix) {
		d.admitFax(r)
		return
	}
	known := d.ledger.byItem[r.ID]
	if known != nil && !r.UpdatedAt.After(known.UpdatedAt) {
		return
	}
	var l letter
	if err := d.unseal(r, &l); err != nil {
		d.log.Error("opening a text of the outbox", "err", err)
		return
	}
	if known == nil {
		known = &item{parcel: parcel{OutboxItem: r}, letter: l}
		d.ledger.enqueue(known, c)
	} else {
		d.ledger.corrected(known, r, l.attempt, c)
	}
	if r.State == store.OutboxSent {
		d.ledger.keys[r.MessageID] = r.ID
	}
}

// corrected takes over what another server has made of an item. It knows better
// than who has only seen a record that looks like it.
func (l *ledger) corrected(i *item, r store.OutboxItem, a attempt, c *change) {
	if l.keys[i.MessageID] == i.ID {
		delete(l.keys, i.MessageID)
	}
	become(i, r, a)
	i.found = false
	c.threads[i.thread] = true
}

// enqueue puts an item into its place in the order.
func (l *ledger) enqueue(i *item, c *change) {
	i.thread, _ = l.with(i.Numbers)
	i.hidden = l.isRemovedItem(i.ID)
	at, _ := slices.BinarySearchFunc(l.items, i, func(a, b *item) int {
		return cmp.Or(cmp.Compare(a.Position, b.Position), strings.Compare(a.ID, b.ID))
	})
	l.items = slices.Insert(l.items, at, i)
	l.byItem[i.ID] = i
	c.threads[i.thread] = true
}

// pending reports whether something waits to be sent.
func (l *ledger) pending() bool {
	return slices.ContainsFunc(l.items, func(i *item) bool {
		return i.waits() || i.found
	})
}

// sent notes that the platform has an item as a message.
func (l *ledger) sent(i *item, messageID int64, c *change) {
	i.State, i.MessageID, i.Error, i.retryAt = store.OutboxSent, messageID, "", time.Time{}
	l.keys[messageID] = i.ID
	c.threads[i.thread] = true
}

// adopt links a record that came by a sync with the item in flight that it
// is, so that no moment shows both.
func (l *ledger) adopt(m *message, c *change) {
	if i := l.inFlight(m); i != nil {
		l.sent(i, m.ID, c)
		i.found = true
	}
}

// inFlight finds the item in flight that a record is.
func (l *ledger) inFlight(m *message) *item {
	for _, i := range l.items {
		if i.State == store.OutboxSending && l.is(i, m) {
			return i
		}
	}
	return nil
}

// is reports whether a record can be what became of an item.
func (l *ledger) is(i *item, m *message) bool {
	return m.Direction == rc.Outbound && l.keys[m.ID] == "" && l.like(i, m) && !slices.Contains(i.Before, m.ID) &&
		!m.CreationTime.Before(i.Attempted.Add(-clocksDiffer))
}

// like reports whether a record reads the same and went to the same people.
func (l *ledger) like(i *item, m *message) bool {
	return strings.TrimSpace(m.Subject) == i.Text && len(filesOf(&m.Message)) == len(i.Files) && m.thread.local == i.thread.local
}

// lookalikes are the records that could be taken for an item.
func (l *ledger) lookalikes(i *item) []int64 {
	var ids []int64
	for id, m := range l.messages {
		if m.Direction == rc.Outbound && l.like(i, m) {
			ids = append(ids, id)
		}
	}
	return ids
}

// find looks for an item among all records; the oldest that fits is it.
func (l *ledger) find(i *item) *message {
	var best *message
	for _, m := range l.messages {
		if l.is(i, m) && (best == nil || compareMessages(m, best) < 0) {
			best = m
		}
	}
	return best
}

// save writes an item's row and, when it became a message, the message's. The
// row follows what was known of it: see keepUp.
func (d *Desk) save(ctx context.Context, was, row store.OutboxItem, m *rc.Message) error {
	var message store.DeskRow
	if m != nil {
		var err error
		if message, err = d.sealRow(rowMessage, strconv.FormatInt(m.ID, 10), m); err != nil {
			return err
		}
	}
	err := d.pool.Store.Write(ctx, func(tx store.WidgetTx) error {
		if m != nil {
			if err := tx.PutDeskRow(ctx, message); err != nil {
				return err
			}
		}
		if row.State == store.OutboxSent { // the platform has its files now
			if err := tx.DeleteItemFiles(ctx, d.grantID, row.ID); err != nil {
				return err
			}
		}
		return tx.SaveOutboxItem(ctx, row, was.UpdatedAt)
	})
	if err != nil {
		return fmt.Errorf("writing down what became of what was sent: %w", err)
	}
	return nil
}

func (i *item) refused(r *refusal) string {
	switch {
	case r.Status == http.StatusForbidden:
		return lang.Mark("You may not send this text. Ask your administrator to allow texts from this app.")
	case r.Message == "":
		return lang.Mark("The phone service refused this text. Check the number and try again.")
	}
	return fmt.Sprintf(lang.Mark("The phone service refused this text: %s."), strings.TrimSuffix(r.Message, "."))
}

package desk

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"offhook/internal/rc"
	"offhook/internal/store"
)

// Kinds of rows. All but contacts, calls, messages, threads and drafts have one
// row each.
const (
	rowMe        = "me"
	rowDirectory = "directory"
	rowPresence  = "presence"
	rowTemplates = "templates"
	rowFavorites = "favorites"
	rowBook      = "book"
	rowContact   = "contact"
	rowCalls     = "calls"
	rowCall      = "call"
	rowSync      = "sync"
	rowReads     = "reads"
	rowRemovals  = "removals"
	rowFilters   = "filters"
	rowMailbox   = "mailbox"
	rowMail      = "mail"
	rowMessage   = "message"
	rowThread    = "thread"
	rowDraft     = "draft"
	rowFailures  = "failures"
)

// batch is how long changes wait for others to be written with them. What
// a user was told is kept is written at once, elsewhere.
const batch = 250 * time.Millisecond

// A syncRow is where the next sync goes on, and what the budget remembers.
type syncRow struct {
	Token string               `json:"token"`
	Usage map[rc.Group][]stamp `json:"usage"`
}

// A threadRow is a conversation that was begun here.
type threadRow struct {
	Numbers []string `json:"numbers"`
}

func rowName(grantID, kind, id string) string { return "desk_rows/" + grantID + "/" + kind + "/" + id }

func (d *Desk) sealRow(kind, id string, v any) (store.DeskRow, error) {
	plain, err := json.Marshal(v)
	if err != nil {
		return store.DeskRow{}, fmt.Errorf("encoding %s %s: %w", kind, id, err)
	}
	return store.DeskRow{GrantID: d.grantID, Kind: kind, ID: id, Sealed: d.pool.Ring.Seal(plain, rowName(d.grantID, kind, id))}, nil
}

func (d *Desk) openRow(r store.DeskRow, v any) error {
	plain, err := d.pool.Ring.Open(r.Sealed, rowName(d.grantID, r.Kind, r.ID))
	if err != nil {
		return fmt.Errorf("opening %s %s: %w", r.Kind, r.ID, err)
	}
	if err := json.Unmarshal(plain, v); err != nil {
		return fmt.Errorf("reading %s %s: %w", r.Kind, r.ID, err)
	}
	return nil
}

// load reads what was kept. A row that cannot be opened is logged and left
// out, and the sync begins anew: the platform has everything but drafts and
// the outbox.
func (d *Desk) load(ctx context.Context) error {
	rows, err := d.pool.Store.DeskRows(ctx, d.grantID)
	if err != nil {
		return fmt.Errorf("reading the desk: %w", err)
	}
	// Who the user is comes first, because messages are filed by it.
	order := []string{rowMe, rowDirectory, rowPresence, rowTemplates, rowFavorites, rowBook, rowContact, rowCalls, rowCall, rowReads, rowRemovals, rowFilters, rowFailures, rowThread, rowMessage, rowMail, rowMailbox, rowDraft, rowSync}
	slices.SortStableFunc(rows, func(a, b store.DeskRow) int { return slices.Index(order, a.Kind) - slices.Index(order, b.Kind) })
	whole := true
	c := newChange()
	for _, r := range rows {
		if err := d.loadRow(r, c); err != nil {
			d.log.Error("reading what was kept of a desk", "err", err)
			whole = false
		}
	}
	if !whole {
		d.token = ""
		d.book = bookRow{Walk: d.book.Walk}
		d.calls.row.Token, d.mail.row.Token = "", ""
	}
	d.ledger.people.nameNumbers()
	return d.loadOutbox(ctx)
}

func (d *Desk) loadRow(r store.DeskRow, c *change) error {
	switch r.Kind {
	case rowMe:
		var id identity
		if err := d.openRow(r, &id); err != nil {
			return err
		}
		d.settle(id, c)
	case rowDirectory:
		var dir directory
		if err := d.openRow(r, &dir); err != nil {
			return err
		}
		d.meet(dir)
	case rowPresence:
		var kept []Presence
		if err := d.openRow(r, &kept); err != nil {
			return err
		}
		for _, p := range kept {
			d.ledger.people.present[p.ExtensionID] = &presence{Presence: p, old: true}
		}
	case rowTemplates:
		return d.openRow(r, &d.templates)
	case rowFavorites:
		return d.openRow(r, &d.favorites)
	case rowBook:
		return d.openRow(r, &d.book)
	case rowContact:
		var c contactRow
		if err := d.openRow(r, &c); err != nil {
			return err
		}
		d.ledger.people.personal[c.Record.ID] = c
		d.ledger.people.changeContact(c.Record.ID)
	case rowCalls:
		return d.openRow(r, &d.calls.row)
	case rowCall:
		var call rc.CallRecord
		if err := d.openRow(r, &call); err != nil {
			return err
		}
		d.calls.take(call, newChange())
		d.ledger.people.hearCall(&call)
	case rowMailbox:
		return d.openRow(r, &d.mail.row)
	case rowMail:
		var m mail
		if err := d.openRow(r, &m); err != nil {
			return err
		}
		d.mail.byID[m.Record.ID] = &m
		d.ledger.people.hear(m.Record.From)
	case rowSync:
		var s syncRow
		if err := d.openRow(r, &s); err != nil {
			return err
		}
		d.token = s.Token
		d.budget.restore(s.Usage)
	case rowReads:
		var marked map[string][]int64
		if err := d.openRow(r, &marked); err != nil {
			return err
		}
		for status, ids := range marked {
			for _, id := range ids {
				d.ledger.reads[id] = &mark{status: status}
			}
		}
	case rowRemovals:
		return d.openRow(r, &d.ledger.removals)
	case rowFilters:
		return d.openRow(r, &d.filters)
	case rowFailures:
		return d.openRow(r, &d.ledger.failures)
	case rowThread:
		var t threadRow
		if err := d.openRow(r, &t); err != nil {
			return err
		}
		d.ledger.with(t.Numbers)
	case rowMessage:
		var m rc.Message
		if err := d.openRow(r, &m); err != nil {
			return err
		}
		d.ledger.apply(m, 0, c)
	case rowDraft:
		var text string
		if err := d.openRow(r, &text); err != nil {
			return err
		}
		d.ledger.drafts[r.ID] = text
	}
	return nil
}

// value is what a row holds now; nil when it is to go. The caller holds mu.
func (d *Desk) value(k rowKey) any {
	switch k.kind {
	case rowMe:
		return d.identity
	case rowDirectory:
		return directory{d.directoryAt, d.ledger.people.entries}
	case rowPresence:
		return d.presenceRow(k.id)
	case rowTemplates:
		return d.templates
	case rowFavorites:
		return d.favorites
	case rowBook:
		return d.book
	case rowContact:
		id, _ := strconv.ParseInt(k.id, 10, 64)
		if c, ok := d.ledger.people.personal[id]; ok {
			return c
		}
	case rowCalls:
		return d.calls.row
	case rowCall:
		if r := d.calls.byID[k.id]; r != nil {
			return r
		}
	case rowMailbox:
		return d.mail.row
	case rowMail:
		id, _ := strconv.ParseInt(k.id, 10, 64)
		if m := d.mail.byID[id]; m != nil && (!m.older || m.Read != "" || m.Keep != "" || !m.Removed.IsZero()) {
			return m
		}
	case rowSync:
		return syncRow{d.token, d.budget.usage()}
	case rowReads:
		marked := map[string][]int64{}
		for id, r := range d.ledger.reads {
			if !r.acked {
				marked[r.status] = append(marked[r.status], id)
			}
		}
		return marked
	case rowRemovals:
		return slices.Clone(d.ledger.removals)
	case rowFilters:
		return d.filters
	case rowFailures:
		return d.ledger.failures
	case rowThread:
		if t := d.ledger.locals[k.id]; t != nil && t.kept {
			return threadRow{t.numbers}
		}
	case rowMessage:
		id, _ := strconv.ParseInt(k.id, 10, 64)
		if m := d.ledger.messages[id]; m != nil && !m.older {
			return m.Message
		}
	}
	return nil
}

// dirty notes rows to write. The caller holds mu.
func (d *Desk) dirty(keys ...rowKey) {
	for _, k := range keys {
		d.changed[k] = true
	}
	if len(keys) > 0 {
		wake(d.keep)
	}
}

// keeper writes changed rows in batches.
func (d *Desk) keeper() {
	for {
		select {
		case <-d.ctx.Done():
			return
		case <-d.keep:
		}
		select {
		case <-d.ctx.Done():
			return
		case <-time.After(batch):
		}
		d.write(d.ctx)
	}
}

// write writes the changed rows and the sync token in one transaction, so a
// token is never ahead of the messages it stands for.
func (d *Desk) write(ctx context.Context) {
	d.mu.Lock()
	keys := d.changed
	d.changed = make(map[rowKey]bool)
	var puts []store.DeskRow
	var gone []rowKey
	var err error
	for k := range keys {
		v := d.value(k)
		if v == nil {
			gone = append(gone, k)
			continue
		}
		var r store.DeskRow
		if r, err = d.sealRow(k.kind, k.id, v); err != nil {
			break
		}
		puts = append(puts, r)
	}
	d.mu.Unlock()
	if len(keys) == 0 {
		return
	}
	if err == nil {
		err = d.pool.Store.Write(ctx, func(tx store.WidgetTx) error {
			for _, r := range puts {
				if err := tx.PutDeskRow(ctx, r); err != nil {
					return err
				}
			}
			for _, k := range gone {
				if err := tx.DeleteDeskRow(ctx, d.grantID, k.kind, k.id); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err == nil {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for k := range keys {
		d.changed[k] = true // tried again with the next change, or at the end
	}
	if ctx.Err() == nil && !d.over {
		d.log.Error("writing the desk down", "err", err)
	}
}

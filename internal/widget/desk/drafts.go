package desk

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"offhook/internal/rc"
	"offhook/internal/store"
)

// composeDraft is the key of what is written to nobody yet; conversation ""
// means it, too.
const composeDraft = "compose"

// Bounds of what is kept, in characters. A form holds a contact as it was,
// too.
const (
	maxDraft = 10_000
	maxForm  = 40_000
)

// draftOf is the key of a conversation's draft: the id that its numbers
// make, which stays when the platform gives it another.
func (d *Desk) draftOf(conversationID string) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	if t := d.ledger.thread(conversationID); t != nil {
		return t.local
	}
	return cmp.Or(conversationID, composeDraft)
}

// Draft returns what is written down for a conversation, or "". An empty id
// or "compose" is the draft of the compose page.
func (d *Desk) Draft(_ context.Context, conversationID string) (string, error) {
	key := d.draftOf(conversationID)
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.ledger.drafts[key], nil
}

// SaveDraft writes down what is being written; an empty text forgets it. The
// other tabs are told.
func (d *Desk) SaveDraft(ctx context.Context, conversationID, text string) error {
	key, most := d.draftOf(conversationID), maxDraft
	if strings.HasPrefix(key, formDraft) {
		most = maxForm
	}
	if utf8.RuneCountInString(text) > most {
		return rc.Errorf(rc.TooLarge, "This draft is longer than %d characters, and the rest is not kept. Shorten it.", most)
	}
	d.drafting.Lock()
	defer d.drafting.Unlock()
	d.mu.Lock()
	if key != composeDraft && key != faxDraft && d.ledger.thread(key) == nil && !d.isForm(key) {
		d.mu.Unlock()
		return noConversation()
	}
	same := d.ledger.drafts[key] == text
	d.mu.Unlock()
	if same {
		return nil
	}
	row, err := d.sealRow(rowDraft, key, text)
	if err != nil {
		return err
	}
	ctx = context.WithoutCancel(ctx) // a page that is left saves as its last act
	err = d.pool.Store.Write(ctx, func(tx store.WidgetTx) error {
		if text == "" {
			return tx.DeleteDeskRow(ctx, d.grantID, rowDraft, key)
		}
		return tx.PutDeskRow(ctx, row)
	})
	if err != nil {
		return fmt.Errorf("writing a draft down: %w", err)
	}
	d.setDraft(key, text)
	d.announceDraft(ctx, key)
	return nil
}

// formDraft is how keys begin of what is written in a contact's form: its id
// follows, or newForm.
const (
	formDraft = "contact:"
	newForm   = "new"
)

// isForm reports whether a key is that of the form of a contact that is here.
// One that was deleted elsewhere keeps what was written of it. The caller
// holds mu.
func (d *Desk) isForm(key string) bool {
	id, ok := strings.CutPrefix(key, formDraft)
	_, known := d.ledger.people.personal[contactID(id)]
	known = known && id == strconv.FormatInt(contactID(id), 10) // one contact has one form
	_, begun := d.ledger.drafts[key]
	return ok && (id == newForm || known || begun)
}

func (d *Desk) setDraft(key, text string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.placeDraft(key, text)
}

// placeDraft reports whether the draft was another before. The caller holds
// mu.
func (d *Desk) placeDraft(key, text string) bool {
	if d.ledger.drafts[key] == text {
		return false
	}
	d.ledger.drafts[key] = text
	if text == "" {
		delete(d.ledger.drafts, key)
	}
	d.tellDraft(key)
	return true
}

// takeFromDraft removes a text that goes out from the draft, which may hold
// what was written after it and is not to be lost, and returns what is left.
func (d *Desk) takeFromDraft(ctx context.Context, tx store.WidgetTx, key, text string) (rest string, err error) {
	row, err := tx.DeskRow(ctx, d.grantID, rowDraft, key)
	if errors.Is(err, store.ErrNotFound) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	var draft string
	if err := d.openRow(row, &draft); err != nil {
		d.log.Error("a draft is lost", "err", err) // which is no reason not to send the text
	}
	if rest = without(draft, text); rest == "" {
		return "", tx.DeleteDeskRow(ctx, d.grantID, rowDraft, key)
	}
	if row, err = d.sealRow(rowDraft, key, rest); err != nil {
		return "", err
	}
	return rest, tx.PutDeskRow(ctx, row)
}

// keptDraft is the draft as it is written down.
func (d *Desk) keptDraft(ctx context.Context, r store.DeskReader, key string) (text string, err error) {
	row, err := r.DeskRow(ctx, d.grantID, rowDraft, key)
	if errors.Is(err, store.ErrNotFound) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return text, d.openRow(row, &text)
}

// without is what is left of a draft when one of its texts goes out: pages
// keep what waits to be sent there, in lines of its own before what is being
// written. A draft without the text is an earlier state of it.
func without(draft, text string) string {
	before, after, found := strings.Cut("\n"+draft+"\n", "\n"+text+"\n")
	if !found {
		return ""
	}
	return strings.Trim(before+"\n"+after, "\n")
}

// tellDraft tells the watchers here. The caller holds mu.
func (d *Desk) tellDraft(key string) {
	if key == composeDraft {
		d.tell(Event{Type: EventDraft})
		return
	}
	d.tell(Event{Type: EventDraft, ID: key})
	if t := d.ledger.locals[key]; t != nil && t.id != key {
		d.tell(Event{Type: EventDraft, ID: t.id})
	}
}

// announceDraft tells the other servers.
func (d *Desk) announceDraft(ctx context.Context, key string) {
	data, err := json.Marshal(draftNote{d.grantID, key, d.pool.process})
	if err == nil {
		err = d.pool.Bus.Publish(ctx, draftChanged, data)
	}
	if err != nil {
		d.log.Error("announcing a draft", "err", err)
	}
}

// reloadDraft reads a draft that another server has changed.
func (d *Desk) reloadDraft(ctx context.Context, key string) error {
	d.drafting.Lock()
	defer d.drafting.Unlock()
	text, err := d.keptDraft(ctx, d.pool.Store, key)
	if err != nil {
		return err
	}
	d.setDraft(key, text)
	return nil
}

package desk

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"offhook/internal/rc"
	"offhook/internal/store"
)

// Send takes over a text and returns the id of its conversation. When it
// returns, the text is safe: it is sent as soon as the platform takes it, in
// order with the others of its conversation, and once. The same ID again
// changes nothing. What cannot be sent is an *rc.Error with a sentence.
func (d *Desk) Send(ctx context.Context, o Outgoing) (string, error) {
	d.poke()
	d.mu.Lock()
	if known := d.ledger.byItem[o.ID]; known != nil {
		defer d.mu.Unlock()
		return known.thread.id, nil
	}
	i, err := d.compose(o)
	d.mu.Unlock()
	if err != nil {
		return "", err
	}
	if i.Files, err = d.enclose(ctx, o.ID, o.Files); err != nil {
		return "", err
	}
	draft := d.draftOf(o.ConversationID)
	thread, err := d.sealRow(rowThread, d.ledger.localID(i.Numbers), threadRow{i.Numbers})
	if err != nil {
		return "", err
	}
	// Once begun it is seen through, even when the client goes away: a text
	// that is written down and not known here would wait for a restart.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeWithin)
	defer cancel()
	d.drafting.Lock()
	defer d.drafting.Unlock()
	var rest string // what is written besides the text
	row, isNew, err := d.hold(ctx, i, func(tx store.WidgetTx) error {
		if err := d.take(ctx, tx, i.ID, i.Files, takenFile()); err != nil {
			return err
		}
		if err := tx.PutDeskRow(ctx, thread); err != nil {
			return err
		}
		rest, err = d.takeFromDraft(ctx, tx, draft, i.Text)
		return err
	})
	if err != nil {
		return "", err
	}
	if !isNew {
		if rest, err = d.keptDraft(ctx, d.pool.Store, draft); err != nil {
			return "", fmt.Errorf("reading a draft: %w", err)
		}
	}
	return d.accept(ctx, row, draft, rest)
}

func takenFile() error {
	return rc.Errorf(rc.Invalid, "A file is not here any more, or goes with another text. Remove it and add it again.")
}

// accept shows a text that is written down, and what is left of its draft,
// and sets it on its way. The caller holds drafting.
func (d *Desk) accept(ctx context.Context, row store.OutboxItem, draft, rest string) (string, error) {
	d.mu.Lock()
	c := newChange()
	d.admit(row, c)
	d.commit(c)
	written := d.placeDraft(draft, rest)
	i := d.ledger.byItem[row.ID]
	var id string
	if i != nil {
		id = i.thread.id
	}
	d.mu.Unlock()
	wake(d.post)
	if written {
		d.announceDraft(ctx, draft)
	}
	if i == nil {
		return "", fmt.Errorf("text %s cannot be opened", row.ID)
	}
	return id, nil
}

// compose checks a text and makes its item. The caller holds mu.
func (d *Desk) compose(o Outgoing) (*item, error) {
	text := strings.TrimSpace(o.Text)
	switch n := utf8.RuneCountInString(text); {
	case o.ID == "" || len(o.ID) > 100:
		return nil, rc.Errorf(rc.Invalid, "The text has no id. Reload the page and send it again.")
	case n == 0 && len(o.Files) == 0:
		return nil, rc.Errorf(rc.Invalid, "Write something first.")
	case n > maxText:
		return nil, rc.Errorf(rc.TooLarge, "A text holds at most %d characters, and this one has %d. Send it in parts.", maxText, n)
	}
	if err := d.ready(); err != nil {
		return nil, err
	}
	waiting := 0
	for _, i := range d.ledger.items {
		waiting += rank(i.waits())
	}
	if waiting >= maxPending {
		return nil, rc.Errorf(rc.TooMany, "%d texts wait to be sent. Wait until some of them are gone.", waiting)
	}
	numbers, sender, err := d.recipients(o)
	if err != nil {
		return nil, err
	}
	from, err := d.origin(o, numbers, sender, text)
	if err != nil {
		return nil, err
	}
	return &item{parcel: d.newParcel(o.ID), letter: letter{Numbers: numbers, From: from, Text: text}}, nil
}

// origin is what a text is sent from: a number that may, or the user's
// extension. The caller holds mu.
func (d *Desk) origin(o Outgoing, numbers []string, sender, text string) (string, error) {
	internal, err := kind(numbers)
	if err != nil {
		return "", err
	}
	if internal {
		return d.asPage(o, text)
	}
	from, err := d.sender(cmp.Or(o.From, sender), o.From != "")
	if err == nil && len(o.Files) > 0 {
		err = d.carries(from)
	}
	return from, err
}

// recipients returns the numbers that a text goes to, sorted, and the user's
// number in that conversation. The caller holds mu.
func (d *Desk) recipients(o Outgoing) (numbers []string, sender string, err error) {
	if o.ConversationID != "" {
		t := d.ledger.thread(o.ConversationID)
		if t == nil {
			return nil, "", noConversation()
		}
		return t.numbers, t.sender, nil
	}
	numbers, err = d.textNumbers(o.To)
	return numbers, "", err
}

// textNumbers reads whom a text is for. The caller holds mu.
func (d *Desk) textNumbers(typed []string) ([]string, error) {
	return d.numbers(typed, rc.Errorf(rc.Invalid, "Choose whom to text first."), rc.Errorf(rc.Invalid, "A text goes to at most %d people.", maxParties))
}

// numbers reads what was typed or chosen, and sorts it; the errors are for
// nobody and for too many. The caller holds mu.
func (d *Desk) numbers(typed []string, nobody, tooMany error) ([]string, error) {
	var numbers []string
	for _, s := range typed {
		if strings.TrimSpace(s) == "" {
			continue
		}
		n, err := d.ledger.people.number(s)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(numbers, n) {
			numbers = append(numbers, n)
		}
	}
	switch {
	case len(numbers) == 0:
		return nil, nobody
	case len(numbers) > maxParties:
		return nil, tooMany
	}
	slices.Sort(numbers)
	return numbers, nil
}

// sender chooses the number to send from. The caller holds mu.
func (d *Desk) sender(wanted string, must bool) (string, error) {
	senders := d.me.Senders()
	if on, known := d.me.Features["SMSSending"]; known && !on || len(senders) == 0 {
		return "", rc.Errorf(rc.Denied, "Your extension cannot send texts. Ask your administrator for a number that can.")
	}
	for _, n := range senders {
		if n.Number == wanted {
			return wanted, nil
		}
	}
	if must {
		return "", rc.Errorf(rc.Invalid, "Texts cannot be sent from %s. Choose another of your numbers.", d.ledger.people.display(wanted))
	}
	return senders[0].Number, nil
}

// carries refuses a number that pictures and files cannot be sent from. The
// caller holds mu.
func (d *Desk) carries(number string) error {
	on, known := d.me.Features["MMSSending"]
	for _, n := range d.me.Numbers {
		if n.Number == number && n.MMS && (on || !known) {
			return nil
		}
	}
	return rc.Errorf(rc.Denied, "Pictures and files cannot be sent from %s. Remove them, or ask your administrator.", d.ledger.people.display(number))
}

// Retry sends a failed text again. One that the platform accepted and could
// not deliver is sent as a new text; doing so twice sends it once.
func (d *Desk) Retry(ctx context.Context, messageID string) error {
	d.poke()
	d.mu.Lock()
	messageID = d.newest(messageID)
	if i := d.ledger.byItem[messageID]; i != nil && i.State != store.OutboxSent {
		if i.State != store.OutboxFailed {
			d.mu.Unlock()
			return nil // it is on its way
		}
		d.mu.Unlock()
		return d.requeue(ctx, i)
	} else if i != nil {
		messageID = strconv.FormatInt(i.MessageID, 10)
	}
	id, _ := strconv.ParseInt(messageID, 10, 64)
	m := d.ledger.messages[id]
	if m == nil || m.Direction != rc.Outbound {
		d.mu.Unlock()
		return rc.Errorf(rc.NotFound, "This text is not here any more.")
	}
	if delivery(&m.Message) != Failed {
		d.mu.Unlock()
		return nil
	}
	o := Outgoing{ID: retryOf(messageID), ConversationID: m.thread.id, Text: m.Subject}
	if m.From != nil && slices.ContainsFunc(d.me.Senders(), func(n OwnNumber) bool { return n.Number == m.From.PhoneNumber }) {
		o.From = m.From.PhoneNumber
	}
	files := filesOf(&m.Message)
	d.mu.Unlock()
	if err := d.borrow(ctx, &o, messageID, files); err != nil {
		return err
	}
	_, err := d.Send(ctx, o)
	return err
}

// borrow copies the files of a text for the one that is sent in its place.
func (d *Desk) borrow(ctx context.Context, o *Outgoing, messageID string, files []File) error {
	for _, f := range files {
		_, body, err := d.Attachment(ctx, messageID, f.ID)
		if err != nil {
			return err
		}
		u := Upload{ID: retryOf(f.ID), ConversationID: o.ID, Name: f.Name, ContentType: f.ContentType, Body: body}
		if _, err := d.AddFile(ctx, u); err != nil {
			return err
		}
		o.Files = append(o.Files, u.ID)
	}
	return nil
}

func retryOf(messageID string) string { return "retry-" + messageID }

// newest follows a text to the last that was sent in its place, which is the
// one that may have failed now. The caller holds mu.
func (d *Desk) newest(messageID string) string {
	for {
		id := messageID
		if i := d.ledger.byItem[id]; i != nil && i.State == store.OutboxSent {
			id = strconv.FormatInt(i.MessageID, 10)
		}
		if d.ledger.byItem[retryOf(id)] == nil {
			return messageID
		}
		messageID = retryOf(id)
	}
}

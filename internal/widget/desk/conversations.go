package desk

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"offhook/internal/rc"
	"offhook/internal/store"
	"offhook/internal/widget/lang"
)

func noConversation() error {
	return rc.Errorf(rc.NotFound, "This conversation is not here any more.")
}

// Unread counts the unread texts, and those that failed and nobody has looked
// at.
func (d *Desk) Unread() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.ledger.news()
}

// Conversations lists conversations, newest first, at most limit of them
// when limit is above zero. With a query it lists those where a name, a
// number in any notation or a text matches.
func (d *Desk) Conversations(query string, limit int) []Conversation {
	d.mu.Lock()
	defer d.mu.Unlock()
	l := d.ledger
	items := l.unsent()
	folded, ds := fold(strings.TrimSpace(query)), searchDigits(query)
	found := make([]Conversation, 0, min(len(l.threads), 64))
	missed := l.missed()
	for _, t := range l.threads {
		c := l.conversation(t, items[t], missed[t])
		if c.At.IsZero() && !c.Draft {
			continue // begun and left
		}
		said := folded != "" && l.showFound(&c, t, folded)
		if folded == "" || said || l.matches(t, c.Parties, items[t], folded, ds) {
			found = append(found, c)
		}
	}
	slices.SortFunc(found, func(a, b Conversation) int {
		return cmp.Or(b.At.Compare(a.At), strings.Compare(a.ID, b.ID))
	})
	if limit > 0 && len(found) > limit {
		found = found[:limit]
	}
	return found
}

// A List is a part of the conversations, newest first.
type List struct {
	Total  int // of what was asked for
	Unread int // unread conversations, whatever was asked for
	Rows   []Conversation
}

// List returns count conversations from a place on, of all or of the unread
// ones. The one named by keep counts as unread, because somebody looks at it.
func (d *Desk) List(unread bool, keep string, from, count int) List {
	d.mu.Lock()
	defer d.mu.Unlock()
	type place struct {
		t  *thread
		at time.Time
	}
	l := d.ledger
	items := l.unsent()
	kept, missed := l.thread(keep), l.missed()
	all := make([]place, 0, len(l.threads))
	var out List
	for _, t := range l.threads {
		at := l.at(t, items[t])
		if at.IsZero() && l.drafts[t.local] == "" {
			continue // begun and left
		}
		news := t.unread+missed[t] > 0
		out.Unread += rank(news)
		if !unread || news || t == kept {
			all = append(all, place{t, at})
		}
	}
	slices.SortFunc(all, func(a, b place) int { return cmp.Or(b.at.Compare(a.at), strings.Compare(a.t.id, b.t.id)) })
	out.Total = len(all)
	from = min(max(from, 0), len(all))
	for _, p := range all[from:min(from+count, len(all))] {
		out.Rows = append(out.Rows, l.conversation(p.t, items[p.t], missed[p.t]))
	}
	return out
}

// at is when a thread was last added to; see conversation.
func (l *ledger) at(t *thread, items []*item) time.Time {
	at := newest(t)
	if len(items) > 0 {
		if i := items[len(items)-1]; i.State != store.OutboxFailed || !i.CreatedAt.Before(at) {
			at = later(at, i.CreatedAt)
		}
	}
	return at
}

// unsent are the items to show that no record shows.
func (l *ledger) unsent() map[*thread][]*item {
	all := make(map[*thread][]*item)
	for _, i := range l.items {
		if i.State != store.OutboxSent && !i.hidden {
			all[i.thread] = append(all[i.thread], i)
		}
	}
	return all
}

func (l *ledger) matches(t *thread, parties []Party, items []*item, folded, ds string) bool {
	for _, p := range parties {
		if matchRank(p, "", folded, ds) > 0 {
			return true
		}
	}
	return slices.ContainsFunc(items, func(i *item) bool { return strings.Contains(fold(i.Text), folded) })
}

// showFound has a conversation show the newest message that has what is looked
// for; false when there is none.
func (l *ledger) showFound(c *Conversation, t *thread, folded string) bool {
	for _, m := range slices.Backward(t.messages) {
		if !strings.Contains(m.folded, folded) {
			continue
		}
		c.Preview, c.PreviewFromMe, c.At = around(m.Subject, folded), m.Direction == rc.Outbound, m.CreationTime.Time
		c.Failed, c.Draft, c.Hit, c.Carries = delivery(&m.Message) == Failed, false, l.view(m).Key, Carried{}
		return true
	}
	return false
}

// before is how much of a text stands before what was found in it.
const before = 24

// around is a text from shortly before what was found in it, so that a row of
// the list shows it.
func around(text, folded string) string {
	runes := []rune(text)
	var all strings.Builder
	at := make([]int, 0, len(text)) // which rune each byte of the folded text comes from
	for i, r := range runes {
		f := fold(string(r))
		all.WriteString(f)
		for range len(f) {
			at = append(at, i)
		}
	}
	i := strings.Index(all.String(), folded)
	if i < 0 || at[i] <= before {
		return text // folded as a whole it may be another one
	}
	from := at[i] - before
	for from < at[i] && runes[from-1] != ' ' { // whole words
		from++
	}
	return "…" + string(runes[from:])
}

// conversation is the view of a thread, with how many of its texts failed and
// were not looked at.
func (l *ledger) conversation(t *thread, items []*item, missed int) Conversation {
	c := Conversation{ID: t.id, Parties: l.partiesOf(t), Unread: t.unread + missed, Draft: l.drafts[t.local] != "", Answered: newestInbound(t) != nil, Internal: slices.ContainsFunc(t.numbers, isInternal)}
	labels := make([]string, len(c.Parties))
	for i, p := range c.Parties {
		labels[i] = p.Label()
	}
	c.Title = strings.Join(labels, ", ")
	if len(t.messages) > 0 {
		m := t.messages[len(t.messages)-1]
		c.Preview, c.PreviewFromMe, c.At = m.Subject, m.Direction == rc.Outbound, m.CreationTime.Time
		c.Failed, c.Carries = delivery(&m.Message) == Failed, carried(m.Subject, filesOf(&m.Message))
	}
	if len(items) > 0 {
		if i := items[len(items)-1]; i.State != store.OutboxFailed || !i.CreatedAt.Before(c.At) {
			c.Preview, c.PreviewFromMe, c.At = i.Text, true, later(c.At, i.CreatedAt)
			c.Failed, c.Carries = i.State == store.OutboxFailed, carried(i.Text, i.Files)
		}
	}
	return c
}

func (l *ledger) partiesOf(t *thread) []Party {
	parties := make([]Party, len(t.numbers))
	for i, n := range t.numbers {
		parties[i] = l.party(n)
	}
	return parties
}

func (l *ledger) party(number string) Party {
	p := l.people.party(number)
	p.Self = l.own[number]
	return p
}

// Conversation returns a conversation and its texts, oldest first, with those
// that are still on their way. It is NotFound when it is not here.
func (d *Desk) Conversation(id string) (Conversation, []Message, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	l := d.ledger
	t := l.thread(id)
	if t == nil {
		return Conversation{}, nil, noConversation()
	}
	items := l.unsent()[t]
	messages := make([]Message, 0, len(t.messages)+len(items))
	for _, m := range t.messages {
		messages = append(messages, l.view(m))
	}
	// What is on its way comes last, where it will be when it is sent.
	var pending []Message
	for _, i := range items {
		v := Message{ID: i.ID, Key: i.ID, FromMe: true, From: l.party(i.From), Text: i.Text, Files: i.Files, At: i.CreatedAt, State: Sending, Error: i.Error}
		if i.State != store.OutboxFailed {
			pending = append(pending, v)
			continue
		}
		v.State, v.Unread = Failed, slices.Contains(l.failures, i.ID)
		messages = append(messages, v)
	}
	slices.SortStableFunc(messages, func(a, b Message) int { return a.At.Compare(b.At) })
	messages = append(messages, pending...)
	c := l.conversation(t, items, l.missed()[t])
	c.Older = !d.wholeThread(t)
	return c, messages, nil
}

func (l *ledger) view(m *message) Message {
	id := strconv.FormatInt(m.ID, 10)
	v := Message{
		ID: id, Key: cmp.Or(l.keys[m.ID], id), FromMe: m.Direction == rc.Outbound, Text: m.Subject, Files: filesOf(&m.Message),
		At: m.CreationTime.Time, State: delivery(&m.Message), Unread: unread(m),
	}
	if m.From != nil {
		v.From = l.party(address(&m.Message, m.From))
	}
	if v.State == Failed {
		v.Error, v.Unread = failure(&m.Message), slices.Contains(l.failures, textKey(m.ID))
	}
	return v
}

// delivery is how far a record says its text has come.
func delivery(m *rc.Message) Delivery {
	if m.Direction == rc.Inbound {
		return Received
	}
	switch m.MessageStatus {
	case rc.Queued:
		return Sending
	case rc.Delivered:
		return Delivered
	case rc.DeliveryFailed, rc.SendingFailed:
		return Failed
	}
	return Sent
}

// failure says what to do about a text that was not delivered.
func failure(m *rc.Message) string {
	if m.DeliveryErrorCode != "" {
		return fmt.Sprintf(lang.Mark("This text was not delivered. The number may not take texts; check it and send it again. (%s)"), m.DeliveryErrorCode)
	}
	return lang.Mark("This text was not delivered. The number may not take texts; check it and send it again.")
}

// ConversationWith returns the conversation with these numbers, in any
// notation, and begins one where there is none.
func (d *Desk) ConversationWith(ctx context.Context, numbers []string) (string, error) {
	d.mu.Lock()
	if d.identity == nil {
		d.mu.Unlock()
		return "", rc.Errorf(rc.Unavailable, "Your phone is still getting ready. Try again in a moment.")
	}
	sorted, err := d.textNumbers(numbers)
	if err != nil {
		d.mu.Unlock()
		return "", err
	}
	t, isNew := d.ledger.with(sorted)
	id := t.id
	d.mu.Unlock()
	if !isNew {
		return id, nil
	}
	row, err := d.sealRow(rowThread, t.local, threadRow{sorted})
	if err == nil {
		ctx = context.WithoutCancel(ctx)
		err = d.pool.Store.Write(ctx, func(tx store.WidgetTx) error { return tx.PutDeskRow(ctx, row) })
	}
	return id, err
}

// Lookup finds people to text: by name, extension or number, among
// colleagues and whoever was texted with, best matches first. A query that
// is a number comes first as itself.
func (d *Desk) Lookup(query string, limit int) []Party {
	d.mu.Lock()
	defer d.mu.Unlock()
	l := d.ledger
	last := make(map[string]time.Time)
	for _, t := range l.threads {
		at := newest(t)
		for _, n := range t.numbers {
			if at.After(last[n]) {
				last[n] = at
			}
		}
	}
	recent := make([]string, 0, len(last))
	for n := range last {
		recent = append(recent, n)
	}
	slices.SortFunc(recent, func(a, b string) int { return cmp.Or(last[b].Compare(last[a]), strings.Compare(a, b)) })
	return l.people.lookup(query, recent, l.own, limit)
}

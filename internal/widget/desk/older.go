package desk

import (
	"context"
	"errors"
	"net/url"
	"strconv"
	"time"

	"offhook/internal/rc"
)

// What is older than what the first sync brings is read when somebody asks
// for it, and forgotten with the next start. It is bounded by itself, so that
// new texts do not push out what somebody looks at.
const (
	olderPage  = 100
	searchPage = 1000
	maxOlder   = 20_000
	olderAgo   = 10 * 365 * 24 * time.Hour
)

// An older is how far back the message store was read beyond the first sync.
type older struct {
	begun time.Time // before it, conversations are read by pages; zero when nobody asked
	page  int       // the last one that was read
	end   bool      // there are no more conversations
	read  time.Time // everything from here on is known; zero for what the sync brought
	whole bool      // there is nothing before read
	kept  int       // records that are held
}

// Older reports whether the platform may have conversations older than those
// that are known.
func (d *Desk) Older() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	o := &d.older
	return d.token != "" && !o.end && !o.whole && o.kept < maxOlder
}

// lookBack finds out once whether there is anything older at all, so that
// nobody is offered to look for it in vain.
func (d *Desk) lookBack(ctx context.Context) {
	d.mu.Lock()
	before := d.horizon()
	d.mu.Unlock()
	list, err := get[rc.List[rc.Message]](ctx, d, rc.Light, live, storePath, url.Values{
		"messageType": {rc.TypeSMS, rc.TypePager}, "perPage": {"1"}, "dateTo": {moment(before)}, "dateFrom": {moment(before.Add(-olderAgo))},
	})
	if _, refused := errors.AsType[*refusal](err); err != nil && !refused {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(list.Records) == 0 {
		d.older.end, d.older.whole, d.older.read = true, true, before
		d.tell(Event{Type: EventStatus})
	}
}

// MoreConversations reads older conversations and waits for the platform. The
// error is an *rc.Error with a sentence.
func (d *Desk) MoreConversations(ctx context.Context) error {
	if !d.Older() {
		return nil
	}
	d.mu.Lock()
	o := &d.older
	if o.begun.IsZero() {
		o.begun = d.horizon()
	}
	before, page := o.begun, o.page+1
	d.mu.Unlock()
	list, err := d.readOlder(ctx, url.Values{
		"distinctConversations": {"true"}, "perPage": {strconv.Itoa(olderPage)}, "page": {strconv.Itoa(page)}, "dateTo": {moment(before)},
	})
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if o.begun.Equal(before) && o.page < page { // nobody else has read it meanwhile
		o.page, o.end = page, len(list) < olderPage
	}
	d.takeOlder(list)
	return nil
}

// MoreMessages reads older texts of a conversation and waits for the platform.
// The error is an *rc.Error with a sentence.
func (d *Desk) MoreMessages(ctx context.Context, conversationID string) error {
	d.mu.Lock()
	t := d.ledger.thread(conversationID)
	if t == nil {
		d.mu.Unlock()
		return noConversation()
	}
	id, whole := t.id, d.wholeThread(t)
	var before time.Time
	if len(t.messages) > 0 {
		before = t.messages[0].CreationTime.Time
	}
	d.mu.Unlock()
	if whole {
		return nil
	}
	list, err := d.readOlder(ctx, url.Values{"conversationId": {id}, "perPage": {strconv.Itoa(olderPage)}, "dateTo": {moment(before)}})
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.takeOlder(list)
	if t := d.ledger.thread(conversationID); t != nil {
		t.whole = len(list) < olderPage
	}
	return nil
}

// wholeThread reports whether all texts of a thread are known. The caller
// holds mu.
func (d *Desk) wholeThread(t *thread) bool {
	o := &d.older
	return t.whole || t.id == t.local || len(t.messages) == 0 || d.token == "" || o.kept >= maxOlder ||
		o.whole && !t.messages[0].CreationTime.Before(o.read)
}

// MoreTexts reads the next part of the message store, of all conversations,
// for a search that goes on. It returns how far back everything is known now,
// and whether there is more. The error is an *rc.Error with a sentence.
func (d *Desk) MoreTexts(ctx context.Context) (back time.Time, more bool, err error) {
	d.mu.Lock()
	o := &d.older
	before := d.horizon()
	d.mu.Unlock()
	if o.whole || o.kept >= maxOlder {
		return before, false, nil
	}
	list, err := d.readOlder(ctx, url.Values{"perPage": {strconv.Itoa(searchPage)}, "dateTo": {moment(before)}})
	if err != nil {
		return before, true, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.takeOlder(list)
	o.whole = len(list) < searchPage
	if n := len(list); n > 0 {
		before = list[n-1].CreationTime.Time
	}
	o.read = before
	return before, !o.whole && o.kept < maxOlder, nil
}

// horizon is the time from which on everything is known. The caller holds mu.
func (d *Desk) horizon() time.Time {
	if !d.older.read.IsZero() {
		return d.older.read
	}
	at := d.pool.Now()
	for _, m := range d.ledger.messages {
		if !m.older && m.CreationTime.Before(at) {
			at = m.CreationTime.Time
		}
	}
	return at
}

func moment(at time.Time) string { return at.UTC().Format(rc.TimeLayout) }

// readOlder reads a page of the message store that ends at a time.
func (d *Desk) readOlder(ctx context.Context, query url.Values) ([]rc.Message, error) {
	ctx, cancel := context.WithTimeout(ctx, setPatience)
	defer cancel()
	query["messageType"] = []string{rc.TypeSMS, rc.TypePager}
	query["dateFrom"] = []string{moment(d.pool.Now().Add(-olderAgo))}
	list, err := get[rc.List[rc.Message]](ctx, d, rc.Light, acting, storePath, query)
	if err != nil {
		return nil, textsUnread(err)
	}
	return list.Records, nil
}

// textsUnread says why there are no older texts to show.
func textsUnread(err error) error {
	if _, refused := errors.AsType[*refusal](err); refused {
		return rc.Errorf(rc.Denied, "Your phone service does not let this app read older messages. Ask your administrator to allow it.")
	}
	if errors.Is(err, errEnded) {
		return signedOut()
	}
	return rc.Errorf(rc.Unavailable, "The phone service does not answer. Try again in a moment.")
}

// takeOlder takes over old records, which are the past and not news. The
// caller holds mu.
func (d *Desk) takeOlder(list []rc.Message) {
	c := newChange()
	for _, m := range list {
		if d.ledger.messages[m.ID] != nil {
			continue
		}
		d.ledger.apply(m, 0, c)
		if n := d.ledger.messages[m.ID]; n != nil {
			n.older = true
			d.older.kept++
			delete(c.rows, rowKey{rowMessage, strconv.FormatInt(m.ID, 10)})
		}
	}
	c.records = nil
	d.commit(c)
}

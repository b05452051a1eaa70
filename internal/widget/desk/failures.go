package desk

import (
	"slices"
	"strconv"
	"strings"

	"offhook/internal/rc"
	"offhook/internal/store"
)

// maxFailures bounds how many failures wait to be looked at; the oldest go
// first.
const maxFailures = 100

// A Failure is a text or fax that failed for good and that its user has not
// looked at.
type Failure struct {
	Key          string // the same in every tab, another when it fails again
	Conversation string // of a text
	Fax          string // the id of a fax
	To           string // whom it was for; of several the first
	Error        string // a sentence
}

// Failures are kept by the names of what failed: a parcel of the outbox by its
// own, a record by one of these and its id. Whether it still counts is seen
// when it is counted: what is sent again, or deleted, is no failure.
const (
	failedText = "text:"
	failedFax  = "record:"
)

func textKey(id int64) string { return failedText + strconv.FormatInt(id, 10) }

func faxKey(id int64) string { return failedFax + strconv.FormatInt(id, 10) }

// lost reports whether a record says that a text failed which was on its way.
func lost(was, now *rc.Message) bool { return delivery(was) != Failed && delivery(now) == Failed }

// missedBy is the conversation of a failure, nil when it is none of a text.
func (l *ledger) missedBy(key string) *thread {
	if id, ok := strings.CutPrefix(key, failedText); ok {
		number, _ := strconv.ParseInt(id, 10, 64)
		if m := l.messages[number]; m != nil && !m.hidden && delivery(&m.Message) == Failed {
			return m.thread
		}
		return nil
	}
	if i := l.byItem[key]; i != nil && i.State == store.OutboxFailed && !i.hidden {
		return i.thread
	}
	return nil
}

// missed counts the failed texts that nobody has looked at, by conversation.
func (l *ledger) missed() map[*thread]int {
	var all map[*thread]int
	for _, key := range l.failures {
		if t := l.missedBy(key); t != nil {
			if all == nil {
				all = make(map[*thread]int)
			}
			all[t]++
		}
	}
	return all
}

// news counts what asks to be looked at: unread texts, and failed ones.
func (l *ledger) news() int {
	n := l.unread
	for _, some := range l.missed() {
		n += some
	}
	return n
}

// forgive notes that the failures of a conversation have been looked at, and
// reports whether there was one.
func (l *ledger) forgive(t *thread, c *change) bool {
	before := len(l.failures)
	l.failures = slices.DeleteFunc(slices.Clone(l.failures), func(key string) bool { return l.missedBy(key) == t })
	if len(l.failures) == before {
		return false
	}
	c.threads[t], c.rows[rowKey{rowFailures, ""}] = true, true
	return true
}

// failed tells of what failed for good, and counts it until somebody looks at
// it. The caller holds mu.
func (d *Desk) failed(keys ...string) {
	l := d.ledger
	for _, key := range keys {
		f, ok := d.failure(key)
		if !ok {
			continue
		}
		l.failures = append(slices.DeleteFunc(slices.Clone(l.failures), func(k string) bool { return k == key }), key)
		l.failures = l.failures[max(0, len(l.failures)-maxFailures):]
		d.dirty(rowKey{rowFailures, ""})
		d.tell(Event{Type: EventFailed, ID: f.Conversation, Failure: &f})
	}
}

// failure is what there is to tell of one; false when it is none any more. The
// caller holds mu.
func (d *Desk) failure(key string) (f Failure, ok bool) {
	l := d.ledger
	f.Key = key + "@" + strconv.FormatInt(d.pool.Now().UnixMilli(), 10)
	if t := l.missedBy(key); t != nil {
		f.Conversation = t.id
		if all := l.partiesOf(t); len(all) > 0 {
			f.To = all[0].Label()
		}
		if i := l.byItem[key]; i != nil {
			f.Error = i.Error
		} else {
			number, _ := strconv.ParseInt(strings.TrimPrefix(key, failedText), 10, 64)
			f.Error = failure(&l.messages[number].Message)
		}
		return f, true
	}
	fax, ok := d.missedFax(key)
	if !ok {
		return f, false
	}
	f.Fax, f.Error = fax.ID, fax.Error
	if len(fax.Parties) > 0 {
		f.To = fax.Parties[0].Label()
	}
	return f, true
}

// missedFax is the fax of a failure. The caller holds mu.
func (d *Desk) missedFax(key string) (Fax, bool) {
	if id, ok := strings.CutPrefix(key, failedFax); ok {
		m, err := d.mailBy(id)
		if err != nil || m.Record.Type != rc.TypeFax || faxState(&m.Record) != Failed {
			return Fax{}, false
		}
		return d.fax(m), true
	}
	i := d.faxes[key]
	if i == nil || i.State != store.OutboxFailed {
		return Fax{}, false
	}
	f := Fax{ID: i.ID, State: Failed, Error: i.Error, Waiting: true}
	for _, n := range i.To {
		f.Parties = append(f.Parties, d.ledger.people.party(n))
	}
	return f, true
}

// missedFaxes counts the failed faxes that nobody has looked at. The caller
// holds mu.
func (d *Desk) missedFaxes() (n int) {
	for _, key := range d.ledger.failures {
		if _, ok := d.missedFax(key); ok {
			n++
		}
	}
	return n
}

// SeeFaxes notes that the user has looked at the faxes that failed.
func (d *Desk) SeeFaxes() {
	d.mu.Lock()
	defer d.mu.Unlock()
	l, before := d.ledger, len(d.ledger.failures)
	l.failures = slices.DeleteFunc(slices.Clone(l.failures), func(key string) bool {
		_, ok := d.missedFax(key)
		return ok
	})
	if len(l.failures) == before {
		return
	}
	d.dirty(rowKey{rowFailures, ""})
	d.tell(Event{Type: EventMail})
}

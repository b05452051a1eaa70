package desk

import (
	"slices"
	"strings"
	"time"

	"offhook/internal/rc"
)

// A Thread is a conversation with the platform's own records of its texts.
type Thread struct {
	ID       string
	Parties  []Party // the others
	Self     string  // the user's number in it, or the extension of an internal one; empty when nobody knows
	Messages []rc.Message
	Keys     map[int64]string // the ids that texts sent from here were given, by message
}

// Thread returns a conversation's records, newest first. It is NotFound when
// the conversation is not here.
func (d *Desk) Thread(id string) (Thread, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	t := d.ledger.thread(id)
	if t == nil {
		return Thread{}, noConversation()
	}
	return d.ledger.records(t), nil
}

// ThreadsSince returns the conversations with texts from a time on, each
// whole. They are in no particular order.
func (d *Desk) ThreadsSince(at time.Time) []Thread {
	d.mu.Lock()
	defer d.mu.Unlock()
	var all []Thread
	for _, t := range d.ledger.threads {
		if !newest(t).Before(at) {
			all = append(all, d.ledger.records(t))
		}
	}
	return all
}

func (l *ledger) records(t *thread) Thread {
	out := Thread{ID: t.id, Parties: l.partiesOf(t), Self: strings.TrimPrefix(t.sender, internalPrefix)}
	for _, m := range slices.Backward(t.messages) {
		out.Messages = append(out.Messages, m.Message)
		if key, ok := l.keys[m.ID]; ok {
			if out.Keys == nil {
				out.Keys = map[int64]string{}
			}
			out.Keys[m.ID] = key
		}
	}
	return out
}

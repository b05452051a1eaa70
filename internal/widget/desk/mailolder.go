package desk

import (
	"context"
	"errors"
	"net/url"
	"strconv"
	"time"

	"offhook/internal/rc"
)

// Voicemail and faxes from before what the sync brings are read when somebody
// asks for them, and forgotten with the next start, as older texts are. Of
// each kind, what is past is read by itself.
const (
	olderMailPage = 100
	maxOlderMail  = 5000
)

// mailTypes are the kinds of mail, with the features that bring them.
var mailTypes = map[string]string{rc.TypeVoiceMail: voicemailFeature, rc.TypeFax: faxFeature}

// more reports whether the platform has older mail of a type. Until it has
// been asked nobody is offered any.
func (b *mailbox) more(typ string) bool {
	whole, known := b.row.Whole[typ]
	return known && !whole && !b.end[typ] && b.kept < maxOlderMail
}

// oldest is the time of the oldest message of a type, or now.
func (b *mailbox) oldest(typ string, now time.Time) time.Time {
	for _, m := range b.byID {
		if at := m.Record.CreationTime.Time; m.Record.Type == typ && at.Before(now) {
			now = at
		}
	}
	return now
}

// lookBackMail finds out once whether there is mail older than what the sync
// brings.
func (d *Desk) lookBackMail(ctx context.Context) error {
	for typ, feature := range mailTypes {
		d.mu.Lock()
		_, known := d.mail.row.Whole[typ]
		wanted := d.me.Features[feature] && !known && !d.mail.row.At.IsZero()
		d.mu.Unlock()
		if !wanted {
			continue
		}
		some, _, err := d.mailBefore(ctx, typ, 2, live) // the oldest that is known may be among them
		if _, refused := errors.AsType[*refusal](err); err != nil && !refused {
			return err
		}
		d.mu.Lock()
		whole := make(map[string]bool, len(mailTypes)) // another, since the old one is being written
		for t, w := range d.mail.row.Whole {
			whole[t] = w
		}
		whole[typ] = len(some) == 0
		d.mail.row.Whole = whole
		d.dirty(rowKey{rowMailbox, ""})
		d.tell(Event{Type: EventMail})
		d.mu.Unlock()
	}
	return nil
}

// mailBefore reads mail of a type from before what is known of it, newest
// first, and says whether that is all.
func (d *Desk) mailBefore(ctx context.Context, typ string, count int, p priority) (unknown []rc.Message, all bool, err error) {
	now := d.pool.Now()
	d.mu.Lock()
	before := d.mail.oldest(typ, now)
	d.mu.Unlock()
	list, err := get[rc.List[rc.Message]](ctx, d, rc.Light, p, storePath, url.Values{
		"messageType": {typ}, "perPage": {strconv.Itoa(count)}, "dateTo": {moment(before)}, "dateFrom": {moment(now.Add(-olderAgo))},
	})
	if err != nil {
		return nil, false, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, r := range list.Records {
		if d.mail.byID[r.ID] == nil && r.Type == typ {
			unknown = append(unknown, r)
		}
	}
	return unknown, len(list.Records) < count || len(unknown) == 0, nil
}

// MoreMail reads older voicemail or faxes, by the platform's word for either,
// and waits for the platform. The error is an *rc.Error with a sentence.
func (d *Desk) MoreMail(ctx context.Context, typ string) error {
	d.touch()
	d.mu.Lock()
	more := d.mail.more(typ)
	d.mu.Unlock()
	if !more {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, setPatience)
	defer cancel()
	some, all, err := d.mailBefore(ctx, typ, olderMailPage, acting)
	if err != nil {
		return textsUnread(err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	b := &d.mail
	for _, r := range some {
		if b.byID[r.ID] != nil {
			continue // it came meanwhile
		}
		r.Conversation, r.ConversationID = nil, 0
		b.byID[r.ID] = &mail{Record: r, older: true}
		b.kept++
		if r.Direction == rc.Inbound {
			d.ledger.people.hear(r.From)
		}
	}
	if all {
		if b.end == nil {
			b.end = make(map[string]bool)
		}
		b.end[typ] = true
	}
	b.sorted = nil
	d.tell(Event{Type: EventMail})
	return nil
}

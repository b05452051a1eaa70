package messages

import (
	"context"
	"fmt"
	"slices"

	"offhook/internal/platform/api/inbox"
	"offhook/internal/platform/api/plan"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// A threaded is what a text is to a call queue that sends or gets it: an entry
// of the queue's thread, and a copy for every member's message store.
type threaded struct {
	inbox.Text
	model  store.Message // of the members' copies
	entry  store.ThreadEntry
	copies []*store.Message
}

func (o *Office) inbox() inbox.Inbox {
	return inbox.Inbox{Store: o.Store, Bus: o.Bus, IDs: o.IDs, Now: o.Now, Log: o.Log}
}

// coming is a text that goes to one of a queue's numbers.
func coming(p *plan.Plan, q store.Queue, number string, t Text) *threaded {
	th := &threaded{Text: inbox.Text{Queue: q, Owner: number, Guest: t.From, Status: rc.Received, Text: t.Body}}
	th.model = shared(q, t.Body)
	th.model.Direction, th.model.ReadStatus, th.model.Status = rc.Inbound, rc.Unread, rc.Received
	th.model.From = rc.Caller{PhoneNumber: t.From, Name: p.Name(t.From)}
	th.model.To = []rc.Caller{{PhoneNumber: number, Name: q.Name, Target: true}}
	return th
}

// going is a text that a member sends from one of a queue's numbers.
func going(p *plan.Plan, q store.Queue, authorID int64, state string, t SharedText) *threaded {
	th := &threaded{Text: inbox.Text{Queue: q, Owner: t.From, Guest: t.To, AuthorID: authorID, ThreadID: t.ThreadID, Status: state, Text: t.Body}}
	th.model = shared(q, t.Body)
	th.model.Direction, th.model.ReadStatus, th.model.Status = rc.Outbound, rc.Read, state
	th.model.From = rc.Caller{PhoneNumber: t.From, Name: q.Name}
	th.model.To = []rc.Caller{{PhoneNumber: t.To, Name: p.Name(t.To), MessageStatus: state}}
	return th
}

func shared(q store.Queue, text string) store.Message {
	return store.Message{
		AccountID: q.AccountID, Type: rc.TypeSMS, Availability: rc.Alive, Text: text, OwnerID: q.ID, Facts: store.MessageFacts{Owner: q.Name},
	}
}

// all are the copies in message stores, the sender's own first.
func (d *delivery) all() []*store.Message {
	all := slices.Clone(d.copies)
	for _, th := range d.threads {
		all = append(all, th.copies...)
	}
	return all
}

// beginThreads starts the changes of the threads that deliveries go into.
func beginThreads(ctx context.Context, tx store.PlatformTx, ds []*delivery) (map[int64]int64, error) {
	var accounts []int64
	for _, d := range ds {
		for _, th := range d.threads {
			accounts = append(accounts, th.Queue.AccountID)
		}
	}
	return inbox.Begin(ctx, tx, accounts...)
}

// share writes a copy for each who is a member of the queue by now. Whoever
// sends must be one.
func (th *threaded) share(ctx context.Context, tx store.PlatformTx) error {
	members, err := tx.QueueMembers(ctx, th.Queue.ID)
	if err != nil {
		return err
	}
	th.copies = nil
	for _, m := range members {
		c := th.model
		c.ExtensionID, c.To, c.CreatedAt, c.ModifiedAt = m.ExtensionID, slices.Clone(th.model.To), th.At, th.At
		th.copies = append(th.copies, &c)
	}
	if th.AuthorID != 0 && th.copyOf(th.AuthorID) == nil {
		return notTheirNumber()
	}
	return nil
}

// copyOf is a member's copy; nil for somebody else.
func (th *threaded) copyOf(extensionID int64) *store.Message {
	for _, m := range th.copies {
		if m.ExtensionID == extensionID {
			return m
		}
	}
	return nil
}

// put puts a text into its thread, with its files, which are the queue's.
func (o *Office) put(ctx context.Context, tx store.PlatformTx, d *delivery, th *threaded, change int64) (err error) {
	th.entry, err = o.inbox().Put(ctx, tx, change, th.Text, func(e *store.ThreadEntry) error {
		m := store.Message{ID: e.ID, ExtensionID: e.QueueID}
		err := o.attach(ctx, tx, d, &m)
		e.Attachments = m.Attachments
		return err
	})
	for _, m := range th.copies {
		m.EntryID = th.entry.ID
	}
	return err
}

// A SharedText is what a member of a call queue sends from the queue's number.
// Its numbers are E.164.
type SharedText struct {
	From, To string
	ThreadID int64 // the open thread that it answers; 0 for whichever is right
	Body     string
	Files    []File
	Base     string // as of a Text
}

// SendShared stores a text for a queue's members and for whoever gets it,
// announces it, and returns the thread's entry and the author's copy of it.
// From must be a number of a queue of p; who may send from it is checked here.
func (o *Office) SendShared(ctx context.Context, p *plan.Plan, authorID int64, t SharedText) (store.ThreadEntry, store.Message, error) {
	n, _ := p.Number(t.From)
	q, ok := p.QueueOf(n)
	if !ok {
		return store.ThreadEntry{}, store.Message{}, notTheirNumber()
	}
	// The receiver's side is that of any text from this number.
	d, err := o.draft(ctx, p, 0, Text{From: t.From, To: []string{t.To}, Body: t.Body, Files: t.Files})
	if err != nil {
		return store.ThreadEntry{}, store.Message{}, err
	}
	out := going(p, q, authorID, d.copies[0].To[0].MessageStatus, t)
	d.copies, d.threads = d.copies[1:], append([]*threaded{out}, d.threads...)
	d.stamp(o.Now())
	if err := o.post(ctx, []*delivery{d}); err != nil {
		return store.ThreadEntry{}, store.Message{}, fmt.Errorf("storing a text of a queue: %w", err)
	}
	o.announceAll(context.WithoutCancel(ctx), t.Base, d)
	o.Wake()
	return out.entry, *out.copyOf(authorID), nil
}

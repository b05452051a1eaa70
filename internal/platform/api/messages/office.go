package messages

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"time"

	"offhook/internal/bus"
	"offhook/internal/platform/api/plan"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// An Office takes texts and delivers them. A text to numbers of the platform
// is in every receiver's message store when Send returns; what remains is
// done by Run:
//
//	            all numbers are ours
//	Send ──┬──────────────────────────▶ Sent ────▶ Delivered
//	       └──────────────────────────▶ Queued ──▶ DeliveryFailed
//	            one or more are not
//
// Both first states are durable, so a text whose office crashed is finished
// by the next one that runs.
type Office struct {
	Store store.Platform
	Bus   bus.Bus
	IDs   *store.IDs
	Now   func() time.Time
	Log   *slog.Logger
	// Room bounds the bytes that are kept of everything that one extension
	// has sent, in all copies.
	Room int64
	// Base is the platform's own address, for links in what it tells of what
	// did not come by a request.
	Base string

	wake chan struct{}
}

// NewOffice returns an office. Run must run for texts to leave the states
// Sent and Queued.
func NewOffice(st store.Platform, b bus.Bus, ids *store.IDs, now func() time.Time, log *slog.Logger) *Office {
	return &Office{Store: st, Bus: b, IDs: ids, Now: now, Log: log, Room: defaultRoom, wake: make(chan struct{}, 1)}
}

// A Text is what an extension sends. Its numbers are E.164.
type Text struct {
	From string
	To   []string
	Body string
	// Files are what goes with it: the caller has checked their types and
	// their size.
	Files []File
	// AskedBy is the extension that a robot answers; 0 for what a person sends.
	// The files take the room of whoever asked, who can purge them, and the
	// robot, where nobody ever would, keeps none.
	AskedBy int64
	Base    string // the public URL of the platform, for links in events
}

// Send stores a text for its sender and for every receiver on the platform,
// announces it, and returns the sender's copy. The caller has checked that
// the sender may use From.
func (o *Office) Send(ctx context.Context, sender *plan.Plan, extensionID int64, t Text) (store.Message, error) {
	d, err := o.draft(ctx, sender, extensionID, t)
	if err != nil {
		return store.Message{}, err
	}
	d.stamp(o.Now())
	if err := o.post(ctx, []*delivery{d}); err != nil {
		return store.Message{}, fmt.Errorf("storing a text: %w", err)
	}
	// The text is stored: whoever hung up meanwhile must not keep the others
	// from hearing of it.
	o.announceAll(context.WithoutCancel(ctx), t.Base, d)
	o.Wake()
	return *d.copies[0], nil
}

func (o *Office) announceAll(ctx context.Context, base string, d *delivery) {
	for _, m := range d.copies {
		o.announceNew(ctx, base, m)
	}
	for _, th := range d.threads {
		o.inbox().Announce(ctx, th.Queue.AccountID, th.Queue.ID, th.entry.ModifiedAt, true)
		for _, m := range th.copies {
			o.announceNew(ctx, base, m)
		}
	}
}

// A delivery is one text and all its copies, the sender's first. What queues
// send and get is in their threads, with copies of its own.
type delivery struct {
	members string
	files   []File
	copies  []*store.Message
	threads []*threaded
	alone   bool   // each copy is a conversation of its own: it is no text
	key     string // of what is alone, that is stored once however often it is tried; empty for what is tried once
	coming  int64  // bytes of copies that are made later
	askedBy int64  // as of a Text
}

// draft finds who gets a text, and writes everybody's copy without ids.
func (o *Office) draft(ctx context.Context, sender *plan.Plan, extensionID int64, t Text) (*delivery, error) {
	from := rc.Caller{PhoneNumber: t.From}
	out := &store.Message{
		AccountID: sender.Account.ID, ExtensionID: extensionID, Type: rc.TypeSMS, Direction: rc.Outbound,
		Availability: rc.Alive, ReadStatus: rc.Read, Status: rc.Sent, Text: t.Body,
	}
	d := &delivery{members: members(t), files: t.Files, askedBy: t.AskedBy, copies: []*store.Message{out}}
	plans := map[int64]*plan.Plan{sender.Account.ID: sender}
	targets := map[int64][]string{} // by receiving extension, its numbers
	for _, number := range t.To {
		p, n, err := o.lookUp(ctx, plans, number)
		if err != nil {
			return nil, err
		}
		var receiver store.Extension
		reached := false
		if p != nil {
			receiver, reached = p.Receiver(n)
		}
		state := rc.Sent
		if q, ok := p.QueueOf(n); ok {
			d.threads = append(d.threads, coming(p, q, number, t))
		} else if !reached {
			state, out.Status = rc.Queued, rc.Queued
		} else if targets[receiver.ID] = append(targets[receiver.ID], number); len(targets[receiver.ID]) == 1 {
			d.copies = append(d.copies, &store.Message{
				AccountID: p.Account.ID, ExtensionID: receiver.ID, Type: rc.TypeSMS, Direction: rc.Inbound,
				Availability: rc.Alive, ReadStatus: rc.Unread, Status: rc.Received, Text: t.Body,
			})
		}
		out.To = append(out.To, rc.Caller{PhoneNumber: number, MessageStatus: state})
	}
	for _, m := range d.copies {
		names := plans[m.AccountID]
		m.From, m.To = from, slices.Clone(out.To)
		m.From.Name = names.Name(t.From)
		for i := range m.To {
			m.To[i].Name = names.Name(m.To[i].PhoneNumber)
			if m.Direction == rc.Inbound {
				m.To[i].Target = slices.Contains(targets[m.ExtensionID], m.To[i].PhoneNumber)
				m.To[i].MessageStatus = ""
			}
		}
	}
	return d, nil
}

// receiver finds the extension that gets what is sent to a number. The plan
// is nil when there is none.
func (o *Office) receiver(ctx context.Context, plans map[int64]*plan.Plan, number string) (*plan.Plan, store.Extension, error) {
	p, n, err := o.lookUp(ctx, plans, number)
	if p == nil || err != nil {
		return nil, store.Extension{}, err
	}
	e, ok := p.Receiver(n)
	if !ok {
		return nil, e, nil
	}
	return p, e, nil
}

// lookUp finds a number and the plan that it is in. The plan is nil when the
// number is not on the platform.
func (o *Office) lookUp(ctx context.Context, plans map[int64]*plan.Plan, number string) (*plan.Plan, store.PhoneNumber, error) {
	n, err := o.Store.PhoneNumber(ctx, number)
	if errors.Is(err, store.ErrNotFound) {
		return nil, n, nil
	}
	if err != nil {
		return nil, n, fmt.Errorf("looking up a number: %w", err)
	}
	p := plans[n.AccountID]
	if p == nil {
		if p, err = plan.Read(ctx, o.Store, n.AccountID); err != nil {
			return nil, n, err
		}
		plans[n.AccountID] = p
	}
	return p, n, nil
}

// members names a conversation by everybody in it, so that each extension
// has one for each set of people.
func members(t Text) string {
	all := append([]string{t.From}, t.To...)
	slices.Sort(all)
	return strings.Join(slices.Compact(all), " ")
}

func (d *delivery) stamp(at time.Time) {
	at = at.UTC().Truncate(time.Millisecond)
	for _, m := range d.copies {
		m.CreatedAt, m.ModifiedAt = at, at
	}
	for _, th := range d.threads {
		th.At = at
	}
}

// attempts bounds how often new ids are tried when another process drew the
// same.
const attempts = 5

// post writes deliveries in one transaction.
func (o *Office) post(ctx context.Context, ds []*delivery) error {
	var err error
	for range attempts {
		err = o.Store.Write(ctx, func(tx store.PlatformTx) error { return o.write(ctx, tx, ds) })
		if !errors.Is(err, store.ErrExists) {
			return err
		}
	}
	return err
}

func (o *Office) write(ctx context.Context, tx store.PlatformTx, ds []*delivery) error {
	numbers, err := beginThreads(ctx, tx, ds)
	if err != nil {
		return err
	}
	var stores []int64
	for _, d := range ds {
		for _, th := range d.threads {
			if err := th.share(ctx, tx); err != nil {
				return err
			}
		}
		for _, m := range d.all() {
			stores = append(stores, m.ExtensionID)
		}
		if d.askedBy != 0 {
			stores = append(stores, d.askedBy)
		}
	}
	changes, err := begin(ctx, tx, stores...)
	if err != nil {
		return err
	}
	for _, d := range ds {
		for _, th := range d.threads {
			if err := o.put(ctx, tx, d, th, numbers[th.Queue.AccountID]); err != nil {
				return err
			}
		}
		for _, m := range d.all() {
			m.ID, m.Change = o.IDs.Next(), changes[m.ExtensionID]
			members := d.members
			switch {
			case d.key != "":
				members = "delivery " + d.key
			case d.alone:
				members = "message " + strconv.FormatInt(m.ID, 10)
			case m.OwnerID != 0: // apart from what the member has with the same numbers
				members = fmt.Sprintf("queue %d %s", m.OwnerID, d.members)
			}
			conversation := o.IDs.Next()
			m.ConversationID, err = tx.PutConversation(ctx, m.ExtensionID, members, conversation)
			if err != nil {
				return err
			}
			if d.key != "" && m.ConversationID != conversation {
				if err := stored(ctx, tx, m); err != nil {
					return err
				}
				continue
			}
			if err := o.attach(ctx, tx, d, m); err != nil {
				return err
			}
			if err := tx.AddMessage(ctx, *m); err != nil {
				return err
			}
		}
		if payer := d.payer(); len(d.files) > 0 && payer != 0 {
			if err := o.checkRoom(ctx, tx, payer, d.coming); err != nil {
				return err
			}
		}
	}
	return nil
}

// stored reads a copy that has its conversation to itself and is there already,
// perhaps deleted meanwhile: the store had taken it when it said that it failed.
func stored(ctx context.Context, tx store.PlatformTx, m *store.Message) error {
	all, err := tx.Messages(ctx, m.ExtensionID, store.MessageQuery{
		ConversationIDs: []int64{m.ConversationID}, Availability: []string{rc.Alive, rc.Deleted, rc.Purged}, Any: true,
	}, 0, 1)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return fmt.Errorf("conversation %d has no message: %w", m.ConversationID, store.ErrNotFound)
	}
	*m = all[0]
	return nil
}

// payer is the extension whose room the files of a delivery take; 0 for those
// that came from outside.
func (d *delivery) payer() int64 {
	for _, th := range d.threads {
		if th.AuthorID != 0 {
			return th.AuthorID
		}
	}
	if len(d.copies) == 0 || d.copies[0].Direction != rc.Outbound {
		return 0
	}
	return cmp.Or(d.askedBy, d.copies[0].ExtensionID)
}

// attach gives a copy of a message its own copy of every file.
func (o *Office) attach(ctx context.Context, tx store.PlatformTx, d *delivery, m *store.Message) error {
	m.Attachments = nil
	if d.askedBy != 0 && m == d.copies[0] && m.Direction == rc.Outbound {
		return nil
	}
	for _, f := range d.files {
		a := store.Attachment{
			ID: o.IDs.Next(), Type: f.Type, ContentType: f.ContentType, FileName: f.Name, Size: int64(len(f.Body)),
			Width: f.Width, Height: f.Height, Seconds: f.Seconds,
		}
		m.Attachments = append(m.Attachments, a)
		err := tx.AddAttachmentContent(ctx, store.AttachmentContent{ID: a.ID, MessageID: m.ID, ExtensionID: m.ExtensionID, SenderID: d.payer(), Body: f.Body})
		if err != nil {
			return err
		}
	}
	return nil
}

const defaultRoom = 512 << 20

// checkRoom refuses what goes beyond the bound with the bytes that are still to
// come. It counts inside the change of the sender's message store, so two of
// their texts at once cannot both take the last room.
func (o *Office) checkRoom(ctx context.Context, tx store.PlatformTx, senderID, coming int64) error {
	room, err := o.hasRoom(ctx, tx, senderID, coming)
	if err != nil {
		return err
	}
	if !room {
		return rc.Coded(rc.Denied, "MSG-384", "Account limits exceeded: the room for pictures and files that you have sent is full; purge messages that have some")
	}
	return nil
}

// hasRoom reports whether what a sender has sent may grow by some bytes.
func (o *Office) hasRoom(ctx context.Context, tx store.PlatformTx, senderID, more int64) (bool, error) {
	n, err := tx.AttachmentBytes(ctx, senderID)
	return n+more <= o.Room, err
}

// begin starts a change of several message stores in the order that the
// store asks for.
func begin(ctx context.Context, tx store.MessageWriter, extensionIDs ...int64) (map[int64]int64, error) {
	slices.Sort(extensionIDs)
	changes := make(map[int64]int64)
	for _, id := range slices.Compact(extensionIDs) {
		n, err := tx.NextMessageChange(ctx, id)
		if err != nil {
			return nil, fmt.Errorf("beginning a change of the messages of %s: %w", strconv.FormatInt(id, 10), err)
		}
		changes[id] = n
	}
	return changes, nil
}

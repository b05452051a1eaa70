package messages

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"offhook/internal/platform/api/plan"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// Reasons why a fax could not be sent, as deliveryErrorCode.
const (
	noFaxThere   = "SMS-UP-410" // nobody answers there: the platform's own network ends at its own numbers
	noRoomForFax = "SMS-RC-501" // what its sender has sent fills their room by now
)

// A faxing is what the transactions of one fax need to know, read before they
// begin.
type faxing struct {
	plans     map[int64]*plan.Plan
	receivers map[string]store.Extension // by number; absent for who is not here
	documents []File
}

// bytesOf is what one copy of some files takes.
func bytesOf(files []File) (n int64) {
	for _, file := range files {
		n += int64(len(file.Body))
	}
	return n
}

// receiversOf finds who gets a fax.
func (o *Office) receiversOf(ctx context.Context, m store.Message) (faxing, error) {
	f := faxing{plans: map[int64]*plan.Plan{}, receivers: map[string]store.Extension{}}
	for _, to := range m.To {
		p, e, err := o.receiver(ctx, f.plans, to.PhoneNumber)
		if err != nil {
			return f, err
		}
		if p != nil {
			f.receivers[to.PhoneNumber] = e
		}
	}
	return f, nil
}

// documentsOf reads what a fax holds, unless it was purged meanwhile.
func (o *Office) documentsOf(ctx context.Context, m store.Message) (all []File, err error) {
	for _, a := range m.Attachments {
		body, err := o.Store.AttachmentContent(ctx, m.ExtensionID, a.ID)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("reading a document of fax %d: %w", m.ID, err)
		}
		all = append(all, File{Type: a.Type, Name: a.FileName, ContentType: a.ContentType, Width: a.Width, Height: a.Height, Body: body})
	}
	return all, nil
}

// carryFax brings a fax to everybody who is on the platform, and then to its
// last state. Each of them costs a transaction of its own, in which the fax
// notes that it went there: so a large one holds nobody up for long, and nobody
// gets it twice after a crash, or from two processes at once.
func (o *Office) carryFax(ctx context.Context, m store.Message) error {
	f, err := o.receiversOf(ctx, m)
	if err != nil {
		return err
	}
	if f.documents, err = o.documentsOf(ctx, m); err != nil {
		return err
	}
	for i, to := range m.To {
		if e, ok := f.receivers[to.PhoneNumber]; ok && to.MessageStatus == rc.Queued {
			if err := o.deliverFax(ctx, f, m, i, e); err != nil {
				return fmt.Errorf("bringing fax %d to extension %d: %w", m.ID, e.ID, err)
			}
		}
	}
	err = o.changeFax(ctx, m, func(_ store.PlatformTx, m *store.Message, _ map[int64]int64) (bool, error) {
		endFax(m)
		return true, nil
	})
	if err != nil {
		return fmt.Errorf("ending fax %d: %w", m.ID, err)
	}
	return nil
}

// changeFax changes a fax that is not in its last state, and tells its owner
// when it is afterwards. It may change the message stores besides.
func (o *Office) changeFax(ctx context.Context, m store.Message, change func(tx store.PlatformTx, m *store.Message, changes map[int64]int64) (bool, error), besides ...int64) error {
	var done []store.Message
	err := o.Store.Write(ctx, func(tx store.PlatformTx) error {
		done = nil
		changes, err := begin(ctx, tx, append(slices.Clone(besides), m.ExtensionID)...)
		if err != nil {
			return err
		}
		fresh, err := tx.Message(ctx, m.ExtensionID, m.ID)
		if errors.Is(err, store.ErrNotFound) || err == nil && fresh.Status != rc.Queued {
			return nil // another process was faster
		}
		if err != nil {
			return err
		}
		if different, err := change(tx, &fresh, changes); err != nil || !different {
			return err
		}
		fresh.Change, fresh.ModifiedAt = changes[fresh.ExtensionID], later(o.Now(), fresh.ModifiedAt)
		if fresh.Status != rc.Queued {
			done = []store.Message{fresh}
		}
		return tx.SaveMessage(ctx, fresh)
	})
	if err == nil {
		o.announceChanged(context.WithoutCancel(ctx), done...)
	}
	return err
}

// deliverFax brings a fax to the one of its receivers who is e. The last of
// them ends it.
func (o *Office) deliverFax(ctx context.Context, f faxing, m store.Message, i int, e store.Extension) error {
	var in *store.Message
	err := o.changeFax(ctx, m, func(tx store.PlatformTx, m *store.Message, changes map[int64]int64) (bool, error) {
		in = nil
		if m.Availability != rc.Alive || i >= len(m.To) || m.To[i].MessageStatus != rc.Queued {
			return false, nil // taken back, or another process was faster
		}
		switch room, err := o.hasRoom(ctx, tx, m.ExtensionID, bytesOf(f.documents)); {
		case err != nil:
			return false, err
		case !room:
			m.To[i].MessageStatus, m.ErrorCode = rc.SendingFailed, noRoomForFax
		default:
			m.To[i].MessageStatus = rc.Sent
			if in, err = o.putFax(ctx, tx, f, m, e, m.To[i].PhoneNumber, changes[e.ID]); err != nil {
				return false, err
			}
		}
		if !slices.ContainsFunc(m.To, func(to rc.Caller) bool { return to.MessageStatus == rc.Queued }) {
			endFax(m)
		}
		return true, nil
	}, e.ID)
	if err == nil && in != nil {
		o.announceNew(context.WithoutCancel(ctx), o.Base, in)
	}
	return err
}

// endFax decides how a fax ended: where one of several did not get it, the
// whole counts as failed.
func endFax(m *store.Message) {
	m.Status = rc.Sent
	if m.Availability != rc.Alive { // taken back before it went to everybody
		m.Status = rc.SendingFailed
		return
	}
	for i := range m.To {
		to := &m.To[i]
		if to.MessageStatus == rc.Queued {
			to.MessageStatus, m.ErrorCode = rc.SendingFailed, cmp.Or(m.ErrorCode, noFaxThere)
		}
		if to.MessageStatus != rc.Sent {
			m.Status = rc.SendingFailed
		}
	}
}

// putFax puts a fax into the message store of one who gets it.
func (o *Office) putFax(ctx context.Context, tx store.PlatformTx, f faxing, m *store.Message, e store.Extension, number string, change int64) (*store.Message, error) {
	names := f.plans[e.AccountID]
	at := later(o.Now(), m.CreatedAt)
	in := &store.Message{
		ID: o.IDs.Next(), AccountID: e.AccountID, ExtensionID: e.ID, Type: rc.TypeFax, Direction: rc.Inbound, Availability: rc.Alive,
		ReadStatus: rc.Unread, Status: rc.Received, From: caller(names, m.From.PhoneNumber, m.From.Name),
		To:    []rc.Caller{{PhoneNumber: number, Name: names.Name(number), Target: true}},
		Facts: store.MessageFacts{Pages: m.Facts.Pages, Resolution: m.Facts.Resolution}, CreatedAt: at, ModifiedAt: at, Change: change,
	}
	var err error
	if in.ConversationID, err = tx.PutConversation(ctx, e.ID, fmt.Sprintf("message %d", in.ID), o.IDs.Next()); err != nil {
		return nil, err
	}
	if err := o.attach(ctx, tx, &delivery{files: f.documents, copies: []*store.Message{m}}, in); err != nil {
		return nil, err
	}
	return in, tx.AddMessage(ctx, *in)
}

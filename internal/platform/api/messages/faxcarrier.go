package messages

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"offhook/internal/platform/api/plan"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// Reasons why a fax could not be sent, as deliveryErrorCode.
const noFaxThere = "SMS-UP-410" // nobody answers there: the platform's own network ends at its own numbers

// A faxing is what a transaction needs to know to send faxes, read before it
// begins: who gets them.
type faxing struct {
	plans     map[int64]*plan.Plan
	receivers map[string]store.Extension // by number; absent for who is not here
}

// receiversOf finds who gets the faxes among messages.
func (o *Office) receiversOf(ctx context.Context, ms []store.Message) (faxing, error) {
	f := faxing{plans: map[int64]*plan.Plan{}, receivers: map[string]store.Extension{}}
	for _, m := range ms {
		if m.Type != rc.TypeFax || m.Direction != rc.Outbound {
			continue
		}
		for _, to := range m.To {
			p, e, err := o.receiver(ctx, f.plans, to.PhoneNumber)
			if err != nil {
				return f, err
			}
			if p != nil {
				f.receivers[to.PhoneNumber] = e
			}
		}
	}
	return f, nil
}

// stores are the message stores that the faxes of m change besides its own.
func (f faxing) stores(m store.Message) (ids []int64) {
	if m.Type != rc.TypeFax || m.Direction != rc.Outbound {
		return nil
	}
	for _, to := range m.To {
		if e, ok := f.receivers[to.PhoneNumber]; ok {
			ids = append(ids, e.ID)
		}
	}
	return ids
}

// sendFax brings a fax to everybody who is on the platform, and to its last
// state. It returns what has arrived.
func (o *Office) sendFax(ctx context.Context, tx store.PlatformTx, f faxing, m *store.Message, changes map[int64]int64) ([]*store.Message, error) {
	if m.Availability != rc.Alive { // taken back before it went
		m.Status = rc.SendingFailed
		return nil, nil
	}
	var arrived []*store.Message
	m.Status, m.ErrorCode = rc.Sent, ""
	for i := range m.To {
		to := &m.To[i]
		e, ok := f.receivers[to.PhoneNumber]
		if !ok {
			to.MessageStatus, m.Status, m.ErrorCode = rc.SendingFailed, rc.SendingFailed, noFaxThere
			continue
		}
		to.MessageStatus = rc.Sent
		in, err := o.deliverFax(ctx, tx, f, m, e, to.PhoneNumber, changes[e.ID])
		if err != nil {
			return nil, err
		}
		arrived = append(arrived, in)
	}
	return arrived, nil
}

// deliverFax puts a fax into the message store of one who gets it.
func (o *Office) deliverFax(ctx context.Context, tx store.PlatformTx, f faxing, m *store.Message, e store.Extension, number string, change int64) (*store.Message, error) {
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
	for _, a := range m.Attachments {
		body, err := tx.AttachmentContent(ctx, m.ExtensionID, a.ID)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		a.ID = o.IDs.Next()
		in.Attachments = append(in.Attachments, a)
		c := store.AttachmentContent{ID: a.ID, MessageID: in.ID, ExtensionID: e.ID, SenderID: m.ExtensionID, Body: body}
		if err := tx.AddAttachmentContent(ctx, c); err != nil {
			return nil, err
		}
	}
	return in, tx.AddMessage(ctx, *in)
}

// withStores adds the message stores that faxes change.
func (f faxing) withStores(ms []store.Message) (ids []int64) {
	for _, m := range ms {
		ids = append(append(ids, m.ExtensionID), f.stores(m)...)
	}
	return slices.Clip(ids)
}

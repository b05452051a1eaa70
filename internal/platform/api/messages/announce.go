package messages

import (
	"context"
	"strconv"

	"offhook/internal/platform/event"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// announceNew tells a message's owner that it came, and when it is inbound,
// tells it whole. What a queue shares is told as a change alone: whoever takes
// a whole message for their own must not take that.
func (o *Office) announceNew(ctx context.Context, base string, m *store.Message) {
	o.announce(ctx, m.AccountID, m.ExtensionID, rc.MessageStoreFilter(m.AccountID, m.ExtensionID), storeEvent(*m, rc.MessageStoreChange{
		Type: m.Type, NewCount: 1, NewMessageIDs: []int64{m.ID},
	}))
	if m.Direction != rc.Inbound || m.OwnerID != 0 {
		return
	}
	switch m.Type {
	case rc.TypeSMS:
		o.announce(ctx, m.AccountID, m.ExtensionID, rc.InstantSMSFilter(m.AccountID, m.ExtensionID), instant(base, *m))
	case rc.TypeVoiceMail:
		o.announce(ctx, m.AccountID, m.ExtensionID, rc.VoicemailFilter(m.AccountID, m.ExtensionID), record(base, *m))
	case rc.TypeFax:
		o.announce(ctx, m.AccountID, m.ExtensionID, rc.InboundFaxFilter(m.AccountID, m.ExtensionID), record(base, *m))
	}
}

// announceChanged tells the owner of messages of one message store that they
// changed.
func (o *Office) announceChanged(ctx context.Context, ms ...store.Message) {
	counts := map[string]int{}
	for _, m := range ms {
		counts[m.Type]++
	}
	var changes []rc.MessageStoreChange
	for kind, n := range counts {
		changes = append(changes, rc.MessageStoreChange{Type: kind, UpdatedCount: n})
	}
	if len(changes) == 0 {
		return
	}
	m := ms[len(ms)-1]
	o.announce(ctx, m.AccountID, m.ExtensionID, rc.MessageStoreFilter(m.AccountID, m.ExtensionID), storeEvent(m, changes...))
}

func storeEvent(m store.Message, changes ...rc.MessageStoreChange) rc.MessageStoreEvent {
	return rc.MessageStoreEvent{
		AccountID:   strconv.FormatInt(m.AccountID, 10),
		ExtensionID: strconv.FormatInt(m.ExtensionID, 10),
		LastUpdated: rc.TimeOf(m.ModifiedAt),
		Changes:     changes,
	}
}

// announce publishes; what is stored is stored, so a bus that fails is
// logged and clients find the change at their next sync.
func (o *Office) announce(ctx context.Context, accountID, extensionID int64, filter string, body any) {
	if err := event.Publish(ctx, o.Bus, accountID, extensionID, filter, body); err != nil {
		o.Log.Error("announcing a change of messages", "ext", extensionID, "err", err)
	}
}

// Package event is how the platform's packages tell each other that
// something happened to an extension. Whoever changes state publishes after
// the change is durable; notify turns events into notifications.
package event

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"

	"offhook/internal/bus"
)

// subject carries every event of the platform.
const subject = "platform.events"

// An Event is something that happened to one extension.
type Event struct {
	AccountID   int64           `json:"accountId"`
	ExtensionID int64           `json:"extensionId"`
	Filter      string          `json:"filter"` // the event filter with real ids, such as rc.MessageStoreFilter writes
	Body        json.RawMessage `json:"body"`   // the notification's body (contract 7.3)
	// Others is the body for other extensions of the account that listen to
	// the filter; empty when the event is nobody else's business.
	Others json.RawMessage `json:"others,omitempty"`
}

// Publish announces an event with body as its JSON body.
func Publish(ctx context.Context, b bus.Bus, accountID, extensionID int64, filter string, body any) error {
	return PublishShared(ctx, b, accountID, extensionID, filter, body, nil)
}

// PublishShared is Publish for an event that other extensions of the account
// may know of as well, with others as its body for them; nil tells nobody.
func PublishShared(ctx context.Context, b bus.Bus, accountID, extensionID int64, filter string, body, others any) error {
	e := Event{AccountID: accountID, ExtensionID: extensionID, Filter: filter}
	var err error
	if e.Body, err = json.Marshal(body); err != nil {
		return fmt.Errorf("encoding the body of %s: %w", filter, err)
	}
	if others != nil {
		if e.Others, err = json.Marshal(others); err != nil {
			return fmt.Errorf("encoding the body of %s for others: %w", filter, err)
		}
	}
	data, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("encoding the event %s: %w", filter, err)
	}
	return b.Publish(ctx, subject, data)
}

// Subscribe calls fn for every event, one at a time, until cancel.
func Subscribe(b bus.Bus, log *slog.Logger, fn func(Event)) (cancel func(), err error) {
	return b.Subscribe(subject, func(data []byte) {
		var e Event
		if err := json.Unmarshal(data, &e); err != nil {
			log.Error("reading a platform event", "err", err)
			return
		}
		fn(e)
	})
}

package notify

import (
	"encoding/json"

	"offhook/internal/platform/wire"
	"offhook/internal/rc"
)

// bodyFor is an event's body for a subscription; nil when the event is not
// its owner's business. Presence comes with calls only for who asked for them
// (contract 7.3).
func (o *occurrence) bodyFor(owner wire.Caller, f filter) json.RawMessage {
	if owner.AccountID != o.AccountID {
		return nil
	}
	body := o.Body
	if owner.ExtensionID != o.ExtensionID {
		body = o.Others
	}
	if body == nil || !rc.IsPresencePath(o.path) || f.query.Get("detailedTelephonyState") == "true" {
		return body
	}
	return withoutCalls(body)
}

// withoutCalls is the plain variant of a detailed presence body.
func withoutCalls(body json.RawMessage) json.RawMessage {
	var e rc.PresenceEvent
	if json.Unmarshal(body, &e) != nil {
		return nil // not ours to pass on
	}
	e.ActiveCalls, e.TotalActiveCalls = nil, nil
	plain, err := json.Marshal(e)
	if err != nil {
		return nil
	}
	return plain
}

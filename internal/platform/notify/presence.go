package notify

import (
	"encoding/json"
	"strings"

	"offhook/internal/platform/wire"
	"offhook/internal/rc"
)

// bodyFor is an event's body for a subscription; nil when the event is not
// its owner's business. Presence comes with calls, and calls with their
// dialogs, only for who asked for them (contract 7.3).
func (o *occurrence) bodyFor(owner wire.Caller, f filter) json.RawMessage {
	if owner.AccountID != o.AccountID {
		return nil
	}
	body := o.Body
	if owner.ExtensionID != o.ExtensionID {
		body = o.Others
	}
	wanted := func(name string) bool { return f.query.Get(name) == "true" }
	switch {
	case body == nil:
		return nil
	case rc.IsPresencePath(o.path) && !wanted("detailedTelephonyState"):
		return rewritten(body, func(e *rc.PresenceEvent) { e.ActiveCalls, e.TotalActiveCalls = nil, nil })
	case rc.IsPresencePath(o.path) && !wanted("sipData"):
		return rewritten(body, func(e *rc.PresenceEvent) {
			for i := range e.ActiveCalls {
				e.ActiveCalls[i].SIPData = nil
			}
		})
	case isTelephony(o.path) && !wanted("sipData"):
		return rewritten(body, func(e *rc.TelephonyEvent) {
			for i := range e.Parties {
				e.Parties[i].SIPData = nil
			}
		})
	}
	return body
}

func isTelephony(path string) bool { return strings.HasSuffix(path, "/telephony/sessions") }

// rewritten is a body with less in it.
func rewritten[T any](body json.RawMessage, change func(*T)) json.RawMessage {
	var e T
	if json.Unmarshal(body, &e) != nil {
		return nil // not ours to pass on
	}
	change(&e)
	less, err := json.Marshal(e)
	if err != nil {
		return nil
	}
	return less
}

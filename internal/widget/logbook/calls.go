package logbook

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"offhook/internal/rc"
	"offhook/internal/store"
)

// A CallEvent is something that happened to a call which a call logger is to
// know (contract/service.md 6).
type CallEvent struct {
	Owner     store.LogOwner
	Origin    string          // of the host page that logs it
	SessionID string          // the call; its events arrive in their order
	Trigger   string          // createLog, editLog, viewLog, logForm, contactUpdated, presenceUpdate or callLogSync
	State     string          // what tells this event from the call's others, such as its telephony status and time
	Call      json.RawMessage // the call object (contract/service.md 5)
	Note      string
	FormData  map[string]any
	Redirect  *bool
	From, To  json.RawMessage // the chosen contacts, null for none
}

var callTriggers = []string{"createLog", "editLog", "viewLog", "logForm", "contactUpdated", "presenceUpdate", "callLogSync"}

// Record writes a call's event down for its logger. When it returns nil the
// event cannot be lost any more; the same event again changes nothing.
func (h *Handler) Record(ctx context.Context, e CallEvent) error {
	if e.SessionID == "" || !known(e.Trigger) || len(e.Call) == 0 {
		return rc.Errorf(rc.Invalid, "An event of a call needs its session, its call and a trigger among %s.", strings.Join(callTriggers, ", "))
	}
	at := e.Origin
	if _, err := h.Store.LogHook(ctx, e.Owner.Platform, e.Owner.ClientID); err == nil {
		at = store.LogWebhook
	}
	body := map[string]any{"call": e.Call, "triggerType": e.Trigger, "fromEntity": e.From, "toEntity": e.To}
	if e.Note != "" {
		body["note"] = e.Note
	}
	if e.FormData != nil {
		body["formData"] = e.FormData
	}
	if e.Redirect != nil {
		body["redirect"] = *e.Redirect
	}
	err := h.record(ctx, target{e.Owner, at}, draft{kind: kindCall, thing: e.SessionID, newest: e.State, trigger: e.Trigger, body: body})
	if err != nil {
		return fmt.Errorf("recording a call: %w", err)
	}
	h.nudge()
	h.announce(ctx, target{e.Owner, e.Origin})
	return nil
}

func known(trigger string) bool {
	for _, t := range callTriggers {
		if t == trigger {
			return true
		}
	}
	return false
}

package logbook

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"

	"offhook/internal/rc"
)

// triggerSelected logs texts that the user has chosen (contract/service.md
// 8.4).
const triggerSelected = "selectedLog"

// maxSelected bounds one log of chosen texts.
const maxSelected = 200

// chosen is the one entry of those texts of a conversation that the user has
// chosen.
func (t chat) chosen(ctx context.Context, p press) ([]draft, error) {
	if !t.h.granular(ctx, t.c) {
		return nil, rc.Errorf(rc.Conflict, "The page around the phone does not log single messages any more. Reload it and try again.")
	}
	some := group{thread: t.thread}
	ids := []string{}
	for _, m := range t.thread.Messages {
		if slices.Contains(p.Messages, m.ID) && len(ids) < maxSelected {
			some.messages = append(some.messages, m)
			ids = append(ids, strconv.FormatInt(m.ID, 10))
		}
	}
	if len(ids) == 0 {
		return nil, rc.Errorf(rc.Conflict, "These messages are not there any more. Nothing was logged.")
	}
	it, err := t.h.item(ctx, t.c.target.owner, t.at, some)
	if err != nil {
		return nil, err
	}
	var with json.RawMessage
	if len(t.thread.Others) == 1 {
		with = t.h.Services.Entity(t.c.visit, t.thread.ID, t.thread.Others[0].Number)
	}
	return []draft{{
		kind: kindMessage, thing: t.thread.ID, logID: t.thread.ID + "/selected", newest: some.key(), trigger: triggerSelected, press: p.ID,
		body: map[string]any{
			"conversation": map[string]any{
				"conversationId": it.ConversationID, "messages": it.Messages, "correspondents": it.Correspondents, "self": it.Self, "type": it.Type,
			},
			"triggerType": triggerSelected, "selectedMessageIds": ids, "correspondentEntity": with,
		},
	}}, nil
}

// granular says whether texts are logged one by one: the page wants it, and
// nothing is logged by itself.
func (h *Handler) granular(ctx context.Context, c visitor) bool {
	if !c.may[kindMessage] || !c.loggers.Message.Granular || c.loggers.Message.Path == "" || c.hooked() {
		return false
	}
	s, err := h.settings(ctx, c.target)
	return err == nil && !autoOf(s).Message
}

package event

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"

	"offhook/internal/bus"
)

// sessionSubject carries the ends of OAuth sessions.
const sessionSubject = "platform.session.revoked"

// A SessionEnd is an OAuth session that has ended, and whose it was with which
// app.
type SessionEnd struct {
	SessionID   string `json:"sessionId"`
	ClientID    string `json:"clientId"`
	ExtensionID int64  `json:"extensionId"`
}

// PublishSessionEnd announces that an OAuth session has ended: its tokens
// are worth nothing from now on, and what was opened with them must close.
func PublishSessionEnd(ctx context.Context, b bus.Bus, e SessionEnd) error {
	data, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("encoding the end of a session: %w", err)
	}
	return b.Publish(ctx, sessionSubject, data)
}

// SubscribeSessionEnds calls fn for every ended session, one at a time,
// until cancel.
func SubscribeSessionEnds(b bus.Bus, log *slog.Logger, fn func(SessionEnd)) (cancel func(), err error) {
	return b.Subscribe(sessionSubject, func(data []byte) {
		var e SessionEnd
		if err := json.Unmarshal(data, &e); err != nil || e.SessionID == "" {
			log.Error("reading the end of a session", "err", err)
			return
		}
		fn(e)
	})
}

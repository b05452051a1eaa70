package hostlink

import (
	"context"
	"fmt"

	"offhook/internal/rc"
)

// A SessionNotice is rc-telephony-session-notify. Its EventID is the same in
// every tab that tells it.
type SessionNotice struct {
	Type    string           `json:"type"`
	EventID string           `json:"eventId"`
	Session TelephonySession `json:"telephonySession"`
}

// A TelephonySession is one of the user's calls as the platform tells it
// (contract/widget.md 1). It has the user's parties.
type TelephonySession struct {
	ID           string          `json:"id"`
	SessionID    string          `json:"sessionId"`
	AccountID    string          `json:"accountId"`
	ExtensionID  string          `json:"extensionId"`
	Origin       rc.Origin       `json:"origin"`
	Parties      []rc.EventParty `json:"parties"`
	CreationTime rc.Time         `json:"creationTime"`
	Sequence     int64           `json:"sequence"`
}

// tellSession tells the host page of a telephony session.
func (s *socket) tellSession(ctx context.Context, session TelephonySession) error {
	if !s.caps.has(Calls) {
		return nil
	}
	id := fmt.Sprintf("session-%s-%d", session.ID, session.Sequence)
	return s.write(ctx, frame{Type: "host", Message: SessionNotice{"rc-telephony-session-notify", id, session}})
}

package hostlink

import (
	"context"

	"offhook/internal/rc"
)

// A PresenceNotice is rc-adapter-syncPresence: what the user says of
// themselves, with the option of the phone's menu that this is.
type PresenceNotice struct {
	Type            string `json:"type"`
	TelephonyStatus string `json:"telephonyStatus"`
	UserStatus      string `json:"userStatus"`
	DNDStatus       string `json:"dndStatus"`
	PresenceOption  string `json:"presenceOption"`
}

func presenceNotice(p Presence) PresenceNotice {
	n := PresenceNotice{"rc-adapter-syncPresence", p.TelephonyStatus, p.UserStatus, p.DNDStatus, p.UserStatus}
	if p.DNDStatus == rc.DoNotAcceptAnyCalls && p.UserStatus != rc.Offline {
		n.PresenceOption = p.DNDStatus
	}
	return n
}

// attend tells the host page the user's own presence, when it may know and
// has not heard it on this socket.
func (s *socket) attend(ctx context.Context) error {
	p, known := s.desk.Presence()
	if !known || !s.caps.has(Status) {
		return nil
	}
	n := presenceNotice(p)
	if n == s.told {
		return nil
	}
	s.told = n
	return s.write(ctx, frame{Type: "host", Message: n})
}

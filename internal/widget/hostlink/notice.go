package hostlink

import (
	"time"

	"offhook/internal/rc"
)

// A LoginStatus is rc-login-status-notify (contract/widget.md 1).
type LoginStatus struct {
	Type                  string   `json:"type"`
	LoggedIn              bool     `json:"loggedIn"`
	LoginNumber           string   `json:"loginNumber"`
	ContractedCountryCode string   `json:"contractedCountryCode"`
	Admin                 bool     `json:"admin"`
	Features              Features `json:"features"`
	IsFreshLogin          bool     `json:"isFreshLogin"`
}

// Features is what the signed-in user can do here: allowed by the platform
// and built into this phone.
type Features struct {
	SMS               bool `json:"sms"`
	Meeting           bool `json:"meeting"`
	Glip              bool `json:"glip"`
	SmartNote         bool `json:"smartNote"`
	Call              bool `json:"call"`
	RingSenseInsights bool `json:"ringSenseInsights"`
}

func loginStatus(id Identity, fresh bool) LoginStatus {
	number := id.MainNumber
	if id.ExtensionNumber != "" {
		number += "*" + id.ExtensionNumber
	}
	return LoginStatus{
		Type: "rc-login-status-notify", LoggedIn: true, LoginNumber: number,
		ContractedCountryCode: id.CountryCode, Admin: id.Admin,
		Features: Features{SMS: id.CanText}, IsFreshLogin: fresh,
	}
}

// A MessageNotice is rc-inbound-message-notify or rc-message-updated-notify:
// the platform's record as is.
type MessageNotice struct {
	Type    string     `json:"type"`
	Message rc.Message `json:"message"`
}

// Only a text that has just come in is announced as inbound; without these
// bounds a first sync would announce a week's (contract/clients.md 3).
const (
	youth  = 10 * time.Minute // from its creation to its last change
	recent = 30 * time.Minute // since its last change
)

// messageNotices returns what a host page is told of a message that changed.
func messageNotices(m rc.Message, isNew bool, now time.Time) []MessageNotice {
	notices := []MessageNotice{{"rc-message-updated-notify", m}}
	if isNew && m.Direction == rc.Inbound && m.ReadStatus == rc.Unread && m.MessageStatus == rc.Received && m.Availability == rc.Alive &&
		m.LastModifiedTime.Sub(m.CreationTime.Time) <= youth && now.Sub(m.LastModifiedTime.Time) <= recent {
		notices = append(notices, MessageNotice{"rc-inbound-message-notify", m})
	}
	return notices
}

package hostlink

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
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

func loginStatus(id Identity, fresh, canCall bool) LoginStatus {
	number := id.MainNumber
	if id.ExtensionNumber != "" {
		number += "*" + id.ExtensionNumber
	}
	return LoginStatus{
		Type: "rc-login-status-notify", LoggedIn: true, LoginNumber: number,
		ContractedCountryCode: id.CountryCode, Admin: id.Admin,
		Features: Features{SMS: id.CanText, Call: canCall}, IsFreshLogin: fresh,
	}
}

// A RegionNotice is rc-region-settings-notify: the country that numbers are
// read in, and what is put before short ones.
type RegionNotice struct {
	Type        string `json:"type"`
	CountryCode string `json:"countryCode"`
	AreaCode    string `json:"areaCode"`
}

// A SenderNotice is rc-sms-settings-notify, before the frame puts in the
// number that was chosen in this browser.
type SenderNotice struct {
	Type          string   `json:"type"`
	SenderNumber  string   `json:"senderNumber"`
	SenderNumbers []Sender `json:"senderNumbers"`
}

// A Sender is a number that the user can send texts from.
type Sender struct {
	PhoneNumber string   `json:"phoneNumber"`
	UsageType   string   `json:"usageType"`
	Type        string   `json:"type"`
	Features    []string `json:"features"`
	Label       string   `json:"label"`
}

// identityNotices are what a host page with these capabilities is told of who
// is signed in.
func identityNotices(id Identity, fresh, canCall bool, caps capabilities) (notices []any) {
	if caps.has(Status) {
		notices = append(notices, loginStatus(id, fresh, canCall), RegionNotice{"rc-region-settings-notify", id.Region, id.AreaCode})
	}
	if caps.has(Settings) && len(id.Senders) > 0 {
		notices = append(notices, SenderNotice{"rc-sms-settings-notify", id.Senders[0].PhoneNumber, id.Senders})
	}
	return notices
}

// A MessageNotice is rc-inbound-message-notify or rc-message-updated-notify:
// the platform's record as is. Its EventID names the change: a desk hears of
// one change several times (the answer to a request, an event, the sync that
// follows), each tab does, and after a restart all of it comes again. Who
// tells the host page tells each id once.
type MessageNotice struct {
	Type    string     `json:"type"`
	EventID string     `json:"eventId"`
	Message rc.Message `json:"message"`
}

// eventID is the same for every record of one change. Only what a page can see
// change counts: the answer to a request and the message store describe the
// same text in different detail. An arrival happens once.
func eventID(typ string, m rc.Message) string {
	change := []any{typ, m.ID}
	if typ != inboundNotify {
		change = append(change, m.LastModifiedTime.UnixMilli(), m.MessageStatus, m.ReadStatus, m.Availability)
	}
	sum := sha256.Sum256(fmt.Append(nil, change...))
	return base64.RawURLEncoding.EncodeToString(sum[:15])
}

const (
	inboundNotify = "rc-inbound-message-notify"
	updatedNotify = "rc-message-updated-notify"
)

// Only a text that has just come in is announced as inbound; without these
// bounds a first sync would announce a week's (contract/clients.md 3).
const (
	youth  = 10 * time.Minute // from its creation to its last change
	recent = 30 * time.Minute // since its last change
)

// isNews reports whether a text has just come in.
func isNews(m rc.Message, isNew bool, now time.Time) bool {
	return isNew && m.Direction == rc.Inbound && m.ReadStatus == rc.Unread && m.MessageStatus == rc.Received && m.Availability == rc.Alive &&
		m.LastModifiedTime.Sub(m.CreationTime.Time) <= youth && now.Sub(m.LastModifiedTime.Time) <= recent
}

// messageNotices returns what a host page is told of a message that changed.
func messageNotices(m rc.Message, isNew bool, now time.Time) []MessageNotice {
	notices := []MessageNotice{{updatedNotify, eventID(updatedNotify, m), m}}
	if isNews(m, isNew, now) {
		notices = append(notices, MessageNotice{inboundNotify, eventID(inboundNotify, m), m})
	}
	return notices
}

package rc

import "strings"

// Values of the presence fields that this product branches on (contract 5.2).
const (
	Available = "Available"
	Busy      = "Busy"
	Offline   = "Offline"

	TakeAllCalls               = "TakeAllCalls"
	DoNotAcceptDepartmentCalls = "DoNotAcceptDepartmentCalls"
	TakeDepartmentCallsOnly    = "TakeDepartmentCallsOnly"
	DoNotAcceptAnyCalls        = "DoNotAcceptAnyCalls"
	UnknownDND                 = "Unknown"

	NoCall       = "NoCall"
	Disconnected = "Disconnected" // of a meeting
)

// A Presence is GET extension/{extensionId}/presence (contract 5.2,
// PresenceInfoResponse). ActiveCalls is nil, and left out, unless the request
// asked for detailedTelephonyState.
type Presence struct {
	URI                  string        `json:"uri,omitempty"`
	Extension            *ExtensionRef `json:"extension,omitempty"`
	PresenceStatus       string        `json:"presenceStatus"`
	UserStatus           string        `json:"userStatus"`
	DNDStatus            string        `json:"dndStatus"`
	DNDStatusPersonal    string        `json:"dndStatusPersonal,omitempty"`
	AcceptCallQueueCalls bool          `json:"acceptCallQueueCalls"`
	TelephonyStatus      string        `json:"telephonyStatus"`
	MeetingStatus        string        `json:"meetingStatus"`
	Message              string        `json:"message,omitempty"`
	AllowSeeMyPresence   bool          `json:"allowSeeMyPresence"`
	CallerIDVisibility   string        `json:"callerIdVisibility,omitempty"`
	RingOnMonitoredCall  bool          `json:"ringOnMonitoredCall"`
	PickUpCallsOnHold    bool          `json:"pickUpCallsOnHold"`
	ActiveCalls          []ActiveCall  `json:"activeCalls,omitzero"`
}

// A PresenceRequest is the body of PUT extension/~/presence: what is absent
// stays as it is.
type PresenceRequest struct {
	UserStatus           *string `json:"userStatus,omitempty"`
	DNDStatus            *string `json:"dndStatus,omitempty"`
	DNDStatusPersonal    *string `json:"dndStatusPersonal,omitempty"`
	AcceptCallQueueCalls *bool   `json:"acceptCallQueueCalls,omitempty"`
	Message              *string `json:"message,omitempty"`
	AllowSeeMyPresence   *bool   `json:"allowSeeMyPresence,omitempty"`
	CallerIDVisibility   *string `json:"callerIdVisibility,omitempty"`
	RingOnMonitoredCall  *bool   `json:"ringOnMonitoredCall,omitempty"`
	PickUpCallsOnHold    *bool   `json:"pickUpCallsOnHold,omitempty"`
}

// An ActiveCall is a call as presence shows it.
type ActiveCall struct {
	ID                 string `json:"id"`
	Direction          string `json:"direction"`
	From               string `json:"from,omitempty"`
	FromName           string `json:"fromName,omitempty"`
	To                 string `json:"to,omitempty"`
	ToName             string `json:"toName,omitempty"`
	TelephonyStatus    string `json:"telephonyStatus"`
	TerminationType    string `json:"terminationType,omitempty"`
	StartTime          Time   `json:"startTime"`
	SessionID          string `json:"sessionId"`
	TelephonySessionID string `json:"telephonySessionId,omitempty"`
	PartyID            string `json:"partyId,omitempty"`
	QueueCall          bool   `json:"queueCall,omitempty"`
	// SIPData is for those who asked for sipData.
	SIPData *SIPData `json:"sipData,omitempty"`
}

// A PresenceEvent is the body of the presence events (contract 7.3). The
// sequence grows with each change of the extension's presence, so that what
// arrives late can be told from what is new. ActiveCalls and their number
// belong to the detailed variant.
type PresenceEvent struct {
	ExtensionID          string       `json:"extensionId"`
	TelephonyStatus      string       `json:"telephonyStatus"`
	Sequence             int64        `json:"sequence"`
	PresenceStatus       string       `json:"presenceStatus"`
	UserStatus           string       `json:"userStatus"`
	DNDStatus            string       `json:"dndStatus"`
	DNDStatusPersonal    string       `json:"dndStatusPersonal,omitempty"`
	MeetingStatus        string       `json:"meetingStatus"`
	AllowSeeMyPresence   bool         `json:"allowSeeMyPresence"`
	AcceptCallQueueCalls bool         `json:"acceptCallQueueCalls"`
	RingOnMonitoredCall  bool         `json:"ringOnMonitoredCall"`
	PickUpCallsOnHold    bool         `json:"pickUpCallsOnHold"`
	ActiveCalls          []ActiveCall `json:"activeCalls,omitzero"`
	TotalActiveCalls     *int         `json:"totalActiveCalls,omitempty"`
}

// A DNDEvent is the body of the event presence/dnd.
type DNDEvent struct {
	ExtensionID string `json:"extensionId"`
	DNDStatus   string `json:"dndStatus"`
}

// A UnifiedPresence is GET extension/~/unified-presence: one status over
// messaging, telephone and meetings.
type UnifiedPresence struct {
	Status    string           `json:"status"` // Available, Offline, DND, Busy
	Glip      UnifiedGlip      `json:"glip"`
	Telephony UnifiedTelephony `json:"telephony"`
	Meeting   UnifiedMeeting   `json:"meeting"`
}

// UnifiedGlip is the messaging part.
type UnifiedGlip struct {
	Status       string `json:"status,omitempty"` // Offline, Online
	Visibility   string `json:"visibility,omitempty"`
	Availability string `json:"availability,omitempty"`
}

// UnifiedTelephony is the telephone's part.
type UnifiedTelephony struct {
	Status       string `json:"status,omitempty"`
	Visibility   string `json:"visibility,omitempty"`
	Availability string `json:"availability,omitempty"`
}

// UnifiedMeeting is the part of meetings.
type UnifiedMeeting struct {
	Status string `json:"status"` // NoMeeting, InMeeting
}

// A UnifiedPresenceRequest is the body of PATCH extension/~/unified-presence.
type UnifiedPresenceRequest struct {
	Glip      *UnifiedGlip      `json:"glip,omitempty"`
	Telephony *UnifiedTelephony `json:"telephony,omitempty"`
}

// PresenceFilter is the event filter for an extension's presence.
func PresenceFilter(accountID, extensionID int64) string {
	return ExtensionPath(accountID, extensionID) + "/presence"
}

// IsPresencePath reports whether events of a path carry presence, in any of
// its variants. That of a call queue is who takes its calls.
func IsPresencePath(path string) bool {
	return strings.HasSuffix(path, "/presence") && !strings.Contains(path, "/call-queues/")
}

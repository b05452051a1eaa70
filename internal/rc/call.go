package rc

import "fmt"

// Values of the call fields that this product branches on (contract 5.5).
const (
	Voice = "Voice"
	Fax   = "Fax"

	CallConnected     = "Call connected"
	CallAccepted      = "Accepted"
	CallMissed        = "Missed"
	CallToVoicemail   = "Voicemail"
	CallRejected      = "Rejected"
	CallBlocked       = "Blocked"
	CallBusy          = "Busy"
	CallNoAnswer      = "No Answer"
	CallHangUp        = "Hang Up"
	CallInProgress    = "In Progress"
	CallElsewhere     = "Answered Elsewhere"
	RecordedAutomatic = "Automatic"
	RecordedOnDemand  = "OnDemand"

	SimpleView   = "Simple"
	DetailedView = "Detailed"
)

// A CallRecord is a record of the call log (contract 5.5, CallLogRecord).
// Legs are told in the detailed view only.
type CallRecord struct {
	ID        string            `json:"id"`
	URI       string            `json:"uri,omitempty"`
	SessionID string            `json:"sessionId"`
	Extension *CallExtension    `json:"extension,omitempty"`
	Recording *RecordingOfACall `json:"recording,omitempty"`
	Message   *MessageOfACall   `json:"message,omitempty"`
	CallFacts
	LastModifiedTime Time      `json:"lastModifiedTime"`
	Deleted          bool      `json:"deleted,omitempty"`
	Legs             []CallLeg `json:"legs,omitempty"`
}

// CallFacts are what the contract says of a whole call and of each of its
// legs alike (BaseCallLogRecord).
type CallFacts struct {
	TelephonySessionID string     `json:"telephonySessionId,omitempty"`
	PartyID            string     `json:"partyId,omitempty"`
	StartTime          Time       `json:"startTime"`
	Duration           int64      `json:"duration"`
	DurationMs         int64      `json:"durationMs"`
	Type               string     `json:"type"` // Voice, Fax
	InternalType       string     `json:"internalType,omitempty"`
	Direction          string     `json:"direction"`
	Action             string     `json:"action"`
	Result             string     `json:"result,omitempty"`
	Reason             string     `json:"reason,omitempty"`
	ReasonDescription  string     `json:"reasonDescription,omitempty"`
	Transport          string     `json:"transport,omitempty"` // PSTN, VoIP
	From               *CallParty `json:"from,omitempty"`
	To                 *CallParty `json:"to,omitempty"`
}

// A CallLeg is one stretch of a call's way (CallLogRecordLegInfo).
type CallLeg struct {
	LegType   string            `json:"legType"`
	Master    bool              `json:"master,omitempty"`
	Extension *CallExtension    `json:"extension,omitempty"`
	Recording *RecordingOfACall `json:"recording,omitempty"`
	Message   *MessageOfACall   `json:"message,omitempty"`
	CallFacts
}

// A CallParty is one end of a call.
type CallParty struct {
	PhoneNumber     string `json:"phoneNumber,omitempty"`
	ExtensionNumber string `json:"extensionNumber,omitempty"`
	ExtensionID     string `json:"extensionId,omitempty"`
	Name            string `json:"name,omitempty"`
	Location        string `json:"location,omitempty"`
	Device          *URIID `json:"device,omitempty"`
}

// A CallExtension says in whose log a record or leg is.
type CallExtension struct {
	ID  int64  `json:"id"`
	URI string `json:"uri"`
}

// A RecordingOfACall refers to what was recorded of a call.
type RecordingOfACall struct {
	ID         string `json:"id"`
	URI        string `json:"uri,omitempty"`
	Type       string `json:"type"` // Automatic, OnDemand
	ContentURI string `json:"contentUri,omitempty"`
}

// A MessageOfACall refers to the voicemail or fax that a call became.
type MessageOfACall struct {
	ID   string `json:"id"`
	Type string `json:"type"`
	URI  string `json:"uri,omitempty"`
}

// A Recording is GET account/~/recording/{id}.
type Recording struct {
	ID          string `json:"id"`
	ContentURI  string `json:"contentUri"`
	ContentType string `json:"contentType"`
	Duration    int    `json:"duration"` // seconds
}

// A CallSync is GET extension/~/call-log-sync.
type CallSync struct {
	URI      string       `json:"uri"`
	Records  []CallRecord `json:"records"`
	SyncInfo SyncInfo     `json:"syncInfo"`
}

// CallLogPath returns the REST path of an extension's call log.
func CallLogPath(accountID, extensionID int64) string {
	return ExtensionPath(accountID, extensionID) + "/call-log"
}

// RecordingPath returns the REST path of a recording.
func RecordingPath(accountID int64, id string) string {
	return fmt.Sprintf("/restapi/v1.0/account/%d/recording/%s", accountID, id)
}

// IsMissed reports whether somebody called and nobody answered (the Missed
// group of call-log-sync). A call that went to voicemail was missed, too.
func (f CallFacts) IsMissed() bool {
	return f.Direction == Inbound && (f.Result == CallMissed || f.Result == CallToVoicemail || f.Result == CallNoAnswer)
}

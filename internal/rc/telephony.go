package rc

import "fmt"

// States of a party of a telephony session (contract 6, status.code).
const (
	PartySetup        = "Setup"
	PartyProceeding   = "Proceeding"
	PartyAnswered     = "Answered"
	PartyHold         = "Hold"
	PartyVoicemail    = "VoiceMail"
	PartyParked       = "Parked"
	PartyGone         = "Gone"
	PartyDisconnected = "Disconnected"
)

// Reasons of a state (contract 6, status.reason).
const (
	ReasonPickup           = "Pickup"
	ReasonSupervising      = "Supervising"
	ReasonTakeOver         = "TakeOver"
	ReasonTimeout          = "Timeout"
	ReasonBlindTransfer    = "BlindTransfer"
	ReasonRCCTransfer      = "RccTransfer"
	ReasonAttendedTransfer = "AttendedTransfer"
	ReasonCallerInput      = "CallerInputRedirect"
	ReasonDTMFTransfer     = "DtmfTransfer"
	ReasonCallFlip         = "CallFlip"
	ReasonAgentAnswered    = "AgentAnswered"
	ReasonRejected         = "Rejected"
	ReasonCancelled        = "Cancelled"
	ReasonInternalError    = "InternalError"
	ReasonNoAnswer         = "NoAnswer"
	ReasonTargetBusy       = "TargetBusy"
	ReasonInvalidNumber    = "InvalidNumber"
	ReasonNoSuchUser       = "NoSuchUser"
	ReasonBlocked          = "DestinationBlocked"
	ReasonCallPark         = "CallPark"
	ReasonCallRedirected   = "CallRedirected"
	ReasonCallReplied      = "CallReplied"
	ReasonCallSwitch       = "CallSwitch"
	ReasonCallFinished     = "CallFinished"
	ReasonCallDropped      = "CallDropped"
	ReasonVoicemail        = "Voicemail"

	// ReasonInternationalDisabled: numbers of that country may not be called.
	ReasonInternationalDisabled = "InternationalDisabled"
)

// OutsideUnconnected is the description of a state with [ReasonBlocked] where
// nothing connects the platform with the telephone network.
const OutsideUnconnected = "Numbers outside cannot be called: this platform is not connected to the telephone network."

// CallerUnwritable is why nothing was written to a caller (contract 6, 8.6), as
// commands and the Warning of a MESSAGE have it.
const CallerUnwritable = "The caller cannot be written to: they have withheld their number, or you have none that can send texts."

// Kinds of sessions (contract 6, origin.type).
const (
	OriginCall       = "Call"
	OriginRingOut    = "RingOut"
	OriginConference = "Conference"
	OriginCallOut    = "CallOut"
)

// What somebody is in a conference (contract 6, conferenceRole).
const (
	ConferenceHost        = "Host"
	ConferenceParticipant = "Participant"
)

// What presence says of calls (contract 5.2), besides [NoCall].
const (
	TelephonyConnected = "CallConnected"
	TelephonyRinging   = "Ringing"
	TelephonyOnHold    = "OnHold"
	TelephonyParked    = "ParkedCall"
)

// A TelephonySession is a call and everybody in it (contract 6,
// CallSessionObject).
type TelephonySession struct {
	ID             string           `json:"id"` // s-…
	Origin         Origin           `json:"origin"`
	VoiceCallToken string           `json:"voiceCallToken,omitempty"` // to dial into a conference
	Parties        []TelephonyParty `json:"parties"`
	CreationTime   Time             `json:"creationTime"`
}

// A TelephonySessionAnswer is what call-out and conference answer with.
type TelephonySessionAnswer struct {
	Session TelephonySession `json:"session"`
}

// An Origin says what began a session.
type Origin struct {
	Type string `json:"type"`
}

// A TelephonyParty is somebody in a session as the REST API tells it
// (contract 6, CallParty). Owner is nil for parties of no account of the
// platform.
type TelephonyParty struct {
	ID             string           `json:"id"` // p-…-n
	AccountID      string           `json:"accountId,omitempty"`
	ExtensionID    string           `json:"extensionId,omitempty"`
	Direction      string           `json:"direction"`
	From           TelephonyEnd     `json:"from"`
	To             TelephonyEnd     `json:"to"`
	Owner          *PartyOwner      `json:"owner,omitempty"`
	Status         PartyStatus      `json:"status"`
	Muted          bool             `json:"muted"`
	StandAlone     bool             `json:"standAlone"`
	Park           *Park            `json:"park,omitempty"`
	ConferenceRole string           `json:"conferenceRole,omitempty"` // [ConferenceHost], [ConferenceParticipant]
	Recordings     []PartyRecording `json:"recordings,omitempty"`

	Withheld bool `json:"-"` // From is told to nobody but the owner
	Hidden   bool `json:"-"` // the party is told to nobody but the owner
}

// A TelephonyEnd is where a party's call comes from or goes to.
type TelephonyEnd struct {
	PhoneNumber string `json:"phoneNumber,omitempty"` // E.164, or what was dialled
	Name        string `json:"name,omitempty"`
	ExtensionID string `json:"extensionId,omitempty"`
	DeviceID    string `json:"deviceId,omitempty"`
}

// A PartyOwner says whose party it is.
type PartyOwner struct {
	AccountID   string `json:"accountId"`
	ExtensionID string `json:"extensionId"`
}

// A PartyStatus is how far a party is (CallStatusInfo). PeerID comes with
// Gone: where the party went on.
type PartyStatus struct {
	Code        string  `json:"code"`
	Reason      string  `json:"reason,omitempty"`
	Description string  `json:"description,omitempty"`
	ParkData    string  `json:"parkData,omitempty"`
	PeerID      *PeerID `json:"peerId,omitempty"`
	RCC         bool    `json:"rcc"` // controlled by REST
}

// A PeerID is another party, perhaps of another session.
type PeerID struct {
	SessionID          string `json:"sessionId"`
	TelephonySessionID string `json:"telephonySessionId"`
	PartyID            string `json:"partyId"`
}

// A Park is the place where a call is parked, such as *801.
type Park struct {
	ID string `json:"id"`
}

// A PartyRecording is a recording that a party makes.
type PartyRecording struct {
	ID     string `json:"id"`
	Active bool   `json:"active"`
}

// A TelephonyEvent is the body of the telephony sessions event (contract
// 7.3): the parties of one extension that have changed. Sequences grow with
// each event of a session.
type TelephonyEvent struct {
	Sequence           int64        `json:"sequence"`
	SessionID          string       `json:"sessionId"`
	TelephonySessionID string       `json:"telephonySessionId"`
	ServerID           string       `json:"serverId"`
	EventTime          Time         `json:"eventTime"`
	AccountID          string       `json:"accountId"`
	ExtensionID        string       `json:"extensionId"`
	Origin             Origin       `json:"origin"`
	Parties            []EventParty `json:"parties"`
}

// An EventParty is a party as the event tells it.
type EventParty struct {
	ID             string           `json:"id"`
	AccountID      string           `json:"accountId"`
	ExtensionID    string           `json:"extensionId"`
	Direction      string           `json:"direction"`
	From           TelephonyEnd     `json:"from"`
	To             TelephonyEnd     `json:"to"`
	Status         PartyStatus      `json:"status"`
	MissedCall     bool             `json:"missedCall"`
	StandAlone     bool             `json:"standAlone"`
	Muted          bool             `json:"muted"`
	QueueCall      bool             `json:"queueCall,omitempty"`
	Park           *Park            `json:"park,omitempty"`
	ConferenceRole string           `json:"conferenceRole,omitempty"`
	Recordings     []PartyRecording `json:"recordings,omitempty"`
	SIPData        *SIPData         `json:"sipData,omitempty"`
}

// SIPData names the dialog of a party's call. Presence has the two URIs as
// well.
type SIPData struct {
	CallID    string `json:"callId"`
	ToTag     string `json:"toTag"`
	FromTag   string `json:"fromTag"`
	RemoteURI string `json:"remoteUri,omitempty"`
	LocalURI  string `json:"localUri,omitempty"`
}

// A CallTarget is where a call is to go (contract 6, TransferTarget,
// ForwardTarget); exactly one field is set.
type CallTarget struct {
	PhoneNumber     string `json:"phoneNumber,omitempty"` // E.164, or "<main number>*<extension>"
	ExtensionNumber string `json:"extensionNumber,omitempty"`
	ExtensionID     string `json:"extensionId,omitempty"`
	Voicemail       string `json:"voicemail,omitempty"` // id of the extension whose voicemail it is
	ParkOrbit       string `json:"parkOrbit,omitempty"`
}

// A CallReply is a message instead of an answer (CallPartyReply).
type CallReply struct {
	Text    string        `json:"replyWithText,omitempty"`
	Pattern *ReplyPattern `json:"replyWithPattern,omitempty"`
}

// A ReplyPattern is one of the ready-made messages; time and its unit belong
// to those that say when.
type ReplyPattern struct {
	Pattern  string `json:"pattern"`
	Time     int    `json:"time,omitempty"`
	TimeUnit string `json:"timeUnit,omitempty"` // Minute, Hour, Day
}

// A CallRecordingState is a recording of a running call (CallRecording).
type CallRecordingState struct {
	ID     string `json:"id"`
	Active bool   `json:"active"`
	Mode   string `json:"mode"` // Automatic, OnDemand
	View   string `json:"view"` // Party, Session
}

// A RingOutOrder is a wish for a call that rings at both ends: From is the user's own number, at which
// it rings first, Shown the number that the other side sees, empty for the
// usual one. With Prompt whoever answers first is asked to press 1.
type RingOutOrder struct {
	From, Shown string
	To          CallTarget
	Prompt      bool
}

// A RingOutCall is a call that rings at both ends (contract 5.5,
// GetRingOutStatusResponse).
type RingOutCall struct {
	ID     string        `json:"id"`
	URI    string        `json:"uri"`
	Status RingOutStatus `json:"status"`
}

// A RingOutStatus says how far a RingOutCall is: InProgress, Success, Busy,
// NoAnswer, Rejected, …
type RingOutStatus struct {
	CallStatus   string `json:"callStatus"`
	CallerStatus string `json:"callerStatus"`
	CalleeStatus string `json:"calleeStatus"`
}

// TelephonyPath is the REST path of an account's sessions.
func TelephonyPath(accountID int64) string {
	return fmt.Sprintf("/restapi/v1.0/account/%d/telephony/sessions", accountID)
}

// TelephonyFilter is the event filter for an extension's sessions.
func TelephonyFilter(accountID, extensionID int64) string {
	return ExtensionPath(accountID, extensionID) + "/telephony/sessions"
}

// Over reports whether a party has left its session.
func (s PartyStatus) Over() bool { return s.Code == PartyDisconnected || s.Code == PartyGone }

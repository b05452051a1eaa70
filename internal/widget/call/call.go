// Package call is the vocabulary of calls in the widget house: what a phone
// tells of a call and what it can be told to do. The softphone owns the calls,
// panels draw them, the host link tells the host page of them.
package call

import "time"

// A State is how far a call is. It only ever moves down this list, except
// between Connected and Held.
type State string

// The states of a call. An outgoing one is Dialing, Ringing, Connected; an
// incoming one Ringing, Connected. Connected means that somebody has answered,
// not that the platform has accepted the call (contract 8.4).
const (
	Dialing   State = "dialing"
	Ringing   State = "ringing"
	Connected State = "connected"
	Held      State = "held" // by this user
	Ended     State = "ended"
)

// A Direction says who called.
type Direction string

// The two directions, as RingCentral spells them.
const (
	Inbound  Direction = "Inbound"
	Outbound Direction = "Outbound"
)

// An Outcome says how a call ended.
type Outcome string

// The outcomes of calls.
const (
	HungUp    Outcome = "hungUp"    // after somebody answered, by either side
	Cancelled Outcome = "cancelled" // by the caller, before somebody answered
	Missed    Outcome = "missed"    // rang, and nobody answered
	Declined  Outcome = "declined"
	Elsewhere Outcome = "elsewhere" // answered by another of the user's devices
	Voicemail Outcome = "voicemail" // sent there by the user
	Forwarded Outcome = "forwarded"
	Replied   Outcome = "replied" // with a message instead of an answer
	Moved     Outcome = "moved"   // transferred, parked or flipped away
	Merged    Outcome = "merged"  // its far side is in a conference of the user's now
	Failed    Outcome = "failed"  // see Call.Sentence
)

// A Supervision is who hears a user that listens in on a colleague's call
// (contract 8.7, whose words these are).
type Supervision string

// What supervisors are.
const (
	Listens  Supervision = "monitor" // nobody hears them
	Whispers Supervision = "whisper" // the colleague alone
	JoinsIn  Supervision = "barge"   // both
)

// A Call is one call as every tab of its user sees it. It is a value: what is
// shown is never changed behind the reader's back.
type Call struct {
	ID        string    `json:"id"` // ours; the same from the first ring to the log
	Direction Direction `json:"direction"`
	State     State     `json:"state"`
	Number    string    `json:"number"`          // the far party's, E.164 or an extension number; empty when withheld
	Name      string    `json:"name,omitempty"`  // as the platform tells it
	Line      string    `json:"line,omitempty"`  // the user's own number: called, or shown to the callee
	Queue     string    `json:"queue,omitempty"` // name of the call queue that it came through
	Muted     bool      `json:"muted,omitempty"`
	Recording bool      `json:"recording,omitempty"`
	// Unseen is set while a call rings and no page has said that it shows it,
	// and of one that was missed for that.
	Unseen bool `json:"unseen,omitempty"`
	// FarHeld is true while the far party has put the call on hold.
	FarHeld bool `json:"farHeld,omitempty"`
	// Flipped is set once the call rings at another phone of the user's, where
	// it goes on.
	Flipped bool `json:"flipped,omitempty"`
	// Supervision is what the user is in a colleague's call that they listen in
	// on, whose Number and Name are the colleague's; empty for ordinary calls.
	Supervision Supervision `json:"supervision,omitempty"`
	// Conference is set for a conference that the user hosts. Its Number and
	// Name are empty: Members says who is in it besides the user.
	Conference bool     `json:"conference,omitempty"`
	Members    []Member `json:"members,omitempty"` // is replaced, never changed

	Began    time.Time `json:"began"`             // rang or was dialled
	Answered time.Time `json:"answered,omitzero"` // became Connected
	Ended    time.Time `json:"ended,omitzero"`
	Outcome  Outcome   `json:"outcome,omitempty"`
	MovedTo  Far       `json:"movedTo,omitzero"` // whom the user has transferred the far party to
	// Sentence tells people why the call ended or what is wrong with it now;
	// empty when there is nothing to say.
	Sentence string `json:"sentence,omitempty"`
	// NoSuch is true of a call to a number that does not exist.
	NoSuch bool `json:"noSuch,omitempty"`
	// Drop is the recorded message that is left in the call; nil for none.
	Drop *Drop `json:"drop,omitempty"`

	// How the platform names the call (contract 6, 8.4).
	SessionID          string `json:"sessionId,omitempty"`
	TelephonySessionID string `json:"telephonySessionId,omitempty"`
	PartyID            string `json:"partyId,omitempty"`

	// Quality is how the user hears the far side, and Sent how the far side
	// hears the user.
	Quality Quality `json:"quality,omitzero"`
	Sent    Quality `json:"sent,omitzero"`
	// Unheard is set while nothing of what the user says gets to the far side,
	// and Silent while nothing comes of it.
	Unheard bool `json:"unheard,omitempty"`
	Silent  bool `json:"silent,omitempty"`
}

// A Far is somebody at the other end of a call.
type Far struct {
	Number string `json:"number"` // as that of a Call
	Name   string `json:"name,omitempty"`
}

// A Member is somebody in a conference.
type Member struct {
	PartyID string `json:"partyId"`        // by which they are muted and removed
	Number  string `json:"number"`         // as that of a Call
	Name    string `json:"name,omitempty"` // the same
	Muted   bool   `json:"muted,omitempty"`
	Held    bool   `json:"held,omitempty"` // they have put the conference on hold
}

// Over reports whether the call has ended.
func (c Call) Over() bool { return c.State == Ended }

// A Quality is how well one side of a call is heard, over the last seconds.
type Quality struct {
	Jitter time.Duration `json:"jitter"`
	Loss   float64       `json:"loss"` // 0 to 1
	MOS    float64       `json:"mos"`  // 1 to 4.5, ITU-T G.107 estimate
}

// A Snapshot is all that a phone tells at one moment. Versions grow with each
// change of one phone, so that what arrives late can be told from what is new.
type Snapshot struct {
	Version uint64 `json:"version"`
	// Line is how the phone is connected to the platform.
	Line  Line   `json:"line"`
	Calls []Call `json:"calls"` // oldest first; ended ones stay for a few seconds
	// Parked are the calls that the user has parked and that nobody has picked
	// up, oldest first.
	Parked []Parked `json:"parked,omitempty"`
	// Flips are the user's own numbers at which a call can go on; none while
	// there is no call.
	Flips []Flip `json:"flips,omitempty"`
	// RingOut is the call that the platform places at both ends; nil while there
	// is none.
	RingOut *RingOut `json:"ringOut,omitempty"`
	// Active is the call that is heard; empty while there is none.
	Active string `json:"active,omitempty"`
	// Microphone is the tab whose microphone and loudspeaker are in use;
	// empty while there is none.
	Microphone string `json:"microphone,omitempty"`
}

// A Parked is a call that waits at a place of the company, where whoever calls
// that place picks it up.
type Parked struct {
	Place  string    `json:"place"`          // such as *801
	Number string    `json:"number"`         // of who waits, as in Call
	Name   string    `json:"name,omitempty"` // the same
	Since  time.Time `json:"since,omitzero"` // when it was parked; zero where that is not known

	SessionID          string `json:"sessionId,omitempty"`
	TelephonySessionID string `json:"telephonySessionId,omitempty"`
}

// A Flip is a number of the user's own at which a call can go on.
type Flip struct {
	Number string `json:"number"` // E.164
	Label  string `json:"label,omitempty"`
}

// A Line is whether calls can be placed and received.
type Line struct {
	State LineState `json:"state"`
	// Sentence says what is wrong and what to do; empty while nothing is.
	Sentence string `json:"sentence,omitempty"`
	// Device is the platform's id of this phone; empty until it has told one.
	Device string `json:"deviceId,omitempty"`
}

// A LineState is how the phone is registered.
type LineState string

// The states of a line. None is for users who cannot call at all: the
// platform gives them no web phone, or the app no permission.
const (
	None       LineState = "none"
	Connecting LineState = "connecting"
	Registered LineState = "registered"
	Broken     LineState = "broken"
)

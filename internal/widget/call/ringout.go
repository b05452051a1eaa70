package call

import "time"

// A RingState is how far a [RingOut] is. It only ever moves down this list.
type RingState string

// The states of a RingOut.
const (
	RingsHere  RingState = "here"  // the user's own phone rings
	RingsThere RingState = "there" // the user has answered, and the far side rings
	RingsBoth  RingState = "both"  // both talk, on the user's phone
	RingsOver  RingState = "over"
)

// A RingOut is a call that the platform places at both ends: first the user's
// own phone rings, then that of the far side. Its sound is none of ours.
type RingOut struct {
	ID       string    `json:"id"`
	Number   string    `json:"number"`         // the far party's, as in Call
	From     string    `json:"from,omitempty"` // the user's phone that rings first
	State    RingState `json:"state"`
	Prompt   bool      `json:"prompt,omitempty"` // who answers the user's phone is asked to press 1
	Began    time.Time `json:"began"`
	Answered time.Time `json:"answered,omitzero"` // by the far side
	Ended    time.Time `json:"ended,omitzero"`
	// Sentence says why it came to nothing.
	Sentence string `json:"sentence,omitempty"`
}

// Over reports whether it has ended.
func (r RingOut) Over() bool { return r.State == RingsOver }

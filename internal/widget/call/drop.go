package call

import "time"

// A DropState is how far a recorded message is.
type DropState string

// The states of a recorded message. The last four are for good, and the call
// ends with each of them.
const (
	DropWaits   DropState = "waiting" // for the far side to fall silent
	DropPlays   DropState = "playing"
	DropLeft    DropState = "left"    // whole
	DropStopped DropState = "stopped" // by the user
	DropNoisy   DropState = "noisy"   // the far side never fell silent
	DropCut     DropState = "cut"     // the call ended in any other way before
)

// A Drop is a recorded message that the far side of a call hears in place of
// the user, who is free meanwhile. It is replaced, never changed.
type Drop struct {
	Label string        `json:"label"`
	State DropState     `json:"state"`
	Long  time.Duration `json:"long"`
	Since time.Time     `json:"since,omitzero"` // it is heard; zero before
}

// Dropping reports whether the call belongs to a recorded message, and not to
// the user any more.
func (c Call) Dropping() bool { return c.Drop != nil && !c.Over() }

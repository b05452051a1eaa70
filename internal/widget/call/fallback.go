package call

import "time"

// A Way is where a call goes when its user cannot be there.
type Way string

// The ways. The usual one is that what would happen without a choice happens.
const (
	Usually   Way = ""
	ToMailbox Way = "voicemail" // of the user
	ToNumber  Way = "forward"
)

// A Fallback is where a call goes, and to which number.
type Fallback struct {
	Way    Way
	Number string // as it is dialled; for ToNumber alone
}

// Fallbacks are what a user wants to become of calls that they are not there
// for.
type Fallbacks struct {
	// Left is for calls that go on and that no page comes back to; usually
	// they end.
	Left Fallback
	// Grace is how long such a call waits; zero is for the usual time.
	Grace time.Duration
	// Unseen is for calls that ring and that no page shows; usually the
	// platform goes on by its own rules.
	Unseen Fallback
}

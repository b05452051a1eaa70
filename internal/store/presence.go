package store

import "context"

// A Presence is what an extension has said of its availability. An extension
// that has said nothing has [DefaultPresence].
type Presence struct {
	ExtensionID         int64
	AccountID           int64
	Sequence            int64  // counts the changes
	UserStatus          string // rc.Available, rc.Busy, rc.Offline
	RefusesPersonal     bool   // calls to the extension itself
	RefusesQueues       bool   // calls to queues that it belongs to
	Message             string
	Hidden              bool   // from everybody else
	CallerIDVisibility  string // All, None, PermittedUsers
	RingOnMonitoredCall bool
	PickUpCallsOnHold   bool
}

// DefaultPresence is the presence of an extension that has said nothing.
func DefaultPresence(accountID, extensionID int64) Presence {
	return Presence{ExtensionID: extensionID, AccountID: accountID, UserStatus: "Available", CallerIDVisibility: "All"}
}

// PresenceReader reads presence.
type PresenceReader interface {
	// Presence returns ErrNotFound for an extension that has said nothing.
	Presence(ctx context.Context, extensionID int64) (Presence, error)
	// Presences returns what the extensions of an account have said.
	Presences(ctx context.Context, accountID int64) ([]Presence, error)
}

// PresenceWriter changes presence.
type PresenceWriter interface {
	// ChangePresence begins a change: it counts the sequence on and returns
	// the presence with it, holding back other changes of the same extension
	// until the commit.
	ChangePresence(ctx context.Context, accountID, extensionID int64) (Presence, error)
	// SavePresence replaces everything but the sequence of a presence whose
	// change was begun.
	SavePresence(ctx context.Context, p Presence) error
}

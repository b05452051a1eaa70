package store

import (
	"context"
	"time"
)

// Preferences are how one user likes the phone of one app. They outlive the
// grant: whoever signs out and in again finds the phone as it was.
type Preferences struct {
	Platform  string // the API origin
	ClientID  string
	OwnerID   string // the platform's id of the user
	Sealed    []byte // under the key ring, with the three above in the row's name
	ChangedAt time.Time
}

// PreferenceReader reads preferences.
type PreferenceReader interface {
	// Preferences returns ErrNotFound for who has never chosen anything.
	Preferences(ctx context.Context, platform, clientID, ownerID string) (Preferences, error)
}

// PreferenceWriter changes preferences.
type PreferenceWriter interface {
	// PutPreferences adds a user's preferences or replaces them.
	PutPreferences(ctx context.Context, p Preferences) error
}

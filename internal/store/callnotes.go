package store

import (
	"context"
	"time"
)

// A CallNote is what our own side knows of a user's call and the platform does
// not: how it sounded, and why nobody was there. The platform's log has the
// call itself.
type CallNote struct {
	Platform  string // the API origin
	ClientID  string
	OwnerID   string // the platform's id of the user
	SessionID string // the platform's id of the call's telephony session
	MadeAt    time.Time
	Sealed    []byte // under the key ring, with the ids above in the row's name
}

// CallNoteReader reads notes.
type CallNoteReader interface {
	// CallNote returns ErrNotFound for a call without one.
	CallNote(ctx context.Context, platform, clientID, ownerID, sessionID string) (CallNote, error)
	// CallNotes are a user's newest ones, the newest first.
	CallNotes(ctx context.Context, platform, clientID, ownerID string, limit int) ([]CallNote, error)
}

// CallNoteWriter changes notes.
type CallNoteWriter interface {
	// PutCallNote adds a note or replaces that of the same call.
	PutCallNote(ctx context.Context, n CallNote) error
	// TrimCallNotes deletes everybody's notes made before a time, and all but
	// a number of one user's newest.
	TrimCallNotes(ctx context.Context, before time.Time, platform, clientID, ownerID string, keep int) error
}

package store

import (
	"context"
	"time"
)

// A Revocation is owed to a user: tokens of theirs that nothing here uses any
// more, and that their platform has not revoked yet.
type Revocation struct {
	ID       string
	Platform string // the API origin
	ClientID string
	Sealed   []byte    // the tokens under the key ring, row "revocations/<ID>"
	AskedAt  time.Time // when the user signed out
}

// RevocationWriter keeps what is to be revoked until it is.
type RevocationWriter interface {
	// AddRevocation keeps one that is tried again at the given time, unless it
	// is removed before.
	AddRevocation(ctx context.Context, r Revocation, due time.Time) error
	// DueRevocations returns those that are to be tried at now, and keeps them
	// from others until next. Of more than limit it takes the longest due.
	DueRevocations(ctx context.Context, now, next time.Time, limit int) ([]Revocation, error)
	// DeleteRevocation forgets one. An unknown id changes nothing.
	DeleteRevocation(ctx context.Context, id string) error
}

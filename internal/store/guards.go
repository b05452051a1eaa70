package store

import (
	"context"
	"time"
)

// A Guard remembers that a host page wants to be asked before one of its
// users contacts anybody. It outlives what the page has registered, which is
// in memory: until the page says otherwise, nobody goes on unasked.
type Guard struct {
	Platform string
	ClientID string
	OwnerID  string // the user, whichever grant they come by
	FrameKey string // the page
	Service  string // what its application is called
	SeenAt   time.Time
}

// GuardReader reads guards.
type GuardReader interface {
	// Guard returns ErrNotFound for a user whom the page of a frame does not
	// want to be asked about.
	Guard(ctx context.Context, platform, clientID, ownerID, frameKey string) (Guard, error)
}

// GuardWriter changes guards.
type GuardWriter interface {
	// PutGuard adds a guard or replaces it.
	PutGuard(ctx context.Context, g Guard) error
	// DeleteGuard removes one; one that is not there is no error.
	DeleteGuard(ctx context.Context, platform, clientID, ownerID, frameKey string) error
	// DeleteOldGuards removes those of pages that were last seen before the
	// given time.
	DeleteOldGuards(ctx context.Context, before time.Time) error
}

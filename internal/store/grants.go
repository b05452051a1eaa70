package store

import (
	"context"
	"time"
)

// A Grant is one user's tokens at one platform for one app: whoever signs in
// as the same user joins the same grant.
type Grant struct {
	ID        string
	Platform  string // the API origin
	ClientID  string
	OwnerID   string    // the platform's id of the user (owner_id)
	Sealed    []byte    // the tokens under the key ring, row "grants/<ID>"
	Version   int64     // grows with every change of the tokens
	ExpiresAt time.Time // of the access token
	CreatedAt time.Time
	UpdatedAt time.Time

	// LeaseUntil is not zero while somebody refreshes the tokens, and after
	// somebody stopped without a word. Only LeaseGrant sets it.
	LeaseUntil time.Time
}

// GrantReader reads grants.
type GrantReader interface {
	// Grant returns ErrNotFound for a grant that does not exist, has ended or
	// has lapsed.
	Grant(ctx context.Context, id string) (Grant, error)
	// GrantOf returns the grant of (platform, client id, owner), also one that
	// has lapsed, or ErrNotFound.
	GrantOf(ctx context.Context, platform, clientID, ownerID string) (Grant, error)
	// GrantsOfApp returns the grants of an app that have not lapsed.
	GrantsOfApp(ctx context.Context, platform, clientID string) ([]Grant, error)
	// IdleGrants returns the grants last written before the given time that
	// have no session left at it and that no hold keeps.
	IdleGrants(ctx context.Context, at time.Time) ([]Grant, error)
}

// GrantWriter changes grants.
type GrantWriter interface {
	// AddGrant adds a grant; ErrExists when its owner has one for the app.
	AddGrant(ctx context.Context, g Grant) error
	// LeaseGrant makes holder the only one who may refresh until the given
	// time; false when the version moved or another lease runs.
	LeaseGrant(ctx context.Context, id string, version int64, holder string, now, until time.Time) (bool, error)
	// ReleaseGrant ends holder's lease before its time, so that after a
	// failure the next one need not wait. Another's lease stays.
	ReleaseGrant(ctx context.Context, id, holder string) error
	// SaveTokens replaces the sealed tokens and raises the version, also of a
	// grant that has lapsed, which begins anew; false when the version moved
	// meanwhile.
	SaveTokens(ctx context.Context, g Grant) (bool, error)
	// LapseGrant takes a grant's tokens and sessions and leaves the desk's
	// data, sealed as it is, for the user's next sign-in.
	LapseGrant(ctx context.Context, id string, at time.Time) error
	// DeleteLapsedGrants removes what lapsed before the given time.
	DeleteLapsedGrants(ctx context.Context, before time.Time) error
	// DeleteGrant removes the grant with its sessions and the desk's data.
	// An unknown id changes nothing.
	DeleteGrant(ctx context.Context, id string) error
}

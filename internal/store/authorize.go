package store

import (
	"context"
	"time"

	"offhook/internal/rc"
)

// A PushedRequest is an authorization request that an app sent ahead (RFC
// 9126). The first browser that brings it is the only one that may; the
// answer spends it.
type PushedRequest struct {
	Hash      string // of the reference in its request_uri
	ClientID  string
	Params    string // form-encoded, without the app's credentials
	Browser   string // the browser that brought it; empty until one does
	ExpiresAt time.Time
}

// A ConsentStep is a consent page that was shown: what exactly its Allow
// button allows, and for whom.
type ConsentStep struct {
	Hash        string // of the page's hidden field
	Request     string // hash of the authorization request
	Browser     string // the browser it was shown in
	ClientID    string
	ExtensionID int64
	AuthTime    time.Time // when the user last typed the password
	ExpiresAt   time.Time
}

// A Consent is what a user allowed an app.
type Consent struct {
	ExtensionID int64
	ClientID    string
	Scopes      rc.ScopeSet
	OpenID      []string  // scopes of OpenID Connect
	At          time.Time // of the last change
}

// A KnownBrowser is a browser that a user signed in with before, so that
// strangers who try the user's name elsewhere cannot slow it down.
type KnownBrowser struct {
	Hash        string // of the cookie's value
	ExtensionID int64
	ExpiresAt   time.Time
}

// AuthorizeReader reads what the authorize endpoint remembers.
type AuthorizeReader interface {
	// Consent returns ErrNotFound when the user never allowed the app
	// anything.
	Consent(ctx context.Context, extensionID int64, clientID string) (Consent, error)
	// KnowsBrowser reports whether the user signed in with the browser, and
	// the browser has not been forgotten at the given time.
	KnowsBrowser(ctx context.Context, hash string, extensionID int64, at time.Time) (bool, error)
}

// AuthorizeWriter changes it.
type AuthorizeWriter interface {
	AddPushedRequest(ctx context.Context, r PushedRequest) error
	// OpenPushedRequest binds a live request of the app to the first browser
	// that brings it, moves ExpiresAt to until then, and returns it to that
	// browser only. To others, and when it is spent or expired, it is
	// ErrNotFound.
	OpenPushedRequest(ctx context.Context, hash, clientID, browser string, at, until time.Time) (PushedRequest, error)
	// SpendPushedRequest reports whether the request was there to spend.
	SpendPushedRequest(ctx context.Context, hash string) (bool, error)
	AddConsentStep(ctx context.Context, s ConsentStep) error
	// TakeConsentStep returns a step and removes it. It returns ErrNotFound
	// for one that was taken before.
	TakeConsentStep(ctx context.Context, hash string) (ConsentStep, error)
	// PutConsent replaces what the user allowed the app.
	PutConsent(ctx context.Context, c Consent) error
	// PutKnownBrowser adds a browser or moves its ExpiresAt.
	PutKnownBrowser(ctx context.Context, b KnownBrowser) error
	// SweepAuthorize removes what has expired at the given time.
	SweepAuthorize(ctx context.Context, at time.Time) error
}

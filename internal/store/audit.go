package store

import (
	"context"
	"time"
)

// An AuditKind says what an entry of the audit trail is about.
type AuditKind string

// The kinds of audit entries.
const (
	AuditSignIn         AuditKind = "sign-in"
	AuditRefusal        AuditKind = "refusal" // of a sign-in, or of a page that wants to embed the phone
	AuditRefreshFailure AuditKind = "refresh-failure"
	AuditSignOut        AuditKind = "sign-out" // also of a session that has expired or was replaced
	AuditContact        AuditKind = "contact"  // somebody was contacted against the advice of the host page's application
	AuditTicket         AuditKind = "ticket"   // a host's server got a ticket for its user
	AuditToken          AuditKind = "token"    // a host's server got an access token
)

// An AuditEntry is one line of the audit trail: who did what from where. What
// is not known is empty. It never holds a secret, so that it can be exported.
type AuditEntry struct {
	ID       int64 // set by whoever writes; grows with time
	At       time.Time
	Kind     AuditKind
	Way      string // the way to sign in: "code", "ticket", ...
	Platform string // the API origin
	ClientID string
	OwnerID  string // the platform's id of the user
	GrantID  string
	Origin   string // of the host page
	Address  string // of the browser, or of the host's server
	Detail   string // a reason in few words, for operators
}

// An AuditFilter chooses entries. Its zero value chooses all.
type AuditFilter struct {
	Since   time.Time // from this moment on
	OwnerID string
	After   int64 // entries with a greater id
	Limit   int64 // zero: all
}

// AuditReader reads the audit trail.
type AuditReader interface {
	// AuditEntries returns the chosen entries in the order of their ids.
	AuditEntries(ctx context.Context, f AuditFilter) ([]AuditEntry, error)
}

// AuditWriter adds to the audit trail. Nothing changes it or takes away from
// it.
type AuditWriter interface {
	// AddAuditEntry returns ErrExists when the id is taken.
	AddAuditEntry(ctx context.Context, e AuditEntry) error
}

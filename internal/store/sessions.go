package store

import (
	"context"
	"time"
)

// A Session is a browser signed in, in one frame: it holds the hash of its
// cookie and points at a grant.
type Session struct {
	ID        string // SHA-256 of the cookie's value, URL-safe base64
	FrameKey  string
	GrantID   string
	CreatedAt time.Time
	UsedAt    time.Time // written at most every five minutes
	ExpiresAt time.Time // UsedAt and the idle time
}

// SessionReader reads sessions.
type SessionReader interface {
	// Session returns ErrNotFound for an unknown or ended session, and for
	// one that has expired at the given time.
	Session(ctx context.Context, id string, at time.Time) (Session, error)
	// ExpiredSessions returns the sessions that have expired at the given
	// time.
	ExpiredSessions(ctx context.Context, at time.Time) ([]Session, error)
	// SessionsOf returns a grant's sessions, newest first.
	SessionsOf(ctx context.Context, grantID string) ([]Session, error)
}

// SessionWriter changes sessions.
type SessionWriter interface {
	AddSession(ctx context.Context, s Session) error
	// TouchSession moves UsedAt and ExpiresAt; an ended session stays ended.
	TouchSession(ctx context.Context, id string, usedAt, expiresAt time.Time) error
	// DeleteSession ends a session; an unknown one changes nothing. It
	// reports whether there was one, so that one caller tells of the end.
	DeleteSession(ctx context.Context, id string) (bool, error)
}

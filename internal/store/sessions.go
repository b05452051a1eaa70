package store

import (
	"context"
	"time"
)

// A Session is a browser signed in, in one frame: it holds the hash of its
// cookie and points at a grant. Where the browser refuses cookies, handles
// stand for it instead, and its id is the hash of nothing that anybody holds.
type Session struct {
	ID        string // SHA-256 of the cookie's value, URL-safe base64
	FrameKey  string
	GrantID   string
	Way       string        // how the user signed in: "code", "ticket", ...
	Parent    string        // the session that it was handed over from; empty where somebody signed in
	Idle      time.Duration // how long it lasts without being used
	CreatedAt time.Time
	UsedAt    time.Time // written now and then, not at each use
	ExpiresAt time.Time // UsedAt and the idle time
}

// A Handle stands for a session in a frame whose browser refuses cookies.
type Handle struct {
	Hash      string // SHA-256 of the handle, URL-safe base64
	SessionID string
	ExpiresAt time.Time
}

// A SessionEnd remembers why a session is over, for whoever still holds what
// stood for it. It opens nothing.
type SessionEnd struct {
	Hash      string // of the cookie or a handle
	SessionID string
	GrantID   string
	FrameKey  string
	Reason    string
	EndedAt   time.Time
}

// SessionReader reads sessions.
type SessionReader interface {
	// Session returns ErrNotFound for an unknown or ended session, and for
	// one that has expired at the given time.
	Session(ctx context.Context, id string, at time.Time) (Session, error)
	// SessionByHandle is like Session, for the hash of a handle that has not
	// expired either.
	SessionByHandle(ctx context.Context, hash string, at time.Time) (Session, error)
	// ExpiredSessions returns the sessions that have expired at the given
	// time.
	ExpiredSessions(ctx context.Context, at time.Time) ([]Session, error)
	// SessionsOf returns a grant's sessions, newest first.
	SessionsOf(ctx context.Context, grantID string) ([]Session, error)
	// SessionEnd returns the end of the session that the hash of a cookie or
	// a handle stood for, or ErrNotFound.
	SessionEnd(ctx context.Context, hash string) (SessionEnd, error)
	// SessionEndsSince returns what has ended from the given time on, oldest
	// first.
	SessionEndsSince(ctx context.Context, at time.Time) ([]SessionEnd, error)
}

// SessionWriter changes sessions.
type SessionWriter interface {
	AddSession(ctx context.Context, s Session) error
	// TouchSession moves UsedAt and ExpiresAt; an ended session stays ended.
	TouchSession(ctx context.Context, id string, usedAt, expiresAt time.Time) error
	// DeleteSession ends a session and its handles; an unknown one changes
	// nothing. It reports whether there was one, so that one caller tells of
	// the end.
	DeleteSession(ctx context.Context, id string) (bool, error)
	// NoteSessionEnd writes down why a session and its handles are about to
	// end; an unknown session changes nothing.
	NoteSessionEnd(ctx context.Context, id, reason string, at time.Time) error
	// DeleteSessionEnds forgets ends from before the given time.
	DeleteSessionEnds(ctx context.Context, before time.Time) error
	AddHandle(ctx context.Context, h Handle) error
	// SettleHandle ends the handles of a session but the one given: at the
	// given time at the latest. A handle that the session does not have
	// changes nothing.
	SettleHandle(ctx context.Context, sessionID, hash string, until time.Time) error
	// DeleteExpiredHandles removes a session's handles that have expired at
	// the given time.
	DeleteExpiredHandles(ctx context.Context, sessionID string, at time.Time) error
}

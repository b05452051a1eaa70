package store

import (
	"context"
	"time"
)

// A WSToken lets its holder open notification sockets for a minute. It is
// kept here, not in memory, because released clients reuse one until it
// nears its end, also after the server they got it from was restarted.
type WSToken struct {
	Hash        string // SHA-256 of the token, URL-safe base64
	AccountID   int64
	ExtensionID int64
	ClientID    string
	SessionID   string // the OAuth session that it speaks for
	Scopes      string // separated by spaces
	ExpiresAt   time.Time
}

// WSTokenReader reads tokens for the notification gateway. Subscriptions
// themselves are not stored: they end with their socket.
type WSTokenReader interface {
	// WSToken returns ErrNotFound for an unknown token and for one that has
	// expired at the given time.
	WSToken(ctx context.Context, hash string, at time.Time) (WSToken, error)
}

// WSTokenWriter changes them.
type WSTokenWriter interface {
	AddWSToken(ctx context.Context, t WSToken) error
	// DeleteWSTokens removes the tokens of an OAuth session.
	DeleteWSTokens(ctx context.Context, sessionID string) error
	// SweepWSTokens removes what has expired at the given time.
	SweepWSTokens(ctx context.Context, at time.Time) error
}

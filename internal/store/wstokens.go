package store

import (
	"context"
	"time"

	"offhook/internal/rc"
)

// A WSToken lets its holder open notification sockets for a minute. It is
// kept here, not in memory, because released clients reuse one until it
// nears its end, also after the server they got it from was restarted. It
// ends with its OAuth session.
type WSToken struct {
	Hash      string // SHA-256 of the token, URL-safe base64
	SessionID string // the OAuth session
	Scopes    rc.ScopeSet
	ExpiresAt time.Time
}

// A WSBearer is a token with whom it speaks for.
type WSBearer struct {
	WSToken
	ClientID    string
	ExtensionID int64
	AccountID   int64
}

// WSTokenReader reads tokens for the notification gateway. Subscriptions
// themselves are not stored: they end with their socket.
type WSTokenReader interface {
	// WSToken returns ErrNotFound for an unknown token and for one that has
	// expired at the given time.
	WSToken(ctx context.Context, hash string, at time.Time) (WSBearer, error)
}

// WSTokenWriter changes them.
type WSTokenWriter interface {
	AddWSToken(ctx context.Context, t WSToken) error
	// SweepWSTokens removes what has expired at the given time.
	SweepWSTokens(ctx context.Context, at time.Time) error
}

package store

import (
	"context"
	"time"
)

// An EmbedKey lets a host's own server ask for tickets in the name of an
// embed. An embed may have several, so that servers can change theirs one
// after the other.
type EmbedKey struct {
	Hash      string // SHA-256 of the key, URL-safe base64
	Platform  string
	ClientID  string
	CreatedAt time.Time
}

// A Ticket signs one browser in, once, to a grant that is there already.
type Ticket struct {
	Hash      string // SHA-256 of the ticket, URL-safe base64
	GrantID   string
	Origin    string // of the host page that it is good in
	User      string // what the host's server calls its user
	CreatedAt time.Time
	ExpiresAt time.Time
	UsedAt    time.Time // zero as long as it is good
}

// A Hold is a host's server's share in a grant that its tickets made, for
// one of its users. While it keeps the grant, the grant does not end with
// its last session.
type Hold struct {
	GrantID    string
	User       string // what the host's server calls its user
	CreatedAt  time.Time
	KeepsUntil time.Time // zero: it keeps nothing
}

// TicketReader reads keys and holds.
type TicketReader interface {
	// EmbedKey returns ErrNotFound for a key that does not exist or has ended.
	EmbedKey(ctx context.Context, hash string) (EmbedKey, error)
	// EmbedKeys returns the keys of an embed, oldest first.
	EmbedKeys(ctx context.Context, platform, clientID string) ([]EmbedKey, error)
	// Holds returns the holds on a grant, by user; a grant that ends loses
	// them.
	Holds(ctx context.Context, grantID string) ([]Hold, error)
	// OpenTickets counts a grant's tickets that are good at the given time.
	OpenTickets(ctx context.Context, grantID string, at time.Time) (int64, error)
}

// TicketWriter changes keys, tickets and holds.
type TicketWriter interface {
	// AddEmbedKey changes nothing when the key is there.
	AddEmbedKey(ctx context.Context, k EmbedKey) error
	// DeleteEmbedKeys ends the keys of an embed but the one with the hash
	// keep.
	DeleteEmbedKeys(ctx context.Context, platform, clientID, keep string) error
	AddTicket(ctx context.Context, t Ticket) error
	// TakeTicket uses a ticket up and returns it. One that is unknown or has
	// expired is ErrNotFound, one that was used ErrSpent.
	TakeTicket(ctx context.Context, hash string, at time.Time) (Ticket, error)
	// DeleteExpiredTickets removes the tickets that have expired at the given
	// time, used or not.
	DeleteExpiredTickets(ctx context.Context, at time.Time) error
	// PutHold adds a hold, or moves KeepsUntil of one that is there; it never
	// moves back.
	PutHold(ctx context.Context, h Hold) error
}

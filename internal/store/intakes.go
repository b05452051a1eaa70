package store

import (
	"context"
	"time"
)

// An Intake keeps what a frame's address or a host page brought to sign in
// with, while the page that was shown for it asks to go on.
type Intake struct {
	Hash      string // SHA-256 of its id, URL-safe base64
	FrameKey  string // empty until the page that embeds the frame is known
	Sealed    []byte // secrets under the key ring, row "intakes/<Hash>"
	CreatedAt time.Time
	ExpiresAt time.Time
}

// IntakeReader reads intakes.
type IntakeReader interface {
	// Intake returns ErrNotFound for an intake that is unknown, expired at
	// the given time, or another frame's.
	Intake(ctx context.Context, hash, frameKey string, at time.Time) (Intake, error)
}

// IntakeWriter changes them.
type IntakeWriter interface {
	AddIntake(ctx context.Context, i Intake) error
	// BindIntake gives an intake to a frame, once: false when it is unknown,
	// expired or another frame's.
	BindIntake(ctx context.Context, hash, frameKey string, at time.Time) (bool, error)
	// TakeIntake removes an intake of the frame and returns it; ErrNotFound
	// as for Intake.
	TakeIntake(ctx context.Context, hash, frameKey string, at time.Time) (Intake, error)
	// SpendCode notes that a code was redeemed; ErrExists when it was before.
	SpendCode(ctx context.Context, hash string, until time.Time) error
	// DeleteExpiredIntakes removes intakes and spent codes that have expired.
	DeleteExpiredIntakes(ctx context.Context, at time.Time) error
}

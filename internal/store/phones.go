package store

import (
	"context"
	"time"
)

// PhoneWriter says which of several nodes has a grant's phone: the one that
// is registered for its user and has their calls.
type PhoneWriter interface {
	// ClaimPhone returns the node that has the phone: another one whose time
	// is not over, or node, which then has it until the given time.
	ClaimPhone(ctx context.Context, grantID, node string, now, until time.Time) (holder string, err error)
	// KeepPhones gives a node more time with all its phones, and returns their
	// grants: a phone that is not among them is another's by now.
	KeepPhones(ctx context.Context, node string, until time.Time) (grants []string, err error)
	// ReleasePhone lets others have a node's phone at once. Another's stays.
	ReleasePhone(ctx context.Context, grantID, node string) error
}

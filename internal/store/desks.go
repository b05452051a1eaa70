package store

import (
	"context"
	"time"
)

// A DeskRow is a piece of what a desk knows, sealed. Kind and ID name it
// within its grant.
type DeskRow struct {
	GrantID string
	Kind    string
	ID      string
	Sealed  []byte // under the key ring, row "desk_rows/<grant>/<kind>/<id>"
}

// States of an [OutboxItem].
const (
	OutboxQueued  = "queued"  // waits to be sent
	OutboxSending = "sending" // was handed to the platform; the outcome is not known
	OutboxSent    = "sent"    // the platform has it as MessageID
	OutboxFailed  = "failed"  // the platform refused it
)

// An OutboxItem is a text that a user has handed in. It stays for a while
// after it was sent, so that handing it in again changes nothing.
type OutboxItem struct {
	GrantID   string
	ID        string // the client's, unique in the grant
	Position  int64  // orders the items of a grant
	State     string
	MessageID int64  // the platform's, zero until it is sent
	Holder    string // the node that works on it
	HeldUntil time.Time
	CreatedAt time.Time
	UpdatedAt time.Time
	Sealed    []byte // under the key ring, row "desk_outbox/<grant>/<id>"
}

// DeskReader reads what desks keep.
type DeskReader interface {
	// DeskRows returns every row of a grant, by kind and id.
	DeskRows(ctx context.Context, grantID string) ([]DeskRow, error)
	// DeskRow returns ErrNotFound for a row that is not there.
	DeskRow(ctx context.Context, grantID, kind, id string) (DeskRow, error)
	// OutboxItem returns ErrNotFound for an unknown id.
	OutboxItem(ctx context.Context, grantID, id string) (OutboxItem, error)
	// OutboxItems returns the items of a grant in order of their positions.
	OutboxItems(ctx context.Context, grantID string) ([]OutboxItem, error)
	// GrantsWithMail returns the ids of the grants that have items queued or
	// sending and have not lapsed.
	GrantsWithMail(ctx context.Context) ([]string, error)
}

// DeskWriter changes it.
type DeskWriter interface {
	// PutDeskRow adds a row or replaces it.
	PutDeskRow(ctx context.Context, r DeskRow) error
	// DeleteDeskRow removes a row; one that is not there is no error.
	DeleteDeskRow(ctx context.Context, grantID, kind, id string) error
	// AddOutboxItem adds an item; ErrExists when its id is taken.
	AddOutboxItem(ctx context.Context, i OutboxItem) error
	// ClaimOutboxItem makes i.Holder the only one who may work on an item until
	// i.HeldUntil; false when it is sent or failed, or somebody else's, or was
	// changed after i.UpdatedAt.
	ClaimOutboxItem(ctx context.Context, i OutboxItem, now time.Time) (bool, error)
	// SaveOutboxItem replaces everything but position and creation time of an
	// item that was last changed at the time that it follows; any other stays,
	// and the error is ErrOutdated.
	SaveOutboxItem(ctx context.Context, i OutboxItem, follows time.Time) error
	// DeleteFailedOutboxItem removes an item that failed; any other stays, and
	// the error is ErrOutdated.
	DeleteFailedOutboxItem(ctx context.Context, grantID, id string) error
	// DeleteSentOutboxItems removes a grant's sent items not changed since
	// the given time.
	DeleteSentOutboxItems(ctx context.Context, grantID string, before time.Time) error
}

package store

import (
	"context"
	"time"
)

// A Queue is an extension that is nobody's: a number that several people
// answer for. It has no password, and none of the methods that find
// extensions finds it, so nobody can be signed in as one.
type Queue struct {
	ID        int64
	AccountID int64
	Number    string // extension number, unique in the account beside everybody's
	Name      string
	CreatedAt time.Time
}

// A QueueMember is an extension that answers for a queue.
type QueueMember struct {
	QueueID     int64
	ExtensionID int64
	Accepts     bool // takes the queue's calls
}

// QueueReader reads queues.
type QueueReader interface {
	// Queue returns ErrNotFound for an unknown id, and for a person's.
	Queue(ctx context.Context, id int64) (Queue, error)
	// Queues returns an account's queues by extension number.
	Queues(ctx context.Context, accountID int64) ([]Queue, error)
	// QueueMembers returns who answers for a queue, by extension id.
	QueueMembers(ctx context.Context, queueID int64) ([]QueueMember, error)
	// MemberQueues returns the memberships of an extension, by queue id.
	MemberQueues(ctx context.Context, extensionID int64) ([]QueueMember, error)
}

// QueueWriter changes queues.
type QueueWriter interface {
	// AddQueue adds one; ErrExists when its id or extension number is taken.
	AddQueue(ctx context.Context, q Queue) error
	// RemoveQueue removes a queue with its numbers and threads, and reports
	// whether there was one. Its members keep what is in their own message
	// stores.
	RemoveQueue(ctx context.Context, id int64) (bool, error)
	// AddQueueMember adds a member. Who is one already stays as they are.
	AddQueueMember(ctx context.Context, m QueueMember) error
	// SaveQueueMember replaces what is said of a member, ErrNotFound for who is
	// none, even if the transaction has read that they are one.
	SaveQueueMember(ctx context.Context, m QueueMember) error
	// RemoveQueueMember reports whether there was one. Nobody answers their
	// threads of the queue from then on. It begins a change of the account's
	// threads, as NextThreadChange does; so do RemoveQueue and RemoveExtension.
	RemoveQueueMember(ctx context.Context, queueID, extensionID int64) (bool, error)
}

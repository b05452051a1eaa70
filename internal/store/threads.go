package store

import (
	"context"
	"time"
)

// Kinds of thread entries: what was sent, and what happened to the thread.
const (
	ThreadMessage  = "Message"
	ThreadCreated  = "ThreadCreatedHint"
	ThreadAssigned = "ThreadAssignedHint"
	ThreadResolved = "ThreadResolvedHint"
)

// A Thread is a conversation of a queue with one number outside it, from the
// first text to its end. Only one of two numbers is open at a time.
type Thread struct {
	ID         int64
	AccountID  int64
	QueueID    int64
	Owner      string // the queue's number, E.164
	Guest      string // the other
	Status     string // rc.ThreadOpen, rc.ThreadIsResolved
	Reason     string // why it is resolved
	Label      string // its last text
	AssigneeID int64  // the member who answers; 0 for nobody
	CreatedAt  time.Time
	ModifiedAt time.Time
	Change     int64 // the account's change that wrote this state
}

// A ThreadEntry is a text of a thread, or something that happened to it.
type ThreadEntry struct {
	ID          int64
	AccountID   int64
	QueueID     int64
	ThreadID    int64
	Kind        string
	Direction   string // of a text
	Status      string // of a text: rc.Queued, ...; empty otherwise
	AuthorID    int64  // who wrote it or did it; 0 for whoever is outside and for the platform
	AssigneeID  int64  // of ThreadAssigned, 0 for nobody
	PreviousID  int64  // the assignee before
	Text        string
	Attachments []Attachment // whose bytes are the queue's
	CreatedAt   time.Time
	ModifiedAt  time.Time
	Change      int64
}

// A ThreadQuery selects threads, or the entries of those threads. QueueIDs
// are the queues whose threads the asker may see: without any, nothing is
// selected. Other zero fields do not select.
type ThreadQuery struct {
	AccountID int64
	QueueIDs  []int64
	Status    string // of the thread
	Owner     string
	Guest     string
	ThreadIDs []int64
	EntryIDs  []int64
	Kinds     []string
	From      time.Time // created at or after
	To        time.Time // created before
	After     int64     // changed after this change
}

// ThreadReader reads the threads of an account's queues.
type ThreadReader interface {
	// Thread returns ErrNotFound for one that is unknown or another account's.
	Thread(ctx context.Context, accountID, id int64) (Thread, error)
	// OpenThread returns the open thread between two numbers, or ErrNotFound.
	OpenThread(ctx context.Context, owner, guest string) (Thread, error)
	// Threads returns a page of the selected threads, the one that changed
	// last first; a limit of zero returns all after offset.
	Threads(ctx context.Context, q ThreadQuery, offset, limit int) ([]Thread, error)
	// CountThreads counts what Threads would return without a limit.
	CountThreads(ctx context.Context, q ThreadQuery) (int, error)
	// IdleThreads returns open threads of every account that were last changed
	// before a moment, at most limit.
	IdleThreads(ctx context.Context, before time.Time, limit int) ([]Thread, error)
	// ThreadEntries returns a page of the entries of the selected threads, the
	// one that changed last first. From, To and After are the entries' own.
	ThreadEntries(ctx context.Context, q ThreadQuery, offset, limit int) ([]ThreadEntry, error)
	// CountThreadEntries counts what ThreadEntries would return without a limit.
	CountThreadEntries(ctx context.Context, q ThreadQuery) (int, error)
	// ThreadEntry returns ErrNotFound for one that is unknown or another
	// account's.
	ThreadEntry(ctx context.Context, accountID, id int64) (ThreadEntry, error)
	// ThreadEntriesInTransit returns texts of every account that are not in
	// their last state, oldest first, at most limit.
	ThreadEntriesInTransit(ctx context.Context, before time.Time, limit int) ([]ThreadEntry, error)
	// ThreadChange is the number of the account's latest change of threads.
	ThreadChange(ctx context.Context, accountID int64) (int64, error)
	// EntryMessages returns the copies that members have of a thread's text.
	EntryMessages(ctx context.Context, entryID int64) ([]Message, error)
}

// ThreadWriter changes threads.
type ThreadWriter interface {
	// NextThreadChange begins a change of an account's threads and returns its
	// number. It must come before anything else that the transaction reads or
	// writes of them, and before it begins a change of a message store: it holds
	// other changes back until the commit.
	NextThreadChange(ctx context.Context, accountID int64) (int64, error)
	// AddThread adds a thread, ErrExists when its id is taken or another
	// between the same numbers is open.
	AddThread(ctx context.Context, t Thread) error
	// SaveThread replaces what can change of a thread: status, reason, label,
	// assignee, time and change.
	SaveThread(ctx context.Context, t Thread) error
	// AddThreadEntry adds an entry, ErrExists when its id is taken.
	AddThreadEntry(ctx context.Context, e ThreadEntry) error
	// SaveThreadEntry replaces status, time and change.
	SaveThreadEntry(ctx context.Context, e ThreadEntry) error
}

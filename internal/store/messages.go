package store

import (
	"context"
	"time"

	"offhook/internal/rc"
)

// A Message is one extension's copy of a message. A text between two
// extensions is two rows: the sender's outbound, the receiver's inbound.
type Message struct {
	ID             int64
	AccountID      int64
	ExtensionID    int64 // whose message store holds it
	ConversationID int64
	Type           string // rc.TypeSMS, ...
	Direction      string // rc.Inbound, rc.Outbound
	Availability   string // rc.Alive, rc.Deleted, rc.Purged; a purged row is a tombstone without parties and text
	ReadStatus     string
	Status         string // rc.Queued, rc.Sent, ...
	ErrorCode      string // deliveryErrorCode, or empty
	From           rc.Caller
	To             []rc.Caller
	Text           string
	Attachments    []Attachment
	Facts          MessageFacts
	CreatedAt      time.Time
	ModifiedAt     time.Time
	DueAt          time.Time // of a fax that is to go out later; zero for now
	Change         int64     // the extension's change that wrote this state
	OwnerID        int64     // the queue that shares it with its members; 0 for the extension's own
	EntryID        int64     // the thread entry that it is a copy of; 0 for the extension's own
}

// MessageFacts are what some messages have besides what every message has:
// voicemail, faxes, and what a queue shares.
type MessageFacts struct {
	Transcription string `json:"transcription,omitempty"` // vmTranscriptionStatus
	Pages         int    `json:"pages,omitempty"`
	Resolution    string `json:"resolution,omitempty"` // faxResolution
	Cover         *int   `json:"cover,omitempty"`      // coverIndex; nil without a cover page
	CoverText     string `json:"coverText,omitempty"`
	Owner         string `json:"owner,omitempty"` // what the queue that shares it was called
}

// A MessageQuery selects an extension's messages. Zero fields do not select,
// except Availability, whose zero value means alive.
type MessageQuery struct {
	Types           []string
	Directions      []string
	ReadStatuses    []string
	Availability    []string
	ConversationIDs []int64
	PhoneNumber     string    // of any other party, E.164
	From            time.Time // created at or after
	To              time.Time // created before
	PerConversation int       // at most so many of each conversation, the newest
	// What queues share is selected by OwnerIDs, in which 0 is the extension's
	// own, by Shared, which is all of it, or by Any; without any of the three
	// only what is the extension's own is.
	OwnerIDs []int64
	Shared   bool
	Any      bool
}

// MessageReader reads message stores. Every method sees one extension only:
// what another extension has does not exist.
type MessageReader interface {
	// Message returns ErrNotFound for an unknown id; a purged message is
	// returned as the tombstone it is.
	Message(ctx context.Context, extensionID, id int64) (Message, error)
	// Messages returns a page of the selected messages, newest first; a
	// limit of zero returns all after offset.
	Messages(ctx context.Context, extensionID int64, q MessageQuery, offset, limit int) ([]Message, error)
	// CountMessages counts what Messages would return without a limit.
	CountMessages(ctx context.Context, extensionID int64, q MessageQuery) (int, error)
	// MessageChange is the number of the extension's latest change, 0 when
	// there was none. Every change up to it is visible to later reads.
	MessageChange(ctx context.Context, extensionID int64) (int64, error)
	// ChangedMessages returns messages changed after the given change in the
	// order of their changes, gone ones as well, at most limit.
	ChangedMessages(ctx context.Context, extensionID, after int64, limit int) ([]Message, error)
	// MessagesInTransit returns messages of every extension that are not in
	// their last state, were last changed before the given time and are due by
	// then, oldest first, at most limit. Those are what is Queued (which is
	// inbound where another process left it), and texts that are Sent; what
	// members have of a queue's sent texts follows the queue's thread.
	MessagesInTransit(ctx context.Context, before time.Time, limit int) ([]Message, error)
}

// MessageWriter changes message stores.
type MessageWriter interface {
	// NextMessageChange begins a change of an extension's message store and
	// returns its number. It must come before anything else that the
	// transaction reads or writes of that message store, and a transaction
	// that changes several must begin with them in ascending order of their
	// ids: it holds the others back until the commit, so that changes become
	// visible in the order of their numbers.
	NextMessageChange(ctx context.Context, extensionID int64) (int64, error)
	// PutConversation returns the id of the extension's conversation among
	// members, which is newID when there was none.
	PutConversation(ctx context.Context, extensionID int64, members string, newID int64) (int64, error)
	// AddMessage adds a message, ErrExists when its id is taken.
	AddMessage(ctx context.Context, m Message) error
	// SaveMessage replaces what can change of a message: availability, read
	// status, status, error code, parties, text, attachments, facts, time and
	// change.
	SaveMessage(ctx context.Context, m Message) error
}

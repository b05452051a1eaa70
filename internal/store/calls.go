package store

import (
	"context"
	"time"

	"offhook/internal/rc"
)

// A Call is one extension's record of a call. A call between two extensions
// of the platform is two rows that share session ids and, when it was
// recorded, the recording.
type Call struct {
	ID          string
	AccountID   int64
	ExtensionID int64         // whose call log holds it
	Record      rc.CallRecord // without links; a deleted row keeps the facts only that a sync tells
	Active      bool          // still going on: among the active calls, not yet in the log
	Deleted     bool
	Change      int64 // the account's change that wrote this state
}

// A CallRecording is what was recorded of a call. Its sound is read apart.
type CallRecording struct {
	ID          string
	AccountID   int64
	ContentType string // audio/wav or audio/mpeg
	Duration    time.Duration
	CreatedAt   time.Time
}

// A CallQuery selects calls of an account. Zero fields do not select, except
// Active and Deleted: without them, only ended calls that are not deleted are
// selected.
type CallQuery struct {
	ExtensionID        int64    // in whose log
	SessionID          string   //
	TelephonySessionID string   //
	Types              []string // rc.Voice, rc.Fax
	Directions         []string // rc.Inbound, rc.Outbound
	Transports         []string // PSTN, VoIP
	PhoneNumber        string   // of the other party, E.164
	ExtensionNumber    string   // of the other party
	Recorded           bool
	RecordingType      string // rc.RecordedAutomatic, rc.RecordedOnDemand
	Missed             bool
	NotBlocked         bool
	From               time.Time // begun at or after
	To                 time.Time // begun before
	Active             bool      // calls that go on, instead of ended ones
	Deleted            bool      // deleted ones as well
}

// CallReader reads call logs. Every method sees one account only.
type CallReader interface {
	// Call returns ErrNotFound for an unknown id and for a deleted call.
	Call(ctx context.Context, accountID int64, id string) (Call, error)
	// Calls returns a page of the selected calls, newest first.
	Calls(ctx context.Context, accountID int64, q CallQuery, offset, limit int) ([]Call, error)
	// CountCalls counts what Calls would return without a limit.
	CountCalls(ctx context.Context, accountID int64, q CallQuery) (int, error)
	// CallChange is the number of the account's latest change, 0 when there
	// was none. Every change up to it is visible to later reads.
	CallChange(ctx context.Context, accountID int64) (int64, error)
	// ChangedCalls returns calls changed after the given change in the order
	// of their changes, deleted ones as well and active ones not, at most
	// limit; extensionID 0 means every log of the account.
	ChangedCalls(ctx context.Context, accountID, extensionID, after int64, limit int) ([]Call, error)
	// CallRecording returns ErrNotFound for an unknown id.
	CallRecording(ctx context.Context, accountID int64, id string) (CallRecording, error)
	// CallRecordingSound is what can be heard of a recording.
	CallRecordingSound(ctx context.Context, accountID int64, id string) ([]byte, error)
	// HeardBy reports whether a call in the extension's log, not deleted, has
	// the recording.
	HeardBy(ctx context.Context, extensionID int64, recordingID string) (bool, error)
}

// CallWriter changes call logs.
type CallWriter interface {
	// NextCallChange begins a change of an account's call logs and returns
	// its number. It must come before anything else that the transaction
	// reads or writes of them: it holds other changes back until the commit,
	// so that they become visible in the order of their numbers.
	NextCallChange(ctx context.Context, accountID int64) (int64, error)
	// PutCall adds or replaces a call, ErrExists when its id is another
	// extension's.
	PutCall(ctx context.Context, c Call) error
	// DeleteCalls marks the ended calls of an extension that began before the
	// given time as deleted by a change, and forgets who was called.
	DeleteCalls(ctx context.Context, extensionID int64, before time.Time, change int64) error
	// AddCallRecording adds a recording with its sound, ErrExists when its id
	// is taken.
	AddCallRecording(ctx context.Context, r CallRecording, sound []byte) error
}

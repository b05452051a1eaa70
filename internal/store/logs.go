package store

import (
	"context"
	"time"
)

// A LogOwner is whose logs they are: one user in one app, whichever grant
// they come by. What waits to be logged outlives a sign-out.
type LogOwner struct {
	Platform string
	ClientID string
	OwnerID  string
}

// States of a [LogEntry].
const (
	LogWaiting = "waiting" // is tried, now and again
	LogStuck   = "stuck"   // was tried for too long; somebody has to look
	LogDone    = "done"    // was acknowledged or discarded; what it said is gone
)

// LogDiscarded is the reason of an entry that somebody has thrown away.
const LogDiscarded = "discarded"

// LogWebhook is the target of entries for the operator's own server. Every
// other target is the origin of a host page.
const LogWebhook = "webhook"

// A LogEntry is one message for a logger. It stays for a while after it is
// done, so that recording it again changes nothing.
type LogEntry struct {
	ID        string // the idempotency key
	Owner     LogOwner
	Target    string
	Kind      string // message or call
	Thing     string // the conversation, or the call's session
	LogID     string // what the logger calls it, such as a conversation's day
	Newest    string // the newest of it: the message, or the call's state
	Trigger   string
	Position  int64 // orders the entries of a target
	State     string
	Attempts  int64
	NextAt    time.Time // not tried before
	Holder    string    // the tab or node that tries it
	HeldUntil time.Time
	Reason    string    // a sentence: why the last attempt failed; of one that is done, LogDiscarded or empty
	Since     time.Time // when it began to be tried, at first or again
	CreatedAt time.Time
	UpdatedAt time.Time
	Sealed    []byte // under the key ring, row "log_entries/<ID>"; empty when done
}

// A LogTarget is where somebody's entries go.
type LogTarget struct {
	Owner LogOwner
	At    string // as LogEntry.Target
}

// LogSettings are what a user has chosen for one place where their texts are
// logged, and where they were last. What they chose on one host page means
// nothing on another.
type LogSettings struct {
	Owner          LogOwner
	Target         string // as LogEntry.Target
	Message        string // "on", "off", or empty for the default
	Call           string
	MessageDefault bool // as the host page said it last
	CallDefault    bool
	CallSince      time.Time // when calls began to be logged by themselves; zero for never
	Zone           string    // IANA
	Locale         string    // BCP 47
}

// A LogHook is where an embed's logs go instead of the host page.
type LogHook struct {
	Platform     string
	ClientID     string
	URL          string
	SealedSecret []byte // under the key ring, row "log_hooks/<platform>/<client id>"
	CreatedAt    time.Time
}

// LogReader reads logs.
type LogReader interface {
	// LogEntry returns ErrNotFound for an unknown id.
	LogEntry(ctx context.Context, id string) (LogEntry, error)
	// OpenLogEntries returns an owner's entries for a target that are not
	// done, in order.
	OpenLogEntries(ctx context.Context, owner LogOwner, target string) ([]LogEntry, error)
	// AllOpenLogEntries returns everybody's, in order.
	AllOpenLogEntries(ctx context.Context) ([]LogEntry, error)
	// LogEntriesSince returns an owner's entries for a target that were made
	// at or after a time, done or not, in order.
	LogEntriesSince(ctx context.Context, owner LogOwner, target string, since time.Time) ([]LogEntry, error)
	// DueLogEntries returns, in order, the entries for a target that may be
	// tried now: nobody holds them, and nothing older waits for the same log.
	DueLogEntries(ctx context.Context, owner LogOwner, target string, now time.Time, limit int) ([]LogEntry, error)
	// DueHookEntries is DueLogEntries for the webhooks of all owners.
	DueHookEntries(ctx context.Context, now time.Time, limit int) ([]LogEntry, error)
	// DueLogTargets returns, without webhooks, whose entries may be tried now.
	DueLogTargets(ctx context.Context, now time.Time) ([]LogTarget, error)
	// LogSettings returns ErrNotFound for somebody who never had any.
	LogSettings(ctx context.Context, owner LogOwner, target string) (LogSettings, error)
	// AutoLoggers returns the settings of those whose messages or calls are
	// logged by themselves to a webhook.
	AutoLoggers(ctx context.Context) ([]LogSettings, error)
	// LogTyping returns how many milliseconds an owner has written at a text, or
	// ErrNotFound.
	LogTyping(ctx context.Context, owner LogOwner, textID string) (int64, error)
	// LogHook returns ErrNotFound for an embed without one.
	LogHook(ctx context.Context, platform, clientID string) (LogHook, error)
}

// LogWriter changes them.
type LogWriter interface {
	// AddLogEntry adds an entry; ErrExists when its id is there, in whatever
	// state.
	AddLogEntry(ctx context.Context, e LogEntry) error
	// SupersedeLogEntries removes what an entry says better: older ones of the
	// same log and trigger that nobody has tried yet.
	SupersedeLogEntries(ctx context.Context, e LogEntry) error
	// ClaimLogEntry makes holder the only one who may try an entry until the
	// given time, and counts the attempt; false when somebody else may, or
	// when it does not wait.
	ClaimLogEntry(ctx context.Context, id, holder string, now, until time.Time) (bool, error)
	// ShortenLogClaims ends the holder's claims at the given time.
	ShortenLogClaims(ctx context.Context, holder string, until time.Time) error
	// FailLogEntry gives an entry back that holder has tried: to be tried
	// again at next, or stuck. False when holder did not hold it.
	FailLogEntry(ctx context.Context, id, holder, state, reason string, next, at time.Time) (bool, error)
	// FinishLogEntry ends an owner's entry for good, with LogDiscarded or
	// without a reason; false when it was done, or is not there. Whoever knows
	// that it arrived may say so, holder or not.
	FinishLogEntry(ctx context.Context, owner LogOwner, id, reason string, at time.Time) (bool, error)
	// RetryLogEntries lets an owner's open entries for a target be tried at
	// once. Those that are being tried stay.
	RetryLogEntries(ctx context.Context, owner LogOwner, target string, at time.Time) error
	// DiscardLogEntries ends an owner's open entries for a target that nobody
	// is trying and whose last attempt failed, and returns how many.
	DiscardLogEntries(ctx context.Context, owner LogOwner, target string, at time.Time) (int64, error)
	// SweepLogEntries removes entries that were done before one time, or made
	// before another, and what was kept of typing before that.
	SweepLogEntries(ctx context.Context, done, made time.Time) error
	// PutLogPlace keeps where a user is and their page's defaults, and leaves
	// what they have chosen.
	PutLogPlace(ctx context.Context, s LogSettings) error
	// PutLogChoice keeps what a user has chosen, as far as it is not empty, and
	// leaves the rest.
	PutLogChoice(ctx context.Context, owner LogOwner, target, message, call string) error
	// PutLogCallSince keeps when calls began to be logged by themselves.
	PutLogCallSince(ctx context.Context, owner LogOwner, target string, at time.Time) error
	// PutLogTyping keeps how many milliseconds an owner has written at a text.
	PutLogTyping(ctx context.Context, owner LogOwner, textID string, milliseconds int64, at time.Time) error
	// PutLogHook adds a webhook or replaces it.
	PutLogHook(ctx context.Context, h LogHook) error
	// DeleteLogHook removes a webhook; one that is not there is no error.
	DeleteLogHook(ctx context.Context, platform, clientID string) error
}

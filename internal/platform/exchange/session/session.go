// Package session is what the exchange knows of the calls that go on: who is
// in which, and how far they are. It holds no sound and no signalling. The
// exchange tells it each step; it refuses steps that cannot be, and tells the
// rest of the platform: telephony sessions events (contract 6 and 7.3), what
// presence shows, and the call log (5.5), where every call is once in the log
// of each extension that took part, also when the process dies in the middle.
//
// A party goes down this way, and may leave it for Disconnected or Gone
// anywhere:
//
//	Setup → Proceeding → Answered ⇄ Hold
//	                 ↘        ↓↑     ↓
//	             VoiceMail    Parked ┘
package session

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"sync"
	"time"

	"offhook/internal/bus"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// A Book holds the sessions of the platform. Its methods, and those of its
// sessions and parties, may be called from any goroutine and wait for
// nothing: what is to be stored and told is stored and told behind them, in
// the order of the steps.
type Book struct {
	// Presence is told which calls an extension has after each change of one,
	// in order; nil tells nobody.
	Presence Presence
	// Mailbox takes what callers leave; nil refuses it.
	Mailbox Mailbox
	// Replies writes to callers; nil refuses it.
	Replies Replies
	// After is how the book waits before it asks a store again that has
	// failed: time.After.
	After func(time.Duration) <-chan time.Time

	store store.Platform
	bus   bus.Bus
	ids   *store.IDs
	now   func() time.Time
	log   *slog.Logger

	mu       sync.Mutex
	sessions map[string]*Session // guarded by mu; those that go on, by id

	desk    desk    // where steps wait to be stored and told
	unsaved unsaved // what the store has not taken
}

// Presence is told what calls an extension has, including once, marked as
// such, each that has just ended.
type Presence interface {
	CallsChanged(ctx context.Context, accountID, extensionID int64, calls []rc.ActiveCall)
}

// A Mailbox keeps what somebody says to a voicemail.
type Mailbox interface {
	// LeaveVoicemail stores it and returns the id of the message: once for
	// each key, also where it has failed before and what it had to store is
	// there nevertheless.
	LeaveVoicemail(ctx context.Context, v Voicemail) (messageID int64, err error)
	// Deliver tells the owners of what has been left.
	Deliver()
}

// A Voicemail is what somebody has said to an extension's voicemail.
type Voicemail struct {
	Key                    string // of this voicemail, whenever it is tried to leave it
	AccountID, ExtensionID int64  // whose voicemail
	From                   End
	To                     End // as the caller dialled
	At                     time.Time
	Sound                  []byte // a WAV file
	Length                 time.Duration
}

// New returns an empty book. Start it before the first session.
func New(st store.Platform, b bus.Bus, ids *store.IDs, now func() time.Time, log *slog.Logger) *Book {
	k := &Book{store: st, bus: b, ids: ids, now: now, log: log, sessions: map[string]*Session{}, After: time.After}
	k.desk.init()
	return k
}

// Start closes the log of calls that went on when an earlier process died,
// and begins to store and tell what happens, until Close.
func (k *Book) Start(ctx context.Context) error {
	if err := k.sweep(ctx); err != nil {
		return err
	}
	k.desk.wg.Go(k.work)
	return nil
}

// Close stores and tells what is left, and ends. The exchange ends its calls
// before.
func (k *Book) Close() {
	k.desk.close()
	k.desk.wg.Wait()
}

// Flush returns when everything until now is stored and told.
func (k *Book) Flush(ctx context.Context) error { return k.desk.flush(ctx) }

// A Spec is what is known of a session at its beginning.
type Spec struct {
	Origin         string // rc.OriginCall, …; empty means a call
	VoiceCallToken string // of a conference
}

// An End is one end of a call. What is not known is empty.
type End struct {
	Number          string // E.164, or a short number such as *601
	Name            string
	AccountID       int64
	ExtensionID     int64
	ExtensionNumber string
	DeviceID        string
}

// A Session is a call and everybody in it. It lives until all its parties
// are over.
type Session struct {
	book    *Book
	id      string // s-…
	number  string // sessionId
	spec    Spec
	began   time.Time
	seq     int64    // guarded by Book.mu; of events
	parties []*Party // guarded by Book.mu
	rows    []*row   // guarded by Book.mu
}

// Begin opens a session without parties.
func (k *Book) Begin(spec Spec) *Session {
	if spec.Origin == "" {
		spec.Origin = rc.OriginCall
	}
	n := k.ids.Next()
	s := &Session{book: k, id: fmt.Sprintf("s-a%x", n), number: strconv.FormatInt(n, 10), spec: spec, began: k.now()}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.sessions[s.id] = s
	return s
}

// ID is the telephonySessionId, s-… (contract 8.4).
func (s *Session) ID() string { return s.id }

// Number is the sessionId, a decimal number.
func (s *Session) Number() string { return s.number }

// Session returns a session that goes on.
func (k *Book) Session(id string) (*Session, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	s, ok := k.sessions[id]
	return s, ok
}

// Party returns a party of a session by its id.
func (s *Session) Party(id string) (*Party, bool) {
	s.book.mu.Lock()
	defer s.book.mu.Unlock()
	for _, p := range s.parties {
		if p.id == id {
			return p, true
		}
	}
	return nil, false
}

// Parties returns the parties in the order in which they joined, also those
// that have left.
func (s *Session) Parties() []*Party {
	s.book.mu.Lock()
	defer s.book.mu.Unlock()
	return append([]*Party(nil), s.parties...)
}

// Drop ends a session to which nobody was added, or whose parties are all to
// leave for one reason, but for those that are on their way to another session.
func (s *Session) Drop(reason, description string, but ...*Party) {
	for _, p := range s.Parties() {
		if !slices.Contains(but, p) {
			p.End(reason, description)
		}
	}
	s.book.mu.Lock()
	defer s.book.mu.Unlock()
	s.forget()
}

// forget takes a session out of the book once nobody is left in it. Book.mu
// is held.
func (s *Session) forget() {
	for _, p := range s.parties {
		if !p.status.Over() {
			return
		}
	}
	delete(s.book.sessions, s.id)
}

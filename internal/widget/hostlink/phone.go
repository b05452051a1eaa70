package hostlink

import (
	"context"
	"errors"
	"slices"
	"time"

	"offhook/internal/rc"
	"offhook/internal/widget/call"
)

// Phones are the users' telephones, each of which is there while one of its
// tabs is.
type Phones interface {
	// Join counts a tab's socket in, until leave is called. It returns an
	// *rc.Error of kind Unauthenticated for a grant that has ended, and does
	// not wait for the platform: how the line is says the snapshot.
	Join(ctx context.Context, grantID, tab string) (p Phone, leave func(), err error)
}

// A Phone is one user's. It is safe for concurrent use.
type Phone interface {
	// Snapshot is how its calls are now.
	Snapshot() call.Snapshot
	// Watch returns a channel that has a token when the snapshot has changed
	// since the last one was taken, until stop is called.
	Watch() (changes <-chan struct{}, stop func())
}

// A callsFrame is how the calls are, for every tab alike. Now lets the page
// count the seconds of a call by the server's clock.
type callsFrame struct {
	Type string    `json:"type"` // calls
	Now  time.Time `json:"now"`
	call.Snapshot
}

// A line is a socket's end of its user's phone. The zero line is silent.
type line struct {
	phone   Phone
	changes <-chan struct{}
	told    uint64 // version of the snapshot that was written last
	began   bool   // one was written
	leave   func()
}

// lift joins the user's phone. Where there is none, where the page wants no
// calls, or when it cannot be opened now, texts work all the same.
func (s *socket) lift(ctx context.Context, hello command) line {
	quiet := line{leave: func() {}}
	if s.h.Phones == nil || hello.Callless {
		return quiet
	}
	p, leave, err := s.h.Phones.Join(ctx, s.visit.Session.GrantID, hello.Tab)
	if err != nil {
		var told *rc.Error
		if ctx.Err() == nil && !errors.As(err, &told) {
			s.h.Log.Error("opening a phone", "grant", s.visit.Session.GrantID, "err", err)
		}
		return quiet
	}
	changes, stop := p.Watch()
	s.calls = calls(p.Snapshot())
	return line{phone: p, changes: changes, leave: func() { stop(); leave() }}
}

// ring writes how the calls are, unless this has been written already: of
// many changes that come faster than the socket only the last one counts.
func (s *socket) ring(ctx context.Context, l *line) error {
	if l.phone == nil {
		return nil
	}
	now := l.phone.Snapshot()
	if l.began && now.Version == l.told {
		return nil
	}
	l.began, l.told = true, now.Version
	if err := s.writeJSON(ctx, callsFrame{"calls", s.h.Now(), s.spoken(now)}); err != nil || s.calls == calls(now) {
		return err
	}
	s.calls = calls(now)
	return s.identify(ctx)
}

// calls reports whether a phone's user can call. While that is not known yet,
// they can: who can is told soon.
func calls(s call.Snapshot) bool { return s.Line.State != call.None }

// spoken says a snapshot's sentences in the reader's language.
func (s *socket) spoken(of call.Snapshot) call.Snapshot {
	of.Line.Sentence = s.lang.Sentence(of.Line.Sentence)
	if of.Calls = slices.Clone(of.Calls); of.Calls == nil {
		of.Calls = []call.Call{}
	}
	for i := range of.Calls {
		of.Calls[i].Sentence = s.lang.Sentence(of.Calls[i].Sentence)
	}
	return of
}

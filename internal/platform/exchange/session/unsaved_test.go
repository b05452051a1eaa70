package session_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"offhook/internal/platform/api/apitest"
	"offhook/internal/platform/exchange/session"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// A moody store fails while it is down, and tells of each attempt.
type moody struct {
	store.Platform
	down  atomic.Bool
	hates atomic.Int64 // an extension whose calls are refused
	asked chan struct{}
}

// A picky transaction refuses the calls of one extension.
type picky struct {
	store.PlatformTx
	hates int64
}

func (p picky) PutCall(ctx context.Context, c store.Call) error {
	if c.ExtensionID == p.hates {
		return errors.New("there is no such extension")
	}
	return p.PlatformTx.PutCall(ctx, c)
}

func (m *moody) Write(ctx context.Context, fn func(store.PlatformTx) error) error {
	err := errors.New("the disk is full")
	if !m.down.Load() {
		err = m.Platform.Write(ctx, func(tx store.PlatformTx) error { return fn(picky{tx, m.hates.Load()}) })
	}
	select {
	case m.asked <- struct{}{}:
	default:
	}
	return err
}

func newMoody(t *testing.T) (*world, *moody) {
	t.Helper()
	w := newWorld(t)
	m := &moody{Platform: w.Store, asked: make(chan struct{}, 1)}
	w.Book = session.New(m, w.Bus, &store.IDs{Now: w.Now}, w.Now, w.log.Logger())
	w.After = func(time.Duration) <-chan time.Time { return time.After(time.Millisecond) }
	if err := w.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	return w, m
}

// logOf is how many calls are in the log of an extension.
func (w *world) logOf(t *testing.T, extension int64) int {
	t.Helper()
	n, err := w.Store.CountCalls(t.Context(), apitest.Acme, store.CallQuery{ExtensionID: extension})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func (w *world) missed() {
	caller, callee := w.call(w.ends.ada, w.ends.bob)
	callee.End(rc.ReasonRejected, "")
	caller.End(rc.ReasonTargetBusy, "")
}

func TestCallsAreInTheLogHoweverLongTheStoreHasFailed(t *testing.T) {
	w, m := newMoody(t)
	m.down.Store(true)
	w.missed()
	for range 12 { // far more often than anybody waits for
		<-m.asked
	}
	w.missed()
	if told := w.told(); len(told) == 0 {
		t.Error("while the store fails nobody hears of calls")
	}
	m.down.Store(false)
	for w.logOf(t, apitest.Bob) < 2 || w.logOf(t, apitest.Ada) < 2 {
		<-m.asked
	}
	if lines := w.log.String(); strings.Count(lines, "cannot be written") != 1 || strings.Contains(lines, "lacks") {
		t.Errorf("the log says:\n%s", lines)
	}
}

func TestCallsAreStoredAsTheProcessEnds(t *testing.T) {
	w, m := newMoody(t)
	m.down.Store(true)
	waits := make(chan struct{}, 3)
	w.After = func(time.Duration) <-chan time.Time {
		waits <- struct{}{}
		if len(waits) == cap(waits) {
			return make(chan time.Time) // the last of the pauses has no end
		}
		now := make(chan time.Time, 1)
		now <- time.Time{}
		return now
	}
	w.missed()
	w.flush(t)
	m.down.Store(false)
	w.Close()
	if n := w.logOf(t, apitest.Bob); n != 1 {
		t.Errorf("the log has %d calls", n)
	}
}

func TestACallThatTheStoreRefusesKeepsNoOtherOutOfTheLog(t *testing.T) {
	w, m := newMoody(t)
	m.hates.Store(apitest.Ada)
	w.missed()
	for w.logOf(t, apitest.Bob) < 1 {
		<-m.asked
	}
	m.hates.Store(0)
	w.missed()
	for w.logOf(t, apitest.Bob) < 2 || w.logOf(t, apitest.Ada) < 1 {
		<-m.asked
	}
}

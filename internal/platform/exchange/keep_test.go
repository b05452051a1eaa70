package exchange_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"offhook/internal/bus"
	"offhook/internal/media/mediatest"
	"offhook/internal/platform/api/apitest"
	"offhook/internal/platform/exchange"
	"offhook/internal/platform/exchange/session"
	"offhook/internal/rc"
	"offhook/internal/sip"
	"offhook/internal/store"
)

// A moodyBox is a mailbox that fails as often as it is told to.
type moodyBox struct {
	session.Mailbox
	fails atomic.Int64
	err   error
}

func (m *moodyBox) LeaveVoicemail(ctx context.Context, v session.Voicemail) (int64, error) {
	if m.fails.Add(-1) >= 0 {
		return 0, m.err
	}
	return m.Mailbox.LeaveVoicemail(ctx, v)
}

// A moodyStore does so with recordings.
type moodyStore struct {
	store.Platform
	fails atomic.Int64
}

func (m *moodyStore) Write(ctx context.Context, fn func(store.PlatformTx) error) error {
	return m.Platform.Write(ctx, func(tx store.PlatformTx) error { return fn(moodyTx{tx, m}) })
}

type moodyTx struct {
	store.PlatformTx
	m *moodyStore
}

func (tx moodyTx) AddCallRecording(ctx context.Context, r store.CallRecording, sound []byte) error {
	if tx.m.fails.Add(-1) >= 0 {
		return errDiskFull
	}
	return tx.PlatformTx.AddCallRecording(ctx, r, sound)
}

var errDiskFull = errors.New("the disk is full")

// atOnce is a pause that is over.
func atOnce(time.Duration) <-chan time.Time {
	now := make(chan time.Time, 1)
	now <- time.Time{}
	return now
}

// moody is a world whose mailbox fails n times with err.
func moody(t *testing.T, n int64, err error, after func(time.Duration) <-chan time.Time) (*world, *moodyBox) {
	t.Helper()
	m := &moodyBox{err: err}
	m.fails.Store(n)
	w := newWorld(t, func(x *exchange.Exchange) {
		m.Mailbox, x.Book.Mailbox, x.Book.After = x.Book.Mailbox, m, after
	})
	return w, m
}

// leaveMessage has Cy leave a message for Bob, who has no phone.
func (w *world) leaveMessage(t *testing.T) {
	t.Helper()
	cy := w.handset(t, apitest.Cy, cyHz)
	c := cy.call("102")
	c.leavesAMessage(t)
	cy.ended()
}

func TestAMessageIsKeptHoweverOftenTheStoreFails(t *testing.T) {
	t.Parallel()
	var w *world
	var longest atomic.Int64
	w, _ = moody(t, 7, errDiskFull, func(d time.Duration) <-chan time.Time {
		longest.Store(max(longest.Load(), int64(d)))
		w.Advance(time.Second)
		return atOnce(d)
	})
	left := w.Now()
	w.leaveMessage(t)
	w.leftFor(t, apitest.Bob)
	w.mu.Lock()
	v := w.left[0]
	w.mu.Unlock()
	if len(v.Sound) < 1000 || v.Length < time.Second || !v.At.Equal(left) {
		t.Errorf("%d bytes were kept, which last %v, of %v; it was left at %v", len(v.Sound), v.Length, v.At, left)
	}
	if got := time.Duration(longest.Load()); got != 30*time.Second {
		t.Errorf("the longest pause is %v", got)
	}
	wantRows(t, w, apitest.Bob, "Inbound Voicemail")
	if lines := w.log.String(); strings.Count(lines, "cannot be stored") != 1 || strings.Contains(lines, "is lost") {
		t.Errorf("the log says:\n%s", lines)
	}
}

func TestAMessageIsKeptAsTheProcessEnds(t *testing.T) {
	t.Parallel()
	waits := make(chan struct{}, 9)
	w, m := moody(t, 1<<40, errDiskFull, func(time.Duration) <-chan time.Time {
		waits <- struct{}{}
		return make(chan time.Time) // a pause without end
	})
	w.leaveMessage(t)
	mediatest.Wait(t, "the message to wait for the store", waits)
	m.fails.Store(0)
	w.x.Close()
	if len(w.left) != 1 {
		t.Errorf("%d messages were kept", len(w.left))
	}
}

func TestAStoreThatStaysBrokenEndsWithTheProcess(t *testing.T) {
	t.Parallel()
	waits := make(chan struct{}, 9)
	w, _ := moody(t, 1<<40, errDiskFull, func(time.Duration) <-chan time.Time {
		waits <- struct{}{}
		return make(chan time.Time)
	})
	w.leaveMessage(t)
	mediatest.Wait(t, "the message to wait for the store", waits)
	w.x.Close()
	if lines := w.log.String(); !strings.Contains(lines, "is lost") {
		t.Errorf("the log says:\n%s", lines)
	}
}

func TestAMessageThatIsRefusedIsNotTriedAgain(t *testing.T) {
	t.Parallel()
	w, m := moody(t, 1<<40, rc.Errorf(rc.NotFound, "They have left."), atOnce)
	w.leaveMessage(t)
	w.idle(t)
	w.x.Close()
	if tries := 1<<40 - m.fails.Load(); tries != 1 {
		t.Errorf("it was tried %d times", tries)
	}
}

func TestARecordingIsKeptHoweverOftenTheStoreFails(t *testing.T) {
	t.Parallel()
	m := new(moodyStore)
	m.fails.Store(4)
	w := newWorld(t, func(x *exchange.Exchange) {
		m.Platform = x.Store
		x.Book = session.New(m, new(bus.InProcess), &store.IDs{Now: x.Now}, x.Now, x.Log)
		x.Book.After = atOnce
		if err := x.Book.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(x.Book.Close)
	})
	ada, _, a, b := w.connected(t)
	a.send(sip.INFO, `{"request":{"reqid":2,"command":"startcallrecord"}}`, "application/json;charset=utf-8")
	<-ada.infos
	b.ear.Hears(t, adaHz) // the announcement is over
	b.hangup()
	ada.ended()
	w.settles(t, func() bool {
		rows := w.rows(t, apitest.Ada)
		return len(rows) == 1 && rows[0].Record.Recording != nil
	})
	if left := m.fails.Load(); left >= 0 {
		t.Errorf("the store would have failed %d times more", left)
	}
}

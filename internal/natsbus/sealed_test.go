package natsbus_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"offhook/internal/bus"
	"offhook/internal/natsbus/natstest"
)

// stranger is somebody else on the same NATS, who hears all that nodes say.
func stranger(t *testing.T, url string) (c *nats.Conn, heard chan *nats.Msg) {
	t.Helper()
	c, err := nats.Connect(url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	heard = make(chan *nats.Msg, 100)
	if _, err := c.ChanSubscribe(">", heard); err != nil {
		t.Fatal(err)
	}
	if err := c.Flush(); err != nil {
		t.Fatal(err)
	}
	return c, heard
}

func TestStrangersNeitherReadNorSayAnything(t *testing.T) {
	s := natstest.Run(t, nil)
	one, two, other := node(t, s), node(t, s), with(t, s, ring(t, 2), slog.DiscardHandler)
	c, overheard := stranger(t, s.ClientURL())
	got := make(chan string, 10)
	for _, subject := range []string{"test.a", "test.b"} {
		cancel, err := two.Subscribe(subject, func(data []byte) { got <- subject + " " + string(data) })
		if err != nil {
			t.Fatal(err)
		}
		defer cancel()
	}
	stop, err := two.Answer("test.c", func(_ context.Context, data []byte) []byte { return append([]byte("secret answer to "), data...) })
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	if answer, err := one.Ask(t.Context(), "test.c", []byte("a secret question")); err != nil || string(answer) != "secret answer to a secret question" {
		t.Fatalf("asked by a node: %q, %v", answer, err)
	}
	if _, err := other.Ask(t.Context(), "test.c", []byte("me")); !errors.Is(err, bus.ErrNobody) {
		t.Errorf("asked by a node with other keys: %v, want ErrNobody", err)
	}
	if m, err := c.RequestWithContext(t.Context(), "offhook.ask.test.c", []byte("me")); err != nil || len(m.Data) > 0 {
		t.Errorf("a stranger is answered %q, %v", m.Data, err)
	}
	if err := one.Publish(t.Context(), "test.a", []byte("a secret")); err != nil {
		t.Fatal(err)
	}
	if m := <-got; m != "test.a a secret" {
		t.Fatalf("heard %q", m)
	}
	for seen := 0; seen < 2; { // the first question and the message
		m := <-overheard
		if bytes.Contains(m.Data, []byte("secret")) {
			t.Errorf("%s tells %q", m.Subject, m.Data)
		}
		switch m.Subject {
		case "offhook.ask.test.c":
			seen = max(seen, 1)
		case "offhook.test.a":
			seen = 2
			m.Subject, m.Reply = "offhook.test.b", ""
			if err := c.PublishMsg(m); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := errors.Join(c.Publish("offhook.test.b", []byte("made up")), other.Publish(t.Context(), "test.b", []byte("of other keys")), c.Flush()); err != nil {
		t.Fatal(err)
	}
	other.Close() // has sent it
	if err := one.Publish(t.Context(), "test.b", []byte("the last")); err != nil {
		t.Fatal(err)
	}
	if m := <-got; m != "test.b the last" {
		t.Errorf("believed %q", m)
	}
}

// said takes what is logged.
type said chan string

func (s said) Write(p []byte) (int, error) {
	s <- string(p)
	return len(p), nil
}

func TestAQuestionThatNobodyHearsIsNotKeptForLater(t *testing.T) {
	s := natstest.Run(t, nil)
	log := make(said, 100)
	b := with(t, s, ring(t, 1), slog.NewTextHandler(log, nil))
	s.Shutdown()
	s.WaitForShutdown()
	select {
	case <-log: // the connection is lost
	case <-time.After(time.Minute):
		t.Fatal("the loss of NATS was not noticed")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if _, err := b.Ask(ctx, "test.d", []byte("call them")); !errors.Is(err, bus.ErrNobody) {
		t.Errorf("asked without NATS: %v, want ErrNobody", err)
	}
}

// forgotten is the context of somebody who has stopped waiting long ago, of
// which nobody here has heard yet.
type forgotten struct{ context.Context }

func (forgotten) Deadline() (time.Time, bool) { return time.Now().Add(-10 * time.Second), true }

func TestAQuestionThatComesTooLateMovesNothing(t *testing.T) {
	s := natstest.Run(t, nil)
	one, two := node(t, s), node(t, s)
	stop, err := two.Answer("test.e", func(context.Context, []byte) []byte {
		t.Error("a question was heard that nobody waits for")
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := one.Ask(forgotten{t.Context()}, "test.e", []byte("call them")); !errors.Is(err, bus.ErrNobody) {
		t.Errorf("asked too late: %v, want ErrNobody", err)
	}
	stop()
}

// TestAQuestionIsAnsweredOnce: somebody who has overheard one asks it again, and
// so does a node that means it.
func TestAQuestionIsAnsweredOnce(t *testing.T) {
	s := natstest.Run(t, nil)
	log := make(said, 100)
	one, two := node(t, s), with(t, s, ring(t, 1), slog.NewTextHandler(log, nil))
	c, overheard := stranger(t, s.ClientURL())
	var moved atomic.Int64
	stop, err := two.Answer("test.f", func(context.Context, []byte) []byte {
		moved.Add(1)
		return []byte("done")
	})
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	ask := func() {
		t.Helper()
		if answer, err := one.Ask(t.Context(), "test.f", []byte("call them")); err != nil || string(answer) != "done" {
			t.Fatalf("asked by a node: %q, %v", answer, err)
		}
	}
	ask()
	m := <-overheard
	for range 3 {
		again, err := c.RequestWithContext(t.Context(), m.Subject, m.Data)
		if err != nil || len(again.Data) > 0 {
			t.Errorf("the question that was overheard is answered %q, %v", again.Data, err)
		}
	}
	ask()
	if n := moved.Load(); n != 2 {
		t.Errorf("%d questions moved something, want the two of a node", n)
	}
	if n := len(log); n != 1 || !strings.Contains(<-log, "repeats what servers say") {
		t.Errorf("%d lines are logged, want one about whoever repeats", n)
	}
}

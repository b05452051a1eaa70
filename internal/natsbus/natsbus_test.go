package natsbus_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/nats-io/nats-server/v2/server"

	"offhook/internal/bus"
	"offhook/internal/bustest"
	"offhook/internal/natsbus"
	"offhook/internal/natsbus/natstest"
	"offhook/internal/widget/seal"
)

// node connects a node of the tests.
func node(t *testing.T, s *server.Server) *natsbus.Bus {
	t.Helper()
	return with(t, s, ring(t, 1), slog.DiscardHandler)
}

// ring are the keys of nodes.
func ring(t *testing.T, key byte) *seal.Ring {
	t.Helper()
	r, err := seal.New(map[uint32][]byte{1: bytes.Repeat([]byte{key}, 32)})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func with(t *testing.T, s *server.Server, keys natsbus.Sealer, log slog.Handler) *natsbus.Bus {
	t.Helper()
	b, err := natsbus.Open(natsbus.Config{Servers: []string{s.ClientURL()}, Sealer: keys, Log: slog.New(log)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return b
}

// two is a bus whose messages and answers always come from another node.
type two struct{ near, far *natsbus.Bus }

func (b two) Publish(ctx context.Context, subject string, data []byte) error {
	return b.far.Publish(ctx, subject, data)
}

func (b two) Subscribe(subject string, fn func([]byte)) (func(), error) {
	return b.near.Subscribe(subject, fn)
}

func (b two) Ask(ctx context.Context, subject string, data []byte) ([]byte, error) {
	return b.near.Ask(ctx, subject, data)
}

func (b two) Answer(subject string, fn func(context.Context, []byte) []byte) (func(), error) {
	return b.far.Answer(subject, fn)
}

func TestOneNode(t *testing.T) {
	s := natstest.Run(t, nil)
	bustest.Run(t, func(t *testing.T) bus.Bus { return node(t, s) })
}

func TestTwoNodes(t *testing.T) {
	s := natstest.Run(t, nil)
	bustest.Run(t, func(t *testing.T) bus.Bus { return two{node(t, s), node(t, s)} })
}

func TestANodeWithoutItsServersGoesOnByItself(t *testing.T) {
	s := natstest.Run(t, nil)
	b := node(t, s)
	s.Shutdown()
	s.WaitForShutdown()
	got := make(chan string, 1)
	cancel, err := b.Subscribe("test.a", func(data []byte) { got <- string(data) })
	if err != nil {
		t.Fatal(err)
	}
	defer cancel()
	if err := b.Publish(t.Context(), "test.a", []byte("alone")); err != nil {
		t.Fatal(err)
	}
	if m := <-got; m != "alone" {
		t.Errorf("heard %q", m)
	}
	stop, err := b.Answer("test.b", func(context.Context, []byte) []byte { return []byte("yes") })
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	if answer, err := b.Ask(t.Context(), "test.b", nil); err != nil || string(answer) != "yes" {
		t.Errorf("asked oneself: %q, %v", answer, err)
	}
}

func TestOthersThanTheServersKnowAreNotLetIn(t *testing.T) {
	s := natstest.Run(t, func(o *server.Options) { o.Username, o.Password = "offhook", "right-word" })
	c := natsbus.Config{Servers: []string{s.ClientURL()}, Username: "offhook", Password: "wrong-word", Sealer: ring(t, 1), Log: slog.New(slog.DiscardHandler)}
	if b, err := natsbus.Open(c); err == nil {
		b.Close()
		t.Error("let in with a wrong password")
	} else if strings.Contains(err.Error(), "word") {
		t.Errorf("the error tells the password: %v", err)
	}
	c.Password = "right-word"
	b, err := natsbus.Open(c)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if _, err := b.Ask(t.Context(), "test.c", nil); !errors.Is(err, bus.ErrNobody) {
		t.Errorf("asked nobody: %v", err)
	}
}

//go:build unix

package natsbus_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"offhook/internal/bus"
	"offhook/internal/natsbus"
)

// asServer in the environment has the test binary be a NATS server, which a test
// may stop as a whole.
const asServer = "OFFHOOK_TEST_NATS_SERVER"

func TestMain(m *testing.M) {
	if os.Getenv(asServer) == "" {
		os.Exit(m.Run())
	}
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: server.RANDOM_PORT, NoLog: true, NoSigs: true})
	if err != nil {
		panic(err)
	}
	s.Start()
	if !s.ReadyForConnections(time.Minute) {
		panic("not ready")
	}
	fmt.Println(s.ClientURL())
	_, _ = io.Copy(io.Discard, os.Stdin) // until the test ends
}

// process starts a server of its own process.
func process(t *testing.T) (url string, signal func(syscall.Signal)) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), asServer+"=1")
	in, err1 := cmd.StdinPipe()
	out, err2 := cmd.StdoutPipe()
	if err := errors.Join(err1, err2, cmd.Start()); err != nil {
		t.Fatal(err)
	}
	signal = func(s syscall.Signal) {
		t.Helper()
		if err := cmd.Process.Signal(s); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGCONT)
		_ = in.Close()
		_ = cmd.Wait()
	})
	url, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(url), signal
}

// soon fails when fn takes so long that somebody would notice. It is far more
// than what does not wait takes, and far less than what waits for NATS.
func soon(t *testing.T, what string, fn func()) {
	t.Helper()
	begun := time.Now()
	fn()
	if took := time.Since(begun); took > time.Second {
		t.Errorf("%s took %s", what, took)
	}
}

// until waits for the log to say something.
func (s said) until(t *testing.T, what string) {
	t.Helper()
	late := time.After(time.Minute)
	for {
		select {
		case line := <-s:
			if strings.Contains(line, what) {
				return
			}
		case <-late:
			t.Fatalf("the log does not say %q", what)
		}
	}
}

func TestAServerThatHangsHoldsNobody(t *testing.T) {
	url, signal := process(t)
	open := func(log slog.Handler) *natsbus.Bus {
		t.Helper()
		b, err := natsbus.Open(natsbus.Config{Servers: []string{url}, Sealer: ring(t, 1), Log: slog.New(log)})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(b.Close)
		return b
	}
	log := make(said, 100)
	one, two := open(slog.NewTextHandler(log, nil)), open(slog.DiscardHandler)
	stop, err := two.Answer("test.far", func(_ context.Context, data []byte) []byte { return data })
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	here, there := make(chan string, 9999), make(chan string, 9999)
	for b, got := range map[*natsbus.Bus]chan string{one: here, two: there} {
		cancel, err := b.Subscribe("test.told", func(data []byte) { got <- string(data[:1]) })
		if err != nil {
			t.Fatal(err)
		}
		defer cancel()
	}
	ask := func(wait time.Duration) error {
		ctx, cancel := context.WithTimeout(t.Context(), wait)
		defer cancel()
		_, err := one.Ask(ctx, "test.far", []byte("?"))
		return err
	}
	tell := func(word string, times int) {
		t.Helper()
		text := []byte(word + strings.Repeat(".", 1000))
		soon(t, "telling "+word, func() {
			for range times {
				if err := one.Publish(t.Context(), "test.told", text); err != nil {
					t.Error(err)
				}
			}
		})
		for range times {
			if m := <-here; m != word {
				t.Errorf("heard %q here, want %q", m, word)
			}
		}
	}
	if err := ask(time.Minute); err != nil {
		t.Fatal(err)
	}
	tell("a", 1)

	signal(syscall.SIGSTOP)
	tell("b", 4000) // more than sockets hold
	if err := ask(100 * time.Millisecond); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("asked before anybody has noticed: %v, want the end of the time", err)
	}
	log.until(t, "cannot be heard")
	for !errors.Is(ask(time.Minute), bus.ErrNobody) { // while it might only be slow
	}
	// The library connects anew meanwhile, which nobody sees, and holds its lock
	// for five of six seconds.
	for range 20 {
		soon(t, "asking", func() {
			if err := ask(time.Minute); !errors.Is(err, bus.ErrNobody) {
				t.Errorf("asked while nobody can be heard: %v, want ErrNobody", err)
			}
		})
		soon(t, "listening and answering", func() {
			cancel, err1 := one.Subscribe("test.new", func([]byte) {})
			stop, err2 := one.Answer("test.near", func(context.Context, []byte) []byte { return nil })
			if err := errors.Join(err1, err2); err != nil {
				t.Fatal(err)
			}
			if _, err := one.Ask(t.Context(), "test.near", nil); err != nil {
				t.Errorf("asked oneself: %v", err)
			}
			cancel()
			stop()
		})
		tell("c", 1)
		time.Sleep(350 * time.Millisecond)
	}

	signal(syscall.SIGCONT)
	log.until(t, "can be heard again")
	for ask(time.Minute) != nil { // the other node comes back as well
	}
	tell("d", 1)
	for m := range there {
		if m == "d" {
			break
		}
	}
}

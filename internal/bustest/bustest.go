// Package bustest is the one suite that every [bus.Bus] must pass.
package bustest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/bus"
)

// Run tests the bus that open returns.
func Run(t *testing.T, open func(t *testing.T) bus.Bus) {
	t.Run("messages arrive in order at every subscriber of the subject", func(t *testing.T) {
		b := open(t)
		const n = 200
		var wg sync.WaitGroup
		wg.Add(2 * n)
		got := make([][]string, 2)
		for i := range got {
			cancel, err := b.Subscribe("test.a", func(data []byte) {
				got[i] = append(got[i], string(data))
				wg.Done()
			})
			if err != nil {
				t.Fatal(err)
			}
			defer cancel()
		}
		other, err := b.Subscribe("test.b", func(data []byte) { t.Errorf("test.b got %q", data) })
		if err != nil {
			t.Fatal(err)
		}
		defer other()

		var want []string
		for i := range n {
			msg := fmt.Sprint("message ", i)
			want = append(want, msg)
			if err := b.Publish(t.Context(), "test.a", []byte(msg)); err != nil {
				t.Fatal(err)
			}
		}
		wg.Wait()
		for i := range got {
			if diff := cmp.Diff(want, got[i]); diff != "" {
				t.Errorf("subscriber %d (-want +got):\n%s", i, diff)
			}
		}
	})

	t.Run("nothing arrives after cancel, which may be called twice", func(t *testing.T) {
		b := open(t)
		cancel, err := b.Subscribe("test.c", func([]byte) { t.Error("called after cancel") })
		if err != nil {
			t.Fatal(err)
		}
		cancel()
		cancel()
		if err := b.Publish(t.Context(), "test.c", nil); err != nil {
			t.Fatal(err)
		}
	})

	t.Run("a slow subscriber delays nobody and loses nothing", func(t *testing.T) {
		b := open(t)
		release, slow, fast := make(chan struct{}), make(chan string, 3), make(chan string, 3)
		cancelSlow, err := b.Subscribe("test.d", func(data []byte) { <-release; slow <- string(data) })
		if err != nil {
			t.Fatal(err)
		}
		defer cancelSlow()
		cancelFast, err := b.Subscribe("test.d", func(data []byte) { fast <- string(data) })
		if err != nil {
			t.Fatal(err)
		}
		defer cancelFast()
		for _, m := range []string{"1", "2", "3"} {
			if err := b.Publish(t.Context(), "test.d", []byte(m)); err != nil {
				t.Fatal(err)
			}
		}
		for _, m := range []string{"1", "2", "3"} {
			if got := <-fast; got != m {
				t.Errorf("fast subscriber got %q, want %q", got, m)
			}
		}
		close(release)
		for _, m := range []string{"1", "2", "3"} {
			if got := <-slow; got != m {
				t.Errorf("slow subscriber got %q, want %q", got, m)
			}
		}
	})

	t.Run("questions are answered side by side, each by its own answer", func(t *testing.T) {
		b := open(t)
		both := make(chan struct{}, 2)
		meet := make(chan struct{})
		cancel, err := b.Answer("test.e", func(_ context.Context, data []byte) []byte {
			both <- struct{}{}
			<-meet
			return append([]byte("re: "), data...)
		})
		if err != nil {
			t.Fatal(err)
		}
		defer cancel()
		go func() {
			<-both
			<-both
			close(meet)
		}()
		var wg sync.WaitGroup
		for _, q := range []string{"1", "2"} {
			wg.Go(func() {
				if got, err := b.Ask(t.Context(), "test.e", []byte(q)); err != nil || string(got) != "re: "+q {
					t.Errorf("asked %s: %q, %v", q, got, err)
				}
			})
		}
		wg.Wait()
	})

	t.Run("nobody answers where nobody is, or is any more", func(t *testing.T) {
		b := open(t)
		ask := func() error {
			_, err := b.Ask(t.Context(), "test.f", nil)
			return err
		}
		if err := ask(); !errors.Is(err, bus.ErrNobody) {
			t.Errorf("asked nobody: %v, want ErrNobody", err)
		}
		cancel, err := b.Answer("test.f", func(context.Context, []byte) []byte { return nil })
		if err != nil {
			t.Fatal(err)
		}
		if err := ask(); err != nil {
			t.Errorf("asked somebody: %v", err)
		}
		cancel()
		cancel()
		if err := ask(); !errors.Is(err, bus.ErrNobody) {
			t.Errorf("asked somebody who is gone: %v, want ErrNobody", err)
		}
	})

	t.Run("a question waits no longer than its context, and ends with who answers", func(t *testing.T) {
		b := open(t)
		asked, ended := make(chan struct{}), make(chan struct{})
		cancel, err := b.Answer("test.g", func(ctx context.Context, _ []byte) []byte {
			close(asked)
			<-ctx.Done()
			close(ended)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		go func() { <-asked; stop() }()
		if _, err := b.Ask(ctx, "test.g", nil); !errors.Is(err, context.Canceled) {
			t.Errorf("asked by somebody who stops waiting: %v", err)
		}
		cancel()
		select {
		case <-ended:
		default:
			t.Error("cancel returned while a question was being answered")
		}
	})
}

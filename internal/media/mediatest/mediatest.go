// Package mediatest listens to calls in tests: who is heard is told by the
// pitch of the tone that each party sends.
package mediatest

import (
	"context"
	"fmt"
	"net"
	"sync"
	"testing"
	"time"

	"offhook/internal/media"
)

// patience is how long a test waits for a sound before it fails: far more than
// any machine needs.
const patience = 30 * time.Second

// Engine opens an engine on free ports of 127.0.0.1 that is closed at the
// test's end.
func Engine(t testing.TB) *media.Engine {
	t.Helper()
	return EngineAt(t, net.IPv4(127, 0, 0, 1))
}

// EngineAt is an engine whose SIP legs are at an address.
func EngineAt(t testing.TB, ip net.IP) *media.Engine {
	t.Helper()
	e, err := media.NewEngine(media.Config{LegIP: ip})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	return e
}

// Connect opens two legs that hear each other.
func Connect(t testing.TB, e *media.Engine) (a, b *media.Leg) {
	t.Helper()
	a, b = Leg(t, e), Leg(t, e)
	Join(t, a, b)
	return a, b
}

// Leg opens a leg that is closed at the test's end.
func Leg(t testing.TB, e *media.Engine) *media.Leg {
	t.Helper()
	l, err := e.Leg()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	return l
}

// Join lets b answer what a offers, and waits until both are connected.
func Join(t testing.TB, a, b *media.Leg) {
	t.Helper()
	offer, err := a.Offer(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	answer, err := b.Answer(t.Context(), offer)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.SetAnswer(answer); err != nil {
		t.Fatal(err)
	}
	Wait(t, "legs to connect", a.Connected())
	Wait(t, "legs to connect", b.Connected())
}

// Wait waits for a channel to be closed or to give something.
func Wait[T any](t testing.TB, what string, c <-chan T) (v T) {
	t.Helper()
	select {
	case v = <-c:
	case <-time.After(patience):
		t.Fatalf("waited %v for %s in vain", patience, what)
	}
	return v
}

// Sing sends a tone from a leg until stop is called or the test ends.
func Sing(t testing.TB, to media.Sink, hertz float64) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var wait sync.WaitGroup
	// A second holds whole periods of any whole frequency, so that the loop has
	// no seam.
	tone := media.Steady(time.Second, hertz)
	wait.Go(func() { _ = media.Loop(ctx, to, tone) })
	stop = func() {
		cancel()
		wait.Wait()
	}
	t.Cleanup(stop)
	return stop
}

// An Ear hears one port.
type Ear struct {
	mu      sync.Mutex
	decoder *media.Decoder
	sound   media.Sound // guarded by mu: the last second
	codecs  map[media.Codec]int
	more    chan struct{}
}

// Listen hears a port until the test ends.
func Listen(t testing.TB, p media.Port) *Ear {
	e := &Ear{decoder: media.NewDecoder(), codecs: map[media.Codec]int{}, more: make(chan struct{}, 1)}
	t.Cleanup(p.Listen(e.hear))
	return e
}

func (e *Ear) hear(p media.Packet) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.codecs[p.Codec]++
	e.sound = append(e.sound, e.decoder.Decode(p)...)
	if over := len(e.sound) - media.Rate; over > 0 {
		e.sound = e.sound[over:]
	}
	select {
	case e.more <- struct{}{}:
	default:
	}
}

// listen is how much of what was heard last is judged: enough to tell tones
// apart, and five packets, so that a busy machine has sound without holes.
const listen = 100 * time.Millisecond

// Hears waits until what is heard is a tone of this pitch and nothing else.
func (e *Ear) Hears(t testing.TB, hertz float64) {
	t.Helper()
	e.until(t, fmt.Sprintf("a tone of %.0f Hz", hertz), func(s media.Sound) bool {
		return s.Loudness() > 0.01 && s.Pitch(hertz) > 0.8
	})
}

// HearsBoth waits until what is heard is a mixture of two tones.
func (e *Ear) HearsBoth(t testing.TB, one, other float64) {
	t.Helper()
	e.until(t, fmt.Sprintf("tones of %.0f and %.0f Hz", one, other), func(s media.Sound) bool {
		a, b := s.Pitch(one), s.Pitch(other)
		return s.Loudness() > 0.01 && a > 0.2 && b > 0.2 && a+b > 0.8
	})
}

// HearsOther waits until what is heard is loud and holds nothing of a tone, as
// music does not.
func (e *Ear) HearsOther(t testing.TB, than float64) {
	t.Helper()
	e.until(t, fmt.Sprintf("something else than a tone of %.0f Hz", than), func(s media.Sound) bool {
		return s.Loudness() > 0.005 && s.Pitch(than) < 0.1
	})
}

// HearsSilence waits until what is heard has no sound in it.
func (e *Ear) HearsSilence(t testing.TB) {
	t.Helper()
	e.until(t, "silence", func(s media.Sound) bool { return s.Loudness() < 0.002 })
}

// Codecs counts what was heard by codec.
func (e *Ear) Codecs() map[media.Codec]int {
	e.mu.Lock()
	defer e.mu.Unlock()
	counts := map[media.Codec]int{}
	for c, n := range e.codecs {
		counts[c] = n
	}
	return counts
}

// until waits for new sound that is as it should be: what was heard before the
// call does not count.
func (e *Ear) until(t testing.TB, what string, right func(media.Sound) bool) {
	t.Helper()
	e.mu.Lock()
	e.sound = nil
	e.mu.Unlock()
	n := int(listen * media.Rate / time.Second)
	late := time.After(patience)
	for {
		select {
		case <-e.more:
		case <-late:
			e.mu.Lock()
			defer e.mu.Unlock()
			t.Fatalf("listened %v for %s in vain; heard packets %v, now %d samples of loudness %.3f", patience, what, e.codecs, len(e.sound), e.sound.Loudness())
		}
		e.mu.Lock()
		heard := e.sound
		if over := len(heard) - n; over > 0 {
			heard = heard[over:]
		}
		ok := len(heard) == n && right(heard)
		e.mu.Unlock()
		if ok {
			return
		}
	}
}

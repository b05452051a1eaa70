package sound

import (
	"context"
	"sync/atomic"
	"time"

	"offhook/internal/media"
)

// A keypad hears the keys of a line. Keys that nobody waits for are kept, up
// to a number that nobody types ahead.
type keypad struct {
	pressed chan rune
	held    atomic.Int64 // when a key was last heard of, in Unix milliseconds
}

// hearKeys listens for keys until stop is called: for those that are heard,
// and those that are told of where a line has such.
func hearKeys(line media.Port) (k *keypad, stop func()) {
	k = &keypad{pressed: make(chan rune, 32)}
	press := func(d rune) {
		select {
		case k.pressed <- d:
		default:
		}
	}
	unhear := func() {}
	if l, ok := line.(interface {
		HearKeys(f func(key rune)) (stop func())
	}); ok {
		unhear = l.HearKeys(press)
	}
	digit := media.Digits(press)
	deafen := line.Listen(func(p media.Packet) {
		if p.Codec == media.Event {
			k.held.Store(time.Now().UnixMilli())
		}
		digit(p)
	})
	return k, func() { deafen(); unhear() }
}

const (
	// release is how long nothing is heard of a key that has been let go.
	release = 150 * time.Millisecond
	// longestPress is how long a key is waited for that is not let go.
	longestPress = 5 * time.Second
)

// released waits until no key is held: to whoever listens next, the rest of it
// would be a key of its own.
func (k *keypad) released(ctx context.Context, line Line) error {
	for end := time.Now().Add(longestPress); time.Now().Before(end); {
		left := release - time.Since(time.UnixMilli(k.held.Load()))
		if left <= 0 {
			return nil
		}
		if err := media.Play(ctx, line, media.Silence(max(left, media.Frame))); err != nil {
			return err
		}
	}
	return nil
}

// play sends a sound until a key is pressed. The key stays to be read.
func (k *keypad) play(ctx context.Context, line Line, s media.Sound) error {
	if len(k.pressed) > 0 {
		return nil
	}
	playing, stop := context.WithCancel(ctx)
	defer stop()
	done := make(chan error, 1)
	go func() { done <- media.Play(playing, line, s) }()
	select {
	case d := <-k.pressed:
		stop()
		<-done
		k.unread(d)
		return nil
	case err := <-done:
		return err
	}
}

// unread puts a key back to be read first.
func (k *keypad) unread(d rune) {
	rest := []rune{d}
	for len(k.pressed) > 0 {
		rest = append(rest, <-k.pressed)
	}
	for _, r := range rest {
		select {
		case k.pressed <- r:
		default:
		}
	}
}

// read waits for a key, and returns 0 when none comes in time.
func (k *keypad) read(ctx context.Context, line Line, patience time.Duration) (rune, error) {
	t := time.NewTimer(patience)
	defer t.Stop()
	select {
	case d := <-k.pressed:
		return d, nil
	case <-t.C:
		return 0, nil
	case <-line.Done():
		return 0, media.ErrGone
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

// wait is how long people may think before they press a key.
const wait = 5 * time.Second

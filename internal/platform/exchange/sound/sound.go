// Package sound is what callers hear from the exchange itself: tones, the
// clock, music on hold, the voicemail that answers for people and the one that
// plays messages to them. Each is a function of a leg, which ends when its
// context does, when the leg has ended or when it is through; who calls it
// hangs up then.
package sound

import (
	"context"
	"time"

	"offhook/internal/media"
)

// A Line is the far phone as this package needs it: a media.Leg.
type Line interface {
	media.Port
	Connected() <-chan struct{}
	Done() <-chan struct{}
	Fill() (stop func())
}

// Ringback sends the tone of a phone that rings elsewhere.
func Ringback(ctx context.Context, to media.Sink) error {
	return media.Loop(ctx, to, media.Ringback())
}

// Busy sends the tone of a busy line.
func Busy(ctx context.Context, to media.Sink) error { return media.Loop(ctx, to, media.Busy()) }

// Hold sends music until its context ends.
func Hold(ctx context.Context, to media.Sink) error { return media.Loop(ctx, to, Music()) }

// Steady sends a tone of 440 Hz without end.
func Steady(ctx context.Context, to media.Sink) error {
	return media.Loop(ctx, to, media.Steady(time.Second, 440))
}

// Echo sends a beep and then what is said, as it comes, keys too.
func Echo(ctx context.Context, line Line) error {
	defer line.Fill()()
	if err := media.Play(ctx, line, media.Beep()); err != nil {
		return err
	}
	defer line.Listen(func(p media.Packet) { line.Write(line, p) })()
	return ended(ctx, line)
}

// Keys presses keys, again and again until the line has ended.
func Keys(ctx context.Context, line Line, digits string) error {
	defer line.Fill()()
	for {
		if err := media.Play(ctx, line, media.Silence(500*time.Millisecond)); err != nil {
			return err
		}
		if err := media.SendDigits(ctx, line, digits); err != nil {
			return err
		}
		if err := media.Play(ctx, line, media.Silence(time.Second)); err != nil {
			return err
		}
	}
}

// ended waits until there is nobody to speak to, and says why.
func ended(ctx context.Context, line Line) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-line.Done():
		return media.ErrGone
	}
}

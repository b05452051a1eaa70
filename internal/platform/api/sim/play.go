package sim

import (
	"context"
	"fmt"
	"io"
	"time"
)

// opening is the time of day at which simulations begin.
const opening = 13 * time.Hour

// A Player plays a plan.
type Player struct {
	// Do has a step happen.
	Do func(ctx context.Context, s Step) error
	// Speed is how many seconds of the simulation pass in one of ours; zero
	// does not wait at all.
	Speed float64
	Out   io.Writer // gets a line for each step
}

// Play has one step after the other happen, until the end or until ctx ends,
// and returns how many did. That ctx ended is no error: what happened has
// happened whole.
func (p *Player) Play(ctx context.Context, steps []Step) (played int, err error) {
	began := time.Now()
	for _, s := range steps {
		if !p.wait(ctx, began, s.At) {
			return played, nil
		}
		if err := p.Do(ctx, s); err != nil {
			if ctx.Err() != nil {
				return played, nil
			}
			return played, fmt.Errorf("playing %s: %w", s, err)
		}
		played++
		if _, err := fmt.Fprintln(p.Out, s); err != nil {
			return played, err
		}
	}
	return played, nil
}

// wait waits for a moment of the simulation; false when ctx ended before.
func (p *Player) wait(ctx context.Context, began time.Time, at time.Duration) bool {
	var left time.Duration
	if p.Speed > 0 {
		left = time.Duration(float64(at)/p.Speed) - time.Since(began)
	}
	if left <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(left)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// String is the line of a step, with its time of day.
func (s Step) String() string {
	clock := time.Time{}.Add(opening + s.At).Format("15:04:05")
	line := fmt.Sprintf("%s  %-9s  %s -> %s", clock, s.Kind, s.From.Name, s.To.Name)
	switch s.Kind {
	case Call:
		return fmt.Sprintf("%s: %s, %s", line, s.Outcome, s.Length)
	case Voicemail:
		return fmt.Sprintf("%s: %s, %q", line, s.Length, s.Words)
	}
	return fmt.Sprintf("%s: %q", line, s.Words)
}

package softphone

import (
	"context"
	"fmt"
	"slices"
	"time"

	"offhook/internal/rc"
	"offhook/internal/widget/call"
	"offhook/internal/widget/lang"
)

const (
	// flipsKnown is how long the numbers are known at which calls can go on.
	flipsKnown = 5 * time.Minute
	// maxFlips bounds them (contract 5.1: one digit each).
	maxFlips = 9
)

var flipping = lang.Mark("It rings at %s now. Answer there, then hang up here.")

// flips are the user's own numbers at which a call can go on.
type flips struct {
	known []call.Flip
	asked time.Time
}

// seekFlips asks the platform where calls can go on, once somebody talks.
func (ph *Phone) seekFlips() {
	if now := ph.pool.Now(); now.Sub(ph.flips.asked) < flipsKnown {
		return
	} else {
		ph.flips.asked = now
	}
	ph.aside(func(ctx context.Context) func() {
		var numbers []rc.ForwardingNumber
		desk, err := ph.pool.Desks.Desk(ctx, ph.grantID)
		if err == nil {
			numbers, err = desk.ForwardingNumbers(ctx)
		}
		return func() {
			if err != nil {
				ph.log.Info("asking where calls can go on", "err", err)
				return
			}
			var found []call.Flip
			for _, n := range numbers {
				if n.PhoneNumber != "" && slices.Contains(n.Features, "CallFlip") && len(found) < maxFlips {
					found = append(found, call.Flip{Number: clean(n.PhoneNumber), Label: clean(n.Label)})
				}
			}
			ph.flips.known = found
			ph.changed()
		}
	})
}

// flip rings another phone of the user, which takes the call over when it is
// answered there. The call goes on here until somebody hangs up (contract
// 8.7).
func (t *talk) flip(to string, done func(error)) {
	at := slices.IndexFunc(t.ph.flips.known, func(f call.Flip) bool { return f.Number == to })
	if at < 0 {
		done(rc.Errorf(rc.Invalid, "A call can only go on at a phone of your own."))
		return
	}
	where := t.ph.flips.known[at]
	t.instruct("callflip", where.Number, func(_ infoReply, err error) {
		if err == nil && t.live() {
			t.Flipped = true
			t.say(fmt.Sprintf(flipping, where.Number))
		}
		done(err)
	})
}

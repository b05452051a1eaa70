package desk

import (
	"errors"
	"math/rand/v2"
	"time"
)

// wake wakes a loop; waking it twice before it looks is once.
func wake(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// hush forgets that somebody was to be woken: what they will do next answers it.
func hush(c <-chan struct{}) {
	select {
	case <-c:
	default:
	}
}

// poke makes loops that wait for better times try at once, because a user
// acts; but not more than once a second.
func (d *Desk) poke() {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := d.pool.Now()
	d.used = now
	if now.Sub(d.lastPoke) < time.Second {
		return
	}
	d.lastPoke = now
	close(d.poked)
	d.poked = make(chan struct{})
}

// A backoff says how long to wait after failures in a row.
type backoff struct{ failures int }

// Bounds of a wait.
const (
	firstWait = 250 * time.Millisecond
	maxWait   = 10 * time.Second
)

// next is a wait that doubles up to a bound, with chance in it, so that many
// desks do not come back in the same moment.
func (b *backoff) next() time.Duration {
	w := min(firstWait<<min(b.failures, 8), maxWait)
	b.failures++
	return w/2 + rand.N(w/2)
}

// pause waits until the time is over or a user acts; false means that the
// desk closes.
func (d *Desk) pause(wait time.Duration) bool {
	d.mu.Lock()
	poked := d.poked
	d.mu.Unlock()
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-poked:
	case <-d.ctx.Done():
		return false
	}
	return true
}

// sleep waits; false means that the desk closes.
func (d *Desk) sleep(wait time.Duration) bool {
	if wait <= 0 {
		return d.ctx.Err() == nil
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-d.ctx.Done():
		return false
	}
}

// await waits until the time is over or somebody asks for what is done then;
// it is not open when the desk closes.
func (d *Desk) await(wait time.Duration, want <-chan struct{}) (asked, open bool) {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return false, true
	case <-want:
		return true, true
	case <-d.ctx.Done():
		return false, false
	}
}

// waitUntil waits, looking whenever it is woken; false means that the desk
// closes.
func (d *Desk) waitUntil(known func() bool, woken <-chan struct{}) bool {
	for !known() {
		select {
		case <-d.ctx.Done():
			return false
		case <-woken:
		}
	}
	hush(woken) // for what is known now
	return true
}

// again judges the answer to what is asked for again and again, and says how
// long to wait: as usual, unless it failed, then less. It is not open when the
// desk closes.
func (d *Desk) again(b *backoff, err error, usual time.Duration) (wait time.Duration, refused, open bool) {
	_, refused = errors.AsType[*refusal](err)
	switch {
	case err == nil:
		*b = backoff{}
	case errors.Is(err, errEnded) || d.ctx.Err() != nil:
		return 0, refused, false
	case !refused:
		return b.next(), false, true
	}
	return usual, refused, true
}

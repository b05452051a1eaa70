package desk

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"offhook/internal/rc"
)

// window is the platform's sliding window (contract 2.7). Requests are
// counted a little longer here, because the platform's clock starts when
// they arrive there.
const (
	window = 60 * time.Second
	margin = 2 * time.Second
)

// A priority says who goes first when a group is nearly spent, and how much
// of the limit may be used.
type priority int

const (
	background priority = iota // refreshing what is known
	live                       // following what happens
	acting                     // doing what the user asked for
)

// share is how many requests of a limit a priority may use: what is left is
// for those above it, and a little for clocks that differ.
func (p priority) share(limit int) int {
	switch p {
	case acting:
		return limit - 1 - limit/25
	case live:
		return limit * 8 / 10
	}
	return limit * 6 / 10
}

// A budget lets requests go only when the platform will take them. The
// platform counts requests by user, app and group; a budget belongs to one
// user and app.
type budget struct {
	now func() time.Time
	log *slog.Logger

	mu     sync.Mutex
	groups map[rc.Group]*allowance // guarded by mu
}

// An allowance is what is known of one group.
type allowance struct {
	limit   int
	taken   []*ticket // counted requests
	penalty time.Time // until when nothing is sent
	queue   []*waiter // by priority, then by arrival
	timer   *time.Timer
}

// A ticket is one counted request.
type ticket struct {
	sent     time.Time
	at       time.Time // counts from here: when it was answered, or sent while it is not
	answered bool
	restored bool // of an earlier run of this server
}

// A stamp is a ticket as it is kept over a restart.
type stamp struct {
	At       int64 `json:"at"` // milliseconds
	Answered bool  `json:"answered,omitempty"`
}

type waiter struct {
	priority priority
	ticket   *ticket
	ready    chan struct{}
}

func newBudget(now func() time.Time, log *slog.Logger) *budget {
	return &budget{now: now, log: log, groups: make(map[rc.Group]*allowance)}
}

func (b *budget) group(g rc.Group) *allowance {
	a := b.groups[g]
	if a == nil {
		a = &allowance{limit: g.Limit()}
		b.groups[g] = a
	}
	return a
}

// acquire waits for a place in the group's limit and counts the request.
// Every ticket is given back to answered or to refund.
func (b *budget) acquire(ctx context.Context, g rc.Group, p priority) (*ticket, error) {
	return b.acquireOr(ctx, g, p, nil)
}

// acquireOr is acquire for a request that a user may begin to wait for, which
// urged says: from then on it is theirs.
func (b *budget) acquireOr(ctx context.Context, g rc.Group, p priority, urged <-chan struct{}) (*ticket, error) {
	if err := ctx.Err(); err != nil || g.Limit() == 0 {
		return &ticket{}, err
	}
	w := &waiter{priority: p, ready: make(chan struct{})}
	b.mu.Lock()
	a := b.group(g)
	a.line(w)
	b.pump(a)
	b.mu.Unlock()

	for done := false; !done; {
		select {
		case <-w.ready:
			return w.ticket, nil
		case <-urged:
			b.mu.Lock()
			if w.ticket == nil {
				a.leave(w)
				w.priority = acting
				a.line(w)
				b.pump(a)
			}
			b.mu.Unlock()
		case <-ctx.Done():
			done = true
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if w.ticket != nil { // admitted in the same moment
		a.drop(w.ticket)
	} else {
		a.leave(w)
	}
	b.pump(a)
	return nil, ctx.Err()
}

// line puts a waiter behind those who are as urgent, and leave takes it away.
func (a *allowance) line(w *waiter) {
	at := slices.IndexFunc(a.queue, func(o *waiter) bool { return o.priority < w.priority })
	if at < 0 {
		at = len(a.queue)
	}
	a.queue = slices.Insert(a.queue, at, w)
}

func (a *allowance) leave(w *waiter) {
	a.queue = slices.DeleteFunc(a.queue, func(o *waiter) bool { return o == w })
}

// pump admits waiters while there is room and comes back when there will be.
// The caller holds mu.
func (b *budget) pump(a *allowance) {
	now := b.now()
	a.taken = slices.DeleteFunc(a.taken, func(t *ticket) bool { return now.Sub(t.at) >= window+margin })
	for len(a.queue) > 0 && !now.Before(a.penalty) && len(a.taken) < a.queue[0].priority.share(a.limit) {
		w := a.queue[0]
		a.queue = a.queue[1:]
		w.ticket = &ticket{sent: now, at: now}
		a.taken = append(a.taken, w.ticket)
		close(w.ready)
	}
	if a.timer != nil {
		a.timer.Stop()
		a.timer = nil
	}
	if len(a.queue) == 0 {
		return
	}
	wait := a.penalty.Sub(now)
	if over := len(a.taken) - a.queue[0].priority.share(a.limit); over >= 0 {
		times := make([]time.Time, 0, len(a.taken))
		for _, t := range a.taken {
			times = append(times, t.at)
		}
		slices.SortFunc(times, time.Time.Compare)
		wait = max(wait, times[min(over, len(times)-1)].Add(window+margin).Sub(now))
	}
	a.timer = time.AfterFunc(max(wait, 10*time.Millisecond), func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.pump(a)
	})
}

func (a *allowance) drop(t *ticket) {
	a.taken = slices.DeleteFunc(a.taken, func(o *ticket) bool { return o == t })
}

// refund takes back a ticket whose request never left.
func (b *budget) refund(g rc.Group, t *ticket) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if a := b.groups[g]; a != nil {
		a.drop(t)
		b.pump(a)
	}
}

// answered learns from an answer's rate-limit headers. It believes the
// platform where that counts more than we do: other servers may act for the
// same user, and we may have been restarted.
func (b *budget) answered(g rc.Group, t *ticket, status int, h http.Header) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.now()
	a := b.group(g)
	t.at, t.answered = now, true // the platform counted it between then and now
	if named := groupNamed(h.Get("X-Rate-Limit-Group")); named != "" && named != g {
		a.drop(t)
		b.pump(a)
		g, a = named, b.group(named)
		a.taken = append(a.taken, t)
	}
	if limit, err := strconv.Atoi(h.Get("X-Rate-Limit-Limit")); err == nil && limit > 0 {
		a.limit = limit
		if left, err := strconv.Atoi(h.Get("X-Rate-Limit-Remaining")); err == nil {
			b.compare(a, t, limit-left)
		}
	}
	if status == http.StatusTooManyRequests {
		b.log.Warn("rate limited", "group", string(g))
		a.penalty = later(a.penalty, now.Add(retryAfter(h, window)+margin))
	} else if status == http.StatusServiceUnavailable && h.Get("Retry-After") != "" {
		a.penalty = later(a.penalty, now.Add(retryAfter(h, window)))
	}
	b.pump(a)
}

// compare brings our count of a group in line with the platform's, which said
// when it answered t that it had counted used requests. The caller holds mu.
func (b *budget) compare(a *allowance, t *ticket, used int) {
	now := b.now()
	for range used - len(a.taken) {
		a.taken = append(a.taken, &ticket{sent: now, at: now, answered: true})
	}
	// What had been answered before t was sent, and not too long ago, must be
	// in the platform's count.
	var counted []*ticket
	for _, o := range a.taken {
		if o != t && o.answered && o.at.Before(t.sent) && now.Sub(o.at) < window-margin {
			counted = append(counted, o)
		}
	}
	forgotten := min(len(counted)+1-used, len(counted))
	if forgotten <= 0 {
		return
	}
	slices.SortFunc(counted, func(o, p *ticket) int { return o.at.Compare(p.at) })
	restored := 0
	for _, o := range counted[:forgotten] {
		a.drop(o)
		if o.restored {
			restored++
		}
	}
	// Several requests of an earlier run that the platform does not know: it
	// was restarted, too, and has forgotten those of every group.
	if restored < 2 {
		return
	}
	for _, other := range b.groups {
		other.taken = slices.DeleteFunc(other.taken, func(o *ticket) bool { return o.restored })
		if other != a {
			b.pump(other)
		}
	}
}

// used is how many requests of a group count now.
func (b *budget) used(g rc.Group) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	a := b.group(g)
	now := b.now()
	n := 0
	for _, t := range a.taken {
		if now.Sub(t.at) < window+margin {
			n++
		}
	}
	return n
}

// pace is how long to wait before a request that could as well be joined
// with the next one: nothing while the group is fresh, longer as it is spent.
func (b *budget) pace(g rc.Group) time.Duration {
	switch used := b.used(g) * 10 / max(1, g.Limit()); {
	case used < 2:
		return 0
	case used < 4:
		return 500 * time.Millisecond
	case used < 6:
		return 2 * time.Second
	}
	return 5 * time.Second
}

// usage is what counts now, for the desk to keep over a restart.
func (b *budget) usage() map[rc.Group][]stamp {
	b.mu.Lock()
	defer b.mu.Unlock()
	all := make(map[rc.Group][]stamp)
	for g, a := range b.groups {
		for _, t := range a.taken {
			all[g] = append(all[g], stamp{t.at.UnixMilli(), t.answered})
		}
		if a.penalty.After(b.now()) {
			// A group in its penalty comes back spent.
			all[g] = slices.Repeat([]stamp{{At: a.penalty.Add(-window).UnixMilli()}}, a.limit)
		}
	}
	return all
}

// restore counts what usage returned before a restart. A budget that has
// counted something itself was not restarted.
func (b *budget) restore(usage map[rc.Group][]stamp) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.groups) > 0 {
		return
	}
	for g, stamps := range usage {
		a := b.group(g)
		for _, s := range stamps {
			at := time.UnixMilli(s.At)
			a.taken = append(a.taken, &ticket{sent: at, at: at, answered: s.Answered, restored: true})
		}
	}
}

// unspent reports whether nothing counts and nobody waits, so that a new
// budget would be the same.
func (b *budget) unspent() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, a := range b.groups {
		b.pump(a)
		if len(a.taken) > 0 || len(a.queue) > 0 || a.penalty.After(b.now()) {
			return false
		}
	}
	return true
}

// stop ends the timers of waiters whose contexts have ended.
func (b *budget) stop() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, a := range b.groups {
		if a.timer != nil {
			a.timer.Stop()
		}
	}
}

func groupNamed(name string) rc.Group {
	for _, g := range []rc.Group{rc.Light, rc.Medium, rc.Heavy, rc.Auth} {
		if strings.EqualFold(name, string(g)) {
			return g
		}
	}
	return ""
}

func retryAfter(h http.Header, otherwise time.Duration) time.Duration {
	if s, err := strconv.Atoi(h.Get("Retry-After")); err == nil && s >= 0 {
		return time.Duration(s) * time.Second
	}
	return otherwise
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

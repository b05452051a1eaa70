package wire

import (
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"offhook/internal/rc"
)

// window is both the sliding window and the penalty (contract 2.7).
const window = 60 * time.Second

// A Limiter counts requests per (user, app, group) in a sliding minute. A
// request over the limit starts a penalty of a minute, and each request in
// it starts the penalty again. It remembers in memory: a restart forgives.
type Limiter struct {
	Now func() time.Time // nil means time.Now

	mu      sync.Mutex
	buckets map[bucketKey]*bucket // guarded by mu
}

type bucketKey struct {
	extension int64
	client    string
	group     rc.Group
}

type bucket struct {
	taken   []time.Time // in the window, oldest first
	penalty time.Time   // until when every request is refused
}

// Take counts a request, writes the X-Rate-Limit headers, and returns a
// TooMany error with Retry-After when it is over the limit. A nil Limiter
// counts nothing.
func (l *Limiter) Take(h http.Header, c Caller, g rc.Group) error {
	if l == nil || g.Limit() == 0 {
		return nil
	}
	remaining, wait := l.take(bucketKey{c.ExtensionID, c.ClientID, g})
	h.Set("X-Rate-Limit-Group", string(g))
	h.Set("X-Rate-Limit-Limit", strconv.Itoa(g.Limit()))
	h.Set("X-Rate-Limit-Remaining", strconv.Itoa(remaining))
	h.Set("X-Rate-Limit-Window", strconv.Itoa(int(window/time.Second)))
	if wait == 0 {
		return nil
	}
	h.Set("Retry-After", fmt.Sprint(int(wait/time.Second)))
	return rc.Coded(rc.TooMany, "CMN-301", "Request rate exceeded")
}

func (l *Limiter) take(k bucketKey) (remaining int, wait time.Duration) {
	now := time.Now()
	if l.Now != nil {
		now = l.Now()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.buckets == nil {
		l.buckets = make(map[bucketKey]*bucket)
	}
	b := l.buckets[k]
	if b == nil {
		l.sweep(now)
		b = new(bucket)
		l.buckets[k] = b
	}
	for len(b.taken) > 0 && now.Sub(b.taken[0]) >= window {
		b.taken = b.taken[1:]
	}
	if now.Before(b.penalty) || len(b.taken) >= k.group.Limit() {
		b.penalty = now.Add(window)
		return 0, window
	}
	b.taken = append(b.taken, now)
	return k.group.Limit() - len(b.taken), 0
}

// sweep forgets idle buckets whenever a new one comes, so memory follows the
// number of active users.
func (l *Limiter) sweep(now time.Time) {
	for k, b := range l.buckets {
		if now.After(b.penalty) && (len(b.taken) == 0 || now.Sub(b.taken[len(b.taken)-1]) >= window) {
			delete(l.buckets, k)
		}
	}
}

package ticket

import (
	"sync"
	"time"
)

// An embed may ask 20 times a second for long, and 200 times at once: a
// school's first lesson, not a loop.
const (
	rate  = 20
	burst = 200
)

// A limiter counts the requests of each embed in this process. There are as
// many entries as embeds have keys, so none is ever removed.
type limiter struct {
	mu      sync.Mutex
	buckets map[string]*bucket // guarded by mu
}

type bucket struct {
	tokens float64
	at     time.Time
}

func (l *limiter) allow(who string, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.buckets == nil {
		l.buckets = make(map[string]*bucket)
	}
	b := l.buckets[who]
	if b == nil {
		b = &bucket{burst, now}
		l.buckets[who] = b
	}
	b.tokens = min(burst, b.tokens+rate*max(0, now.Sub(b.at).Seconds()))
	b.at = now
	if b.tokens < 1 {
		return false
	}
	b.tokens--
	return true
}

package listen

import (
	"context"
	"net/netip"
	"sync"
	"time"

	"offhook/internal/rc"
)

// A Rate is how often somebody may ask: Burst times at once, and PerSecond
// times a second for long.
type Rate struct{ PerSecond, Burst float64 }

// A Throttle lets nobody ask more often than a rate: a token bucket each (RFC
// 6585 names the answer to the rest). Its zero value is ready. It is safe for
// concurrent use and counts in this process only.
type Throttle struct {
	mu      sync.Mutex
	buckets map[string]bucket // guarded by mu
}

type bucket struct {
	tokens float64
	at     time.Time
}

// mostBuckets is how many are told apart. Who has asked nothing for long
// needs no bucket.
const mostBuckets = 10_000

// Allow counts a request and says whether it may go on.
func (t *Throttle) Allow(who string, r Rate, now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	b, known := t.buckets[who]
	if !known {
		t.makeRoom(r, now)
		b = bucket{r.Burst, now}
	}
	b = r.fill(b, now)
	allowed := b.tokens >= 1
	if allowed {
		b.tokens--
	}
	t.buckets[who] = b
	return allowed
}

func (r Rate) fill(b bucket, now time.Time) bucket {
	return bucket{min(r.Burst, b.tokens+r.PerSecond*max(0, now.Sub(b.at).Seconds())), now}
}

// makeRoom forgets those who may ask at will again, and all where these are
// not enough: a flood from everywhere is not stopped by counting.
func (t *Throttle) makeRoom(r Rate, now time.Time) {
	if t.buckets != nil && len(t.buckets) < mostBuckets {
		return
	}
	for who, b := range t.buckets {
		if r.fill(b, now).tokens >= r.Burst {
			delete(t.buckets, who)
		}
	}
	if t.buckets == nil || len(t.buckets) >= mostBuckets {
		t.buckets = make(map[string]bucket)
	}
}

// AllowSource counts a request of whoever stands behind the request whose
// context ctx is. The error is an *rc.Error with a sentence.
func (t *Throttle) AllowSource(ctx context.Context, r Rate, now time.Time) error {
	if t.Allow(Source(Address(ctx)), r, now) {
		return nil
	}
	return rc.Errorf(rc.TooMany, "Too many sign-ins from your network at once. Wait a moment and try again.")
}

// Source is what one subscriber has of which address is one: an IPv4 address,
// or an IPv6 /64.
func Source(address string) string {
	addr, err := netip.ParseAddr(address)
	if err != nil || addr.Is4() {
		return address
	}
	prefix, err := addr.Prefix(64)
	if err != nil {
		return address
	}
	return prefix.String()
}

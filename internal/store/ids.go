package store

import (
	"math/rand/v2"
	"sync"
	"time"
)

// IDs makes the numeric ids that the contract asks for: increasing within a
// process, rarely colliding between processes (the primary key decides), and
// below 2^53, so that JavaScript clients can read them. The zero value is
// ready to use.
type IDs struct {
	Now func() time.Time // nil means time.Now

	mu   sync.Mutex
	last int64 // guarded by mu
}

// Next returns a new id: the milliseconds since 1970 times 1000, and a
// random rest.
func (g *IDs) Next() int64 {
	now := time.Now
	if g.Now != nil {
		now = g.Now
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.last = max(g.last+1, now().UnixMilli()*1000+rand.Int64N(1000))
	return g.last
}

package audit

import (
	"sync"
	"time"

	"offhook/internal/listen"
)

// Refusals cost those who cause them nothing, so that a stranger could fill
// the disk with them, or bury one among many.
const (
	mostRefusals = 60 // of one address in a window
	window       = time.Minute
	mostSources  = 10_000 // addresses told apart in a window
)

// A limiter counts refusals by address. Its zero value is ready to use.
type limiter struct {
	mu    sync.Mutex
	since time.Time      // guarded by mu; when the window began
	seen  map[string]int // guarded by mu
}

// count counts a refusal and says whether it is written, and whether it is
// the last of its address that is.
func (l *limiter) count(address string, now time.Time) (written, last bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if now.Sub(l.since) >= window || len(l.seen) > mostSources {
		l.since, l.seen = now, make(map[string]int)
	}
	from := listen.Source(address)
	l.seen[from]++
	return l.seen[from] <= mostRefusals, l.seen[from] == mostRefusals
}

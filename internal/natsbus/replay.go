package natsbus

import (
	"crypto/sha256"
	"sync"
	"time"
)

// replays are the questions of other nodes that were heard while they may still
// be sent again. What is sealed differs each time, so that the same one twice is
// somebody's who has overheard it. Its zero value has heard none.
type replays struct {
	mu          sync.Mutex
	now, before map[[sha256.Size]byte]bool // guarded by mu
	turned      time.Time                  // guarded by mu; when now was begun
}

// first notes a question that has been opened, and reports whether it is heard
// for the first time.
func (r *replays) first(sealed []byte, at time.Time) bool {
	key := sha256.Sum256(sealed)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.now == nil || at.Sub(r.turned) > window {
		r.now, r.before, r.turned = make(map[[sha256.Size]byte]bool), r.now, at
	}
	if r.now[key] || r.before[key] {
		return false
	}
	r.now[key] = true
	return true
}

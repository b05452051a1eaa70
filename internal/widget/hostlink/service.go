package hostlink

import (
	"encoding/json"
	"sync"

	"offhook/internal/store"
)

// A change says that something of the service that a page has registered is
// another (package service announces it).
type change struct {
	GrantID  string `json:"grantId"`
	FrameKey string `json:"frameKey"`
	What     string `json:"what"`
	ID       string `json:"id"`
}

// changes are those that a frame has not been told yet; each is told once
// however often it happened meanwhile.
type changes struct {
	C chan struct{} // has a token when there are some

	mu   sync.Mutex
	list []change        // guarded by mu; in order
	seen map[change]bool // guarded by mu
}

// changes subscribes to those of a session's service.
func (h *Handler) changes(session store.Session) (c *changes, stop func(), err error) {
	c = &changes{C: make(chan struct{}, 1), seen: map[change]bool{}}
	stop, err = h.Bus.Subscribe("widget.service.changed", func(data []byte) {
		var one change
		if json.Unmarshal(data, &one) == nil && one.GrantID == session.GrantID && one.FrameKey == session.FrameKey {
			c.add(one)
		}
	})
	return c, stop, err
}

func (c *changes) add(one change) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.seen[one] {
		return
	}
	c.seen[one] = true
	c.list = append(c.list, one)
	select {
	case c.C <- struct{}{}:
	default:
	}
}

func (c *changes) take() []change {
	c.mu.Lock()
	defer c.mu.Unlock()
	list := c.list
	c.list = nil
	clear(c.seen)
	return list
}

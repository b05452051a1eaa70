package desk

import (
	"container/list"
	"context"
	"sync"
)

// maxContents bounds what a server keeps in memory of attachments.
const maxContents = 64 << 20

// A contentKey names an attachment. The grant is part of it: what one user
// has fetched is never found by another.
type contentKey struct{ grantID, messageID, id string }

// A contents keeps the attachments that were read last, so that drawing a
// conversation again costs the platform nothing. Its zero value is empty and
// ready to use.
type contents struct {
	mu      sync.Mutex
	entries map[contentKey]*list.Element // guarded by mu
	order   list.List                    // guarded by mu; of *content, the newest first
	size    int                          // guarded by mu
	flights map[contentKey]chan struct{} // guarded by mu; closed when a fetch is over
}

type content struct {
	key  contentKey
	body []byte
}

// get returns what is kept under a key, or what fetch brings. Those who ask
// for the same at once fetch it once.
func (c *contents) get(ctx context.Context, key contentKey, fetch func() ([]byte, error)) ([]byte, error) {
	for {
		c.mu.Lock()
		if e := c.entries[key]; e != nil {
			c.order.MoveToFront(e)
			c.mu.Unlock()
			return e.Value.(*content).body, nil
		}
		flight := c.flights[key]
		if flight == nil {
			if c.flights == nil {
				c.flights = make(map[contentKey]chan struct{})
			}
			c.flights[key] = make(chan struct{})
			c.mu.Unlock()
			return c.land(key, fetch)
		}
		c.mu.Unlock()
		select {
		case <-flight: // kept now, or it failed and this one tries itself
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func (c *contents) land(key contentKey, fetch func() ([]byte, error)) ([]byte, error) {
	defer func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		close(c.flights[key])
		delete(c.flights, key)
	}()
	body, err := fetch()
	if err == nil {
		c.put(key, body)
	}
	return body, err
}

// put keeps a body, and forgets those that were not read for longest.
func (c *contents) put(key contentKey, body []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(body) > maxContents/4 || c.entries[key] != nil {
		return
	}
	if c.entries == nil {
		c.entries = make(map[contentKey]*list.Element)
	}
	c.entries[key] = c.order.PushFront(&content{key, body})
	c.size += len(body)
	for c.size > maxContents {
		c.drop(c.order.Back())
	}
}

// forget drops what was fetched for a grant.
func (c *contents) forget(grantID string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for key, e := range c.entries {
		if key.grantID == grantID {
			c.drop(e)
		}
	}
}

// drop forgets an entry. The caller holds mu.
func (c *contents) drop(e *list.Element) {
	gone := c.order.Remove(e).(*content)
	delete(c.entries, gone.key)
	c.size -= len(gone.body)
}

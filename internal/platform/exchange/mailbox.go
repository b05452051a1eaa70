package exchange

import "sync"

// A mailbox runs the functions that are sent to it, one after the other, on
// one goroutine. Sending never waits, so that two of them may send to each
// other.
type mailbox struct {
	mu     sync.Mutex
	queue  []func()      // guarded by mu
	closed bool          // guarded by mu
	wake   chan struct{} // has room for one
}

func newMailbox() *mailbox { return &mailbox{wake: make(chan struct{}, 1)} }

// post reports false when nobody will run f any more. Whoever sees what first
// does posts after f.
func (m *mailbox) post(f func(), first ...func()) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return false
	}
	for _, do := range first {
		do()
	}
	m.queue = append(m.queue, f)
	select {
	case m.wake <- struct{}{}:
	default:
	}
	return true
}

// run works until over reports true and nothing is left to do.
func (m *mailbox) run(over func() bool) {
	for {
		m.mu.Lock()
		queue := m.queue
		m.queue = nil
		if len(queue) == 0 && over() {
			m.closed = true
			m.mu.Unlock()
			return
		}
		m.mu.Unlock()
		for _, f := range queue {
			f()
		}
		if len(queue) == 0 {
			<-m.wake
		}
	}
}

// postElse posts f, or has otherwise run when the call is over by then. first is
// as with mailbox.post.
func (c *call) postElse(f, otherwise func(), first ...func()) {
	posted := c.mail.post(func() {
		if c.over {
			otherwise()
			return
		}
		f()
	}, first...)
	if !posted {
		otherwise()
	}
}

package softphone

import "sync"

// A mailbox is the queue of an actor's steps. It has no bound, so that who
// posts never waits for the actor: SIP messages, timers and results of long
// work all come from goroutines that must not.
type mailbox struct {
	wake chan struct{} // has room for one wake

	mu     sync.Mutex
	steps  []func() // guarded by mu
	closed bool     // guarded by mu
}

func newMailbox() *mailbox { return &mailbox{wake: make(chan struct{}, 1)} }

// post adds a step; false after the mailbox was closed, when it will not run.
func (m *mailbox) post(step func()) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return false
	}
	m.steps = append(m.steps, step)
	select {
	case m.wake <- struct{}{}:
	default:
	}
	return true
}

// take returns what has come in, in order.
func (m *mailbox) take() []func() {
	m.mu.Lock()
	defer m.mu.Unlock()
	steps := m.steps
	m.steps = nil
	return steps
}

// close has nothing posted any more.
func (m *mailbox) close() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed = true
	m.steps = nil
}

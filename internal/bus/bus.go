// Package bus announces what has changed and passes questions on: between
// packages of one house, and between nodes (package natsbus). Subjects belong to one house each; the platform's
// begin with "platform.", the widget's with "widget.".
package bus

import (
	"context"
	"errors"
	"sync"
)

// ErrNobody says that nobody answers on a subject.
var ErrNobody = errors.New("nobody answers")

// A Bus carries messages from publishers to subscribers. Delivery is at most
// once and in order for each publisher and subscriber; a subscriber that
// must not miss anything reads the store when it (re)subscribes.
type Bus interface {
	// Publish hands data to every present subscriber of subject and does not
	// wait for them. The caller must not change data afterwards.
	Publish(ctx context.Context, subject string, data []byte) error
	// Subscribe calls fn for every message published on subject from now on,
	// one at a time, until cancel is called. After cancel returns, fn is not
	// running and will not be called again; fn must not call cancel itself.
	Subscribe(subject string, fn func(data []byte)) (cancel func(), err error)
	// Ask hands data to whoever answers on subject and returns the answer:
	// ErrNobody when nobody does, ctx's error when none came in time.
	Ask(ctx context.Context, subject string, data []byte) (answer []byte, err error)
	// Answer has fn answer what is asked on subject, each question in a
	// goroutine of its own, until cancel is called, which ends their ctx and
	// waits for them. One at a time may answer on a subject.
	Answer(subject string, fn func(ctx context.Context, data []byte) []byte) (cancel func(), err error)
}

// InProcess is a Bus within one process. Its zero value is ready to use.
type InProcess struct {
	mu      sync.Mutex
	subs    map[string]map[*subscriber]struct{} // guarded by mu
	answers map[string]*answerer                // guarded by mu
}

// Publish queues data for each subscriber.
func (b *InProcess) Publish(_ context.Context, subject string, data []byte) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	for s := range b.subs[subject] {
		s.put(data)
	}
	return nil
}

// Subscribe starts a goroutine that ends with cancel.
func (b *InProcess) Subscribe(subject string, fn func(data []byte)) (cancel func(), err error) {
	s := &subscriber{wake: make(chan struct{}, 1), done: make(chan struct{})}
	b.mu.Lock()
	if b.subs == nil {
		b.subs = make(map[string]map[*subscriber]struct{})
	}
	if b.subs[subject] == nil {
		b.subs[subject] = make(map[*subscriber]struct{})
	}
	b.subs[subject][s] = struct{}{}
	b.mu.Unlock()

	var wg sync.WaitGroup
	wg.Go(func() { s.run(fn) })
	return sync.OnceFunc(func() {
		b.mu.Lock()
		delete(b.subs[subject], s)
		if len(b.subs[subject]) == 0 {
			delete(b.subs, subject)
		}
		b.mu.Unlock()
		close(s.done)
		wg.Wait()
	}), nil
}

// A subscriber is a queue without a bound, so that a slow subscriber delays
// only itself and loses nothing.
type subscriber struct {
	mu    sync.Mutex
	queue [][]byte // guarded by mu
	wake  chan struct{}
	done  chan struct{}
}

func (s *subscriber) put(data []byte) {
	s.mu.Lock()
	s.queue = append(s.queue, data)
	s.mu.Unlock()
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

func (s *subscriber) take() [][]byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	q := s.queue
	s.queue = nil
	return q
}

func (s *subscriber) run(fn func([]byte)) {
	for {
		select {
		case <-s.done:
			return
		case <-s.wake:
		}
		for _, data := range s.take() {
			select {
			case <-s.done:
				return
			default:
				fn(data)
			}
		}
	}
}

package bus

import (
	"context"
	"sync"
)

// An answerer answers on one subject.
type answerer struct {
	fn      func(ctx context.Context, data []byte) []byte
	ctx     context.Context // of its questions
	cancel  context.CancelFunc
	mu      sync.Mutex
	closed  bool // guarded by mu
	running sync.WaitGroup
}

// take has a question answered; false when nobody answers any more.
func (a *answerer) take(data []byte, reply func([]byte)) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closed {
		return false
	}
	a.running.Go(func() { reply(a.fn(a.ctx, data)) })
	return true
}

func (a *answerer) close() {
	a.mu.Lock()
	a.closed = true
	a.mu.Unlock()
	a.cancel()
	a.running.Wait()
}

// Ask has the subject's answerer answer.
func (b *InProcess) Ask(ctx context.Context, subject string, data []byte) ([]byte, error) {
	b.mu.Lock()
	a := b.answers[subject]
	b.mu.Unlock()
	got := make(chan []byte, 1)
	if a == nil || !a.take(data, func(answer []byte) { got <- answer }) {
		return nil, ErrNobody
	}
	select {
	case answer := <-got:
		return answer, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Answer replaces whoever answered on the subject before.
func (b *InProcess) Answer(subject string, fn func(ctx context.Context, data []byte) []byte) (cancel func(), err error) {
	a := &answerer{fn: fn}
	a.ctx, a.cancel = context.WithCancel(context.Background())
	b.mu.Lock()
	if b.answers == nil {
		b.answers = make(map[string]*answerer)
	}
	b.answers[subject] = a
	b.mu.Unlock()
	return sync.OnceFunc(func() {
		b.mu.Lock()
		if b.answers[subject] == a {
			delete(b.answers, subject)
		}
		b.mu.Unlock()
		a.close()
	}), nil
}

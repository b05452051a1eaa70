package natsbus

import (
	"errors"
	"sync"
)

// maxWaiting is how many bytes may wait to be sent.
const maxWaiting = 8 << 20

// errFull says that NATS has been away for too long.
var errFull = errors.New("more waits already than is kept while NATS does not answer")

// An outbox does what needs the connection, in order and in a goroutine of its
// own: the library holds a lock while it writes to a server or connects with
// one, so that whoever calls it waits as long as a server hangs.
type outbox struct {
	mu     sync.Mutex
	jobs   []errand // guarded by mu
	size   int      // guarded by mu; of those that wait
	closed bool     // guarded by mu
	wake   chan struct{}
	done   chan struct{} // closed when all is done after close
}

type errand struct {
	size int
	do   func()
}

func newOutbox() *outbox {
	o := &outbox{wake: make(chan struct{}, 1), done: make(chan struct{})}
	go o.run()
	return o
}

// put has something done that carries so many bytes. What carries none is
// always taken, until the outbox is closed.
func (o *outbox) put(size int, do func()) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return errClosed
	}
	if size > 0 && o.size+size > maxWaiting {
		return errFull
	}
	o.jobs, o.size = append(o.jobs, errand{size, do}), o.size+size
	o.signal()
	return nil
}

// close takes nothing more. What waits is done, after which done is closed.
func (o *outbox) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed = true
	o.signal()
}

func (o *outbox) signal() {
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

func (o *outbox) run() {
	defer close(o.done)
	for {
		o.mu.Lock()
		jobs, closed := o.jobs, o.closed
		o.jobs = nil
		o.mu.Unlock()
		if len(jobs) == 0 && closed {
			return
		}
		for _, j := range jobs {
			j.do()
			o.mu.Lock()
			o.size -= j.size
			o.mu.Unlock()
		}
		if len(jobs) == 0 {
			<-o.wake
		}
	}
}

package natsbus

import (
	"context"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
)

const (
	// probeEvery is how often the servers are asked whether they hear, and
	// probeTime how long they may take to answer.
	probeEvery = 2 * time.Second
	probeTime  = 3 * time.Second
	// lateTime is how long an answer is waited for that may be on its way when
	// the servers are not heard any more.
	lateTime = 5 * time.Second
)

// A link is whether the servers answer. A connection may stand for long whose
// other side has stopped.
type link struct {
	mu   sync.Mutex
	up   bool          // guarded by mu
	lost chan struct{} // guarded by mu; closed when it is not up
	gone bool          // guarded by mu; there is no connection
}

// connected notes whether there is a connection.
func (l *link) connected(is bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.gone = !is
}

func newLink() *link { return &link{up: true, lost: make(chan struct{})} }

// set reports whether that is news.
func (l *link) set(up bool) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.up == up {
		return false
	}
	l.up = up
	if up {
		l.lost = make(chan struct{})
	} else {
		close(l.lost)
	}
	return true
}

// state returns what is closed when the link is lost, and whether it is up, or
// gone: one that is neither may only be slow.
func (l *link) state() (lost <-chan struct{}, up, gone bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.lost, l.up, l.gone
}

func (b *Bus) isUp() bool {
	_, up, _ := b.link.state()
	return up
}

// lose and regain note how the servers are.
func (b *Bus) lose(err error) {
	if b.link.set(false) {
		b.log.Warn("the other servers cannot be heard until NATS answers again", "err", err)
	}
}

func (b *Bus) regain() {
	if b.link.set(true) {
		b.log.Info("the other servers can be heard again")
	}
}

// watch asks the servers now and then whether they hear, until ctx ends.
func (b *Bus) watch(ctx context.Context) {
	tick := time.NewTicker(probeEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		probe := make(chan error, 1)
		go func() { probe <- b.conn.FlushTimeout(probeTime) }()
		late := time.NewTimer(probeTime)
		var err error
		select {
		case <-ctx.Done():
		case err = <-probe:
		case <-late.C: // the library itself waits for its connection
			b.lose(nats.ErrTimeout)
			select {
			case <-ctx.Done():
			case err = <-probe:
			}
		}
		late.Stop()
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			b.lose(err)
		default:
			b.regain()
		}
	}
}

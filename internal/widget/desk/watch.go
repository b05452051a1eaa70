package desk

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"sync"
)

// keptEvents is how far back a watcher can resume.
const keptEvents = 1024

// A Position is a place in the events of one desk. The zero Position is
// before all of them.
type Position struct {
	Epoch string // the run of the desk; a new one cannot tell what the last one told
	Seq   uint64
}

// String is the form that a browser keeps; the zero Position is empty.
func (p Position) String() string {
	if p.Epoch == "" {
		return ""
	}
	return p.Epoch + "-" + strconv.FormatUint(p.Seq, 10)
}

// ParsePosition reads what String wrote.
func ParsePosition(s string) (Position, error) {
	if s == "" {
		return Position{}, nil
	}
	epoch, seq, ok := strings.Cut(s, "-")
	n, err := strconv.ParseUint(seq, 10, 64)
	if !ok || epoch == "" || err != nil {
		return Position{}, fmt.Errorf("%q is not a position", s)
	}
	return Position{epoch, n}, nil
}

// MarshalText writes String.
func (p Position) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads it.
func (p *Position) UnmarshalText(text []byte) (err error) {
	*p, err = ParsePosition(string(text))
	return err
}

// A feed keeps the newest events and lets any number of watchers read them,
// each at its own pace: a slow one costs nothing but its own delay, and when
// it falls out of what is kept, a resync.
type feed struct {
	epoch string

	mu       sync.Mutex
	events   []Event       // guarded by mu; a ring, event n at n%keptEvents
	last     uint64        // guarded by mu; number of the newest event
	changed  chan struct{} // guarded by mu; closed by the next event
	watchers int           // guarded by mu
	ended    bool          // guarded by mu
}

func newFeed() *feed {
	return &feed{epoch: newEpoch(), events: make([]Event, keptEvents), changed: make(chan struct{})}
}

// publish numbers an event and hands it out. After the end nothing is heard.
func (f *feed) publish(e Event) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.ended {
		return
	}
	f.last++
	e.Position = Position{f.epoch, f.last}
	f.events[f.last%keptEvents] = e
	f.ended = e.Type == EventEnded
	close(f.changed)
	f.changed = make(chan struct{})
}

// position is that of the newest event.
func (f *feed) position() Position {
	f.mu.Lock()
	defer f.mu.Unlock()
	return Position{f.epoch, f.last}
}

func (f *feed) watched() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.watchers > 0
}

// next returns the event after seq, or a channel that closes when there is
// one. A seq that is no longer kept yields a resync at the newest position.
func (f *feed) next(seq uint64) (Event, <-chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case seq == f.last:
		return Event{}, f.changed
	case seq > f.last || f.last-seq > keptEvents:
		return Event{Type: EventResync, Position: Position{f.epoch, f.last}}, nil
	}
	return f.events[(seq+1)%keptEvents], nil
}

// A Watch is one watcher of a desk. C is closed after Close, after an ended
// event, and when the desk closes.
type Watch struct {
	C       <-chan Event
	Resumed bool // what happened after the given position is replayed; otherwise C begins with a resync

	cancel func()
}

// Close ends the watch and waits until nothing is sent on C any more. It may
// be called twice.
func (w *Watch) Close() { w.cancel() }

// watch starts a watch that also ends when done closes.
func (f *feed) watch(after Position, done <-chan struct{}) *Watch {
	c := make(chan Event)
	quit := make(chan struct{})
	f.mu.Lock()
	f.watchers++
	start := after.Seq
	resumed := after.Epoch == f.epoch && after.Seq <= f.last && f.last-after.Seq <= keptEvents
	var first *Event
	switch {
	case resumed:
	case after.Epoch != "" && after.Epoch != f.epoch && f.last <= keptEvents:
		// The watcher knew an earlier run. Whatever this run has told is news
		// to it: texts that came in while the server was away among it.
		start = 0
		first = &Event{Type: EventResync, Position: Position{f.epoch, 0}}
	default:
		start = math.MaxUint64 // after everything, so that the first event is a resync
	}
	f.mu.Unlock()

	var wg sync.WaitGroup
	wg.Go(func() {
		defer close(c)
		if first != nil {
			select {
			case c <- *first:
			case <-quit:
			}
		}
		f.follow(start, c, quit, done)
		f.mu.Lock()
		f.watchers--
		f.mu.Unlock()
	})
	return &Watch{C: c, Resumed: resumed, cancel: sync.OnceFunc(func() {
		close(quit)
		wg.Wait()
	})}
}

func (f *feed) follow(seq uint64, c chan<- Event, quit, done <-chan struct{}) {
	for {
		e, wait := f.next(seq)
		if wait != nil {
			select {
			case <-wait:
				continue
			case <-quit:
				return
			case <-done:
				// The end may have been told in the same moment.
				if e, wait = f.next(seq); wait != nil {
					return
				}
			}
		}
		select {
		case c <- e:
		case <-quit:
			return
		}
		if e.Type == EventEnded {
			return
		}
		seq = e.Position.Seq
	}
}

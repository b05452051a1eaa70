package media

import (
	"slices"
	"sync"
)

// A Seat stands for a leg that another may take the place of: whoever speaks
// to it and listens to it goes on with the new one. It owns no leg.
type Seat struct {
	mu     sync.Mutex
	leg    *Leg             // guarded by mu
	guests []*guest         // guarded by mu
	keys   map[*keyEar]bool // guarded by mu
	began  sync.Once
	up     chan struct{}
	over   sync.Once
	done   chan struct{}
}

// A guest is what goes on with the leg that sits there.
type guest struct {
	begin func(*Leg) (stop func())
	stop  func() // with the leg that sits there now
}

// A keyEar hears the keys that are pressed without a sound.
type keyEar struct{ hear func(rune) }

// NewSeat gives a leg its place.
func NewSeat(l *Leg) *Seat {
	s := &Seat{leg: l, up: make(chan struct{}), done: make(chan struct{}), keys: map[*keyEar]bool{}}
	s.watch(l)
	return s
}

// Give has a leg take the place of the one that sat there, which may be closed
// then. One whose leg has ended has no place to give: the seat is over.
func (s *Seat) Give(l *Leg) {
	s.mu.Lock()
	s.leg = l
	for _, g := range s.guests {
		g.stop()
		g.stop = g.begin(l)
	}
	s.mu.Unlock()
	s.watch(l)
}

// watch says when a leg is connected, and ends the seat with it, if it still
// sits there then.
func (s *Seat) watch(l *Leg) {
	l.engine.wait.Go(func() {
		select {
		case <-l.up:
			s.of(l, func() { s.began.Do(func() { close(s.up) }) })
		case <-l.done:
		}
		<-l.done
		s.of(l, func() { s.over.Do(func() { close(s.done) }) })
	})
}

// of does something while a leg sits there.
func (s *Seat) of(l *Leg, do func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.leg == l {
		do()
	}
}

func (s *Seat) sitting() *Leg {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.leg
}

// Write sends to the leg that sits there.
func (s *Seat) Write(src any, p Packet) { s.sitting().Write(src, p) }

// Sends is [Leg.Sends].
func (s *Seat) Sends(c Codec) bool { return s.sitting().Sends(c) }

// Connected is closed when a leg that sits there is connected: one may give
// its place before it is.
func (s *Seat) Connected() <-chan struct{} { return s.up }

// Done is closed when the leg that sits there has ended.
func (s *Seat) Done() <-chan struct{} { return s.done }

// Listen is [Leg.Listen], of whoever sits there.
func (s *Seat) Listen(f func(Packet)) (stop func()) {
	var one sync.Mutex // the last packet of a leg may still be on its way
	return s.seat(func(l *Leg) func() {
		return l.Listen(func(p Packet) {
			one.Lock()
			defer one.Unlock()
			f(p)
		})
	})
}

// Fill is [Leg.Fill], for whoever sits there.
func (s *Seat) Fill() (stop func()) { return s.seat((*Leg).Fill) }

// Press has those who hear keys hear one that came as a message, of whoever
// sits there.
func (s *Seat) Press(key rune) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for e := range s.keys {
		e.hear(key)
	}
}

// HearKeys hands f every key of Press until stop is called. f must not wait.
func (s *Seat) HearKeys(f func(key rune)) (stop func()) {
	e := &keyEar{f}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keys[e] = true
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.keys, e)
	}
}

func (s *Seat) seat(begin func(*Leg) func()) (stop func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := &guest{begin: begin, stop: begin(s.leg)}
	s.guests = append(s.guests, g)
	return sync.OnceFunc(func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		g.stop()
		s.guests = slices.DeleteFunc(s.guests, func(o *guest) bool { return o == g })
	})
}

package media

import (
	"slices"
	"sync"
)

// A Side is one of the two ends of a Bridge.
type Side int

// The two sides.
const (
	A Side = iota
	B
)

// Other is the side across.
func (s Side) Other() Side { return 1 - s }

// A Bridge joins two ports: what one hears, the other sends. Ports come and go
// while the bridge stands. It owns none of them: closing a bridge leaves its
// legs open. The zero value is a bridge without ports.
type Bridge struct {
	mu    sync.RWMutex // held for reading while a packet passes
	sides [2]bridged
	taps  []*tap // replaced under mu
}

type bridged struct {
	port  Port
	stop  func() // ends listening to port
	muted bool
}

type tap struct{ hear func(Side, Packet) }

// Set puts a port at a side in place of the one that was there, which is
// neither heard nor spoken to any more when Set returns. nil leaves the side
// empty. It must not be called from a listener or tap.
func (b *Bridge) Set(s Side, p Port) {
	b.mu.Lock()
	defer b.mu.Unlock()
	at := &b.sides[s]
	if at.stop != nil {
		at.stop()
	}
	at.port, at.stop = p, nil
	if p != nil {
		at.stop = p.Listen(func(packet Packet) { b.pass(s, p, packet) })
	}
}

// Port is what stands at a side, nil for nothing.
func (b *Bridge) Port(s Side) Port {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.sides[s].port
}

// Mute keeps what a side says from the other, and from the taps, until it is
// let go. The side still hears.
func (b *Bridge) Mute(s Side, on bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.sides[s].muted = on
}

// Tap hands f what passes, and from which side, until stop is called. f must
// not wait, and not call the bridge.
func (b *Bridge) Tap(f func(from Side, p Packet)) (stop func()) {
	t := &tap{f}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.taps = append(slices.Clone(b.taps), t)
	return func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.taps = slices.DeleteFunc(slices.Clone(b.taps), func(o *tap) bool { return o == t })
	}
}

// Close takes both ports away.
func (b *Bridge) Close() {
	b.Set(A, nil)
	b.Set(B, nil)
}

func (b *Bridge) pass(from Side, p Port, packet Packet) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	at := b.sides[from]
	if at.port != p || at.muted {
		return
	}
	if to := b.sides[from.Other()].port; to != nil {
		to.Write(p, packet)
	}
	for _, t := range b.taps {
		t.hear(from, packet)
	}
}

package media

import (
	"slices"
	"sync"
	"time"
)

// A Mixer is a conference: each of its ports hears all the others. It owns
// none of the ports.
type Mixer struct {
	mu      sync.Mutex
	members []*member // guarded by mu
	taps    []*tap    // guarded by mu
	stop    chan struct{}
	once    sync.Once
	wait    sync.WaitGroup
}

type member struct {
	port  Port
	deaf  func() // ends listening to port
	out   source
	muted bool   // guarded by Mixer.mu, as all below
	apart []Port // who does not hear it

	decoder *Decoder
	heard   Sound // what waits to be mixed
	playing bool  // enough waits, so that uneven arrival is not heard
	frame   Sound // of this turn
}

const (
	cushion = 2 * frameSamples  // what waits before a member is heard
	tooMuch = 10 * frameSamples // what waits at most, or the member lags behind
)

// NewMixer returns a conference without members.
func NewMixer() *Mixer {
	m := &Mixer{stop: make(chan struct{})}
	m.wait.Go(m.run)
	return m
}

// Join adds a port. Joining twice does nothing.
func (m *Mixer) Join(p Port) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.find(p) != nil {
		return
	}
	who := &member{port: p, decoder: NewDecoder()}
	who.deaf = p.Listen(func(packet Packet) { m.hear(who, packet) })
	m.members = append(m.members, who)
}

// Leave takes a port out, which is not spoken to any more when Leave returns.
func (m *Mixer) Leave(p Port) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if who := m.find(p); who != nil {
		who.deaf()
		m.members = slices.DeleteFunc(m.members, func(o *member) bool { return o == who })
	}
}

// Mute keeps what a port says from the others until it is let go.
func (m *Mixer) Mute(p Port, on bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if who := m.find(p); who != nil {
		who.muted = on
	}
}

// Keep has one port not hear what another says, until it is let go: a word in
// somebody's ear. What is kept from anybody is not for taps.
func (m *Mixer) Keep(said, from Port, on bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	who := m.find(said)
	if who == nil {
		return
	}
	who.apart = slices.DeleteFunc(who.apart, func(p Port) bool { return p == from })
	if on {
		who.apart = append(who.apart, from)
	}
}

// Tap hands f all of the conference as packets of PCMU, as side A, until stop
// is called. f must not wait, and not call the mixer.
func (m *Mixer) Tap(f func(from Side, p Packet)) (stop func()) {
	t := &tap{f}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.taps = append(m.taps, t)
	return func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.taps = slices.DeleteFunc(m.taps, func(o *tap) bool { return o == t })
	}
}

// Close takes all ports out and waits until the mixer is still.
func (m *Mixer) Close() {
	m.once.Do(func() { close(m.stop) })
	m.wait.Wait()
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, who := range m.members {
		who.deaf()
	}
	m.members, m.taps = nil, nil
}

func (m *Mixer) find(p Port) *member {
	for _, who := range m.members {
		if who.port == p {
			return who
		}
	}
	return nil
}

func (m *Mixer) hear(who *member, p Packet) {
	m.mu.Lock()
	defer m.mu.Unlock()
	who.heard = append(who.heard, who.decoder.Decode(p)...)
	if over := len(who.heard) - tooMuch; over > 0 {
		who.heard = who.heard[over+tooMuch/2:]
	}
}

// take moves a member's next frame to frame, and reports whether there is one.
func (who *member) take() {
	who.frame = nil
	if len(who.heard) < frameSamples {
		who.playing = false
	} else if len(who.heard) >= cushion {
		who.playing = true
	}
	if who.playing {
		who.frame, who.heard = who.heard[:frameSamples], who.heard[frameSamples:]
	}
	if who.muted {
		who.frame = nil
	}
}

func (m *Mixer) run() {
	t := time.NewTicker(Frame)
	defer t.Stop()
	all := new(source)
	start, n := time.Now(), 0
	for {
		select {
		case <-m.stop:
			return
		case <-t.C:
		}
		for due := int(time.Since(start) / Frame); n < due; n++ {
			m.turn(all)
		}
	}
}

// turn sends every member one frame: what all say, less what itself says.
func (m *Mixer) turn(all *source) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var sum [frameSamples]int32
	var kept []*member // who speaks, but not to everybody
	for _, who := range m.members {
		who.take()
		if who.frame != nil && len(who.apart) > 0 {
			kept = append(kept, who)
		}
		for i, v := range who.frame {
			sum[i] += int32(v)
		}
	}
	payload := make([]byte, frameSamples)
	for _, who := range m.members {
		for i := range payload {
			v := sum[i]
			if who.frame != nil {
				v -= int32(who.frame[i])
			}
			for _, other := range kept {
				if slices.Contains(other.apart, who.port) {
					v -= int32(other.frame[i])
				}
			}
			payload[i] = toUlaw(clip(v))
		}
		who.port.Write(m, who.out.next(payload))
	}
	if len(m.taps) == 0 {
		return
	}
	for i := range payload {
		v := sum[i]
		for _, other := range kept {
			v -= int32(other.frame[i])
		}
		payload[i] = toUlaw(clip(v))
	}
	p := all.next(payload)
	p.Arrived = time.Now()
	for _, t := range m.taps {
		t.hear(A, p)
	}
}

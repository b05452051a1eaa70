package media

import (
	"sync"
	"time"
)

// A Recorder writes down both sides of a call, each at the time when it
// arrived, as one Sound. Its methods may be called at any time. The zero value
// records until Stop.
type Recorder struct {
	// Limit is the longest recording; zero is one hour. What comes later is
	// left out.
	Limit time.Duration

	mu      sync.Mutex
	began   time.Time // guarded by mu, as all below
	stopped bool
	sound   Sound
	sides   [2]track
}

// A track is one side on its way into the recording.
type track struct {
	decoder *Decoder
	clock   uint32
	next    uint32 // timestamp that would go on from at
	at      int    // sample that the next packet begins at
}

// drift is how far a side's own time may be from its arrivals before it is put
// where it arrived: more than the network's unevenness, less than people notice.
const drift = 120 * time.Millisecond

// Hear takes one packet; it has the form of a tap of a Bridge. The first
// begins the recording, unless Start did.
func (r *Recorder) Hear(from Side, p Packet) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stopped || p.Codec == Event {
		return
	}
	if r.began.IsZero() {
		r.began = p.Arrived
	}
	t := &r.sides[from]
	if t.decoder == nil {
		t.decoder = NewDecoder()
	}
	s := t.decoder.Decode(p)
	if len(s) == 0 {
		return
	}
	r.mix(t.place(p, r.began, len(s)), s)
}

// Start begins the recording at a time, so that silence before the first sound
// is in it.
func (r *Recorder) Start(at time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.began.IsZero() {
		r.began = at
	}
}

// Stop ends the recording and returns it.
func (r *Recorder) Stop() Sound {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stopped = true
	return r.sound
}

// Duration is how long the recording is so far.
func (r *Recorder) Duration() time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.sound.Duration()
}

// place is the sample at which a packet begins. A side's own time says how its
// packets follow one another, and its arrivals where it is when the two differ.
func (t *track) place(p Packet, began time.Time, length int) int {
	arrived := samples(p.Arrived.Sub(began))
	at := arrived
	if t.clock == p.Clock && p.Clock > 0 {
		at = t.at + int(int64(int32(p.Timestamp-t.next))*Rate/int64(p.Clock))
		if off := arrived - at; off > samples(drift) || off < -samples(drift) {
			at = arrived
		}
	}
	t.clock, t.at = p.Clock, at+length
	t.next = p.Timestamp + uint32(int64(length)*int64(p.Clock)/Rate)
	return at
}

func (r *Recorder) mix(at int, s Sound) {
	limit := r.Limit
	if limit <= 0 {
		limit = time.Hour
	}
	if at < 0 || at+len(s) > samples(limit) {
		return
	}
	if missing := at + len(s) - len(r.sound); missing > 0 {
		r.sound = append(r.sound, make(Sound, missing)...)
	}
	for i, v := range s {
		r.sound[at+i] = add(r.sound[at+i], v)
	}
}

// add mixes two samples; what is too loud is cut off.
func add(a, b int16) int16 { return clip(int32(a) + int32(b)) }

func clip(v int32) int16 { return int16(max(-32768, min(v, 32767))) }

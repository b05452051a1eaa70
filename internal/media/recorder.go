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
	seq     uint16
	next    uint32 // timestamp that would go on from at
	at      int    // sample that the next packet begins at
}

// A side's packets follow one another by its own time, because a busy network
// holds them up and then hands them over all at once. Where that time and the
// arrivals have come apart by drift, which is when the clocks of two machines
// differ, a quiet packet is put where it arrived; by stall, any.
const (
	drift  = 120 * time.Millisecond
	stall  = time.Second
	hushed = 0.01 // loudness
)

// Hear takes one packet; it has the form of a tap of a Bridge. The first
// begins the recording, unless Start did.
func (r *Recorder) Hear(from Side, p Packet) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stopped || p.Codec == Event || p.Clock == 0 {
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
	r.mix(t.place(p, r.began, s), s)
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

// place is the sample at which a packet begins.
func (t *track) place(p Packet, began time.Time, s Sound) int {
	at := samples(p.Arrived.Sub(began))
	if step := p.Sequence - t.seq; t.clock == p.Clock && (step < jumped || step > -jumped&0xffff) {
		own := t.at + int(int64(int32(p.Timestamp-t.next))*Rate/int64(p.Clock))
		off := max(own-at, at-own)
		if off <= samples(drift) || off <= samples(stall) && s.Loudness() > hushed {
			at = own
		}
	}
	t.clock, t.seq, t.at = p.Clock, p.Sequence, at+len(s)
	t.next = p.Timestamp + uint32(int64(len(s))*int64(p.Clock)/Rate)
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

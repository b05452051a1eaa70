package media

import (
	"sync"
	"time"

	"github.com/pion/rtcp"
)

// Stats is how well a leg is heard, by us and by the far side.
type Stats struct {
	// Received and Lost count packets that we heard, or should have, since the
	// leg began.
	Received, Lost uint64
	// Jitter is how unevenly packets arrive here (RFC 3550 section 6.4.1).
	Jitter time.Duration
	// Loss is the part of the last seconds' packets that did not arrive, 0 to 1.
	Loss float64
	// FarLoss is the same as the far side hears us, by its own reports; zero
	// while it sends none. What it says of jitter is of no use: it counts in
	// the clock of a codec, and which one is not told.
	FarLoss float64
	// RoundTrip is the way to the far side and back; zero while unknown.
	RoundTrip time.Duration
}

// MOS is the expected opinion of a listener here, 1 to 4.5 (estimate).
func (s Stats) MOS() float64 { return MOS(s.Jitter, s.RoundTrip, s.Loss) }

// MOS estimates what listeners think of a call, from 1 (bad) to 4.5 (as good
// as a telephone gets), by the E-model of ITU-T G.107 with the figures of
// G.113 for PCMU with concealment. Opus hides losses better; it is estimated
// the same, so that calls can be compared. Loss is 0 to 1.
func MOS(jitter, roundTrip time.Duration, loss float64) float64 {
	const best, concealment = 93.2, 25.1
	// One way: half the round trip, the buffer that evens out the jitter, and
	// the packet itself.
	delay := (roundTrip/2 + 2*jitter + Frame).Seconds() * 1000
	r := best - 0.024*delay
	if delay > 177.3 {
		r -= 0.11 * (delay - 177.3)
	}
	percent := 100 * max(0, min(loss, 1))
	r -= 95 * percent / (percent + concealment)
	if r <= 0 {
		return 1
	}
	return max(1, 1+0.035*r+7e-6*r*(r-60)*(100-r))
}

// window is how many seconds Stats.Loss looks back.
const window = 5

// A second is what arrived in one second.
type second struct {
	at             int64 // Unix time
	received, lost uint64
}

// reception measures what a leg hears.
type reception struct {
	mu          sync.Mutex
	first, last time.Time // guarded by mu, as all below
	total       second
	seconds     [window + 1]second
	seq         uint16 // the highest heard
	cycles      uint32 // how often it has begun at 0 again
	clock       uint32
	transit     time.Duration // arrival less the packet's own time, up to a constant
	epoch       uint32        // timestamp that its own time counts from
	start       time.Time
	jitter      float64 // seconds
	far         Stats   // the far side's part

	told         second // total as the far side was told it last
	lastReport   uint32 // the far side's last, as the middle of its NTP time; 0 for none
	lastReportAt time.Time
}

// jumped is how far numbers may move before the stream has begun anew, as
// after the far side's transfer.
const jumped = 0x1000

func (r *reception) packet(p Packet) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.first.IsZero() {
		r.first, r.seq = p.Arrived, p.Sequence-1
	}
	r.last = p.Arrived
	now := r.second(p.Arrived)
	step := p.Sequence - r.seq
	switch {
	case step == 0: // heard twice
		return
	case step < jumped:
		r.count(now, uint64(step)-1)
		if p.Sequence < r.seq {
			r.cycles++
		}
		r.seq = p.Sequence
	case step > -jumped&0xffff: // late: it was counted as lost
		r.total.received++
		now.received++
		if r.total.lost > 0 {
			r.total.lost--
		}
		if now.lost > 0 {
			now.lost--
		}
		return
	default:
		r.count(now, 0)
		r.seq, r.clock = p.Sequence, 0
	}
	if p.Codec != Event { // its packets share one timestamp
		r.unevenness(p)
	}
}

func (r *reception) count(now *second, lost uint64) {
	now.received++
	now.lost += lost
	r.total.received++
	r.total.lost += lost
}

func (r *reception) second(at time.Time) *second {
	s := &r.seconds[at.Unix()%int64(len(r.seconds))]
	if s.at != at.Unix() {
		*s = second{at: at.Unix()}
	}
	return s
}

func (r *reception) unevenness(p Packet) {
	if p.Clock != r.clock || p.Clock == 0 {
		r.clock, r.epoch, r.start, r.transit = p.Clock, p.Timestamp, p.Arrived, 0
		return
	}
	own := time.Duration(int32(p.Timestamp-r.epoch)) * time.Second / time.Duration(p.Clock)
	transit := p.Arrived.Sub(r.start) - own
	d := (transit - r.transit).Abs()
	r.transit, r.epoch, r.start = 0, p.Timestamp, p.Arrived
	if d > time.Second { // a pause without sound, not an uneven network
		return
	}
	r.jitter += (d.Seconds() - r.jitter) / 16
}

// reports takes the far side's reports of us.
func (r *reception) reports(reports []rtcp.ReceptionReport, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, report := range reports {
		r.far.FarLoss = float64(report.FractionLost) / 256
		if report.LastSenderReport == 0 {
			continue
		}
		// RFC 3550 section 6.4.1: in units of 1/65536 s.
		trip := int32(middleNTP(now) - report.LastSenderReport - report.Delay)
		r.far.RoundTrip = time.Duration(max(trip, 0)) * time.Second / 65536
	}
}

// ntp is a time as RFC 3550 section 4 writes it: seconds since 1900, and their
// fraction.
func ntp(t time.Time) uint64 {
	const since1900 = 2208988800
	return uint64(t.Unix()+since1900)<<32 | uint64(t.Nanosecond())<<32/1e9
}

// middleNTP is its middle, as reports repeat it.
func middleNTP(t time.Time) uint32 { return uint32(ntp(t) >> 16) }

func (r *reception) heard() (first, last time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.first, r.last
}

func (r *reception) stats(now time.Time) Stats {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.far
	s.Received, s.Lost = r.total.received, r.total.lost
	s.Jitter = time.Duration(r.jitter * float64(time.Second))
	var received, lost uint64
	for _, second := range r.seconds {
		if age := now.Unix() - second.at; age >= 0 && age <= window {
			received, lost = received+second.received, lost+second.lost
		}
	}
	if lost > 0 {
		s.Loss = float64(lost) / float64(lost+received)
	}
	return s
}

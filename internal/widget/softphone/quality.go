package softphone

import (
	"math"
	"time"

	"offhook/internal/widget/call"
)

// measured is how often the quality of calls is looked at.
const measured = 3 * time.Second

// measure looks at the quality of calls while somebody talks.
func (ph *Phone) measure() {
	talking := false
	for _, t := range ph.talks {
		talking = talking || t.talking() && t.wire.leg != nil
	}
	switch s := &ph.sound; {
	case talking && s.measuring == nil:
		s.measuring = ph.after(measured, func() {
			s.measuring = nil
			for _, t := range ph.talks {
				t.assess()
			}
			ph.measure()
		})
	case !talking && s.measuring != nil:
		s.measuring.stop()
		s.measuring = nil
	}
}

// assess notes how well a call is heard, coarsely enough that a good one does
// not change all the time.
func (t *talk) assess() {
	if !t.talking() || t.wire.leg == nil {
		return
	}
	stats := t.wire.leg.Stats()
	if stats.Received == 0 {
		return
	}
	q := call.Quality{
		Jitter: stats.Jitter.Round(5 * time.Millisecond), Loss: math.Round(stats.Loss*100) / 100, MOS: math.Round(stats.MOS()*5) / 5,
	}
	if q != t.Quality {
		t.Quality = q
		t.ph.changed()
	}
}

package softphone

import (
	"context"
	"math"
	"time"

	"offhook/internal/media"
	"offhook/internal/widget/call"
)

// scarce is the loss from which on nothing is understood.
const scarce = 0.9

// measure looks at the quality of calls while somebody talks.
func (ph *Phone) measure() {
	talking := false
	for _, t := range ph.talks {
		talking = talking || t.talking() && t.wire.leg != nil
	}
	switch s := &ph.sound; {
	case talking && s.measuring == nil:
		s.measuring = ph.after(ph.pool.Waits.Measure, func() {
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

// assess notes how well a call is heard in both directions: each goes over two
// legs, that of the platform and that of the tab, while the tab has this call.
func (t *talk) assess() {
	if !t.talking() || t.wire.leg == nil {
		return
	}
	far := t.wire.leg.Stats()
	var tab media.Stats
	heard := t.State == call.Connected && t.ph.active == t && t.ph.sound.leg != nil
	if heard {
		tab = t.ph.sound.leg.Stats()
	}
	roundTrip := far.RoundTrip + tab.RoundTrip
	var here, there call.Quality
	if far.Received > 0 {
		here = quality(far.Jitter, roundTrip, both(far.Loss, tab.FarLoss))
		t.tally.here.add(here)
	}
	if tab.Received > 0 {
		there = quality(tab.Jitter, roundTrip, both(tab.Loss, far.FarLoss))
		t.tally.there.add(there)
	}
	t.judge(rough(here), rough(there), t.unheard(heard, far), t.silent(heard, tab))
}

// both is the loss over two ways that follow each other.
func both(a, b float64) float64 { return 1 - (1-a)*(1-b) }

func quality(jitter, roundTrip time.Duration, loss float64) call.Quality {
	return call.Quality{Jitter: jitter, Loss: loss, MOS: media.MOS(jitter, roundTrip, loss)}
}

// rough is coarse enough that a good call does not change all the time.
func rough(q call.Quality) call.Quality {
	return call.Quality{Jitter: q.Jitter.Round(5 * time.Millisecond), Loss: math.Round(q.Loss*100) / 100, MOS: math.Round(q.MOS*5) / 5}
}

// judge tells how a call is heard, where that has changed.
func (t *talk) judge(here, there call.Quality, unheard, silent bool) {
	if here == t.Quality && there == t.Sent && unheard == t.Unheard && silent == t.Silent {
		return
	}
	t.Quality, t.Sent, t.Unheard, t.Silent = here, there, unheard, silent
	t.ph.changed()
}

// unheard reports whether nothing of what the user says gets to the far side
// although a tab is there: its packets do not come, or go no further.
func (t *talk) unheard(heard bool, far media.Stats) bool {
	if !heard || t.Muted || t.Supervision == call.Listens {
		return false
	}
	_, last := t.ph.sound.leg.Heard()
	return t.quiet(last, t.ph.sound.since) || far.FarLoss > scarce
}

// silent reports whether nothing comes of the far side although it does not
// hold the call, or does not get to the tab.
func (t *talk) silent(heard bool, tab media.Stats) bool {
	if !heard || t.FarHeld {
		return false
	}
	_, last := t.wire.leg.Heard()
	return t.quiet(last, t.since) || tab.FarLoss > scarce
}

// quiet reports whether the last packet, or the beginning, was too long ago.
func (t *talk) quiet(last, since time.Time) bool {
	if since.After(last) {
		last = since
	}
	return time.Since(last) > t.ph.pool.Waits.Hushed
}

// A tally is what has been measured of one call.
type tally struct {
	here, there meter
	tab         string // that had the microphone last
	gaps, moves int
	away        time.Duration
}

// grades is how many steps of a tenth an estimate can have.
const grades = 46

// A meter counts estimates, in bounded room however long a call lasts.
type meter struct {
	counts [grades]int
	n      int
	worst  float64
	loss   float64       // summed up
	jitter time.Duration // the same
}

func (m *meter) add(q call.Quality) {
	m.counts[min(grades-1, max(0, int(math.Round(q.MOS*10))))]++
	if m.n == 0 || q.MOS < m.worst {
		m.worst = q.MOS
	}
	m.n++
	m.loss += q.Loss
	m.jitter += q.Jitter
}

func (m *meter) hearing() call.Hearing {
	if m.n == 0 {
		return call.Hearing{}
	}
	h := call.Hearing{Worst: math.Round(m.worst*10) / 10, Loss: m.loss / float64(m.n), Jitter: m.jitter / time.Duration(m.n)}
	for at, before := 0, 0; at < grades; at++ {
		if before += m.counts[at]; 2*before >= m.n {
			h.MOS = float64(at) / 10
			break
		}
	}
	return h
}

// returned notes that a tab lends its microphone, where calls had to wait for
// one or another tab had it.
func (ph *Phone) returned(tab string) {
	s := &ph.sound
	s.since = time.Now()
	for _, t := range ph.talks {
		if t.talking() && t.tally.tab != "" && t.tally.tab != tab {
			t.tally.moves++
		}
		t.tally.tab = tab
		if t.talking() && s.left.After(t.since) {
			t.tally.gaps++
			t.tally.away += time.Since(s.left)
		}
	}
	s.left = time.Time{}
}

// keep has what is known of a call that is over kept.
func (t *talk) keep() {
	n := call.Note{Session: t.TelephonySessionID, At: t.Ended, Unseen: t.Unseen && t.Outcome == call.Missed, Sound: t.sounded()}
	if n.Session == "" {
		return
	}
	ph, ended := t.ph, t.Call
	ph.part(func(ctx context.Context) {
		desk, err := ph.pool.Desks.Desk(ctx, ph.grantID)
		if err == nil {
			desk.CallOver(ended)
			if n.Unseen || n.Sound != nil {
				err = desk.KeepCall(ctx, n)
			}
		}
		if err != nil {
			ph.log.Warn("keeping how a call sounded", "call", t.ID, "err", err)
		}
	})
}

// sounded is how a call sounded; nil when nothing of it was measured.
func (t *talk) sounded() *call.Sound {
	s := call.Sound{Here: t.tally.here.hearing(), There: t.tally.there.hearing(), Codec: "PCMU", Gaps: t.tally.gaps, Away: t.tally.away.Round(time.Millisecond), Moves: t.tally.moves}
	if !s.Here.Measured() && !s.There.Measured() {
		return nil
	}
	if leg := t.wire.leg; leg != nil && leg.Sends(media.Opus) {
		s.Codec = "Opus"
	}
	return &s
}

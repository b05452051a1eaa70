package exchange_test

import (
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"offhook/internal/media"
	"offhook/internal/media/mediatest"
	"offhook/internal/platform/api/apitest"
	"offhook/internal/platform/exchange"
	"offhook/internal/rc"
)

// tape records what is heard until the test ends.
func tape(t *testing.T, p media.Port) (heard func() media.Sound) {
	var mu sync.Mutex
	var all media.Sound
	decoder := media.NewDecoder()
	t.Cleanup(p.Listen(func(p media.Packet) {
		mu.Lock()
		defer mu.Unlock()
		all = append(all, decoder.Decode(p)...)
	}))
	return func() media.Sound {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(all)
	}
}

// heard waits until what was said is on a tape, which a busy machine may tear
// apart; it is looked at with every half second more.
func (w *world) heard(t *testing.T, said media.Sound, tape func() media.Sound) {
	t.Helper()
	looked := 0
	w.settles(t, func() bool {
		all := tape()
		if len(all)-looked < media.Rate/2 {
			return false
		}
		looked = len(all)
		return mediatest.Likeness(said, all) > 0.6
	})
}

// records waits until a party records, or does not.
func (w *world) records(t *testing.T, p part, id string, on bool) {
	t.Helper()
	w.settles(t, func() bool {
		s, _ := w.x.Book.Describe(p.session)
		return slices.ContainsFunc(s.Parties, func(o rc.TelephonyParty) bool {
			return o.ID == p.party && slices.Contains(o.Recordings, rc.PartyRecording{ID: id, Active: on})
		})
	})
}

func TestARecordingThatIsAsLongAsItMayBeEndsBeforeAllEars(t *testing.T) {
	t.Parallel()
	off, err := os.ReadFile("sound/en/recorded.ul")
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, func(x *exchange.Exchange) { x.LongestRecording = 6 * time.Second })
	_, bob, a, b := w.connected(t)
	heard := tape(t, b.leg)
	p := w.part(t, apitest.Ada)
	first, err := w.x.RecordParty(t.Context(), p.session, p.party, true)
	done(t, err)
	w.records(t, p, first, true)
	w.records(t, p, first, false) // and everybody is told
	w.settles(t, func() bool {    // and it is kept while they talk on
		kept, err := w.Store.CallRecordingSound(t.Context(), apitest.Acme, first)
		return err == nil && len(kept) > media.Rate
	})
	b.ear.Hears(t, adaHz)
	a.ear.Hears(t, bobHz)
	w.heard(t, media.FromUlaw(off), heard)

	// Their user may go on with another.
	second, err := w.x.RecordParty(t.Context(), p.session, p.party, true)
	done(t, err)
	if second == first {
		t.Errorf("the recording goes on that is complete")
	}
	w.records(t, p, second, true)
	a.hangup()
	bob.ended()
	w.idle(t)
	w.recorded(t, apitest.Ada, first)
	w.settles(t, func() bool {
		rows := w.rows(t, apitest.Ada)
		return slices.ContainsFunc(rows[0].Record.Legs, func(l rc.CallLeg) bool { return l.Recording != nil && l.Recording.ID == second })
	})
}

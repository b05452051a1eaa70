package softphone_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/media/mediatest"
	"offhook/internal/widget/call"
	"offhook/internal/widget/softphone"
)

// measured waits until a call has been measured in both directions.
func (r *rig) measured(id string) {
	r.t.Helper()
	r.newest("a measured call", func(c call.Call) bool { return c.ID == id && c.Quality.MOS > 0 && c.Sent.MOS > 0 })
}

func TestHowACallSoundedIsKept(t *testing.T) {
	kept := make(chan call.Note, 1)
	r := registered(t, func(r *rig) { r.desk.kept = kept; r.pool.Waits.Measure = 50 * time.Millisecond })
	one, err := r.tab("one", false)
	if err != nil {
		t.Fatal(err)
	}
	id, c := r.talk()
	mediatest.Sing(t, one, 700)
	mediatest.Sing(t, c.leg, 1100)
	r.measured(id)
	r.phone.Leave("one")
	r.see("a free microphone", func(s call.Snapshot) bool { return s.Microphone == "" })
	two, err := r.tab("two", false)
	if err != nil {
		t.Fatal(err)
	}
	mediatest.Sing(t, two, 700)
	r.act(id, "hangup", softphone.Details{})
	n := <-kept
	s := n.Sound
	if n.Session != "s-a1" || n.Unseen || s == nil {
		t.Fatalf("kept of the call: %+v", n)
	}
	for name, h := range map[string]call.Hearing{"here": s.Here, "there": s.There} {
		if h.MOS < h.Worst || h.Worst < 1 || h.MOS > 4.5 || h.Loss < 0 || h.Loss > 1 {
			t.Errorf("%s it was %+v", name, h)
		}
	}
	if s.Codec != "Opus" || s.Gaps != 1 || s.Moves != 1 || s.Away <= 0 {
		t.Errorf("kept of the sound: %+v", s)
	}
}

func TestNothingIsKeptOfACallThatWasNeverHeard(t *testing.T) {
	kept := make(chan call.Note, 1)
	r := registered(t, func(r *rig) { r.desk.kept = kept })
	r.act(r.place("*604"), "hangup", softphone.Details{})
	r.over()
	r.pool.Close() // waits for what is left to tell
	select {
	case n := <-kept:
		t.Errorf("kept: %+v", n)
	default:
	}
}

func TestWhyACallWasMissedIsKept(t *testing.T) {
	kept := make(chan call.Note, 1)
	r := registered(t, func(r *rig) {
		r.desk.kept = kept
		r.pool.Waits.Shown, r.pool.Waits.Unseen = time.Millisecond, 20*time.Millisecond
	})
	r.ringing(ring{})
	got := <-kept
	if diff := cmp.Diff(call.Note{Session: "s-b2", At: got.At, Unseen: true}, got); diff != "" || got.At.IsZero() {
		t.Errorf("kept (-want +got):\n%s", diff)
	}
}

func TestSoundThatGetsThroughOneWayOnlyIsSaid(t *testing.T) {
	r := registered(t, func(r *rig) { r.pool.Waits.Measure, r.pool.Waits.Hushed = 20*time.Millisecond, 200*time.Millisecond })
	tab, err := r.tab("one", false)
	if err != nil {
		t.Fatal(err)
	}
	id, c := r.talk()
	r.newest("silence both ways", func(c call.Call) bool { return c.Unheard && c.Silent })
	stop := mediatest.Sing(t, tab, 700)
	r.newest("the user's voice", func(c call.Call) bool { return !c.Unheard && c.Silent })
	mediatest.Sing(t, c.leg, 1100)
	r.newest("both voices", func(c call.Call) bool { return !c.Unheard && !c.Silent })
	stop()
	r.newest("no voice of the user", func(c call.Call) bool { return c.Unheard && !c.Silent })
	r.act(id, "mute", softphone.Details{})
	r.newest("no word of who wants to be silent", func(c call.Call) bool { return !c.Unheard })
}

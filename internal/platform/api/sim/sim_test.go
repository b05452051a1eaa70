package sim_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/platform/api/sim"
)

var cast = sim.Cast{Me: sim.Person{Name: "Ada", Number: "+16505550101"}, Colleagues: []sim.Person{{Name: "Sam", Number: "+16505550102"}, {Name: "Mei", Number: "+16505550103"}}}

func TestTheSameSeedWritesTheSamePlan(t *testing.T) {
	for _, s := range sim.Scenarios {
		a, b := sim.Plan(s, 7, cast, s.Long), sim.Plan(s, 7, cast, s.Long)
		if diff := cmp.Diff(a, b); diff != "" || len(a) == 0 {
			t.Errorf("%s differs from itself (%d steps):\n%s", s.Name, len(a), diff)
		}
		if other := sim.Plan(s, 8, cast, s.Long); cmp.Equal(a, other) {
			t.Errorf("%s is the same with another seed", s.Name)
		}
		for i, step := range a {
			if step.At >= s.Long || i > 0 && step.At < a[i-1].At || step.From.Number == "" || step.To.Number == "" || step.From != cast.Me && step.To != cast.Me {
				t.Errorf("%s: step %d is %+v", s.Name, i, step)
			}
		}
	}
}

func TestAnAfternoonHasEverything(t *testing.T) {
	s, ok := sim.Find("afternoon")
	if !ok {
		t.Fatal("there is no afternoon")
	}
	kinds := map[string]int{}
	for _, step := range sim.Plan(s, 1, cast, s.Long) {
		kinds[step.Kind]++
		kinds[step.Outcome]++
	}
	for _, kind := range []string{sim.Text, sim.Call, sim.Voicemail, sim.Fax, "answered", "missed", "voicemail"} {
		if kinds[kind] == 0 {
			t.Errorf("nothing of %s: %v", kind, kinds)
		}
	}
	if alone := sim.Plan(s, 1, sim.Cast{Me: cast.Me}, s.Long); len(alone) == 0 {
		t.Error("nothing happens to somebody without colleagues")
	}
	if _, ok := sim.Find("midnight"); ok {
		t.Error("found a scenario that is not there")
	}
}

func TestAPlanIsPlayedAtItsSpeed(t *testing.T) {
	steps := []sim.Step{{At: 0, Kind: sim.Text}, {At: time.Minute, Kind: sim.Call}, {At: time.Hour, Kind: sim.Voicemail}}
	for speed, want := range map[float64][]time.Duration{1: {0, time.Minute, time.Hour}, 60: {0, time.Second, time.Minute}, 0: {0, 0, 0}} {
		synctest.Test(t, func(t *testing.T) {
			var got []time.Duration
			var out strings.Builder
			began := time.Now()
			p := &sim.Player{Speed: speed, Out: &out, Do: func(context.Context, sim.Step) error { got = append(got, time.Since(began)); return nil }}
			if n, err := p.Play(t.Context(), steps); n != 3 || err != nil || !slices.Equal(got, want) || strings.Count(out.String(), "\n") != 3 {
				t.Errorf("at speed %v: %d, %v, at %v; want %v", speed, n, err, got, want)
			}
		})
	}
}

func TestPlayingEndsWhenItIsToldTo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		s, _ := sim.Find("storm")
		p := &sim.Player{Speed: 1, Out: new(strings.Builder), Do: func(context.Context, sim.Step) error { return nil }}
		if n, err := p.Play(ctx, sim.Plan(s, 1, cast, s.Long)); n < 15 || n > 61 || err != nil {
			t.Errorf("played %d steps in a minute, %v", n, err)
		}
		broken := errors.New("the database is on fire")
		p.Do = func(context.Context, sim.Step) error { return broken }
		if n, err := p.Play(t.Context(), sim.Plan(s, 1, cast, s.Long)); n != 0 || !errors.Is(err, broken) {
			t.Errorf("a step that fails: %d, %v", n, err)
		}
	})
}

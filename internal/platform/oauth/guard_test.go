package oauth

import (
	"fmt"
	"testing"
	"time"
)

func TestGuard(t *testing.T) {
	start := time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)
	fail := func(g *guard, name string, from source, now time.Time) time.Duration {
		wait := g.take(name, from, now)
		if wait == 0 {
			g.failed(name, from, now)
		}
		return wait
	}
	t.Run("nobody is kept out by attempts from elsewhere", func(t *testing.T) {
		var g guard
		for range 200 {
			fail(&g, "ada", source{key: "10.0.0.66"}, start)
		}
		if wait := g.take("ada", source{key: "10.0.0.1"}, start); wait > 0 {
			t.Errorf("Ada at her own address waits %v", wait)
		}
	})
	t.Run("a known browser does not mind its neighbours", func(t *testing.T) {
		var g guard
		for i := range 200 {
			fail(&g, fmt.Sprint("user", i), source{key: "10.0.0.1"}, start)
		}
		if wait := g.take("ada", source{key: "10.0.0.1"}, start); wait == 0 {
			t.Error("an address that tried two hundred names is not slowed down")
		}
		if wait := g.take("ada", source{key: "browser x", known: true}, start); wait > 0 {
			t.Errorf("Ada's own browser behind the same address waits %v", wait)
		}
	})
	t.Run("a known browser may not guess either", func(t *testing.T) {
		var g guard
		from := source{key: "browser x", known: true}
		for range 5 {
			fail(&g, "ada", from, start)
		}
		if wait := g.take("ada", from, start); wait == 0 {
			t.Error("a sixth guess from a known browser does not wait")
		}
	})
	t.Run("an attack from many addresses gets one guess for each", func(t *testing.T) {
		var g guard
		for i := range 100 {
			fail(&g, "ada", source{key: fmt.Sprint("10.0.1.", i)}, start)
		}
		guesses := 0
		for i := range 50 {
			for range 10 {
				if fail(&g, "ada", source{key: fmt.Sprint("10.0.2.", i)}, start) == 0 {
					guesses++
				}
			}
		}
		if guesses != 50 {
			t.Errorf("50 new addresses had %d guesses, want 50", guesses)
		}
		if wait := g.take("ada", source{key: "hotel"}, start); wait > 0 {
			t.Errorf("Ada at a new place, under attack, waits %v for her first attempt", wait)
		}
		if wait := g.take("bob", source{key: "10.0.2.1"}, start); wait > 0 {
			t.Errorf("Bob waits %v because Ada is attacked", wait)
		}
		later := start.Add(16 * time.Minute)
		for range 4 {
			if wait := fail(&g, "ada", source{key: "10.0.3.1"}, later); wait > 0 {
				t.Errorf("after the attack a stranger's attempt waits %v", wait)
			}
		}
	})
	t.Run("success forgives where it came from", func(t *testing.T) {
		var g guard
		from := source{key: "10.0.0.1"}
		for range 300 {
			if wait := g.take("ada", from, start); wait > 0 {
				t.Fatalf("a user who signs in all day waits %v", wait)
			}
			g.succeeded("ada", from)
		}
	})
}

func TestCanonical(t *testing.T) {
	for a, b := range map[string]string{
		"ADA@Example.com": "ada@example.com", "(650) 555-0101": "+16505550101", "+1 650 555 0100*101": "6505550100*101",
	} {
		if canonical(a) != canonical(b) {
			t.Errorf("%q and %q are counted apart", a, b)
		}
	}
	if canonical("+16505550100*101") == canonical("+16505550100*102") {
		t.Error("two extensions are counted as one")
	}
}

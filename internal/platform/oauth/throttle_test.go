package oauth

import (
	"fmt"
	"net/http"
	"testing"
	"time"
)

func TestThrottle(t *testing.T) {
	start := time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)
	r := rule{free: 2, first: time.Second, most: 4 * time.Second}

	t.Run("the wait doubles up to its limit", func(t *testing.T) {
		var th throttle
		now := start
		th.take("k", r, now)
		for _, want := range []time.Duration{time.Second, 2 * time.Second, 4 * time.Second, 4 * time.Second} {
			if wait := th.take("k", r, now); wait != 0 {
				t.Errorf("the attempt before waiting %v had to wait %v", want, wait)
			}
			if wait := th.take("k", r, now); wait != want {
				t.Errorf("wait %v, want %v", wait, want)
			}
			now = now.Add(want)
		}
	})
	t.Run("attempts while waiting do not lengthen the wait", func(t *testing.T) {
		var th throttle
		for range 100 {
			th.take("k", r, start)
		}
		if wait := th.take("k", r, start.Add(time.Second)); wait != 0 {
			t.Errorf("a second later the wait is still %v", wait)
		}
	})
	t.Run("one key does not touch another", func(t *testing.T) {
		var th throttle
		for range 10 {
			th.take("ada 10.0.0.1", r, start)
		}
		if wait := th.take("ada 10.0.0.2", r, start); wait != 0 {
			t.Errorf("the same user elsewhere waits %v", wait)
		}
	})
	t.Run("success forgives", func(t *testing.T) {
		var th throttle
		for range 10 {
			th.take("k", r, start)
		}
		th.forgive("k")
		if wait := th.take("k", r, start); wait != 0 {
			t.Errorf("wait %v after a success", wait)
		}
	})
	t.Run("a success given back is not counted", func(t *testing.T) {
		var th throttle
		for i := range 20 {
			if wait := th.take("k", rule{free: 3, first: time.Second, most: time.Second}, start); wait != 0 {
				t.Fatalf("success %d had to wait %v", i, wait)
			}
			th.giveBack("k")
		}
	})
	t.Run("idle keys are forgotten", func(t *testing.T) {
		var th throttle
		for i := range 100 {
			th.take(fmt.Sprint(i), r, start)
		}
		th.take("new", r, start.Add(time.Hour))
		if len(th.tallies) != 1 {
			t.Errorf("%d keys are remembered after an hour, want 1", len(th.tallies))
		}
	})
}

func TestRemote(t *testing.T) {
	for addr, want := range map[string]string{
		"10.0.0.1:5": "10.0.0.1", "[::ffff:10.0.0.1]:5": "::ffff:10.0.0.1", "[2001:db8:1:2:3:4:5:6]:5": "2001:db8:1:2::/64", "[fe80::1%eth0]:5": "fe80::/64", "pipe": "pipe",
	} {
		if got := remote(&http.Request{RemoteAddr: addr}); got != want {
			t.Errorf("remote of %s is %s, want %s", addr, got, want)
		}
	}
}

package listen

import (
	"context"
	"fmt"
	"testing"
	"time"
)

func TestAThrottleLetsABurstThroughAndThenARate(t *testing.T) {
	throttle, rate, now := &Throttle{}, Rate{PerSecond: 2, Burst: 3}, time.Date(2026, 7, 1, 9, 0, 0, 0, time.UTC)
	ask := func(who string, want ...bool) {
		t.Helper()
		for i, want := range want {
			if got := throttle.Allow(who, rate, now); got != want {
				t.Errorf("request %d of %s at %s: allowed %t, want %t", i+1, who, now.Format(time.TimeOnly), got, want)
			}
		}
	}
	ask("one", true, true, true, false)
	ask("another", true)
	now = now.Add(time.Second)
	ask("one", true, true, false)
	now = now.Add(-time.Hour) // a clock that is set back takes nothing
	ask("one", false)
	now = now.Add(2 * time.Hour)
	ask("one", true, true, true, false)
}

func TestAThrottleKeepsNoMoreThanItNeeds(t *testing.T) {
	throttle, rate, now := &Throttle{}, Rate{PerSecond: 1, Burst: 1}, time.Date(2026, 7, 1, 9, 0, 0, 0, time.UTC)
	for i := range 3 * mostBuckets {
		throttle.Allow(fmt.Sprint(i), rate, now)
	}
	if n := len(throttle.buckets); n > mostBuckets {
		t.Errorf("%d buckets are kept after a flood, want at most %d", n, mostBuckets)
	}
	for i := range mostBuckets {
		now = now.Add(time.Second)
		throttle.Allow(fmt.Sprint("later ", i), rate, now)
		throttle.Allow("busy", rate, now)
	}
	if throttle.Allow("busy", rate, now) {
		t.Error("making room forgot who asks all the time")
	}
}

func TestASourceIsWhatOneSubscriberHas(t *testing.T) {
	for address, want := range map[string]string{
		"192.0.2.1": "192.0.2.1", "2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64", "2001:db8:1:2:ffff::1": "2001:db8:1:2::/64", "": "",
	} {
		if got := Source(address); got != want {
			t.Errorf("Source(%q) = %q, want %q", address, got, want)
		}
	}
	if err := (&Throttle{}).AllowSource(context.Background(), Rate{}, time.Now()); err == nil {
		t.Error("a throttle that allows nothing let a request through")
	}
}

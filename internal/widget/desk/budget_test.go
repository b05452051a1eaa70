package desk

import (
	"context"
	"log/slog"
	"net/http"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"offhook/internal/rc"
)

func testBudget() *budget { return newBudget(time.Now, slog.New(slog.DiscardHandler)) }

func TestABudgetStaysBelowTheLimitOfAnySlidingMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := testBudget()
		var sent []time.Time
		for range 130 {
			tk, err := b.acquire(t.Context(), rc.Medium, acting)
			if err != nil {
				t.Fatal(err)
			}
			sent = append(sent, time.Now())
			b.answered(rc.Medium, tk, 200, nil)
		}
		for i, at := range sent {
			n := 0
			for _, other := range sent[i:] {
				if other.Sub(at) < time.Minute {
					n++
				}
			}
			if n >= 40 {
				t.Fatalf("%d requests within a minute of request %d", n, i)
			}
		}
	})
}

func TestAPenaltyIsWaitedForByEverybody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := testBudget()
		tk, err := b.acquire(t.Context(), rc.Light, live)
		if err != nil {
			t.Fatal(err)
		}
		b.answered(rc.Light, tk, http.StatusTooManyRequests, http.Header{"Retry-After": {"30"}})
		begin := time.Now()
		if _, err := b.acquire(t.Context(), rc.Light, acting); err != nil {
			t.Fatal(err)
		}
		if waited := time.Since(begin); waited < 30*time.Second || waited > 40*time.Second {
			t.Errorf("waited %v, want a little over 30 s", waited)
		}
	})
}

func TestTheUserGoesFirstAndHasSomethingLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := testBudget()
		for range background.share(rc.Heavy.Limit()) {
			if _, err := b.acquire(t.Context(), rc.Heavy, background); err != nil {
				t.Fatal(err)
			}
		}
		ctx, cancel := context.WithCancel(t.Context())
		order := make(chan string, 3)
		for _, p := range []priority{background, live} {
			go func() {
				if _, err := b.acquire(ctx, rc.Heavy, p); err == nil {
					order <- strconv.Itoa(int(p))
				}
			}()
			synctest.Wait()
		}
		begin := time.Now()
		if _, err := b.acquire(ctx, rc.Heavy, acting); err != nil || time.Since(begin) > 0 {
			t.Errorf("the user waited %v, %v", time.Since(begin), err)
		}
		if first := <-order; first != "1" {
			t.Errorf("priority %s went before live", first)
		}
		cancel()
		synctest.Wait()
		if _, err := b.acquire(ctx, rc.Heavy, acting); err == nil {
			t.Error("a cancelled context is admitted")
		}
		b.stop()
	})
}

func TestThePlatformsOwnCountIsBelieved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := testBudget()
		tk, err := b.acquire(t.Context(), rc.Auth, live)
		if err != nil {
			t.Fatal(err)
		}
		b.answered(rc.Auth, tk, 200, http.Header{
			"X-Rate-Limit-Group": {"auth"}, "X-Rate-Limit-Limit": {"5"}, "X-Rate-Limit-Remaining": {"0"}, "X-Rate-Limit-Window": {"60"},
		})
		begin := time.Now()
		if _, err := b.acquire(t.Context(), rc.Auth, acting); err != nil || time.Since(begin) < time.Minute {
			t.Errorf("went after %v, %v; want a minute", time.Since(begin), err)
		}
	})
}

func TestAPlatformThatWasRestartedIsNotWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		take := func(b *budget, g rc.Group, remaining int) time.Duration {
			begin := time.Now()
			tk, err := b.acquire(t.Context(), g, live)
			if err != nil {
				t.Fatal(err)
			}
			waited := time.Since(begin)
			<-time.After(time.Millisecond)
			b.answered(g, tk, 200, http.Header{
				"X-Rate-Limit-Limit": {strconv.Itoa(g.Limit())}, "X-Rate-Limit-Remaining": {strconv.Itoa(remaining)},
			})
			<-time.After(time.Second)
			return waited
		}
		spend := func(b *budget) {
			for i := range live.share(rc.Auth.Limit()) {
				take(b, rc.Auth, 4-i)
			}
			for i := range 3 {
				take(b, rc.Light, 49-i)
			}
		}
		first := testBudget()
		spend(first)
		remembered, forgotten := testBudget(), testBudget()
		remembered.restore(first.usage())
		forgotten.restore(first.usage())
		take(remembered, rc.Light, 46)
		take(forgotten, rc.Light, 49)
		if waited := take(forgotten, rc.Auth, 4); waited > 0 {
			t.Errorf("waited %v for a platform that has forgotten", waited)
		}
		if waited := take(remembered, rc.Auth, 4); waited == 0 {
			t.Error("did not wait for a platform that remembers")
		}
	})
}

func TestUsageOutlivesARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first := testBudget()
		for range live.share(rc.Auth.Limit()) {
			if _, err := first.acquire(t.Context(), rc.Auth, live); err != nil {
				t.Fatal(err)
			}
		}
		second := testBudget()
		second.restore(first.usage())
		begin := time.Now()
		if _, err := second.acquire(t.Context(), rc.Auth, live); err != nil || time.Since(begin) < time.Minute {
			t.Errorf("went after %v, %v; want a minute", time.Since(begin), err)
		}
	})
}

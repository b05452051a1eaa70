package app_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"offhook/internal/app"
)

// BenchmarkMessages measures what 10,000 messages cost whoever has them, beside
// 100: signing in until the phone is ready, reading all of them as a search
// does, searching among them, and a restart. Times are milliseconds.
//
//	go test ./internal/app -run '^$' -bench Messages -benchtime 1x
func BenchmarkMessages(b *testing.B) {
	for _, many := range []int{100, 10_000} {
		b.Run(fmt.Sprint(many), func(b *testing.B) {
			info, _, end := runDemo(b, b.TempDir(), false, func(c *app.DemoConfig) { c.NoRateLimits = true })
			defer end()
			ada, ben := info.Users[0], info.Users[1]
			sender := &client{b, signIn(b, info, ben)}
			var wg sync.WaitGroup
			for worker := range 8 {
				wg.Go(func() {
					for i := worker; i < many; i += 8 {
						sender.call("POST", "/sms", map[string]any{
							"from": map[string]string{"phoneNumber": ben.PhoneNumber}, "to": []map[string]string{{"phoneNumber": ada.PhoneNumber}}, "text": fmt.Sprintf("line %05d of what was said", i),
						}, nil)
					}
				})
			}
			wg.Wait()
			report := func(what string, f func()) {
				began := time.Now()
				f()
				b.ReportMetric(float64(time.Since(began).Microseconds())/1000, what)
			}
			for b.Loop() {
				var v *view
				road := signIn(b, info, ada)
				report("ms-signing-in", func() { v = newView(b, "Ada", road) })
				report("ms-reading-all", func() {
					for more := true; more; {
						var err error
						if _, more, err = v.desk.MoreTexts(b.Context()); err != nil {
							b.Fatal(err)
						}
					}
				})
				report("ms-searching", func() {
					if found := v.desk.Conversations("line 00042 of", 10); len(found) != 1 || len(found[0].Hit) == 0 {
						b.Fatalf("what was said is not found: %v", found)
					}
				})
				v.pool.Close()
				report("ms-restarting", func() {
					v.start(b)
					v.ready(b)
				})
				v.pool.Close()
			}
		})
	}
}

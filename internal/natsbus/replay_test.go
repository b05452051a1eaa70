package natsbus

import (
	"fmt"
	"testing"
	"time"
)

func TestWhatWasHeardIsKnownForAsLongAsItMayBeRepeated(t *testing.T) {
	var r replays
	begin := time.Unix(1_000_000, 0)
	heard := map[string]time.Time{}
	for i := range 1000 {
		at := begin.Add(time.Duration(i) * time.Second)
		name := fmt.Sprint(i)
		if !r.first([]byte(name), at) {
			t.Fatalf("%s is taken for heard before", name)
		}
		heard[name] = at
		for name, since := range heard {
			if at.Sub(since) > window {
				delete(heard, name)
			} else if r.first([]byte(name), at) {
				t.Fatalf("%s of %s ago is taken for new", name, at.Sub(since))
			}
		}
		if n := len(r.now) + len(r.before); n > 3*int(window/time.Second) {
			t.Fatalf("%d are kept", n)
		}
	}
}

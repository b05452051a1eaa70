package sound_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"offhook/internal/platform/exchange/sound"
)

// There is somebody at 101, 102 and 1025.
func match(number string) (whole, begins bool) {
	all := []string{"101", "102", "1025"}
	begins = slices.ContainsFunc(all, func(n string) bool { return n != number && strings.HasPrefix(n, number) })
	return slices.Contains(all, number), begins
}

func TestTheMenuAsksUntilItHearsAnExtension(t *testing.T) {
	for _, tt := range []struct{ name, keys, want string }{
		{"an extension", "101", "101"},
		{"an extension that another begins with", "102", "102"},
		{"the longer of the two", "1025", "1025"},
		{"an extension, not waiting", "102#", "102"},
		{"the operator", "0", "0"},
		{"a wrong one, then another", "999#102#", "102"},
		{"one that is corrected by a star", "99*101", "101"},
		{"wrong ones only", "9#8#7#", ""},
		{"nothing", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newTape()
				got := make(chan string)
				go func() {
					number, err := sound.Menu{Match: match}.Ask(t.Context(), l)
					if err != nil {
						t.Error(err)
					}
					got <- number
				}()
				synctest.Wait()
				l.press(tt.keys)
				if number := <-got; number != tt.want {
					t.Errorf("keys %q choose %q, want %q", tt.keys, number, tt.want)
				}
			})
		})
	}
}

func TestTheMenuWaitsNoLongerThanItMust(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, began := newTape(), time.Now()
		go func() {
			synctest.Wait()
			l.press("101")
		}()
		if number, err := (sound.Menu{Match: match}).Ask(t.Context(), l); number != "101" || err != nil {
			t.Errorf("chose %q, %v", number, err)
		}
		if took := time.Since(began); took > time.Second {
			t.Errorf("it took %v while the greeting was spoken", took)
		}
	})
}

func TestACompanyThatIsClosedSaysSo(t *testing.T) {
	for closed, words := range map[bool]string{false: "menu", true: "closed"} {
		synctest.Test(t, func(t *testing.T) {
			l := newTape()
			if number, err := (sound.Menu{Closed: closed, Match: match}).Ask(t.Context(), l); number != "" || err != nil {
				t.Errorf("chose %q, %v", number, err)
			}
			if got, want := l.heard().Duration(), sound.Spoken(words).Duration(); got < want-40*time.Millisecond || got > want+40*time.Millisecond {
				t.Errorf("closed %v: it spoke for %v, want the %v of %q", closed, got, want, words)
			}
		})
	}
}

package sound_test

import (
	"testing"
	"testing/synctest"
	"time"

	"offhook/internal/platform/exchange/sound"
)

func TestWhoIsAskedToPressOneAnswersByAKey(t *testing.T) {
	question, goodbye := sound.Spoken("firstone").Duration(), sound.Spoken("notplaced").Duration()
	for _, tt := range []struct {
		name, keys  string
		want        sound.Answer
		least, most time.Duration // that it takes
	}{
		{"one, not waiting for the end of the question", "1", sound.Yes, 0, question},
		{"another key", "2", sound.No, goodbye, goodbye + question},
		{"a star", "*", sound.No, goodbye, goodbye + question},
		{"nothing", "", sound.Silent, 3*question + goodbye, 30 * time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l, began := newTape(), time.Now()
				go func() {
					synctest.Wait()
					l.press(tt.keys)
				}()
				got, err := sound.Confirm(t.Context(), l)
				if got != tt.want || err != nil {
					t.Errorf("keys %q say %v, %v; want %v", tt.keys, got, err, tt.want)
				}
				if took := time.Since(began); took < tt.least || took > tt.most {
					t.Errorf("keys %q: it took %v, want from %v to %v", tt.keys, took, tt.least, tt.most)
				}
			})
		})
	}
}

func TestNobodyIsAskedWhoHasHungUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newTape()
		go func() {
			synctest.Wait()
			close(l.ended)
		}()
		if got, err := sound.Confirm(t.Context(), l); err == nil {
			t.Errorf("the answer of who is gone is %v", got)
		}
	})
}

package sound_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/platform/exchange/sound"
)

func TestWhoCallsTheEmergencyServicesHearsThatNobodyComes(t *testing.T) {
	for _, tt := range []struct {
		name, street, zip string
		test              bool
		want              string
	}{
		{"with an address", "1 Harbor Way", "94002", false, "testplatform helpto house 1 postalcode 9 4 0 0 2"},
		{"without numbers", "Am Markt", "", false, "testplatform helpto"},
		{"a test of the address", "12b Harbor Way", "94002", true, "addresstest helpto house 1 2 postalcode 9 4 0 0 2"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			words := sound.HelpWords(tt.test, tt.street, tt.zip)
			if diff := cmp.Diff(tt.want, strings.Join(words, " ")); diff != "" {
				t.Errorf("what is said (-want +got):\n%s", diff)
			}
			for _, w := range words {
				if s := sound.Spoken(w); s.Duration() < 200*time.Millisecond || s.Loudness() < 0.02 {
					t.Errorf("%q takes %v and has loudness %.3f", w, s.Duration(), s.Loudness())
				}
			}
		})
	}
}

func TestWhatIsSaidOfAnEmergencyIsRepeated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		once := sound.Spoken(sound.HelpWords(false, "1", "2")...).Duration()
		ctx, stop := context.WithTimeout(t.Context(), 2*once+5*time.Second)
		defer stop()
		l := newTape()
		_ = sound.Emergency(ctx, l, false, "1", "2")
		heard := l.heard()
		for _, at := range []time.Duration{time.Second, once + 3*time.Second} {
			from := int(at.Milliseconds()) * 8
			if loud := heard[from : from+8000].Loudness(); loud < 0.02 {
				t.Errorf("after %v it is silent: %.3f", at, loud)
			}
		}
	})
}

package media_test

import (
	"testing"

	"offhook/internal/media"
	"offhook/internal/media/mediatest"
)

func TestTwoLegsHearEachOther(t *testing.T) {
	a, b := mediatest.Connect(t, mediatest.Engine(t))
	atA, atB := mediatest.Listen(t, a), mediatest.Listen(t, b)
	mediatest.Sing(t, a, 400)
	mediatest.Sing(t, b, 900)
	atB.Hears(t, 400)
	atA.Hears(t, 900)
	if got := atA.Codecs(); got[media.PCMU] == 0 || got[media.Opus] > 0 {
		t.Errorf("heard packets %v, want tones in PCMU alone", got)
	}
}

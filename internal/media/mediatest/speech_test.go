package mediatest_test

import (
	"testing"
	"time"

	"offhook/internal/media"
	"offhook/internal/media/mediatest"
)

func TestLikenessKnowsWhatWasSaid(t *testing.T) {
	said := mediatest.Speech()
	half := len(said) / 2
	late := append(media.Silence(300*time.Millisecond), said[:half]...).Then(media.Silence(700 * time.Millisecond)).Then(said[half:])
	if like := mediatest.Likeness(said, late); like < 0.8 {
		t.Errorf("speech with a pause in it is like itself by %.2f", like)
	}
	for name, other := range map[string]media.Sound{
		"a tone":        media.Tone(said.Duration(), 300),
		"a third of it": said[:len(said)/3],
		"backwards":     backwards(said),
		"nothing":       media.Silence(said.Duration()),
	} {
		if like := mediatest.Likeness(said, other); like > 0.75 {
			t.Errorf("speech is like %s by %.2f", name, like)
		}
	}
}

func backwards(s media.Sound) media.Sound {
	b := make(media.Sound, len(s))
	for i, x := range s {
		b[len(s)-1-i] = x
	}
	return b
}

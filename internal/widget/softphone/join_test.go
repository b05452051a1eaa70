package softphone

import (
	"testing"

	"offhook/internal/media"
)

// A said is a port that says a tone whenever it is told to, and keeps what it
// hears.
type said struct {
	hear  func(media.Packet)
	heard media.Sound
}

func (s *said) Listen(f func(media.Packet)) (stop func()) {
	s.hear = f
	return func() { s.hear = nil }
}

func (s *said) Write(_ any, p media.Packet) {
	s.heard = append(s.heard, media.FromUlaw(p.Payload)...)
}

// A spoken junction is one over which somebody speaks between any two steps.
type spoken struct {
	media.Bridge
	mouths []*said
}

func (s *spoken) speak() {
	tone := media.Tone(media.Frame, 700).Ulaw()
	for _, m := range s.mouths {
		if m.hear != nil {
			m.hear(media.Packet{Codec: media.PCMU, Clock: media.Rate, Payload: tone})
		}
	}
}

func (s *spoken) Set(side media.Side, p media.Port) {
	s.Bridge.Set(side, p)
	s.speak()
}

func (s *spoken) Mute(side media.Side, on bool) {
	s.Bridge.Mute(side, on)
	s.speak()
}

func TestWhatIsSaidNeverReachesACallThatIsMuted(t *testing.T) {
	one, two := new(said), new(said) // tabs
	muted, open := new(said), new(said)
	b := &spoken{mouths: []*said{one, two}}
	steps := []struct {
		tab, far *said
	}{{one, open}, {one, muted}, {one, open}, {one, muted}, {two, muted}, {two, open}, {one, muted}, {one, open}}
	for _, s := range steps {
		before := len(open.heard)
		join(b, s.tab, s.far, s.far == muted)
		b.speak()
		if s.far == open && len(open.heard) == before {
			t.Error("the open call hears nothing")
		}
	}
	join(b, one, nil, false)
	b.speak()
	if l := muted.heard.Loudness(); len(muted.heard) > 0 {
		t.Errorf("the muted call has heard %d samples, as loud as %.2f", len(muted.heard), l)
	}
}

package media_test

import (
	"testing"

	"offhook/internal/media"
	"offhook/internal/media/mediatest"
)

// A phone is the far end of a leg.
type phone struct {
	leg *media.Leg // the server's
	ear *mediatest.Ear
}

// ring connects phones that each sing one tone.
func ring(t *testing.T, e *media.Engine, tones ...float64) (phones []phone) {
	for _, hz := range tones {
		far, leg := mediatest.Connect(t, e)
		mediatest.Sing(t, far, hz)
		phones = append(phones, phone{leg, mediatest.Listen(t, far)})
		leg.Fill()
	}
	return phones
}

func TestABridgeIsMutedSwappedAndClosed(t *testing.T) {
	p := ring(t, mediatest.Engine(t), 400, 600, 900)
	ada, sam, joe := p[0], p[1], p[2]
	var b media.Bridge
	b.Set(media.A, ada.leg)
	b.Set(media.B, sam.leg)
	ada.ear.Hears(t, 600)
	sam.ear.Hears(t, 400)

	b.Mute(media.A, true)
	sam.ear.HearsSilence(t)
	ada.ear.Hears(t, 600)
	b.Mute(media.A, false)
	sam.ear.Hears(t, 400)

	b.Set(media.B, joe.leg) // as a transfer does
	ada.ear.Hears(t, 900)
	joe.ear.Hears(t, 400)
	sam.ear.HearsSilence(t)
	if b.Port(media.B) != media.Port(joe.leg) {
		t.Error("the bridge does not know who stands at B")
	}

	b.Close()
	ada.ear.HearsSilence(t)
	joe.ear.HearsSilence(t)
	for _, p := range p {
		if s := p.leg.Stats(); s.Lost > 0 {
			t.Errorf("%d packets look lost", s.Lost)
		}
	}
}

func TestInAConferenceEachHearsTheOthers(t *testing.T) {
	p := ring(t, mediatest.Engine(t), 400, 600, 900)
	ada, sam, joe := p[0], p[1], p[2]
	m := media.NewMixer()
	t.Cleanup(m.Close)
	m.Join(ada.leg)
	ada.ear.HearsSilence(t)
	m.Join(sam.leg)
	m.Join(sam.leg) // twice does nothing
	ada.ear.Hears(t, 600)
	m.Join(joe.leg)
	ada.ear.HearsBoth(t, 600, 900)
	sam.ear.HearsBoth(t, 400, 900)
	joe.ear.HearsBoth(t, 400, 600)
	m.Mute(sam.leg, true)
	joe.ear.Hears(t, 400)
	sam.ear.HearsBoth(t, 400, 900)
	m.Mute(sam.leg, false)
	m.Leave(joe.leg)
	sam.ear.Hears(t, 400)
	joe.ear.HearsSilence(t)
	m.Close()
	m.Close() // twice does nothing
	ada.ear.HearsSilence(t)
}

package media_test

import (
	"testing"
	"time"

	"offhook/internal/media"
	"offhook/internal/media/mediatest"
)

func TestQualityOverASlowAndLossyNetwork(t *testing.T) {
	e, pages := mediatest.Engine(t), mediatest.Engine(t)
	page := mediatest.Leg(t, pages)
	offer, err := page.Offer(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	leg, answer, err := e.Browser(t.Context(), withoutCandidates(offer))
	if err != nil {
		t.Fatal(err)
	}
	const trip, oneOf = 80 * time.Millisecond, 10
	if err := page.SetAnswer(mediatest.NewNetwork(t, e.BrowserAddr(), trip/2, oneOf).Through(answer)); err != nil {
		t.Fatal(err)
	}
	mediatest.Sing(t, page, 600)
	mediatest.Sing(t, leg, 900)
	mediatest.Listen(t, leg).Hears(t, 600)
	mediatest.Listen(t, page).Hears(t, 900)

	known := make(chan media.Stats, 1)
	leg.Listen(func(media.Packet) {
		if s := leg.Stats(); s.RoundTrip > 0 && s.FarLoss > 0 && s.Received > 100 {
			select {
			case known <- s:
			default:
			}
		}
	})
	s := mediatest.Wait(t, "reports of the far side", known)
	if s.RoundTrip < trip || s.Lost == 0 || s.Loss < 0.02 || s.Loss > 0.5 {
		t.Errorf("quality is %+v, want at least %v round trip and one of %d lost", s, trip, oneOf)
	}
	if mos := s.MOS(); mos > 4.2 || mos < 1.5 {
		t.Errorf("MOS is %.2f, want worse than over a good line", mos)
	}
}

package media_test

import (
	"net"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

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
	if first, last := a.Heard(); first.IsZero() || last.Before(first) || a.Sent().IsZero() {
		t.Errorf("heard from %v to %v, sent last at %v", first, last, a.Sent())
	}
	if s := a.Stats(); s.Received == 0 || s.Lost > 0 || s.MOS() < 4 {
		t.Errorf("quality over loopback is %+v with MOS %.2f, want no loss and above 4", s, s.MOS())
	}
}

// withoutCandidates is how a browser offers that does not wait until it knows
// its addresses: the server learns them from its first packet.
func withoutCandidates(sdp string) string {
	return regexp.MustCompile(`(?m)^a=(candidate|end-of-candidates).*\r\n`).ReplaceAllString(sdp, "")
}

func TestABrowserNeedNotTellItsAddress(t *testing.T) {
	e, pages := mediatest.Engine(t), mediatest.Engine(t)
	for range 3 { // all on one port
		page := mediatest.Leg(t, pages)
		offer, err := page.Offer(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		leg, answer, err := e.Browser(t.Context(), withoutCandidates(offer))
		if err != nil {
			t.Fatal(err)
		}
		if _, port, _ := net.SplitHostPort(e.BrowserAddr().String()); !strings.Contains(answer, " "+port+" typ host") || !strings.Contains(answer, "a=ice-lite") || !strings.Contains(answer, "a=setup:active") {
			t.Errorf("the answer does not name the shared port %s, is not lite, or leaves it to the browser to begin with DTLS:\n%s", port, answer)
		}
		if err := page.SetAnswer(answer); err != nil {
			t.Fatal(err)
		}
		atPage, atLeg := mediatest.Listen(t, page), mediatest.Listen(t, leg)
		mediatest.Sing(t, leg, 500)
		mediatest.Sing(t, page, 700)
		atPage.Hears(t, 500)
		atLeg.Hears(t, 700)
	}
	if e.Legs() != 3 {
		t.Errorf("%d legs are open, want 3", e.Legs())
	}
}

func TestALegEndsWhenTheOtherSideHangsUp(t *testing.T) {
	a, b := mediatest.Connect(t, mediatest.Engine(t))
	a.Close()
	mediatest.Wait(t, "the other leg to end", b.Done())
	b.Write("late", media.Packet{Codec: media.PCMU, Clock: media.Rate, Payload: make([]byte, 160)}) // does nothing
}

// classic is an offer as equipment without BUNDLE writes it.
func classic(sdp string) string {
	return regexp.MustCompile(`(?m)^a=(group:BUNDLE|mid:|msid-semantic).*\r\n`).ReplaceAllString(sdp, "")
}

func TestOffersOfClassicEquipment(t *testing.T) {
	e := mediatest.Engine(t)
	a, b := mediatest.Leg(t, e), mediatest.Leg(t, e)
	offer, err := a.Offer(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(offer, "c=IN IP4 0.0.0.0") || strings.Contains(offer, "m=audio 9 ") {
		t.Errorf("the offer reads as a call on hold:\n%s", offer)
	}
	answer, err := b.Answer(t.Context(), classic(offer))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(answer, "BUNDLE") || strings.Contains(answer, "m=audio 0 ") || strings.Contains(answer, "m=audio 9 ") {
		t.Errorf("the answer to an offer without BUNDLE groups, or refuses the sound:\n%s", answer)
	}
	if err := a.SetAnswer(answer); err != nil {
		t.Fatal(err)
	}
	ear := mediatest.Listen(t, b)
	mediatest.Sing(t, a, 600)
	ear.Hears(t, 600)
}

func TestDescriptionsThatCannotBeAnswered(t *testing.T) {
	e := mediatest.Engine(t)
	offer, err := mediatest.Leg(t, e).Offer(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ name, offer string }{
		{"nothing", ""},
		{"no SDP", "hello"},
		{"a codec that we have not", regexp.MustCompile(`(?m)^m=audio (\d+) (\S+) .*\r\n`).ReplaceAllString(regexp.MustCompile(`(?m)^a=(rtpmap|fmtp|rtcp-fb).*\r\n`).ReplaceAllString(offer, ""), "m=audio $1 $2 9\r\na=rtpmap:9 G722/8000\r\n")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, answer, err := e.Browser(t.Context(), tt.offer); err == nil {
				t.Errorf("answered %s", answer)
			}
		})
	}
	if e.Legs() != 1 {
		t.Errorf("%d legs are open, want the one that offered: what cannot be answered is closed", e.Legs())
	}
}

func TestAPhoneWithPCMUAloneHearsOpus(t *testing.T) {
	e := mediatest.Engine(t)
	a, b := mediatest.Leg(t, e), mediatest.Leg(t, e)
	offer, err := a.Offer(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	old := regexp.MustCompile(`(?m)^a=(rtpmap|fmtp):(111|110) .*\r\n`).ReplaceAllString(strings.Replace(offer, " 111 0 110", " 0", 1), "")
	answer, err := b.Answer(t.Context(), old)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.SetAnswer(answer); err != nil {
		t.Fatal(err)
	}
	mediatest.Wait(t, "one leg to connect", a.Connected())
	mediatest.Wait(t, "the other leg to connect", b.Connected())
	if b.Sends(media.Opus) || !b.Sends(media.PCMU) || !b.Sends(media.Event) {
		t.Fatalf("Opus %v, PCMU %v, events %v were negotiated, want the latter two", b.Sends(media.Opus), b.Sends(media.PCMU), b.Sends(media.Event))
	}
	// What is heard is put together in its order, whenever it arrives.
	var whole media.Sound
	end := make(chan rune, 1)
	key := media.Digits(func(d rune) { end <- d })
	a.Listen(func(p media.Packet) {
		switch p.Codec {
		case media.PCMU:
			whole = append(whole, media.FromUlaw(p.Payload)...)
		case media.Event:
			key(p)
		default:
			t.Errorf("heard %v", p.Codec)
		}
	})
	mediatest.Speak(b)
	if err := media.SendDigits(t.Context(), b, "#"); err != nil {
		t.Fatal(err)
	}
	mediatest.Wait(t, "the end", end)
	if like := mediatest.Likeness(mediatest.Speech(), whole); like < 0.5 {
		t.Errorf("what was heard is like what was said by %.2f, want above 0.5", like)
	}
}

func TestKeysPassFromLegToLeg(t *testing.T) {
	e := mediatest.Engine(t)
	ada, atAda := mediatest.Connect(t, e)
	sam, atSam := mediatest.Connect(t, e)
	var b media.Bridge
	b.Set(media.A, atAda)
	b.Set(media.B, atSam)
	t.Cleanup(b.Close)
	got := make(chan rune, 16)
	sam.Listen(media.Digits(func(d rune) { got <- d }))
	if err := media.SendDigits(t.Context(), ada, "15x#D"); err != nil {
		t.Fatal(err)
	}
	heard := ""
	for range 4 {
		heard += string(mediatest.Wait(t, "a key", got))
	}
	if diff := cmp.Diff("15#D", heard); diff != "" {
		t.Errorf("keys heard (-want +got):\n%s", diff)
	}
}

func TestSilenceIsSentWhileNobodySpeaks(t *testing.T) {
	e := mediatest.Engine(t)
	far, leg := mediatest.Connect(t, e)
	ear := mediatest.Listen(t, far)
	stop := leg.Fill()
	ear.HearsSilence(t)
	quiet := mediatest.Sing(t, leg, 800)
	ear.Hears(t, 800)
	quiet()
	ear.HearsSilence(t)
	stop()
	stop() // twice does nothing
	if s := far.Stats(); s.Lost > 0 {
		t.Errorf("%d packets look lost to the far side", s.Lost)
	}
}

func TestMusicEndsWithItsContextAndItsLeg(t *testing.T) {
	far, leg := mediatest.Connect(t, mediatest.Engine(t))
	ended := make(chan error, 1)
	go func() { ended <- media.Loop(t.Context(), leg, media.Ringback()) }()
	ear := mediatest.Listen(t, far)
	ear.HearsBoth(t, 440, 480)
	leg.Close()
	if err := mediatest.Wait(t, "the music to end", ended); err != media.ErrGone {
		t.Errorf("ended with %v, want ErrGone", err)
	}
	if err := media.Play(t.Context(), leg, media.Silence(time.Second)); err != media.ErrGone {
		t.Errorf("playing to a leg that has ended: %v, want ErrGone", err)
	}
}

func TestAPhoneWithOpusAloneIsRefusedWhereItWouldNotHearPrompts(t *testing.T) {
	offer, err := mediatest.Leg(t, mediatest.Engine(t)).Offer(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	alone := regexp.MustCompile(`(?m)^a=rtpmap:(0|101) .*\r\n`).ReplaceAllString(strings.Replace(offer, " 111 0 110 101\r\n", " 111 110\r\n", 1), "")
	if alone == offer || strings.Contains(alone, "PCMU") {
		t.Fatalf("the offer has PCMU still:\n%s", alone)
	}
	for _, speaks := range []bool{false, true} {
		e, err := media.NewEngine(media.Config{Speaks: speaks})
		if err != nil {
			t.Fatal(err)
		}
		l := mediatest.Leg(t, e)
		if answer, err := l.Answer(t.Context(), alone); (err != nil) != speaks {
			t.Errorf("an engine that speaks (%t) answers %q, %v", speaks, answer, err)
		}
		l.Close()
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestALegIsClosedInTheMomentItConnects: nothing of it hangs.
func TestALegIsClosedInTheMomentItConnects(t *testing.T) {
	e := mediatest.Engine(t)
	a, b := mediatest.Leg(t, e), mediatest.Leg(t, mediatest.Engine(t))
	offer, err := a.Offer(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	answer, err := b.Answer(t.Context(), offer)
	if err != nil {
		t.Fatal(err)
	}
	secure, goOn := a.HoldsHands()
	if err := a.SetAnswer(answer); err != nil {
		t.Fatal(err)
	}
	mediatest.Wait(t, "one end to be secure", secure)
	mediatest.Wait(t, "the other end to connect", b.Connected())
	if err := media.Play(t.Context(), b, media.Tone(5*media.Frame, 400)); err != nil { // which waits to be read
		t.Fatal(err)
	}
	a.Close()
	time.Sleep(5 * media.Frame) // a close that does not wait is as far as it comes
	goOn()
	b.Close()
	closed := make(chan struct{})
	go func() { e.Settle(); close(closed) }()
	mediatest.Wait(t, "it to be closed", closed)
}

package media_test

import (
	"net"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/media"
	"offhook/internal/media/mediatest"
)

// softphone is an offer of ringcentral-softphone (contract 8.11), which counts
// Opus at 16 kHz. Its port is one that nobody listens on.
const softphone = "v=0\r\no=- 1 0 IN IP4 127.0.0.1\r\ns=rc-softphone-ts\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/SAVP 109 101\r\na=rtpmap:109 OPUS/16000\r\na=fmtp:109 useinbandfec=1;usedtx=0\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=sendrecv\r\na=ssrc:1 cname:x\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwd\r\n"

// trunk is how a carrier's switch offers.
const trunk = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 RTP/AVP 18 0 8 101\r\nc=IN IP4 127.0.0.1\r\na=rtpmap:18 G729/8000\r\na=rtpmap:101 telephone-event/8000\r\n"

func TestAnswersWithoutWebRTC(t *testing.T) {
	e := mediatest.Engine(t)
	for _, tt := range []struct {
		name, offer string
		want        []string
	}{
		{"encrypted, with one codec", softphone, []string{"m=audio # RTP/SAVP 109 101", "a=rtpmap:109 OPUS/16000", "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:"}},
		{"a trunk, what it does not name is known", trunk, []string{"m=audio # RTP/AVP 0 8 101", "a=rtpmap:0 PCMU/8000", "a=rtpmap:8 PCMA/8000"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			answer, err := mediatest.Leg(t, e).Answer(t.Context(), tt.offer)
			if err != nil {
				t.Fatal(err)
			}
			numberless := regexp.MustCompile(`m=audio \d+`).ReplaceAllString(answer, "m=audio #")
			for _, line := range append(tt.want, "c=IN IP4 127.0.0.1", "a=sendrecv", "a=rtpmap:101 telephone-event/8000") {
				if !strings.Contains(numberless, line) {
					t.Errorf("%q is not in the answer:\n%s", line, answer)
				}
			}
		})
	}
	for _, tt := range []struct{ name, offer string }{
		{"no codec of ours", strings.Replace(trunk, " 18 0 8 101", " 18 101", 1)},
		{"no address", strings.Replace(trunk, "c=IN IP4 127.0.0.1\r\n", "", 1)},
		{"a name for an address", strings.Replace(trunk, "c=IN IP4 127.0.0.1", "c=IN IP4 example.com", 1)},
		{"no key", regexp.MustCompile(`a=crypto.*\r\n`).ReplaceAllString(softphone, "")},
		{"half a key", strings.Replace(softphone, "AAECAwQF", "", 1)},
		{"refused sound", strings.Replace(trunk, "m=audio 9", "m=audio 0", 1)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if answer, err := mediatest.Leg(t, e).Answer(t.Context(), tt.offer); err == nil {
				t.Errorf("answered %s", answer)
			}
		})
	}
}

// classicPair opens a phone without WebRTC and the server's leg to it.
func classicPair(t *testing.T, e *media.Engine, encrypted bool) (phone, leg *media.Leg) {
	phone, leg = mediatest.Leg(t, e), mediatest.Leg(t, e)
	offer, err := phone.OfferClassic(encrypted)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := leg.Answer(t.Context(), offer)
	if err != nil {
		t.Fatal(err)
	}
	if leg.Local() != answer {
		t.Errorf("the leg remembers\n%s\nand has answered\n%s", leg.Local(), answer)
	}
	if err := phone.SetAnswer(answer); err != nil {
		t.Fatal(err)
	}
	mediatest.Wait(t, "the leg to connect", leg.Connected())
	return phone, leg
}

// talksToAPage joins the leg toward a phone with that of a page, each of which
// hears the other's tone.
func talksToAPage(t *testing.T, e *media.Engine, phone, leg *media.Leg) (page *media.Leg) {
	t.Helper()
	page, atPage := mediatest.Connect(t, e)
	var b media.Bridge
	b.Set(media.A, leg)
	b.Set(media.B, atPage)
	t.Cleanup(b.Close)
	mediatest.Sing(t, phone, 400)
	mediatest.Sing(t, page, 900)
	mediatest.Listen(t, phone).Hears(t, 900)
	mediatest.Listen(t, page).Hears(t, 400)
	return page
}

func TestPhonesWithAndWithoutWebRTCHearEachOther(t *testing.T) {
	for _, encrypted := range []bool{true, false} {
		e := mediatest.Engine(t)
		old, atOld := classicPair(t, e, encrypted)
		page := talksToAPage(t, e, old, atOld)
		keys := make(chan rune, 64) // ears must not wait, and those of a tone are keys of their own
		page.Listen(media.Digits(func(d rune) { keys <- d }))
		if err := media.SendDigits(t.Context(), old, "7"); err != nil {
			t.Fatal(err)
		}
		if got := mediatest.Wait(t, "a key", keys); got != '7' {
			t.Errorf("heard key %c, want 7", got)
		}
	}
}

func TestOpusReachesAPhoneThatCountsItAt16kHz(t *testing.T) {
	e := mediatest.Engine(t)
	socket, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()
	offer := strings.Replace(strings.Replace(trunk, "m=audio 9 RTP/AVP 18 0 8 101", "m=audio "+port(t, socket)+" RTP/AVP 109", 1), "a=rtpmap:18 G729/8000", "a=rtpmap:109 OPUS/16000", 1)
	leg := mediatest.Leg(t, e)
	if _, err := leg.Answer(t.Context(), offer); err != nil {
		t.Fatal(err)
	}
	var stamps []uint32
	for i, p := range mediatest.SpeechPackets(noon)[:3] {
		leg.Write("far", p)
		b := make([]byte, 1600)
		n, err := socket.Read(b)
		if err != nil {
			t.Fatal(err)
		}
		if b[1]&0x7f != 109 || n != 12+len(p.Payload) {
			t.Errorf("packet %d is % x, want type 109 and the payload as it was", i, b[:n])
		}
		stamps = append(stamps, uint32(b[4])<<24|uint32(b[5])<<16|uint32(b[6])<<8|uint32(b[7]))
	}
	if diff := cmp.Diff([]uint32{320, 320}, []uint32{stamps[1] - stamps[0], stamps[2] - stamps[1]}); diff != "" {
		t.Errorf("20 ms in its clock (-want +got):\n%s", diff)
	}
}

func port(t *testing.T, c *net.UDPConn) string {
	_, port, err := net.SplitHostPort(c.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

func TestStrangersAreNotHeard(t *testing.T) {
	for _, encrypted := range []bool{true, false} {
		e := mediatest.Engine(t)
		phone, leg := classicPair(t, e, encrypted)
		to := regexp.MustCompile(`m=audio (\d+)`).FindStringSubmatch(leg.Local())[1]
		stranger, err := net.Dial("udp4", "127.0.0.1:"+to)
		if encrypted == false {
			stranger, err = (&net.Dialer{LocalAddr: &net.UDPAddr{IP: net.IPv4(127, 0, 0, 9)}}).Dial("udp4", "127.0.0.1:"+to)
		}
		if err != nil {
			t.Fatal(err)
		}
		defer stranger.Close()
		var heard []uint16
		done := make(chan bool, 1)
		leg.Listen(func(p media.Packet) {
			heard = append(heard, p.Sequence)
			if p.Marker {
				done <- true
			}
		})
		// 12 bytes of RTP, PCMU, number 4660, and sound.
		if _, err := stranger.Write(append([]byte{0x80, 0, 0x12, 0x34, 0, 0, 0, 0, 0, 0, 0, 9}, make([]byte, 160)...)); err != nil {
			t.Fatal(err)
		}
		phone.Write("phone", media.Packet{Codec: media.PCMU, Clock: media.Rate, Sequence: 7, Payload: make([]byte, 160)})
		mediatest.Wait(t, "the phone's own packet", done)
		if diff := cmp.Diff([]uint16{7}, heard); diff != "" {
			t.Errorf("encrypted %v: packets heard (-want +got):\n%s", encrypted, diff)
		}
		ear := mediatest.Listen(t, phone)
		mediatest.Sing(t, leg, 500) // to the phone still
		ear.Hears(t, 500)
	}
}

func TestATrunkThatMovesIsFollowed(t *testing.T) {
	e := mediatest.Engine(t)
	ours, announcement, person := mediatest.Leg(t, e), mediatest.Leg(t, e), mediatest.Leg(t, e)
	for _, encrypted := range []bool{false, true} {
		offer, err := ours.OfferNarrow(encrypted)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(offer, "OPUS") || !strings.Contains(offer, " 0 8 101\r\n") {
			t.Errorf("a trunk is offered more than it knows:\n%s", offer)
		}
		answer, err := announcement.Answer(t.Context(), offer)
		if err != nil {
			t.Fatal(err)
		}
		if err := ours.SetAnswer(answer); err != nil { // as in a 183
			t.Fatal(err)
		}
		ear := mediatest.Listen(t, ours)
		hush := mediatest.Sing(t, announcement, 400)
		ear.Hears(t, 400)
		hush()
		if err := ours.Redescribe(strings.ReplaceAll(answer, "127.0.0.1", "0.0.0.0")); err != nil {
			t.Errorf("holding in the old way: %v", err)
		}
		if answer, err = person.Answer(t.Context(), offer); err != nil {
			t.Fatal(err)
		}
		if err := ours.Redescribe(answer); err != nil { // as in the 200
			t.Fatal(err)
		}
		there := mediatest.Listen(t, person)
		stop, say := mediatest.Sing(t, ours, 500), mediatest.Sing(t, person, 900)
		ear.Hears(t, 900)
		there.Hears(t, 500)
		stop()
		say()
		for _, l := range []*media.Leg{ours, announcement, person} {
			l.Close()
		}
		ours, announcement, person = mediatest.Leg(t, e), mediatest.Leg(t, e), mediatest.Leg(t, e)
	}
}

func TestSoundWithoutWebRTCByIPv6(t *testing.T) {
	e := mediatest.EngineAt(t, net.IPv6loopback)
	phone, leg := classicPair(t, e, true)
	for _, sdp := range []string{phone.Local(), leg.Local()} {
		if !strings.Contains(sdp, " IN IP6 ::1\r\n") || !strings.Contains(sdp, "\r\nc=IN IP6 ::1\r\n") {
			t.Errorf("described as\n%s", sdp)
		}
	}
	mediatest.Sing(t, phone, 400)
	mediatest.Sing(t, leg, 900)
	mediatest.Listen(t, phone).Hears(t, 900)
	mediatest.Listen(t, leg).Hears(t, 400)
}

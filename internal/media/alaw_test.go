package media_test

import (
	"net"
	"regexp"
	"strings"
	"testing"

	"offhook/internal/media"
	"offhook/internal/media/mediatest"
)

func TestPhonesThatHaveNothingButPCMAHearAndAreHeard(t *testing.T) {
	e := mediatest.Engine(t)
	phone, leg := mediatest.Leg(t, e), mediatest.Leg(t, e)
	offer, err := phone.OfferClassic(false)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := leg.Answer(t.Context(), regexp.MustCompile(`RTP/AVP [ 0-9]+`).ReplaceAllString(offer, "RTP/AVP 8 101"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(answer, " RTP/AVP 8 101\r\n") || strings.Contains(answer, "PCMU") {
		t.Errorf("answered\n%s", answer)
	}
	if err := phone.SetAnswer(answer); err != nil {
		t.Fatal(err)
	}
	talksToAPage(t, e, phone, leg)
}

// What is sent is PCMA to others, too: the bytes are those of G.711's tables.
func TestSoundIsPCMAOnTheWire(t *testing.T) {
	e := mediatest.Engine(t)
	socket, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()
	leg := mediatest.Leg(t, e)
	if _, err := leg.Answer(t.Context(), strings.Replace(trunk, "m=audio 9 RTP/AVP 18 0 8 101", "m=audio "+port(t, socket)+" RTP/AVP 8", 1)); err != nil {
		t.Fatal(err)
	}
	leg.Write("here", media.Packet{Codec: media.PCMU, Clock: media.Rate, Sequence: 1, Timestamp: 160, Payload: []byte{0xff, 0x80, 0x00, 0x7f, 0x9f, 0xce, 0x4e}})
	b := make([]byte, 1600)
	n, err := socket.Read(b)
	if err != nil {
		t.Fatal(err)
	}
	if b[1]&0x7f != 8 {
		t.Errorf("sent as payload type %d, want 8", b[1]&0x7f)
	}
	// Silence, the loudest of both signs, silence again, and three between.
	if got, want := string(b[12:n]), "\xd5\xaa\x2a\xd5\xb5\xfb\x7b"; got != want {
		t.Errorf("sent % x, want % x", got, want)
	}
}

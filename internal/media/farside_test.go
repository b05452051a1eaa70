package media_test

import (
	"net"
	"net/netip"
	"strings"
	"testing"

	"offhook/internal/media"
	"offhook/internal/media/mediatest"
)

func TestAddressesThatSoundIsNeverSentTo(t *testing.T) {
	away, err := media.NewEngine(media.Config{}) // whose sound leaves the machine
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = away.Close() })
	for _, tt := range []struct {
		name, at, from string
		engine         *media.Engine
		ok             bool
	}{
		{"everybody", "224.0.0.1", "", mediatest.Engine(t), false},
		{"the whole network", "255.255.255.255", "", mediatest.Engine(t), false},
		{"nobody", "0.0.0.0", "", mediatest.Engine(t), false},
		{"where clouds tell secrets", "169.254.169.254", "", mediatest.Engine(t), false},
		{"where clouds tell secrets, by IPv6", "fd00:ec2::254", "", away, false},
		{"everybody, by IPv6", "ff02::1", "", away, false},
		{"this machine, by IPv6", "::1", "", away, false},
		{"another family", "2001:db8::1", "", mediatest.Engine(t), false},
		{"this machine, where sound stays on it", "127.0.0.1", "", mediatest.Engine(t), true},
		{"this machine, for a carrier", "127.0.0.1", "", away, false},
		{"this machine, for a phone elsewhere", "127.0.0.1", "203.0.113.9", away, false},
		{"this machine, for a phone on it", "127.0.0.1", "127.0.0.1", away, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			leg := mediatest.Leg(t, tt.engine)
			if tt.from != "" {
				leg.Signalled(netip.MustParseAddr(tt.from))
			}
			family := "IP4 "
			if strings.Contains(tt.at, ":") {
				family = "IP6 "
			}
			_, err := leg.Answer(t.Context(), strings.Replace(trunk, "IP4 127.0.0.1\r\na=", family+tt.at+"\r\na=", 1))
			if (err == nil) != tt.ok {
				t.Errorf("sound for %s: %v", tt.at, err)
			}
			late := mediatest.Leg(t, tt.engine) // the same in an answer
			if tt.from != "" {
				late.Signalled(netip.MustParseAddr(tt.from))
			}
			if _, err := late.OfferClassic(false); err != nil {
				t.Fatal(err)
			}
			if err := late.SetAnswer(strings.Replace(trunk, "IP4 127.0.0.1\r\na=", family+tt.at+"\r\na=", 1)); (err == nil) != tt.ok {
				t.Errorf("an answer with %s: %v", tt.at, err)
			}
		})
	}
}

// A phone that names another's address in its description has nothing sent
// there before it has been heard itself, and then it is answered where it is.
func TestSoundIsNotSentToWhomAPhoneNames(t *testing.T) {
	e := mediatest.Engine(t)
	victim, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 9)})
	if err != nil {
		t.Fatal(err)
	}
	defer victim.Close()
	phone, leg := mediatest.Leg(t, e), mediatest.Leg(t, e)
	leg.Signalled(netip.MustParseAddr("127.0.0.1"))
	offer, err := phone.OfferClassic(true)
	if err != nil {
		t.Fatal(err)
	}
	lie := strings.Replace(offer, "c=IN IP4 127.0.0.1", "c=IN IP4 127.0.0.9", 1)
	own := offer[strings.Index(offer, "m=audio ")+8:]
	own, _, _ = strings.Cut(own, " ")
	answer, err := leg.Answer(t.Context(), strings.Replace(lie, "m=audio "+own, "m=audio "+port(t, victim), 1))
	if err != nil {
		t.Fatal(err)
	}
	if err := phone.SetAnswer(answer); err != nil {
		t.Fatal(err)
	}
	for i := range 20 {
		leg.Write("far", media.Packet{Codec: media.PCMU, Clock: media.Rate, Sequence: uint16(i), Timestamp: uint32(i) * 160, Payload: make([]byte, 160)})
	}
	ear := mediatest.Listen(t, phone)
	mediatest.Sing(t, phone, 400)
	mediatest.Listen(t, leg).Hears(t, 400)
	mediatest.Sing(t, leg, 900)
	ear.Hears(t, 900)
	if _, err := victim.WriteTo([]byte("last"), victim.LocalAddr()); err != nil {
		t.Fatal(err)
	}
	first := make([]byte, 1600)
	if n, from, err := victim.ReadFromUDP(first); err != nil || string(first[:n]) != "last" {
		t.Errorf("whom the phone named was sent %d bytes from %s, %v", n, from, err)
	}
}

func TestADescriptionOfThousandsOfStreamsIsRefused(t *testing.T) {
	e := mediatest.Engine(t)
	offer, err := mediatest.Leg(t, e).Offer(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	bomb := offer + strings.Repeat("m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\na=mid:x\r\n", 2000)
	if _, _, err := e.Browser(t.Context(), bomb); err == nil || !strings.Contains(err.Error(), "more streams") {
		t.Errorf("a browser's: %v", err)
	}
	leg := mediatest.Leg(t, e)
	if _, err := leg.Offer(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := leg.SetAnswer(bomb); err == nil || !strings.Contains(err.Error(), "more streams") {
		t.Errorf("an answer: %v", err)
	}
}

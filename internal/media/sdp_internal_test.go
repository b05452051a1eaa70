package media

import (
	"fmt"
	"strings"
	"testing"
)

func TestADescriptionNamesFewAddresses(t *testing.T) {
	var offer strings.Builder
	offer.WriteString("v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n")
	for i := range 1000 {
		fmt.Fprintf(&offer, "a=candidate:%d 1 udp 2130706431 10.0.%d.%d 53 typ host\r\n", i, i/256, i%256)
	}
	offer.WriteString("a=sendrecv\r\n")
	got := fewCandidates(offer.String())
	if n := strings.Count(got, "a=candidate:"); n != maxCandidates {
		t.Errorf("%d addresses are tried", n)
	}
	if !strings.HasSuffix(got, "53 typ host\r\na=sendrecv\r\n") || !strings.Contains(got, "a=candidate:0 ") {
		t.Errorf("what is left is\n%s", got)
	}
}

func TestFarSidesThatWouldNotHearPrompts(t *testing.T) {
	for _, tt := range []struct {
		name, line string
		speaks     bool
		want       error
	}{
		{"both codecs", "m=audio 9 UDP/TLS/RTP/SAVPF 111 0 110 101", true, nil},
		{"PCMU alone", "m=audio 40000 RTP/SAVP 0", true, nil},
		{"PCMU last", "m=audio 9 UDP/TLS/RTP/SAVPF 111 110 0", true, nil},
		{"Opus alone", "m=audio 9 UDP/TLS/RTP/SAVPF 111 110 101", true, errOpusAlone},
		{"a port and numbers with zeros", "m=audio 40000 UDP/TLS/RTP/SAVPF 100 110", true, errOpusAlone},
		{"Opus alone, and nobody speaks", "m=audio 9 UDP/TLS/RTP/SAVPF 111", false, nil},
		{"no sound", "m=audio 0 UDP/TLS/RTP/SAVPF 0", true, errNoCodec},
	} {
		t.Run(tt.name, func(t *testing.T) {
			sdp := "v=0\r\nt=0 0\r\n" + tt.line + "\r\na=mid:0\r\n"
			if err := (Config{Speaks: tt.speaks}).fits(sdp); err != tt.want {
				t.Errorf("%q: %v, want %v", tt.line, err, tt.want)
			}
		})
	}
}

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

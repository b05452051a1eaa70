package sip_test

import (
	"strings"
	"testing"

	"offhook/internal/sip"
)

const offer = "v=0\r\no=- 46 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=sendrecv\r\na=rtpmap:111 opus/48000/2\r\n"

func TestDirections(t *testing.T) {
	for name, tt := range map[string]struct {
		sdp  string
		want sip.Direction
		held bool
	}{
		"both ways":                   {offer, sip.SendRecv, false},
		"hold":                        {strings.Replace(offer, "sendrecv", "sendonly", 1), sip.SendOnly, true},
		"hold of who is held":         {strings.Replace(offer, "sendrecv", "inactive", 1), sip.Inactive, true},
		"nothing said":                {strings.Replace(offer, "a=sendrecv\r\n", "", 1), sip.SendRecv, false},
		"the old way to hold":         {"v=0\r\nc=IN IP4 0.0.0.0\r\nm=audio 4000 RTP/AVP 0\r\n", sip.SendOnly, true},
		"an address that is not told": {"v=0\r\nc=IN IP4 0.0.0.0\r\nm=audio 9 RTP/AVP 0\r\na=candidate:1 1 udp 1 10.0.0.1 4000 typ host\r\n", sip.SendRecv, false},
	} {
		if got := sip.DirectionOf([]byte(tt.sdp)); got != tt.want || got.Held() != tt.held {
			t.Errorf("%s: %s, held %v; want %s, %v", name, got, got.Held(), tt.want, tt.held)
		}
	}
	for d, want := range map[sip.Direction]sip.Direction{sip.SendOnly: sip.RecvOnly, sip.RecvOnly: sip.SendOnly, sip.SendRecv: sip.SendRecv, sip.Inactive: sip.Inactive} {
		if got := d.Reverse(); got != want {
			t.Errorf("%s is answered %s, want %s", d, got, want)
		}
	}
}

func TestADescriptionIsChanged(t *testing.T) {
	got := string(sip.NextVersion(sip.WithDirection([]byte(offer), sip.RecvOnly)))
	want := strings.Replace(strings.Replace(offer, "sendrecv", "recvonly", 1), "o=- 46 2 ", "o=- 46 3 ", 1)
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	plain := []byte("v=0\r\nm=audio 9 RTP/AVP 0\r\n")
	if got := sip.DirectionOf(sip.WithDirection(plain, sip.SendOnly)); got != sip.SendOnly {
		t.Errorf("a description that says no direction says %s then", got)
	}
	if sip.HasBundle(plain) || !sip.HasBundle([]byte("a=group:BUNDLE 0\r\n")) {
		t.Error("the group is not seen")
	}
}

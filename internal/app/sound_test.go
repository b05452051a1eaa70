package app

import (
	"net"
	"testing"
)

func TestSoundOfThePlatformIsWhereItListens(t *testing.T) {
	for _, tt := range []struct {
		name, listen string
		set          []string
		want         net.IP
	}{
		{"every address", ":8443", nil, nil},
		{"one address", "192.0.2.7:8443", nil, net.IPv4(192, 0, 2, 7)},
		{"this machine, whose interface lists but one of its addresses", "127.0.0.2:8443", nil, net.IPv4(127, 0, 0, 1)},
		{"behind a proxy, with the address that others know", "127.0.0.1:8443", []string{"192.0.2.7"}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := (PlatformConfig{SoundIPs: tt.set}).sound(tt.listen).LegIP; !got.Equal(tt.want) {
				t.Errorf("listening on %s, sound of calls at %v, want %v", tt.listen, got, tt.want)
			}
		})
	}
}

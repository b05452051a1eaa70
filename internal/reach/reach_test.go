package reach

import (
	"net/netip"
	"testing"
)

func TestWhichAddressesArePublic(t *testing.T) {
	for text, want := range map[string]bool{
		"8.8.8.8": true, "2606:4700::1111": true,
		"127.0.0.1": false, "127.9.9.9": false, "0.0.0.0": false, "10.1.2.3": false, "172.16.0.1": false, "192.168.1.1": false,
		"169.254.169.254": false, "100.64.0.1": false, "198.18.0.1": false, "224.0.0.1": false, "255.255.255.255": false, "240.0.0.1": false,
		"::1": false, "::": false, "fe80::1": false, "fc00::1": false, "ff02::1": false, "2002:7f00:1::": false, "64:ff9b::7f00:1": false,
		"::ffff:127.0.0.1": false, "::ffff:8.8.8.8": true,
		"192.0.0.8": false, "192.0.2.1": false, "198.51.100.1": false, "203.0.113.1": false, "192.88.99.1": false, "198.19.255.255": false,
		"192.0.3.1": true, "198.51.101.1": true, "203.0.114.1": true, "192.88.98.1": true, "198.20.0.1": true,
		"fec0::1": false, "feff::1": false, "::7f00:1": false, "::808:808": false, "::ffff:0:7f00:1": false, "64:ff9b:1::1": false, "100::1": false,
		"2001::1": false, "2001:0:7f00:1::": false, "2001:1ff::1": false, "2001:db8::1": false, "3fff::1": false, "3fff:fff::1": false, "5f00::1": false,
		"4000::1": false, "2001:200::1": true, "2001:4860:4860::8888": true, "2a00::1": true, "3fff:1000::1": true, "2606:4700::1111%eth0": false,
	} {
		if got := Public(netip.MustParseAddr(text)); got != want {
			t.Errorf("Public(%s) = %v, want %v", text, got, want)
		}
	}
}

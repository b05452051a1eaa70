package listen

import (
	"net/http/httptest"
	"net/netip"
	"testing"
)

func TestAddressBelievesTrustedProxiesOnly(t *testing.T) {
	proxies := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("2001:db8::/32")}
	for _, tt := range []struct {
		name    string
		proxies []netip.Prefix
		peer    string
		forward []string
		want    string
	}{
		{"no proxy", proxies, "192.0.2.1:99", nil, "192.0.2.1"},
		{"a browser that claims to be another", proxies, "192.0.2.1:99", []string{"203.0.113.9"}, "192.0.2.1"},
		{"no proxy is trusted", nil, "10.0.0.1:99", []string{"203.0.113.9"}, "10.0.0.1"},
		{"one proxy", proxies, "10.0.0.1:99", []string{"203.0.113.9"}, "203.0.113.9"},
		{"a proxy after a lie", proxies, "10.0.0.1:99", []string{"127.0.0.1, 203.0.113.9"}, "203.0.113.9"},
		{"two proxies", proxies, "10.0.0.1:99", []string{"1.1.1.1, 203.0.113.9, 10.2.3.4"}, "203.0.113.9"},
		{"two headers count as one list", proxies, "10.0.0.1:99", []string{"1.1.1.1", "203.0.113.9"}, "203.0.113.9"},
		{"a lie that names a trusted network", proxies, "10.0.0.1:99", []string{"10.9.9.9, 203.0.113.9"}, "203.0.113.9"},
		{"only proxies", proxies, "10.0.0.1:99", []string{"10.2.3.4"}, "10.2.3.4"},
		{"nonsense", proxies, "10.0.0.1:99", []string{"unknown"}, "10.0.0.1"},
		{"nonsense before a proxy", proxies, "10.0.0.1:99", []string{"<script>, 10.2.3.4"}, "10.2.3.4"},
		{"a proxy that forgets the header", proxies, "10.0.0.1:99", nil, "10.0.0.1"},
		{"with a port", proxies, "10.0.0.1:99", []string{"203.0.113.9:4711"}, "203.0.113.9"},
		{"IPv6", proxies, "[2001:db8::1]:99", []string{"[2001:db9::7]"}, "2001:db9::7"},
		{"IPv4 written as IPv6", proxies, "[::ffff:10.0.0.1]:99", []string{"::ffff:203.0.113.9"}, "203.0.113.9"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest("GET", "/", nil)
			r.RemoteAddr = tt.peer
			for _, f := range tt.forward {
				r.Header.Add("X-Forwarded-For", f)
			}
			l := &Listener{cfg: Config{Proxies: tt.proxies}}
			if got := l.address(r); got != tt.want {
				t.Errorf("peer %s, forwarded %q: %s, want %s", tt.peer, tt.forward, got, tt.want)
			}
		})
	}
}

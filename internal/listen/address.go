package listen

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// Address is the address of the browser that sent the request. Behind a
// trusted proxy it is the last one in X-Forwarded-For that is not itself a
// trusted proxy's: what stands before it was written by the client, who may
// write anything.
func Address(r *http.Request) string {
	var proxies []netip.Prefix
	if l, _ := r.Context().Value(contextKey{}).(*Listener); l != nil {
		proxies = l.cfg.Proxies
	}
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return ""
	}
	at := plain(peer.Addr())
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, hop := range slices.Backward(hops) {
		if !trusted(proxies, at) {
			break
		}
		before, ok := parseHop(hop)
		if !ok {
			break
		}
		at = before
	}
	return at.String()
}

func trusted(proxies []netip.Prefix, at netip.Addr) bool {
	return slices.ContainsFunc(proxies, func(p netip.Prefix) bool { return p.Contains(at) })
}

// parseHop reads an address, which some proxies write with a port.
func parseHop(text string) (netip.Addr, bool) {
	text = strings.TrimSpace(text)
	if addr, err := netip.ParseAddr(strings.Trim(text, "[]")); err == nil {
		return plain(addr), true
	}
	ap, err := netip.ParseAddrPort(text)
	return plain(ap.Addr()), err == nil
}

// plain is the address as it is compared: IPv4 as IPv4, without a zone.
func plain(addr netip.Addr) netip.Addr { return addr.Unmap().WithZone("") }

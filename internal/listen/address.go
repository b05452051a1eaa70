package listen

import (
	"context"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

type addressKey struct{}

// Address is the address of the browser whose request has the context ctx,
// empty outside of requests.
func Address(ctx context.Context) string {
	at, _ := ctx.Value(addressKey{}).(string)
	return at
}

// address is where the request came from. Behind a trusted proxy it is the
// last address in X-Forwarded-For that is not itself a trusted proxy's: what
// stands before it was written by the client, who may write anything.
func (l *Listener) address(r *http.Request) string {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return ""
	}
	at := plain(peer.Addr())
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, hop := range slices.Backward(hops) {
		if !trusted(l.cfg.Proxies, at) {
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

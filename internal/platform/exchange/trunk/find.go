package trunk

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
)

// A Resolver knows names; a *net.Resolver is one.
type Resolver interface {
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
	// LookupSRV returns servers in the order that they are to be tried in, by
	// priority and, at random, by weight (RFC 2782).
	LookupSRV(ctx context.Context, service, proto, name string) (cname string, servers []*net.SRV, err error)
}

// find returns where the carrier is, in the order to be tried (RFC 3263 section
// 4.2): a name without a port may stand for several servers. The carrier's
// calls come from any of them.
func (t *Trunk) find(ctx context.Context) ([]netip.AddrPort, error) {
	servers, err := t.servers(ctx)
	if err != nil {
		return nil, err
	}
	var found []netip.AddrPort
	for _, s := range servers {
		ips, err := t.cfg.Resolver.LookupNetIP(ctx, "ip", s.Target)
		if err != nil {
			continue // the next may be known
		}
		for _, ip := range ips {
			found = append(found, netip.AddrPortFrom(ip.Unmap(), s.Port))
		}
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("its name %s is not known", servers[0].Target)
	}
	own := make([]netip.Addr, len(found))
	for i, at := range found {
		own[i] = at.Addr()
	}
	t.mu.Lock()
	t.own = own
	t.mu.Unlock()
	return found, nil
}

// servers are those of the carrier's name, or that alone.
func (t *Trunk) servers(ctx context.Context) ([]*net.SRV, error) {
	host, port, _ := net.SplitHostPort(t.cfg.Address) // as New has written it
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return nil, fmt.Errorf("its port %q is no number", port)
	}
	alone := []*net.SRV{{Target: host, Port: uint16(n)}}
	if _, err := netip.ParseAddr(host); err == nil || !t.anyPort {
		return alone, nil
	}
	service, proto := "sip", t.cfg.Transport
	if proto == TLS {
		service, proto = "sips", TCP
	}
	_, servers, err := t.cfg.Resolver.LookupSRV(ctx, service, proto, host)
	if err != nil || len(servers) == 0 {
		return alone, nil // most carriers have no such records
	}
	if len(servers) == 1 && servers[0].Target == "." {
		return nil, errors.New("its name says that it does not serve calls by " + strings.ToUpper(t.cfg.Transport))
	}
	return servers, nil
}

// next is where to begin this time: after the servers that could be connected
// to, but did not serve us.
func (t *Trunk) next(found []netip.AddrPort) []netip.AddrPort {
	n := t.unserved % len(found)
	return append(found[n:len(found):len(found)], found[:n]...)
}

package trunk

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
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
	why := fmt.Errorf("its name %s is not known", servers[0].Target)
	for _, s := range servers {
		ips, err := t.cfg.Resolver.LookupNetIP(ctx, "ip", s.Target)
		if err != nil { // the next may be known
			if !unknown(err) {
				why = fmt.Errorf("nobody says at the moment which address %s has", s.Target)
			}
			continue
		}
		for _, ip := range ips {
			found = append(found, netip.AddrPortFrom(ip.Unmap(), s.Port))
		}
	}
	if len(found) == 0 {
		return nil, why
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

// unknown reports whether a name server has said that there is no such name or
// record. Where none answers, or only with an error, nothing is known.
func unknown(err error) bool {
	no, ok := errors.AsType[*net.DNSError](err)
	return ok && no.IsNotFound
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
	switch {
	case len(servers) > 0: // with an error they are those that can be read
	case err == nil || unknown(err):
		return alone, nil // most carriers have no such records
	default: // the carrier may well have some: the name's own address is no stand-in
		return nil, fmt.Errorf("nobody says at the moment which servers %s has (SRV)", host)
	}
	if len(servers) == 1 && servers[0].Target == "." {
		return nil, errors.New("its name says that it does not serve calls by " + strings.ToUpper(t.cfg.Transport))
	}
	return servers, nil
}

// next is the order of this time: servers that were tried in vain since one
// served us come last, whatever order equals are in by their weight (RFC 2782).
func (t *Trunk) next(found []netip.AddrPort) []netip.AddrPort {
	if !slices.ContainsFunc(found, func(at netip.AddrPort) bool { return !t.failed[at] }) {
		clear(t.failed)
	}
	var fresh, stale []netip.AddrPort
	for _, at := range found {
		if t.failed[at] {
			stale = append(stale, at)
			continue
		}
		fresh = append(fresh, at)
	}
	return append(fresh, stale...)
}

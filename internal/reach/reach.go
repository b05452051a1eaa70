// Package reach decides which addresses a server dials for somebody else:
// whoever names a webhook must not get at the neighbours of the machine that
// calls it.
package reach

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"syscall"
	"time"
)

// A Client says how [NewClient] dials.
type Client struct {
	// Listed are the hosts ("host" or "host:port") that may be on any address.
	Listed []string
	// Roots are the certificate authorities; nil means the system's.
	Roots *x509.CertPool
	// Patience bounds the wait for the headers of an answer.
	Patience time.Duration
	// Refusal is the error for an address that is not public.
	Refusal error
}

// NewClient returns a client that dials public addresses, and those of listed
// hosts wherever they are. The check is made on the address that is dialled,
// after the name was resolved, so a name that changes its mind is refused
// too. It follows no redirect, and uses no proxy of the environment: the
// address that is dialled would be the proxy's, and the check would mean
// nothing.
func NewClient(c Client) *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			DialContext:            c.dial,
			TLSClientConfig:        &tls.Config{RootCAs: c.Roots, MinVersion: tls.VersionTLS12},
			TLSHandshakeTimeout:    10 * time.Second,
			ResponseHeaderTimeout:  c.Patience,
			IdleConnTimeout:        90 * time.Second,
			MaxIdleConnsPerHost:    4,
			MaxResponseHeaderBytes: 64 << 10,
			ForceAttemptHTTP2:      true,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

func (c Client) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	d := net.Dialer{Timeout: 10 * time.Second}
	if !c.lists(addr) {
		d.Control = func(network, addr string, raw syscall.RawConn) error {
			if PublicOnly(network, addr, raw) != nil {
				return c.Refusal
			}
			return nil
		}
	}
	return d.DialContext(ctx, network, addr)
}

func (c Client) lists(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	return err == nil && Lists(c.Listed, host, addr)
}

// Lists reports whether a list of hosts names a host, alone or with its port.
func Lists(listed []string, host, hostport string) bool {
	return slices.Contains(listed, host) || slices.Contains(listed, hostport)
}

// PublicOnly is a [net.Dialer.Control] that refuses the addresses behind
// which a server's own neighbours live.
func PublicOnly(_, addr string, _ syscall.RawConn) error {
	ap, err := netip.ParseAddrPort(addr)
	if err != nil {
		return fmt.Errorf("dialling %s: %w", addr, err)
	}
	if !Public(ap.Addr()) {
		return fmt.Errorf("dialling %s: the address is not public", addr)
	}
	return nil
}

// global is the one part of IPv6 that is given to anybody (RFC 4291, 2.4).
// What lies outside it embeds IPv4 addresses, is local, or is nobody's.
var global = netip.MustParsePrefix("2000::/3")

// special are ranges that are not public although netip's own predicates and
// global take them for it (the registries of RFC 6890): of IPv4 this network,
// shared address space, protocol assignments, documentation (three), the relays
// of 6to4, benchmarking and the reserved class E; of IPv6 protocol assignments
// with Teredo among them, documentation (two) and 6to4, which embeds IPv4
// addresses as Teredo does.
var special = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"),
	netip.MustParsePrefix("192.88.99.0/24"), netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("2001::/23"), netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("3fff::/20"), netip.MustParsePrefix("2002::/16"),
}

// Public reports whether an address is one that anybody may reach.
func Public(ip netip.Addr) bool {
	ip = ip.Unmap()
	if !ip.IsGlobalUnicast() || ip.IsPrivate() || ip.Is6() && !global.Contains(ip) {
		return false
	}
	return !slices.ContainsFunc(special, func(p netip.Prefix) bool { return p.Contains(ip) })
}

package embed

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"
)

// NewClient returns the client for everything that goes to a platform. It
// dials only hosts of the records, and only public addresses unless the
// record says otherwise: the check is made on the address that is dialled,
// after the name was resolved, so a name that changes its mind is refused
// too. No redirect is followed to another origin, whatever it carries. Nil
// roots are the system's.
//
// Proxies of the environment are not used: the address that is dialled would
// be the proxy's, and the check would mean nothing.
func NewClient(records Records, roots *x509.CertPool) *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			DialContext:            records.dial,
			TLSClientConfig:        &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
			TLSHandshakeTimeout:    10 * time.Second,
			ResponseHeaderTimeout:  30 * time.Second,
			IdleConnTimeout:        90 * time.Second,
			MaxIdleConnsPerHost:    16,
			MaxResponseHeaderBytes: 64 << 10,
			ForceAttemptHTTP2:      true,
		},
		CheckRedirect: sameOrigin,
	}
}

func sameOrigin(req *http.Request, via []*http.Request) error {
	first := via[0].URL
	if len(via) >= 5 || req.URL.Scheme != first.Scheme || req.URL.Host != first.Host {
		return http.ErrUseLastResponse
	}
	return nil
}

func (rs Records) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, fmt.Errorf("dialling a platform: %w", err)
	}
	known, private := false, false
	for _, p := range rs {
		if p.allowsHost(host, port) {
			known, private = true, private || p.AllowPrivate
		}
	}
	if !known {
		return nil, fmt.Errorf("dialling %s: no platform record lists it", addr)
	}
	d := net.Dialer{Timeout: 10 * time.Second}
	if !private {
		d.Control = publicOnly
	}
	return d.DialContext(ctx, network, addr)
}

// publicOnly refuses the addresses behind which a server's own neighbours
// live.
func publicOnly(_, addr string, _ syscall.RawConn) error {
	ap, err := netip.ParseAddrPort(addr)
	if err != nil {
		return fmt.Errorf("dialling %s: %w", addr, err)
	}
	if ip := ap.Addr().Unmap(); !isPublic(ip) {
		return fmt.Errorf("dialling %s: the address is not public and its platform record does not allow that", addr)
	}
	return nil
}

// special are ranges that netip's own predicates do not know: shared address
// space (RFC 6598), protocol assignments, benchmarking (RFC 2544), the
// reserved class E, NAT64 (RFC 6052) and 6to4 (RFC 3056), which embed
// IPv4 addresses.
var special = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("240.0.0.0/4"), netip.MustParsePrefix("64:ff9b::/96"),
	netip.MustParsePrefix("64:ff9b:1::/48"), netip.MustParsePrefix("2002::/16"),
}

func isPublic(ip netip.Addr) bool {
	if !ip.IsGlobalUnicast() || ip.IsPrivate() {
		return false
	}
	for _, p := range special {
		if p.Contains(ip) {
			return false
		}
	}
	return true
}

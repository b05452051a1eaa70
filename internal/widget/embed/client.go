package embed

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"time"

	"offhook/internal/reach"
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
		d.Control = reach.PublicOnly
	}
	return d.DialContext(ctx, network, addr)
}

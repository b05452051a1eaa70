package embed

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"slices"
	"syscall"
	"time"

	"offhook/internal/rc"
)

// NewHookClient returns the client for what goes to the operator's own
// servers. It dials public addresses only, and those of the listed hosts
// ("host" or "host:port") wherever they are; the check is made on the address
// that is dialled. It follows no redirect: what people wrote goes where the
// operator said and nowhere else. Nil roots are the system's.
func NewHookClient(listed []string, roots *x509.CertPool) *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
				d := net.Dialer{Timeout: 10 * time.Second}
				host, _, err := net.SplitHostPort(addr)
				if err != nil || !slices.Contains(listed, host) && !slices.Contains(listed, addr) {
					d.Control = publicHook
				}
				return d.DialContext(ctx, network, addr)
			},
			TLSClientConfig:        &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
			TLSHandshakeTimeout:    10 * time.Second,
			ResponseHeaderTimeout:  15 * time.Second,
			IdleConnTimeout:        90 * time.Second,
			MaxIdleConnsPerHost:    4,
			MaxResponseHeaderBytes: 64 << 10,
			ForceAttemptHTTP2:      true,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// publicHook is publicOnly with a sentence for whoever set the webhook.
func publicHook(network, addr string, c syscall.RawConn) error {
	if publicOnly(network, addr, c) != nil {
		return rc.Errorf(rc.Denied, "its address is not public, and widget.log_hosts does not name it")
	}
	return nil
}

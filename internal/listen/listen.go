// Package listen opens the product's HTTP listeners. A listener answers only
// to its own names, knows its public URL, gives every request an id, logs it
// without its query (which may carry codes), and ends cleanly.
package listen

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"time"

	"offhook/internal/rc"
)

// Config describes a listener.
type Config struct {
	Name      string      // for sentences and logs: "widget"
	Flag      string      // the flag or setting that moves it: "--widget-addr"
	Addr      string      // host:port; port 0 takes any free one
	PublicURL string      // scheme://host[:port]; empty derives one from Addr
	ByAddress bool        // derive the URL with 127.0.0.1, which is another site than localhost
	Hosts     []string    // further Host values that it answers to
	TLS       *tls.Config // nil for plain HTTP
	// Proxies are the networks of reverse proxies whose X-Forwarded-For is
	// believed. Nothing else that a proxy may say is looked at.
	Proxies []netip.Prefix
	Log     *slog.Logger
}

// A Listener is open: its port is taken and its URL is known, and it serves
// once Serve is called.
type Listener struct {
	URL string // the public URL, without a trailing slash

	cfg   Config
	ln    net.Listener
	hosts []string
	srv   *http.Server
}

// Open takes the port. A taken port or a bad address is an Invalid error
// whose sentence names the flag.
func Open(cfg Config) (*Listener, error) {
	ln, err := net.Listen("tcp", cfg.Addr)
	if err != nil {
		return nil, explain(cfg, err)
	}
	l := &Listener{cfg: cfg, ln: ln, URL: strings.TrimSuffix(cfg.PublicURL, "/")}
	if l.URL == "" {
		l.URL = derivedURL(ln.Addr(), cfg)
	}
	u, err := url.Parse(l.URL)
	if err != nil || u.Host == "" {
		_ = ln.Close()
		return nil, rc.Errorf(rc.Invalid, "The public URL %q of the %s is not a URL; write it as https://phone.example.com.", l.URL, cfg.Name)
	}
	l.hosts = append(names(u, ln.Addr()), cfg.Hosts...)
	l.srv = &http.Server{
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		TLSConfig:         cfg.TLS,
		ErrorLog:          slog.NewLogLogger(cfg.Log.Handler(), slog.LevelDebug),
	}
	return l, nil
}

func explain(cfg Config, err error) error {
	if errors.Is(err, syscall.EADDRINUSE) {
		return rc.Errorf(rc.Conflict, "The %s cannot listen on %s: another program has that port. End it, or choose another with %s (port 0 takes any free one).", cfg.Name, cfg.Addr, cfg.Flag)
	}
	return rc.Errorf(rc.Invalid, "The %s cannot listen on %q (%v). Set %s to host:port, for example 127.0.0.1:8080.", cfg.Name, cfg.Addr, err, cfg.Flag)
}

// derivedURL calls 127.0.0.1 and any address "localhost", as people type it,
// unless the configuration wants the address; others keep their own name.
func derivedURL(addr net.Addr, cfg Config) string {
	ap := netip.MustParseAddrPort(addr.String())
	host := ap.Addr().Unmap()
	name := host.String()
	if !cfg.ByAddress && (host.IsUnspecified() || host == netip.AddrFrom4([4]byte{127, 0, 0, 1}) || host == netip.IPv6Loopback()) {
		name = "localhost"
	}
	scheme := "http"
	if cfg.TLS != nil {
		scheme = "https"
	}
	return scheme + "://" + net.JoinHostPort(name, fmt.Sprint(ap.Port()))
}

// names are the Host values of the public URL, and on loopback the others
// that reach the same port.
func names(u *url.URL, addr net.Addr) []string {
	hosts := []string{u.Host}
	ap := netip.MustParseAddrPort(addr.String())
	if ap.Addr().IsLoopback() {
		for _, h := range []string{"localhost", ap.Addr().Unmap().String()} {
			hosts = append(hosts, net.JoinHostPort(h, fmt.Sprint(ap.Port())))
		}
	}
	return hosts
}

// Serve answers requests with h until Shutdown. It returns nil after
// Shutdown.
func (l *Listener) Serve(h http.Handler) error {
	l.srv.Handler = l.wrap(h)
	var err error
	if l.cfg.TLS != nil {
		err = l.srv.ServeTLS(l.ln, "", "")
	} else {
		err = l.srv.Serve(l.ln)
	}
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return fmt.Errorf("serving the %s: %w", l.cfg.Name, err)
}

// Shutdown stops accepting, waits for running requests until ctx ends, then
// closes what is left.
func (l *Listener) Shutdown(ctx context.Context) {
	if l.srv.Shutdown(ctx) != nil {
		_ = l.srv.Close()
	}
	_ = l.ln.Close() // in case Serve was never called
}

type contextKey struct{}

// BaseURL is the public URL of the listener that took the request.
func BaseURL(r *http.Request) string {
	l, _ := r.Context().Value(contextKey{}).(*Listener)
	if l == nil { // only in tests that call a handler directly
		return "http://" + r.Host
	}
	return l.URL
}

// wrap checks the Host header, so that no name but ours reaches a handler
// (RFC 9110 section 7.4; 421 is section 15.5.20), and logs.
func (l *Listener) wrap(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		id := rand.Text()[:16]
		w.Header().Set("RCRequestId", id)
		rec := &recorder{ResponseWriter: w}
		defer func() {
			if p := recover(); p != nil {
				l.panicked(rec, r, id, p)
			}
			l.cfg.Log.Debug("request", "listener", l.cfg.Name, "request", id, "method", r.Method, "path", r.URL.Path,
				"status", rec.status, "ms", time.Since(start).Milliseconds())
		}()
		if !slices.ContainsFunc(l.hosts, func(host string) bool { return strings.EqualFold(host, r.Host) }) {
			http.Error(rec, "This server does not answer to that host name.", http.StatusMisdirectedRequest)
			return
		}
		ctx := context.WithValue(r.Context(), contextKey{}, l)
		h.ServeHTTP(rec, r.WithContext(context.WithValue(ctx, addressKey{}, l.address(r))))
	})
}

// panicked answers for a handler that panicked. The log gets the type of what
// it said and where, never the words, which may hold a secret.
func (l *Listener) panicked(w *recorder, r *http.Request, id string, said any) {
	if said == http.ErrAbortHandler {
		panic(said)
	}
	l.cfg.Log.Error("request panicked", "listener", l.cfg.Name, "request", id, "path", r.URL.Path,
		"panic", fmt.Sprintf("%T", said), "stack", string(debug.Stack()))
	if w.status != 0 {
		panic(http.ErrAbortHandler) // half an answer must not look like a whole one
	}
	http.Error(w, "Something went wrong here. Please try again.", http.StatusInternalServerError)
}

// A recorder remembers the status for the log.
type recorder struct {
	http.ResponseWriter
	status int
}

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	return r.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection, which a
// WebSocket needs.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

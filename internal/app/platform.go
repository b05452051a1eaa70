package app

import (
	"cmp"
	"context"
	"crypto/x509"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"time"

	"offhook/internal/bus"
	"offhook/internal/listen"
	"offhook/internal/media"
	"offhook/internal/platform/api"
	"offhook/internal/platform/exchange/trunk"
	"offhook/internal/platform/notify"
	"offhook/internal/platform/oauth"
	"offhook/internal/platform/signing"
	"offhook/internal/platform/wire"
	"offhook/internal/rc"
	"offhook/internal/reach"
)

// RunPlatform runs the local platform until ctx ends.
func RunPlatform(ctx context.Context, cfg *Config) error {
	return start(ctx, cfg, nil, func(ctx context.Context, cfg *Config, data *Data, log *slog.Logger) (_ *house, err error) {
		c := cfg.Platform
		if len(cfg.Bus.NATS) > 0 {
			log.Warn("bus.nats is for offhook serve; the platform is always one process and does not use it")
		}
		ca, err := LoadCA(data.Dir, time.Now())
		if err != nil {
			return nil, err
		}
		addr, tlsAddr := cmp.Or(c.Addr, "127.0.0.1:8070"), cmp.Or(c.TLSAddr, "127.0.0.1:8443")
		tlsConfig, err := ca.ServerTLS(tlsAddr, time.Now())
		if err != nil {
			return nil, err
		}
		open := &opener{log: log}
		defer func() { open.closeUnless(err == nil) }()
		proxies, err := cfg.proxies()
		if err != nil {
			return nil, err
		}
		plain := open.listen(listen.Config{Name: "platform", Flag: "platform.addr", Addr: addr, PublicURL: c.PublicURL, Proxies: proxies})
		secure := open.listen(listen.Config{Name: "platform", Flag: "platform.tls_addr", Addr: tlsAddr, PublicURL: c.TLSPublicURL, TLS: tlsConfig, Proxies: proxies})
		if open.err != nil {
			return nil, open.err
		}
		phones, err := openSIP("platform.sip_addr", c.SIPAddr, tlsConfig, log)
		if err != nil {
			return nil, err
		}
		line, err := c.Trunk.open(tlsConfig)
		if err != nil {
			phones.shut()
			return nil, err
		}
		p, err := newPlatform(platformDeps{
			sip: phones, trunk: line, data: data, bus: new(bus.InProcess), url: plain.URL, tlsURL: secure.URL, limits: !c.NoRateLimits, calls: c.CallsPerMinute, longest: time.Duration(c.LongestCall) * time.Minute, hooks: c.WebhookHosts, sound: c.sound(tlsAddr), log: log,
		})
		if err != nil {
			phones.shut()
			return nil, err
		}
		log.Info("the platform is ready", "url", plain.URL, "tls", secure.URL, "ca", ca.File)
		return serveAll([]door{{plain, p}, {secure, p}}, []func(){p.Close}), nil
	})
}

type platformDeps struct {
	data    *Data
	bus     bus.Bus
	url     string        // its own, for links in what it tells by itself
	tlsURL  string        // the same with TLS, for phones
	sound   media.Config  // of calls
	sip     *sipDoor      // of phones without WebRTC; nil for none
	trunk   *trunk.Config // nil for none
	limits  bool
	longest time.Duration  // of a call; zero for the exchange's own idea
	calls   int            // that an extension may place within a minute; zero for the exchange's own idea
	hooks   []string       // hosts to which webhooks may go although their addresses are not public
	roots   *x509.CertPool // besides the system's; nil for the system's alone
	log     *slog.Logger
}

// A platformHouse answers the platform's requests until Close.
type platformHouse struct {
	http.Handler
	close []func()
}

func newPlatform(deps platformDeps) (*platformHouse, error) {
	st := deps.data.DB.Platform()
	log := deps.log.With("house", "platform")
	var limit *wire.Limiter
	if deps.limits {
		limit = new(wire.Limiter)
	}
	keys := &signing.Keys{Store: st, Sealer: deps.data.Ring}
	auth := &oauth.Handler{Store: st, Bus: deps.bus, Keys: keys, Limit: limit, Log: log}
	face := &wire.Face{Auth: auth, Limit: limit, Log: log}
	mux := http.NewServeMux()
	mountHealth(mux, deps.data.DB, log)
	mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	auth.Mount(mux)
	rest := api.New(face, st, deps.bus, time.Now, log)
	rest.Office.Base = deps.url
	phones, err := newPhones(context.Background(), deps, st, deps.bus, rest, log)
	if err != nil {
		return nil, err
	}
	rest.Mount(mux)
	phones.Mount(mux)
	events := &notify.Handler{
		Store: st, Bus: deps.bus, Face: face, REST: mux, Log: log, Client: hookClient(deps.hooks, deps.roots), Listed: deps.hooks, Sealer: deps.data.Ring,
	}
	if err := events.Start(); err != nil {
		phones.close()
		return nil, fmt.Errorf("starting notifications: %w", err)
	}
	events.Mount(mux)

	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { auth.Run(ctx) })
	wg.Go(func() { rest.Run(ctx) })
	return &platformHouse{
		Handler: phones.wrap(wire.CORS(mux, append(slices.Clone(oauth.NoCORS), healthPath)...)),
		close:   []func(){func() { cancel(); wg.Wait() }, events.Close, phones.close},
	}, nil
}

// hookClient is the client for what goes to webhooks.
func hookClient(listed []string, roots *x509.CertPool) *http.Client {
	return reach.NewClient(reach.Client{
		Listed: listed, Roots: roots, Patience: 5 * time.Second,
		Refusal: rc.Errorf(rc.Denied, "its address is not public, and platform.webhook_hosts does not name it"),
	})
}

// Close ends what runs behind the handler, sockets first.
func (p *platformHouse) Close() {
	for i := len(p.close) - 1; i >= 0; i-- {
		p.close[i]()
	}
}

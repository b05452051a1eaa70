package app

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/x509"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"time"
	_ "time/tzdata" // days begin where the reader is, also on machines without a zone database

	"offhook/internal/bus"
	"offhook/internal/listen"
	"offhook/internal/media"
	"offhook/internal/widget/audit"
	"offhook/internal/widget/configurator"
	"offhook/internal/widget/desk"
	"offhook/internal/widget/embed"
	"offhook/internal/widget/grant"
	"offhook/internal/widget/hostlink"
	"offhook/internal/widget/intake"
	"offhook/internal/widget/logbook"
	"offhook/internal/widget/panel"
	"offhook/internal/widget/service"
	"offhook/internal/widget/session"
	"offhook/internal/widget/signin"
	"offhook/internal/widget/softphone"
	"offhook/internal/widget/ticket"
	"offhook/internal/widget/visit"
	"offhook/web"
)

// Version is what the settings show.
const Version = "0.1.0"

// RunServe runs the widget until ctx ends.
func RunServe(ctx context.Context, cfg *Config) error {
	if err := cfg.RequirePublicURL(); err != nil {
		return err
	}
	return start(ctx, cfg, nil, func(ctx context.Context, cfg *Config, data *Data, log *slog.Logger) (_ *house, err error) {
		c := cfg.Widget
		open := &opener{log: log}
		defer func() { open.closeUnless(err == nil) }()
		proxies, err := cfg.proxies()
		if err != nil {
			return nil, err
		}
		l := open.listen(listen.Config{Name: "widget", Flag: "widget.addr", Addr: cmp.Or(c.Addr, defaultWidgetAddr), PublicURL: c.PublicURL, Proxies: proxies})
		if open.err != nil {
			return nil, open.err
		}
		var records embed.Records
		for _, p := range c.Platforms {
			records = append(records, embed.Record(p))
		}
		if err := warn(ctx, c, data.DB.Widget(), log); err != nil {
			return nil, err
		}
		b, end, err := cfg.Bus.open(data.Ring, log)
		if err != nil {
			return nil, err
		}
		defer func() {
			if err != nil {
				end()
			}
		}()
		w, err := newWidget(widgetDeps{
			data: data, bus: b, several: len(cfg.Bus.NATS) > 0, log: log, records: append(records, embed.RingCentral...),
			openClients: c.OpenClients, logHosts: c.LogHosts, urlSecrets: c.AllowURLSecrets, sound: c.sound(cmp.Or(c.Addr, defaultWidgetAddr)), relays: c.Turn.relays(),
		})
		if err != nil {
			return nil, err
		}
		log.Info("the widget is ready", "url", l.URL)
		return serveAll([]door{{l, w}}, []func(){end, w.Close}), nil
	})
}

// defaultWidgetAddr is where the widget listens unless it is told otherwise.
const defaultWidgetAddr = "127.0.0.1:8080"

type widgetDeps struct {
	data        *Data
	bus         bus.Bus
	several     bool // servers share the database and the bus
	log         *slog.Logger
	records     embed.Records
	roots       *x509.CertPool // besides the system's; nil for the system's alone
	openClients bool
	urlSecrets  bool // addresses may bring secrets
	stories     bool
	sound       media.Config
	relays      *softphone.Relays // nil for none
	logHosts    []string          // where logs may go although the address is not public
	tryApp      string            // that the front page begins with; the demo's
	tryPage     string            // that embeds it
}

// A widgetHouse answers the widget's requests until Close.
type widgetHouse struct {
	http.Handler
	close []func()
}

func newWidget(deps widgetDeps) (*widgetHouse, error) {
	st := deps.data.DB.Widget()
	log := deps.log.With("house", "widget")
	registry := &embed.Registry{Store: st, Ring: deps.data.Ring, Records: deps.records, OpenClients: deps.openClients, Now: time.Now}
	trail := &audit.Trail{Store: st, Now: time.Now, Log: log}
	grants := &grant.Grants{
		Store: st, Audit: trail, Bus: deps.bus, Ring: deps.data.Ring, Secrets: registry, Client: embed.NewClient(deps.records, deps.roots),
		Holder: rand.Text(), Now: time.Now, Log: log,
	}
	sessions := &session.Sessions{Store: st, Bus: deps.bus, Grants: grants, Audit: trail, Now: time.Now, Log: log}
	apps := new(visit.Apps)
	pool := &desk.Pool{Store: st, Bus: deps.bus, Ring: deps.data.Ring, Street: street{grants, deps.records, apps}, Log: log, Node: deps.data.node()}
	visits := &visit.Face{Store: st, Sessions: sessions, Apps: apps, Log: log}
	engine, err := media.NewEngine(deps.sound)
	if err != nil {
		return nil, err
	}
	phones := &softphone.Pool{Visits: visits, Desks: phoneDesks{pool}, Street: street{grants, deps.records, apps}, Engine: engine, Bus: deps.bus, Log: log}
	services := &service.Handler{Visits: visits, Store: st, Embeds: registry, Numbers: numbers{pool}, Bus: deps.bus, FrameKey: embed.Key, Now: time.Now, Log: log}
	phones.Guards, phones.Audit, phones.Relays = services, trail, deps.relays
	if deps.several {
		phones.Cluster = &softphone.Cluster{Store: st, Node: rand.Text()}
		services.Node = rand.Text()
	}
	logs := &logbook.Handler{
		Visits: visits, Store: st, Ring: deps.data.Ring, Bus: deps.bus, Embeds: registry, Services: logServices{services}, Desks: logDesks{pool, grants},
		Client: embed.NewHookClient(deps.logHosts, deps.roots), Node: deps.data.node(), Now: time.Now, Log: log,
	}
	panels := &panel.Handler{
		Visits: visits, Desks: panelDesks{pool, grants}, Phones: panelPhones{phones}, Services: services, Books: services, Logs: logs, Audit: trail, Version: Version, Now: time.Now, Log: log, Stories: deps.stories,
	}
	if deps.relays != nil {
		panels.Relays = deps.relays
	}
	offers := &intake.Intakes{Store: st, Ring: deps.data.Ring, Now: time.Now}
	flows := &signin.Handler{
		Visits: visits, Store: st, Bus: deps.bus, Ring: deps.data.Ring, Embeds: registry, Intakes: offers, Grants: grants, Sessions: sessions, Audit: trail, Client: grants.Client,
		Now: time.Now, Log: log,
	}
	tickets := &ticket.Handler{Store: st, Embeds: registry, Grants: grants, Entry: flows, Audit: trail, Visits: visits, Now: time.Now, Log: log}
	link := &hostlink.Handler{Visits: visits, Bus: deps.bus, Desks: linkDesks{pool, grants}, Embeds: registry, Tabs: logs, Phones: linkPhones{phones}, Handles: sessions, Now: time.Now, Log: log}

	frames := &embed.Handler{Registry: registry, Sessions: sessions, Shell: panels, Visits: visits, Audit: trail, Now: time.Now, Log: log}
	if deps.urlSecrets {
		frames.Intakes = offers
	}

	mux := http.NewServeMux()
	mountHealth(mux, deps.data.DB, log)
	web.Mount(mux)
	panels.Mount(mux)
	services.Mount(mux)
	logs.Mount(mux)
	frames.Mount(mux)
	front := &configurator.Handler{Embeds: frames, ClientID: deps.tryApp, Page: deps.tryPage, Version: Version, Log: log}
	for _, p := range deps.records {
		front.Platforms = append(front.Platforms, configurator.Platform{Origin: p.Origin, Name: p.Name})
	}
	front.Mount(mux)
	flows.Mount(mux)
	tickets.Mount(mux)
	(&session.Handler{Sessions: sessions, Visits: visits}).Mount(mux)
	link.Mount(mux)
	phones.Mount(mux)

	if err := pool.Start(); err != nil {
		return nil, err
	}
	forget, err := services.Start()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { flows.Run(ctx) })
	wg.Go(func() { sessions.Run(ctx) })
	wg.Go(func() { grants.Run(ctx) })
	wg.Go(func() { logs.Run(ctx) })
	wg.Go(func() { tickets.Run(ctx) })
	return &widgetHouse{mux, []func(){grants.Close, pool.Close, forget, func() { cancel(); wg.Wait() }, func() { _ = engine.Close() }, link.Close, phones.Close}}, nil
}

// Close ends what runs behind the handler, sockets first.
func (w *widgetHouse) Close() {
	for i := len(w.close) - 1; i >= 0; i-- {
		w.close[i]()
	}
}

// A street is the desks' way to platforms: requests through the grants,
// sockets only to hosts that the platform's record lists.
type street struct {
	grants  *grant.Grants
	records embed.Records
	apps    *visit.Apps
}

func (s street) Do(ctx context.Context, grantID string, req *http.Request) (*http.Response, error) {
	if agent := s.apps.Agent(grantID); agent != "" {
		req = req.Clone(ctx)
		req.Header.Set("X-User-Agent", agent+" "+req.Header.Get("X-User-Agent"))
	}
	return s.grants.Do(ctx, grantID, req)
}

func (s street) Gateway(ctx context.Context, grantID string, u *url.URL) (*http.Client, error) {
	g, err := s.grants.Grant(ctx, grantID)
	if err != nil {
		return nil, err
	}
	record, err := s.records.Record(g.Platform)
	if err != nil {
		return nil, err
	}
	if err := record.AllowsURL(u); err != nil {
		return nil, err
	}
	return s.grants.Client, nil
}

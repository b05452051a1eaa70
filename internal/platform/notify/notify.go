// Package notify tells apps what happens to their user: it hands out tokens
// for the notification gateway, runs the gateway at /ws, and keeps the
// subscriptions that say which events travel over which socket (contract 7).
//
// Events come from package event. Whoever changes state publishes there; who
// may see what is decided here, when a subscription is made. Those of
// sockets and their sessions live in memory, because they end with their
// socket: after a restart a client is told that recovery failed, subscribes
// again and syncs. Webhooks, and what waits for them, are stored.
package notify

import (
	"cmp"
	"context"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"

	"offhook/internal/bus"
	"offhook/internal/platform/event"
	"offhook/internal/platform/wire"
	"offhook/internal/store"
)

// The gateway's promises, as ConnectionDetails states them (contract 7.2).
const (
	maxConnections  = 50 // sessions of one sign-in
	recoveryBuffer  = 100
	maxBacklog      = 1000 // notifications that a slow client may leave unread; ours
	recoveryTimeout = 180 * time.Second
	idleTimeout     = 30 * time.Minute
	absoluteTimeout = 24 * time.Hour
	maxActive       = 10 // forwarded requests of one socket at a time
)

// checkInterval is how often the sign-ins with sockets are looked up: an end
// is announced within this process, and written down by any other.
const checkInterval = 2 * time.Second

// A Handler is the notification face of the platform. Set its fields, Start
// it, Mount it, and Close it when the listeners end.
type Handler struct {
	Store store.Platform
	Bus   bus.Bus
	Face  *wire.Face
	REST  http.Handler     // answers the requests that come over sockets: the platform's whole mux
	Now   func() time.Time // nil means time.Now
	Log   *slog.Logger

	// Client posts to webhooks. It decides which addresses are dialled; nil
	// means that there are no webhooks.
	Client *http.Client
	Listed []string // hosts whose webhooks may be on plain http
	Sealer Sealer   // of the webhooks' tokens

	every    time.Duration // between two looks at the sign-ins; 0 means checkInterval
	hookIDs  *store.IDs
	hookWake chan struct{}

	cancel []func() // ends the bus subscriptions and the checking

	mu       sync.Mutex
	closed   bool                             // guarded by mu
	sessions map[string]*session              // guarded by mu; by session.id
	signIns  map[string]map[*session]struct{} // guarded by mu; by OAuth session
	subs     map[string]*subscription         // guarded by mu; by subscription.id
	routes   map[string][]route               // guarded by mu; by filter.path
	sockets  sync.WaitGroup
}

// Start begins to listen to events.
func (h *Handler) Start() error {
	h.sessions = make(map[string]*session)
	h.signIns = make(map[string]map[*session]struct{})
	h.subs = make(map[string]*subscription)
	h.routes = make(map[string][]route)
	events, err := event.Subscribe(h.Bus, h.Log, h.fanOut)
	if err != nil {
		return err
	}
	h.cancel = append(h.cancel, events)
	ends, err := event.SubscribeSessionEnds(h.Bus, h.Log, func(e event.SessionEnd) { h.revoked(e.SessionID) })
	if err != nil {
		events()
		return err
	}
	h.cancel = append(h.cancel, ends, h.check())
	if h.Client == nil {
		return nil
	}
	return h.startHooks()
}

// startHooks begins to keep events for webhooks and to post them.
func (h *Handler) startHooks() error {
	h.hookIDs, h.hookWake = &store.IDs{Now: h.Now}, make(chan struct{}, 1)
	ctx, cancel := context.WithCancel(context.Background())
	events, err := event.Subscribe(h.Bus, h.Log, func(e event.Event) { h.queue(ctx, e) })
	if err != nil {
		cancel()
		return err
	}
	var wg sync.WaitGroup
	wg.Go(func() { h.runHooks(ctx) })
	h.cancel = append(h.cancel, func() { cancel(); events(); wg.Wait() })
	return nil
}

// check ends the sockets of sign-ins that have ended elsewhere, now and then
// until stop.
func (h *Handler) check() (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() {
		tick := time.NewTicker(cmp.Or(h.every, checkInterval))
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				h.endRevoked(ctx)
			}
		}
	})
	return func() { cancel(); wg.Wait() }
}

func (h *Handler) endRevoked(ctx context.Context) {
	h.mu.Lock()
	open := slices.Collect(maps.Keys(h.signIns))
	h.mu.Unlock()
	for _, id := range open {
		switch ok, err := h.stands(ctx, id); {
		case err != nil && ctx.Err() == nil:
			h.Log.Error("asking whether a sign-in stands", "err", err)
		case err == nil && !ok:
			h.revoked(id)
		}
	}
}

// Mount registers the gateway and the subscription resource.
func (h *Handler) Mount(mux *http.ServeMux) {
	h.Face.Handle(mux, "POST", "/restapi/oauth/wstoken", h.token)
	mux.HandleFunc("GET /ws", h.gateway)
	h.Face.Handle(mux, "GET", "/restapi/v1.0/subscription", h.list)
	h.Face.Handle(mux, "POST", "/restapi/v1.0/subscription", h.create)
	h.Face.Handle(mux, "GET", "/restapi/v1.0/subscription/{subscriptionId}", h.either(h.get, h.getHook))
	h.Face.Handle(mux, "PUT", "/restapi/v1.0/subscription/{subscriptionId}", h.either(h.update, h.updateHook))
	h.Face.Handle(mux, "DELETE", "/restapi/v1.0/subscription/{subscriptionId}", h.either(h.remove, h.removeHook))
	h.Face.Handle(mux, "POST", "/restapi/v1.0/subscription/{subscriptionId}/renew", h.either(h.renew, h.renewHook))
}

// Close ends every socket, asking its client to come back later, and waits.
// New sockets are refused from now on.
func (h *Handler) Close() {
	for _, cancel := range h.cancel {
		cancel()
	}
	h.mu.Lock()
	h.closed = true
	var open []*socket
	for _, s := range h.sessions {
		if k := s.end(); k != nil {
			open = append(open, k)
		}
	}
	h.mu.Unlock()
	for _, k := range open {
		h.sockets.Go(k.goAway)
	}
	h.sockets.Wait()
}

// revoked ends the sockets of an OAuth session. Tokens for new ones have
// ended with it in the store.
func (h *Handler) revoked(session string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for s := range h.signIns[session] {
		if k := s.end(); k != nil && !h.closed {
			h.sockets.Go(func() { k.fail(errRevoked) })
		}
		h.forget(s)
	}
}

func (h *Handler) now() time.Time {
	if h.Now != nil {
		return h.Now()
	}
	return time.Now()
}

// Package api is the platform's REST face: it mounts a package for each
// family of resources, lets POST stand in for other methods, and answers
// every path that nobody knows (contract 4). What the packages share is in
// target (who and what a path means), page (lists), plan (who has which
// number) and region (countries and numbers).
package api

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"offhook/internal/bus"
	"offhook/internal/platform/api/account"
	"offhook/internal/platform/api/addressbook"
	"offhook/internal/platform/api/calllog"
	"offhook/internal/platform/api/dictionary"
	"offhook/internal/platform/api/directory"
	"offhook/internal/platform/api/inbox"
	"offhook/internal/platform/api/messages"
	"offhook/internal/platform/api/numbers"
	"offhook/internal/platform/api/presence"
	"offhook/internal/platform/api/provision"
	"offhook/internal/platform/api/queues"
	"offhook/internal/platform/api/robot"
	"offhook/internal/platform/api/telephony"
	"offhook/internal/platform/api/templates"
	"offhook/internal/platform/api/threads"
	"offhook/internal/platform/wire"
	"offhook/internal/store"
)

// A Handler answers /restapi, except for what other faces of the platform
// mount under longer patterns of the same mux.
type Handler struct {
	Face   *wire.Face
	Store  store.Platform
	Bus    bus.Bus
	Office *messages.Office
	// Presence is told of calls by the exchange, if there is one.
	Presence *presence.Handler
	// Exchange is nil where no calls are carried. Set it before Mount.
	Exchange *Exchange
	Now      func() time.Time
	Log      *slog.Logger

	ids *store.IDs
}

// New returns a Handler with its own message office.
func New(face *wire.Face, st store.Platform, b bus.Bus, now func() time.Time, log *slog.Logger) *Handler {
	ids := &store.IDs{Now: now}
	return &Handler{
		Face: face, Store: st, Bus: b, Office: messages.NewOffice(st, b, ids, now, log),
		Presence: &presence.Handler{Face: face, Store: st, Bus: b, Log: log}, Now: now, Log: log, ids: ids,
	}
}

// An Exchange is what carries calls, as REST sees it.
type Exchange struct {
	Domain      string // of its SIP addresses
	URL, TLSURL string // the platform's public addresses without and with TLS, at which phones register
	StreamAddr  string // host:port of those without WebRTC, by TLS; empty for none
	Sealer      provision.Sealer
	Online      func(deviceID int64) bool // whether a device is registered
	Book        Book
	// Commands does what requests ask for: those interfaces of package
	// telephony that it has are offered.
	Commands any
}

// A Book knows the calls that go on.
type Book interface {
	telephony.Book
	presence.Calls
}

// Run does the work behind the answers, the delivery of texts and what robots
// say to them, until ctx ends.
func (h *Handler) Run(ctx context.Context) {
	robots := &robot.Robots{Store: h.Store, Bus: h.Bus, Send: h.Office.Send, Page: h.Office.Page, Base: h.Office.Base, Now: h.Now, Log: h.Log}
	var wg sync.WaitGroup
	wg.Go(func() { h.Office.Run(ctx) })
	wg.Go(func() { robots.Run(ctx) })
	wg.Wait()
}

// Mount registers every operation, and the answer for paths under /restapi
// that are none.
func (h *Handler) Mount(mux *http.ServeMux) {
	own := http.NewServeMux()
	(&account.Handler{
		Face: h.Face, Store: h.Store, Bus: h.Bus, IDs: h.ids, Now: h.Now, Log: h.Log, Phones: h.Exchange != nil, RingOut: h.ringsOut(),
	}).Mount(own)
	(&dictionary.Handler{Face: h.Face}).Mount(own)
	(&directory.Handler{Face: h.Face, Store: h.Store}).Mount(own)
	(&numbers.Handler{Face: h.Face, Store: h.Store}).Mount(own)
	(&messages.Handler{Face: h.Face, Store: h.Store, Office: h.Office, Now: h.Now, Log: h.Log}).Mount(own)
	h.mountCalls(own)
	h.Presence.Mount(own)
	(&addressbook.Handler{Face: h.Face, Store: h.Store, Bus: h.Bus, IDs: h.ids, Now: h.Now, Log: h.Log}).Mount(own)
	(&queues.Handler{Face: h.Face, Store: h.Store, Bus: h.Bus, Log: h.Log}).Mount(own)
	(&threads.Handler{Face: h.Face, Inbox: inbox.Inbox{Store: h.Store, Bus: h.Bus, IDs: h.ids, Now: h.Now, Log: h.Log}}).Mount(own)
	(&templates.Handler{Face: h.Face, Store: h.Store, IDs: h.ids, Now: h.Now}).Mount(own)
	(&calllog.Handler{Face: h.Face, Store: h.Store, Now: h.Now}).Mount(own)
	h.mountService(own)
	own.HandleFunc("/", h.unknown)
	serve := h.override(own, mux)
	mux.Handle("/restapi", serve)
	mux.Handle("/restapi/", serve)
}

// ringsOut reports whether the exchange calls both ends by itself.
func (h *Handler) ringsOut() bool {
	if h.Exchange == nil {
		return false
	}
	_, ok := h.Exchange.Commands.(telephony.RingOuter)
	return ok
}

// mountCalls registers what has to do with phones. Without an exchange
// nobody has any.
func (h *Handler) mountCalls(mux *http.ServeMux) {
	devices := &provision.Handler{Face: h.Face, Store: h.Store, IDs: h.ids, Now: h.Now}
	if x := h.Exchange; x != nil {
		devices.Domain, devices.URL, devices.TLSURL, devices.StreamAddr, devices.Sealer, devices.Online = x.Domain, x.URL, x.TLSURL, x.StreamAddr, x.Sealer, x.Online
		h.Presence.Calls = x.Book
		(&telephony.Handler{Face: h.Face, Store: h.Store, Book: x.Book, Exchange: x.Commands}).Mount(mux)
	}
	devices.Mount(mux)
}

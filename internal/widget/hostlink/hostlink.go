// Package hostlink is the widget's link with the page around it: the one
// WebSocket of a frame, which turns what happens on a desk into events for
// the panels and rc-* messages for the host page, and the tables of what the
// contract's messages, parameters and methods have become here.
//
// The host page itself never talks to the server. It posts messages to the
// frame (web/widget/host.js checks them) and gets what the socket delivers.
package hostlink

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"path"
	"strings"
	"sync"
	"time"

	"offhook/internal/bus"
	"offhook/internal/listen"
	"offhook/internal/rc"
	"offhook/internal/store"
	"offhook/internal/widget/visit"
	"offhook/web"
)

// Handler serves the scripts of host pages and the sockets of all frames. Sockets
// outlive the shutdown of an HTTP server, so Close ends them.
type Handler struct {
	Visits *visit.Face
	Bus    bus.Bus
	Desks  Desks
	Embeds Embeds
	// Tabs hears which tabs are there; nil for nobody.
	Tabs Tabs
	// Phones are for users who call; nil where nobody does.
	Phones Phones
	// Handles are for frames whose browser refuses our cookies.
	Handles Handles
	Now     func() time.Time
	Log     *slog.Logger
	Beat    time.Duration // how often a socket is asked whether it lives; zero means 15 s

	mu     sync.Mutex
	quit   chan struct{}  // guarded by mu; made at first use, closed by Close
	closed bool           // guarded by mu
	open   map[string]int // guarded by mu; sockets, by session
	wg     sync.WaitGroup
}

// Mount registers the package's routes.
func (h *Handler) Mount(mux *http.ServeMux) {
	for at, name := range scripts {
		mux.HandleFunc("GET "+at, func(w http.ResponseWriter, r *http.Request) { script(w, r, name) })
	}
	h.Visits.Open(mux, "GET /p/{key}/events", h.events)
}

// scripts are what host pages load, by the path they load it from.
var scripts = map[string]string{
	"/adapter.js":   "adapter/adapter.js",
	"/more.js":      "adapter/more.js",
	"/looks.js":     "adapter/looks.js",
	"/popup.js":     "adapter/popup.js",
	"/offhook.js":   "adapter/offhook.js",
	"/offhook.d.ts": web.Types,
}

// script serves one of them. Modules come by CORS wherever they are imported.
// The frame moves to the public name, to which cookies belong, and a script
// that came under another name would not recognise it there: such a page is
// told so.
func script(w http.ResponseWriter, r *http.Request, name string) {
	w.Header().Set("Access-Control-Allow-Origin", "*")
	base, err := url.Parse(listen.BaseURL(r))
	if err != nil || strings.EqualFold(base.Host, r.Host) {
		web.Serve(w, r, name)
		return
	}
	w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Cross-Origin-Resource-Policy", "cross-origin")
	say := "console.error(%q);\n"
	if strings.HasSuffix(name, "/offhook.js") {
		say = "export const phone = null;\nthrow new Error(%q);\n"
	}
	fmt.Fprintf(w, say, "There is no phone on this page: load it from "+base.JoinPath(path.Base(name)).String()+", the phone's public address.")
}

// Close ends every socket and waits for them. Frames reconnect by themselves
// when the server is back.
func (h *Handler) Close() {
	h.mu.Lock()
	if !h.closed {
		h.closed = true
		close(h.quitting())
	}
	h.mu.Unlock()
	h.wg.Wait()
}

// quitting needs h.mu.
func (h *Handler) quitting() chan struct{} {
	if h.quit == nil {
		h.quit = make(chan struct{})
	}
	return h.quit
}

// Handles stand for sessions in frames whose browser refuses cookies.
type Handles interface {
	// ByHandle returns nil when the handle is good for nothing.
	ByHandle(ctx context.Context, f store.Frame, handle string) (*store.Session, error)
	// Renew gives the session more time and another handle, which is empty
	// when the session has ended.
	Renew(ctx context.Context, sessionID string) (handle string, err error)
	// EndedHandle says why the session of a handle is over, empty when
	// nobody knows.
	EndedHandle(ctx context.Context, f store.Frame, handle string) (reason string, err error)
	// Settle ends the session's other handles: the frame holds this one.
	Settle(ctx context.Context, sessionID, handle string) error
}

// Tabs hears which tabs of host pages are there.
type Tabs interface {
	// Join tells that a tab's socket is up, until leave is called.
	Join(grantID string, f store.Frame, tab string) (leave func())
}

// Desks opens the live state of a grant's user.
type Desks interface {
	// Desk opens at first use. It returns an *rc.Error of kind
	// Unauthenticated for a grant that has ended.
	Desk(ctx context.Context, grantID string) (Desk, error)
}

// A Desk is the live state of one user, as far as a socket tells of it. It is
// safe for concurrent use.
type Desk interface {
	// Identity returns false until the platform has answered for account,
	// extension and features.
	Identity() (Identity, bool)
	// Online returns a sentence for people while the platform is out of reach.
	Online() (ok bool, sentence string)
	// Presence is the user's own; false while it is not known.
	Presence() (Presence, bool)
	// Unread counts the user's unread messages.
	Unread() int
	// Missed counts the calls that the user has missed and not looked at. It
	// returns false for who may not read their call log here.
	Missed(ctx context.Context) (readable bool, n int)
	// Mail counts what the user has not heard and not seen.
	Mail(ctx context.Context) Mail
	// Preferences are how the user likes their phone.
	Preferences() Preferences
	// SuggestWay takes how a page has users call who have not chosen, Browser or
	// RingOut; anything else changes nothing.
	SuggestWay(ctx context.Context, way string) error
	// Caller is what whoever sent a message is called.
	Caller(m *rc.Message) string
	// Watch delivers what happens after a position. When the desk no longer
	// knows it, or it is empty, the first event is a resync that carries the
	// position to go on from.
	Watch(after string) Watch
}

// A Watch delivers events until it is closed by either side; a desk closes
// one that does not keep up.
type Watch interface {
	C() <-chan Event
	Close()
}

// Mail counts what nobody has heard or looked at; what the user has none of
// here is none.
type Mail struct {
	Voicemail int `json:"voicemail,omitempty"`
	Fax       int `json:"fax,omitempty"`
}

// An Event is something that happened on a desk. Type is one of resync,
// status, identity, conversation, message, unread, draft, presence, calls,
// session, failed, notice, preferences and ended, and says which of the fields
// are set.
type Event struct {
	Position string
	Type     string
	ID       string      // of the conversation or draft
	Message  *rc.Message // the platform's record
	New      bool        // the message was not known before; of calls: a sync brought some
	Unread   int
	Presence *Presence // of the user or of a colleague
	Failure  *Failure
	Session  *TelephonySession
	Reason   string // why the desk ended; of a notice: its sentence
}

// A Failure is a text or fax that failed for good.
type Failure struct {
	Key          string // the same in every tab, another when it fails again
	Conversation string // of a text
	Fax          string // the id of a fax
	To           string // whom it was for; of several the first
	Error        string // a sentence
}

// A Presence is whether somebody can be reached.
type Presence struct {
	ExtensionID     string
	Own             bool   // the user's, not a colleague's
	Reach           string // in one word, for the panels
	UserStatus      string // these three as the platform has them
	DNDStatus       string
	TelephonyStatus string
}

// Identity is who is signed in, as the host page is told.
type Identity struct {
	MainNumber      string // of the account, E.164
	ExtensionNumber string
	CountryCode     string // ISO code of the contracted country
	Region          string // ISO code of the country that numbers are read in
	AreaCode        string // put before numbers that lack theirs; empty for nothing
	Admin           bool
	CanText         bool
	Senders         []Sender // numbers that texts can be sent from, the default first
	Calling         Calling
}

// Package logbook sees to it that what a user texts and calls is logged
// where the host page's own application keeps its records. An entry is
// sealed in the store before anybody is told, and delivered with the same key
// until it is acknowledged, never after: by one tab of the host page, or by a
// signed request to the operator's server.
//
//	waiting ── claimed by a tab or a node ──▶ tried ── acknowledged ──▶ done
//	   ▲                                        │
//	   └── no answer: later, with backoff ──────┤
//	   └── Retry ── stuck ◀── for a day ────────┘   Discard ──▶ done
//
// contract/service.md sections 6 to 8 say what a logger gets.
package logbook

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"time"

	"offhook/internal/bus"
	"offhook/internal/rc"
	"offhook/internal/store"
	"offhook/internal/widget/form"
	"offhook/internal/widget/seal"
	"offhook/internal/widget/visit"
)

// Embeds is the registry of embeds.
type Embeds interface {
	// Embed returns an app as it may be embedded now, or a Denied *rc.Error.
	Embed(ctx context.Context, platform, clientID string) (store.Embed, error)
}

// Services says what host pages have registered.
type Services interface {
	// Loggers returns the zero Loggers where nothing is registered.
	Loggers(v visit.Visit) Loggers
	// Entity is the contact that a conversation with a number is with, as the
	// page wrote it; nil for none, or for several.
	Entity(v visit.Visit, conversation, number string) json.RawMessage
	// People are the contacts that a conversation with a number may be with,
	// the one that the user has picked first.
	People(v visit.Visit, conversation, number string) []Person
	// Asked says whether the page has answered whose number it is, or cannot be
	// asked.
	Asked(v visit.Visit, number string) bool
	// MessageForm is the page's own form for logs of messages, and CallForm that
	// for logs of calls; nil for the phone's.
	MessageForm(v visit.Visit) *Form
	CallForm(v visit.Visit) *Form
}

// A Person is a contact to choose.
type Person struct {
	ID, Name, About string
	Raw             json.RawMessage // as the page wrote it
}

// A Form is what a page wants to know with a log.
type Form struct {
	Title  string
	Turn   int64  // grows whenever the page sets the values
	Stored string // JSON of the page's own words
	Page   *form.Page
}

// Loggers are those of one host page's application.
type Loggers struct {
	Name       string
	Authorized bool // the matchers are off before
	Message    Logger
	Call       Logger
}

// A Logger is one of them, by its fields of a registration.
type Logger struct {
	Path        string // empty: there is none
	Title       string
	Matcher     string // path that says what is logged already
	Label       string // of the switch
	Description string
	Warning     string
	ReadOnly    bool
	Reason      string
	Value       *bool // what a switch is set to that is read only
	Hidden      bool
	HideEdit    bool   // no button that edits what is logged
	Modal       bool   // the button leads to the phone's form at once
	Granular    bool   // texts may be chosen one by one
	Open        string // path that hears of a log that is to be opened
}

// Desks opens the live state of a grant's user.
type Desks interface {
	// Desk returns an *rc.Error of kind Unauthenticated for a grant that has
	// ended.
	Desk(ctx context.Context, grantID string) (Desk, error)
}

// A Desk is what is known of a user's texts and calls. It is safe for
// concurrent use.
type Desk interface {
	// Thread returns a conversation, or a NotFound *rc.Error.
	Thread(id string) (Thread, error)
	// ThreadsSince returns those with texts from a time on.
	ThreadsSince(at time.Time) []Thread
	// Calls are the calls of the past that are known, newest first; none and
	// false where the user's phone service does not let them be read.
	Calls(ctx context.Context) ([]Call, bool)
	// Watch sends whenever texts or calls may have changed, until it is closed
	// by either side.
	Watch() Watch
}

// A Watch tells that a desk's texts or calls may have changed.
type Watch interface {
	C() <-chan struct{}
	Close()
}

// A Thread is a conversation with the platform's records, newest first.
type Thread struct {
	ID       string
	Others   []Party
	Self     string // the user's number
	Messages []rc.Message
	Keys     map[int64]string // the ids that texts sent from here were given, by message
}

// A Party is somebody that the user texts with.
type Party struct{ Number, Extension, Name string }

// A Call is one of the past.
type Call struct {
	Record rc.CallRecord
	Other  Party // without a number when they withheld it
}

// Handler answers the frames, and delivers. Its fields are set before first
// use and not changed after.
type Handler struct {
	Visits   *visit.Face
	Store    store.Widget
	Ring     *seal.Ring
	Bus      bus.Bus
	Embeds   Embeds
	Services Services
	Desks    Desks
	Client   *http.Client // for webhooks: dials what may be dialled, follows nothing
	Node     string       // tells this process's claims from another's
	Now      func() time.Time
	Log      *slog.Logger

	ids     store.IDs
	wake    chan struct{} // has a token when something may be due; made by begin
	once    sync.Once
	pushing sync.WaitGroup // webhooks on their way

	mu       sync.Mutex
	crews    map[target]*crew          // guarded by mu
	matches  map[shelf]*matches        // guarded by mu
	picks    map[target]map[int64]pick // guarded by mu; of texts that are logged one by one
	watchers map[string]*watcher       // guarded by mu; by grant
	busy     map[store.LogOwner]int    // guarded by mu; webhooks on their way, by embed
	owners   map[string]store.LogOwner // guarded by mu; by grant
	closed   bool                      // guarded by mu
}

// A target is where somebody's entries go: to tabs of a host page, or to a
// webhook.
type target struct {
	owner store.LogOwner
	at    string
}

// A shelf is what is known of one page's logs of one kind.
type shelf struct {
	page target
	kind string
}

// capability is what every page needs that logs, and capabilityOf what it
// needs besides for each kind.
const capability = "service"

var capabilityOf = map[string]string{kindMessage: "messages", kindCall: "calls"}

// Mount registers the package's routes.
func (h *Handler) Mount(mux *http.ServeMux) {
	h.on(mux, "POST /p/{key}/log/next", h.next)
	h.on(mux, "POST /p/{key}/log/items/{id}", h.answered)
	h.on(mux, "POST /p/{key}/log/matches", h.matched)
	h.on(mux, "POST /p/{key}/log/matches/again", h.rematch)
	h.on(mux, "POST /p/{key}/log/texts", h.takePicks)
	h.on(mux, "POST /p/{key}/log/settings", h.choose)
	h.on(mux, "POST /p/{key}/log/retry", h.retry)
	h.on(mux, "POST /p/{key}/log/discard", h.discard)
	h.on(mux, "GET /p/{key}/log/rows/{id}", h.row)
	h.on(mux, "POST /p/{key}/log/things/{kind}/{id}", h.press)
	h.on(mux, "GET /p/{key}/log/things/{kind}/{id}", h.event)
	h.on(mux, "GET /p/{key}/log/marks/{kind}/{id}", h.mark)
	h.on(mux, "GET /p/{key}/panel/log/{kind}/{id}", h.form)
	h.on(mux, "POST /p/{key}/panel/log/{kind}/{id}", h.form)
	h.mountCalls(mux)
}

// A visitor is a signed-in frame whose page may log.
type visitor struct {
	visit   visit.Visit
	target  target
	loggers Loggers
	images  []string        // origins that pictures of a form may come from
	may     map[string]bool // what the page may read, by kind
}

// hooked says whether entries go to a webhook.
func (c visitor) hooked() bool { return c.target.at == store.LogWebhook }

func (h *Handler) on(mux *http.ServeMux, pattern string, f func(http.ResponseWriter, *http.Request, visitor) error) {
	h.Visits.SignedIn(mux, pattern, func(w http.ResponseWriter, r *http.Request, v visit.Visit) error {
		c, err := h.open(r.Context(), v)
		if err != nil {
			return err
		}
		return f(w, r, c)
	})
}

// open finds out whose logs a visit is about. It is Denied without the
// capabilities.
func (h *Handler) open(ctx context.Context, v visit.Visit) (visitor, error) {
	c, err := h.read(ctx, v)
	if err != nil {
		return visitor{}, err
	}
	owner, err := h.owner(ctx, v.Session.GrantID)
	if err != nil {
		return visitor{}, err
	}
	at := v.Frame.Origin
	_, err = h.Store.LogHook(ctx, owner.Platform, owner.ClientID)
	switch {
	case err == nil:
		at = store.LogWebhook
	case !errors.Is(err, store.ErrNotFound):
		return visitor{}, fmt.Errorf("reading the webhook of a logger: %w", err)
	}
	c.target = target{owner, at}
	return c, nil
}

// read finds out what a visit's page may read.
func (h *Handler) read(ctx context.Context, v visit.Visit) (visitor, error) {
	e, err := h.Embeds.Embed(ctx, v.Frame.Platform, v.Frame.ClientID)
	if err != nil {
		return visitor{}, fmt.Errorf("reading the embed of a logger: %w", err)
	}
	if !slices.Contains(e.Capabilities, capability) {
		return visitor{}, denied(capability)
	}
	c := visitor{visit: v, loggers: h.Services.Loggers(v), images: e.AssetOrigins, may: map[string]bool{}}
	for kind, needs := range capabilityOf {
		c.may[kind] = slices.Contains(e.Capabilities, needs)
	}
	if !c.may[kindMessage] && !c.may[kindCall] {
		return visitor{}, rc.Errorf(rc.Denied, "This page may log neither messages nor calls. The operator can allow it with the capabilities %q and %q of the embed.", capabilityOf[kindMessage], capabilityOf[kindCall])
	}
	return c, nil
}

func denied(capability string) error {
	return rc.Errorf(rc.Denied, "This page may not do that. The operator can allow it with the capability %q of the embed.", capability)
}

// owner is whose grant it is.
func (h *Handler) owner(ctx context.Context, grantID string) (store.LogOwner, error) {
	h.mu.Lock()
	o, ok := h.owners[grantID]
	h.mu.Unlock()
	if ok {
		return o, nil
	}
	g, err := h.Store.Grant(ctx, grantID)
	if errors.Is(err, store.ErrNotFound) {
		return o, rc.Errorf(rc.Unauthenticated, "You are signed out. Sign in to go on.")
	}
	if err != nil {
		return o, fmt.Errorf("reading whose logs they are: %w", err)
	}
	o = store.LogOwner{Platform: g.Platform, ClientID: g.ClientID, OwnerID: g.OwnerID}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.owners == nil || len(h.owners) > 10_000 {
		h.owners = map[string]store.LogOwner{}
	}
	h.owners[grantID] = o
	return o, nil
}

func (h *Handler) begin() {
	h.once.Do(func() {
		h.ids.Now = h.Now
		h.wake = make(chan struct{}, 1)
	})
}

// nudge makes Run look for what is due.
func (h *Handler) nudge() {
	h.begin()
	select {
	case h.wake <- struct{}{}:
	default:
	}
}

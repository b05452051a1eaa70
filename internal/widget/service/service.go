// Package service keeps what a host page's own application, such as a CRM,
// has registered with the phone: who it is, whether its user has authorized
// it, and what it adds to the panels. One service belongs to one user in one
// frame, so that tabs agree and a frame that is loaded again finds it; it
// lives in memory, because the page registers again whenever it is loaded, and
// servers tell one another what pages say.
// Only that a page wants to be asked whom its user may contact is kept.
// contract/service.md describes what a page sends.
package service

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"offhook/internal/bus"
	"offhook/internal/rc"
	"offhook/internal/store"
	"offhook/internal/widget/visit"
)

// Changed is the bus subject on which a [Change] is announced.
const Changed = "widget.service.changed"

// A Change tells the frames of one user that something of a service is
// another. What is service, settings, banner, page, app, contacts, matches or
// log; ID names one of several.
type Change struct {
	GrantID  string `json:"grantId"`
	FrameKey string `json:"frameKey"`
	What     string `json:"what"`
	ID       string `json:"id,omitempty"`
}

// Embeds is the registry of embeds.
type Embeds interface {
	// Embed returns an app as it may be embedded now, or a Denied *rc.Error.
	Embed(ctx context.Context, platform, clientID string) (store.Embed, error)
}

// Capability is what the embed of a frame needs for a service.
const Capability = "service"

// maxMessage bounds one message (guide/design.md 10).
const maxMessage = 256 << 10

// Handler answers the frames of all services.
type Handler struct {
	Visits  *visit.Face
	Store   store.Widget
	Embeds  Embeds
	Numbers Numbers
	Bus     bus.Bus
	Now     func() time.Time
	Log     *slog.Logger

	// FrameKey names a frame, as its registry does. A window of the phone's own
	// asks the page that opened it.
	FrameKey func(store.Frame) string

	Node      string // names this server where several share the bus; empty where it is by itself
	BookBytes int    // bound of the contacts of all services in memory; zero for 1 GB

	mu       sync.Mutex
	services map[owner]*Service // guarded by mu
	swept    time.Time          // guarded by mu; when idle ones were dropped
}

// An owner is whose a service is.
type owner struct{ grantID, frameKey string }

// Mount registers the package's routes.
func (h *Handler) Mount(mux *http.ServeMux) {
	h.on(mux, "GET /p/{key}/service", h.show)
	h.on(mux, "POST /p/{key}/service", h.take)
	h.on(mux, "POST /p/{key}/service/contacts", h.takeContacts)
	h.on(mux, "POST /p/{key}/service/contacts/run", h.beginContacts)
	h.on(mux, "POST /p/{key}/service/matches", h.takeMatches)
	h.on(mux, "POST /p/{key}/service/matches/run", h.beginMatch)
	h.on(mux, "POST /p/{key}/service/matches/choice", h.choose)
	h.on(mux, "POST /p/{key}/service/search", h.drawFound)
	h.on(mux, "POST /p/{key}/service/activities", h.drawActivities)
	h.on(mux, "POST /p/{key}/service/settings", h.editSetting)
	h.on(mux, "GET /p/{key}/service/settings/{id}", h.section)
	h.on(mux, "GET /p/{key}/service/banner", h.banner)
	h.on(mux, "DELETE /p/{key}/service/banner", h.closeBanner)
	h.Visits.Open(mux, "POST /p/{key}/service/banner", h.drawBanner)
	h.on(mux, "GET /p/{key}/service/tabs", h.tabs)
	h.on(mux, "GET /p/{key}/service/apps", h.listApps)
	h.on(mux, "POST /p/{key}/service/apps", h.drawApp)
	for _, kind := range []string{"customized", "customizedTabs"} {
		h.on(mux, "GET /p/{key}/panel/"+kind+"/{id}", h.page)
		h.on(mux, "POST /p/{key}/panel/"+kind+"/{id}", h.page)
	}
}

// A call is a request of a signed-in frame that may have a service.
type call struct {
	visit   visit.Visit
	embed   store.Embed
	service *Service
	now     time.Time
}

// on registers f for frames whose embed may have a service.
func (h *Handler) on(mux *http.ServeMux, pattern string, f func(http.ResponseWriter, *http.Request, call) error) {
	h.Visits.SignedIn(mux, pattern, func(w http.ResponseWriter, r *http.Request, v visit.Visit) error {
		e, err := h.allowed(r.Context(), v.Frame)
		if err != nil {
			return err
		}
		return f(w, r, call{v, e, h.open(v), h.Now()})
	})
}

func (h *Handler) allowed(ctx context.Context, f store.Frame) (store.Embed, error) {
	e, err := h.Embeds.Embed(ctx, f.Platform, f.ClientID)
	if err != nil {
		return e, fmt.Errorf("reading the embed of a service: %w", err)
	}
	if !slices.Contains(e.Capabilities, Capability) {
		return e, rc.Errorf(rc.Denied, "This page may not add a service to the phone. The operator can allow it with the capability %q of the embed.", Capability)
	}
	return e, nil
}

// A Service is what one page has registered for one user. It is safe for
// concurrent use.
type Service struct {
	owner owner
	kept  kept

	mu      sync.Mutex
	used    time.Time    // guarded by mu
	reg     Registration // guarded by mu; Name is empty until a page registers
	stale   bool         // guarded by mu; reg is an earlier load's, until this one registers
	account account      // guarded by mu
	license license      // guarded by mu
	items   []Item       // guarded by mu; settings
	shown   *Banner      // guarded by mu

	assets   []string // guarded by mu; origins that pictures may come from
	contacts contacts // guarded by mu
	matches  matches  // guarded by mu

	pages  map[string]*Page // guarded by mu; a page is replaced, never changed
	apps   map[string]*App  // guarded by mu
	placed int              // guarded by mu; apps so far
}

// An account says whether the user has authorized the service.
type account struct {
	Authorized bool   `json:"authorized"`
	Account    string `json:"authorizedAccount"`
}

// A license is what the service says of the user's license.
type license struct {
	Status, Color, Description string
}

func (s *Service) touch(now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.used = now
}

func (s *Service) idle(now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return now.Sub(s.used) > linger
}

// restart forgets what a page registers anew when it is loaded. Contacts and
// their numbers stay: they are the same application's, or settle drops them.
// So does the registration until the next one is there, whatever the page says
// before: without it nobody would be asked whether somebody may be contacted.
func (s *Service) restart() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stale, s.items, s.shown, s.pages, s.apps = true, nil, nil, nil, nil
}

// Registered reports whether a page has registered.
func (s *Service) Registered() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.reg.Name != ""
}

// A View is what a frame must know of its service.
type View struct {
	Name       string            `json:"name"`
	Title      string            `json:"title"` // what people call it
	Authorized bool              `json:"authorized"`
	RedDot     bool              `json:"redDot"`
	Paths      map[string]string `json:"paths"` // by the registration's field
	Flags      map[string]bool   `json:"flags"`
	Buttons    []Button          `json:"buttons,omitempty"`
	Banner     bool              `json:"banner"`
}

// View returns nil when nothing is registered.
func (s *Service) View() *View {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.reg.Name == "" {
		return nil
	}
	return &View{
		Name: s.reg.Name, Title: s.reg.title(), Authorized: s.account.Authorized, RedDot: s.reg.ShowAuthRedDot && !s.account.Authorized,
		Paths: s.reg.paths(), Flags: s.reg.flags(), Buttons: s.reg.Buttons, Banner: s.shown != nil,
	}
}

// answer is what a frame gets for a message.
type answer struct {
	Warnings []string `json:"warnings"` // for the developer of the page, in its console
	Service  *View    `json:"service"`
	User     string   `json:"user,omitempty"` // another one for another user
}

func (h *Handler) show(w http.ResponseWriter, r *http.Request, c call) error {
	g, err := h.guardOf(r.Context(), c.visit)
	if err != nil {
		return err
	}
	visit.JSON(w, http.StatusOK, answer{[]string{}, c.service.View(), tagOf(c.visit, g.OwnerID)})
	return nil
}

// A message is what a host page posted: its type, and each field as it came.
type message map[string]json.RawMessage

// registers is the message that a service begins with.
const registers = "rc-adapter-register-third-party-service"

// takers are the messages that change a service. Each returns what to tell
// the page's developer, and what has changed.
var takers = map[string]func(c call, m message) (warnings []string, changed []Change){
	registers:                                (call).register,
	"rc-adapter-update-authorization-status": (call).authorize,
	"rc-adapter-refresh-license-status":      (call).refreshLicense,
	"rc-adapter-update-third-party-settings": (call).updateSettings,
	"rc-adapter-update-customized-banner":    (call).updateBanner,
	"rc-adapter-sync-third-party-contacts":   (call).syncContacts,
	"rc-adapter-trigger-contact-match":       (call).triggerMatch,
	"rc-adapter-register-customized-page":    (call).registerPage,
	"rc-adapter-register-widget-app":         (call).registerApp,
	"rc-adapter-unregister-widget-app":       (call).unregisterApp,
	"rc-adapter-update-call-log-page":        updateLogPage(LogCall),
	"rc-adapter-update-messages-log-page":    updateLogPage(LogMessages),
}

// take answers POST /p/{key}/service with a message as the page posted it.
func (h *Handler) take(w http.ResponseWriter, r *http.Request, c call) error {
	m, err := read(w, r)
	if err != nil {
		return err
	}
	first := r.URL.Query().Get("first") != ""
	warnings, changed, err := h.put(c, m, first)
	if err != nil {
		return err
	}
	if m.kind() == registers {
		if err := h.keepGuard(r.Context(), c); err != nil {
			return err
		}
	}
	h.relay(r.Context(), c, m, first)
	for _, change := range changed {
		h.announce(r.Context(), c.service, change)
	}
	visit.JSON(w, http.StatusOK, answer{Warnings: few(warnings), Service: c.service.View()})
	return nil
}

// few keeps the sentences that somebody would read.
func few(warnings []string) []string {
	const most = 20
	if len(warnings) > most {
		warnings = append(warnings[:most:most], fmt.Sprintf("%d more sentences like these were left out.", len(warnings)-most))
	}
	return append([]string{}, warnings...)
}

// read decodes a message; one that is too large or no object is refused.
func read(w http.ResponseWriter, r *http.Request) (m message, err error) {
	err = json.NewDecoder(http.MaxBytesReader(w, r.Body, maxMessage)).Decode(&m)
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return nil, rc.Errorf(rc.TooLarge, "A message to the phone may have up to 256 kB. Nothing was done.")
	case err != nil || m == nil:
		return nil, rc.Errorf(rc.Invalid, "A message to the phone must be an object of plain data. Nothing was done.")
	}
	return m, nil
}

// announce tells every frame of the service's user.
func (h *Handler) announce(ctx context.Context, s *Service, c Change) {
	c.GrantID, c.FrameKey = s.owner.grantID, s.owner.frameKey
	data, err := json.Marshal(c)
	if err == nil {
		err = h.Bus.Publish(context.WithoutCancel(ctx), Changed, data)
	}
	if err != nil {
		h.Log.Error("announcing a change of a service", "err", err)
	}
}

// clip keeps a stranger's word short enough for a sentence.
func clip(s string) string {
	if len(s) > 60 {
		s = strings.ToValidUTF8(s[:60], "") + "…"
	}
	return s
}

// authorize takes rc-adapter-update-authorization-status; a missing account
// clears it. Before a registration it means nothing.
func (c call) authorize(m message) ([]string, []Change) {
	var to account
	warnings := decode(m, &to)
	s := c.service
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.reg.Name == "" {
		return append(warnings, "rc-adapter-update-authorization-status came before the service was registered. Nothing was done."), nil
	}
	if to == s.account {
		return warnings, nil
	}
	s.account = to
	s.settle()
	return warnings, []Change{{What: "service"}}
}

// refreshLicense takes rc-adapter-refresh-license-status; what is missing is
// reset.
func (c call) refreshLicense(m message) ([]string, []Change) {
	var to struct {
		LicenseStatus, LicenseStatusColor, LicenseDescription string
	}
	warnings := decode(m, &to)
	s := c.service
	s.mu.Lock()
	defer s.mu.Unlock()
	s.license = license{to.LicenseStatus, cmp.Or(to.LicenseStatusColor, neutral), to.LicenseDescription}
	return warnings, []Change{{What: "service"}}
}

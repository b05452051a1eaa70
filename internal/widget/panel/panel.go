// Package panel draws what people see in the frame: the shell around it, and
// every panel as a fragment of HTML. It owns no state: what it shows comes
// from a desk, what it is told goes to one. Signing in is another package's
// work, the panel that starts it is drawn here; the socket that says when to
// look again belongs to the host link.
package panel

import (
	"context"
	"html/template"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"offhook/internal/widget/contact"
	"offhook/internal/widget/lang"
	"offhook/internal/widget/visit"
)

// A Handler answers the panels of every frame.
type Handler struct {
	Visits   *visit.Face      // knows the frames and who is signed in
	Desks    Desks            // filled by app with the desks of all grants
	Services Services         // what host pages have registered; nil for nothing
	Books    Books            // whom their applications know; nil for nobody
	Logs     Logs             // what becomes of texts elsewhere; nil for nothing
	Audit    Audit            // may be nil where Services is
	Phones   Phones           // what users call with; nil where nobody calls
	Relays   Relays           // of the sound of calls; nil for none
	Version  string           // shown in the settings
	Now      func() time.Time // time.Now unless a test says otherwise
	Log      *slog.Logger
	Stories  bool // serve every state of every panel under /_stories
}

// Desks finds the live state of a grant's user, opening it at first use.
type Desks interface {
	Desk(ctx context.Context, grantID string) (Desk, error)
}

// Services draws what the host page's own application adds to the panels.
type Services interface {
	// Settings is what it adds to the settings; empty for nothing.
	Settings(v visit.Visit) (template.HTML, error)
	// Guard is the application's name when it must be asked before anybody is
	// contacted, else empty.
	Guard(ctx context.Context, v visit.Visit) (string, error)
	// MessageButtons are the application's at each conversation of the list.
	MessageButtons(v visit.Visit) []contact.Button
	// CallButtons are the application's at each call.
	CallButtons(v visit.Visit) []contact.Button
	// Drops reports whether it has recorded messages to be left in calls.
	Drops(v visit.Visit) bool
}

// Mount registers the panels.
func (h *Handler) Mount(mux *http.ServeMux) {
	h.Visits.Open(mux, "GET /p/{key}/panel/signin", h.signin)
	h.mountFiles(mux)
	for pattern, f := range map[string]deskFunc{
		"GET /p/{key}/panel/messages":                     h.messages,
		"GET /p/{key}/panel/messages/list":                h.list,
		"GET /p/{key}/panel/nothing":                      h.nothing,
		"GET /p/{key}/panel/conversations/{id}":           h.conversation,
		"GET /p/{key}/panel/conversations/{id}/messages":  h.thread,
		"POST /p/{key}/panel/conversations/{id}/messages": h.send,
		"POST /p/{key}/panel/conversations/{id}/read":     h.read,
		"GET /p/{key}/panel/conversations/{id}/draft":     h.draft,
		"POST /p/{key}/panel/conversations/{id}/draft":    h.saveDraft,
		"POST /p/{key}/panel/messages/{id}/retry":         h.retry,
		"GET /p/{key}/panel/composeText":                  h.compose,
		"POST /p/{key}/panel/composeText":                 h.send,
		"POST /p/{key}/panel/composeText/draft":           h.saveDraft,
		"GET /p/{key}/panel/recipients":                   h.recipients,
		"GET /p/{key}/panel/number/{number}":              h.number,
		"GET /p/{key}/panel/with/{number}":                h.with,
		"GET /p/{key}/panel/settings":                     h.settings,
		"GET /p/{key}/panel/settings/{page}":              h.settingsPage,
		"POST /p/{key}/panel/preferences":                 h.setPreferences,
		"GET /p/{key}/panel/support":                      h.support,
		"GET /p/{key}/panel/contacts":                     h.contacts,
		"GET /p/{key}/panel/contacts/list":                h.people,
		"GET /p/{key}/panel/contacts/rows":                h.peopleRows,
		"GET /p/{key}/panel/contacts/status":              h.peopleStatus,
		"GET /p/{key}/panel/contacts/overseen":            h.overseen,
		"GET /p/{key}/panel/contacts/{type}/{id}":         h.contact,

		"GET /p/{key}/panel/conversations/{id}/people":      members("members"),
		"GET /p/{key}/panel/conversations/{id}/people/list": members("member-rows"),

		"GET /p/{key}/panel/contacts/personal/pick":               h.pickContact,
		"GET /p/{key}/panel/contacts/personal/{id}/edit":          h.contactForm,
		"GET /p/{key}/panel/contacts/personal/{id}/edit/{number}": h.contactForm,
		"POST /p/{key}/panel/contacts/personal":                   h.saveContact,
		"POST /p/{key}/panel/contacts/personal/{id}":              h.saveContact,
		"POST /p/{key}/panel/contacts/personal/{id}/draft":        h.saveContactDraft,
		"POST /p/{key}/panel/contacts/personal/{id}/delete":       h.removeContact,
		"GET /p/{key}/panel/contacts/{type}/{id}/texts":           h.contactTexts,
		"GET /p/{key}/panel/contacts/{type}/{id}/calls":           h.contactCalls,
		"POST /p/{key}/panel/contacts/{type}/{id}/favorite":       h.favorite,
		"POST /p/{key}/panel/contacts/personal/{id}/restore":      h.restoreContact,

		"GET /p/{key}/panel/templates":                   h.templates,
		"POST /p/{key}/panel/templates":                  h.addTemplate,
		"POST /p/{key}/panel/templates/{id}/delete":      h.removeTemplate,
		"GET /p/{key}/panel/portraits/{extension}/{tag}": h.portrait,

		"GET /p/{key}/panel/presence":             h.presence,
		"POST /p/{key}/panel/presence":            h.setPresence,
		"GET /p/{key}/panel/presence/own/{form}":  h.own,
		"GET /p/{key}/panel/presence/of/{number}": h.who,
	} {
		h.onDesk(mux, pattern, f)
	}
	h.mountHistory(mux)
	h.mountMail(mux)
	h.mountFaxes(mux)
	h.mountFaxForm(mux)
	h.mountTidying(mux)
	h.mountPast(mux)
	h.mountCalls(mux)
	if h.Stories {
		h.mountStories(mux)
	}
}

// A deskFunc answers for someone who is signed in, with their desk.
type deskFunc func(w http.ResponseWriter, r *http.Request, p page) error

// A page is what every panel knows: whose frame, whose desk, and the clock
// and zone that times are told by.
type page struct {
	Key   string
	visit visit.Visit
	desk  Desk
	clock clock
	Held  bool           // see isHeld
	Lang  *lang.Language // that the reader has; nil is English

	Callable bool // there are phones to call with
}

// Path joins parts to an address under this frame's panels; what people
// typed is escaped.
func (p page) Path(parts ...string) string {
	u := "/p/" + url.PathEscape(p.Key) + "/panel"
	for _, part := range parts {
		u += "/" + url.PathEscape(part)
	}
	return u
}

func (h *Handler) onDesk(mux *http.ServeMux, pattern string, f deskFunc) {
	h.Visits.SignedIn(mux, pattern, func(w http.ResponseWriter, r *http.Request, v visit.Visit) error {
		d, err := h.Desks.Desk(r.Context(), v.Session.GrantID)
		if err != nil {
			return err
		}
		if h.Books != nil {
			d = namedDesk{d, v, h.Books}
		}
		return f(w, r, page{v.Frame.Key, v, d, clock{h.Now(), zone(r)}, isHeld(r), v.Language, h.Phones != nil})
	})
}

// zone is the reader's time zone as the page names it, or UTC: days begin
// where the reader is, and only the browser knows where that is.
func zone(r *http.Request) *time.Location {
	name := r.Header.Get("X-Time-Zone")
	if name == "" || len(name) > 64 || name == "Local" {
		return time.UTC
	}
	at, err := time.LoadLocation(name)
	if err != nil {
		return time.UTC
	}
	return at
}

// Package configurator is the page at the widget's own address, where
// somebody who embeds the phone chooses its parameters, sees the phone with
// them, and copies the snippet for their page. What there is to choose is
// read from internal/widget/protocol. The page is for everybody who can reach
// the server, so it knows nothing of what is registered: it lists no apps and
// no pages, and answers about an app that somebody names what app.html would.
package configurator

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"html/template"
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	"offhook/internal/listen"
	"offhook/internal/rc"
	"offhook/internal/widget/markup"
	"offhook/internal/widget/protocol"
	"offhook/internal/widget/visit"
)

// A Handler serves the front page, the page that its preview stands on, and
// the check of what was chosen.
type Handler struct {
	Embeds    Embeds
	Platforms []Platform // that the operator allows, the default one first
	ClientID  string     // an app to begin with, and the page that embeds it: the demo's
	Page      string
	Version   string
	Log       *slog.Logger
}

// A Platform is one that the operator allows; everybody may know.
type Platform struct{ Origin, Name string }

// Embeds decides who may show which app.
type Embeds interface {
	// Check returns an *rc.Error with a sentence for people when a page of the
	// origin would get no phone for the parameters. An empty origin is the
	// widget's own. The same words as in place of a phone.
	Check(ctx context.Context, query url.Values, origin, own string) error
}

// Mount registers the package's routes.
func (h *Handler) Mount(mux *http.ServeMux) {
	mux.HandleFunc("GET /{$}", h.front)
	mux.HandleFunc("GET /configurator/stage", h.around("stage"))
	mux.HandleFunc("GET /popup.html", h.around("popup"))
	mux.HandleFunc("GET /configurator/check", h.check)
}

//go:embed templates/*.html
var files embed.FS

var templates = markup.Templates(files, template.FuncMap{"spans": spans, "json": asJSON})

// policy is that of pages of our own that only pages of our own may frame.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; frame-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'self'"

func protect(h http.Header) {
	h.Set("Content-Security-Policy", policy)
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
}

// front moves to the public name first: the phone is at home there only.
func (h *Handler) front(w http.ResponseWriter, r *http.Request) {
	protect(w.Header())
	base := listen.BaseURL(r)
	if u, err := url.Parse(base); err == nil && !strings.EqualFold(u.Host, r.Host) {
		http.Redirect(w, r, base+"/", http.StatusSeeOther)
		return
	}
	h.render(w, r, "front", h.view(base))
}

// around draws a page of our own that stands around a phone: the stage of the
// preview, as a stranger's page would be, and the window that enablePopup
// opens. Anybody's link may lead there, and the phone in it trusts the page,
// so its address may hold nothing but what can be chosen: a link that brought
// a code or a JWT would sign the reader in as somebody else.
func (h *Handler) around(name string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		protect(w.Header())
		query := r.URL.Query()
		for parameter := range query {
			if !harmless(parameter) {
				query.Del(parameter)
			}
		}
		if len(query) < len(r.URL.Query()) {
			http.Redirect(w, r, r.URL.Path+"?"+query.Encode(), http.StatusSeeOther)
			return
		}
		h.render(w, r, name, nil)
	}
}

func harmless(parameter string) bool {
	p := protocol.FindParameter(parameter)
	return p != nil && p.Secret == "" || parameter == "as" // which snippet the stage shows
}

func (h *Handler) render(w http.ResponseWriter, r *http.Request, name string, data any) {
	if err := templates.Render(w, http.StatusOK, name, data); err != nil {
		h.Log.Error("drawing the configurator", "page", name, "err", err)
		http.Error(w, "Something went wrong here. Please try again.", http.StatusInternalServerError)
	}
}

// A verdict says what stands in the way of a phone, empty for nothing: on
// this server's own page, and on the page that the snippet is for.
type verdict struct {
	Here  string `json:"here"`
	There string `json:"there"`
}

// check answers about what was chosen. The page asks with the parameters that
// decide it; those that must not stand in an address are not looked at.
func (h *Handler) check(w http.ResponseWriter, r *http.Request) {
	protect(w.Header())
	query, own := r.URL.Query(), listen.BaseURL(r)
	here, err := h.sentence(r.Context(), query, "", own)
	var there string
	if page := query.Get("page"); err == nil && page != "" {
		there, err = h.sentence(r.Context(), query, page, own)
	}
	if err != nil {
		if r.Context().Err() == nil {
			h.Log.Error("checking a snippet", "err", err)
		}
		http.Error(w, "Something went wrong here. Please try again.", http.StatusInternalServerError)
		return
	}
	visit.JSON(w, http.StatusOK, verdict{here, there})
}

// sentence is what a page would be told, empty when it gets its phone.
func (h *Handler) sentence(ctx context.Context, query url.Values, origin, own string) (string, error) {
	err := h.Embeds.Check(ctx, query, origin, own)
	if told, ok := errors.AsType[*rc.Error](err); ok {
		return told.Message, nil
	}
	return "", err
}

// spans cuts what a description says at its backquotes; every other piece is
// a name.
func spans(text string) (parts []span) {
	for i, piece := range strings.Split(text, "`") {
		if piece != "" {
			parts = append(parts, span{piece, i%2 == 1})
		}
	}
	return parts
}

type span struct {
	Text string
	Code bool
}

func asJSON(v any) (string, error) {
	text, err := json.Marshal(v)
	return string(text), err
}

// A page is what the front page is drawn from.
type page struct {
	URL      string
	ClientID string
	Page     string
	Version  string
	Groups   []group
	Secrets  []protocol.Parameter
	Idle     []protocol.Parameter // that do nothing here
}

type group struct {
	protocol.Group
	First  bool
	Fields []protocol.Parameter
}

func (h *Handler) view(base string) page {
	p := page{URL: base, ClientID: h.ClientID, Page: h.Page, Version: h.Version}
	for i, g := range protocol.Groups {
		p.Groups = append(p.Groups, group{Group: g, First: i == 0})
	}
	for _, d := range protocol.Parameters {
		switch {
		case d.Secret != "":
			p.Secrets = append(p.Secrets, d)
		case !d.Done:
			p.Idle = append(p.Idle, d)
		}
		if d.Entry == protocol.Platforms {
			d.Entry, d.Choices = protocol.Choice, h.platforms()
		}
		for i := range p.Groups {
			if p.Groups[i].Name == d.Group {
				p.Groups[i].Fields = append(p.Groups[i].Fields, d)
			}
		}
	}
	return p
}

// platforms are what appServer may be.
func (h *Handler) platforms() []protocol.Option {
	all := []protocol.Option{{Label: "Where the app is registered"}}
	for _, p := range h.Platforms {
		all = append(all, protocol.Option{Value: p.Origin, Label: p.Name + " (" + p.Origin + ")"})
	}
	return all
}

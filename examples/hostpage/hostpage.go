// Package hostpage is a small pretend CRM that embeds the phone. It stands
// for anybody's page: it knows nothing but the phone's public contract, runs
// under a strict Content-Security-Policy, and shows what the phone tells it.
package hostpage

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// Handler serves the CRM, /connected, which adds itself to the phone in every
// way that a page can, and two plainer pages: /plain with nothing but the
// script tag, and /iframe with nothing but the frame.
type Handler struct {
	WidgetURL   string // where adapter.js and app.html come from
	PlatformURL string // appServer; empty leaves the choice to the widget
	ClientID    string
	Users       []User // who can be signed in as; shown on the page
}

// A User is somebody who may sign in to the phone, and whom the others can
// text.
type User struct {
	Name            string
	ExtensionNumber string
	PhoneNumber     string // E.164
	Username        string
	Password        string
}

//go:embed page
var files embed.FS

var pages = template.Must(template.New("").Funcs(template.FuncMap{"display": display, "initials": initials}).ParseFS(files, "page/*.html"))

// Mount registers the package's routes.
func (h *Handler) Mount(mux *http.ServeMux) {
	mux.HandleFunc("GET /{$}", h.page("crm.html"))
	mux.HandleFunc("GET /connected", h.page("connected.html"))
	mux.HandleFunc("GET /plain", h.page("plain.html"))
	mux.HandleFunc("GET /iframe", h.page("iframe.html"))
	for name, mime := range map[string]string{"crm.css": "text/css", "crm.js": "text/javascript", "connected.js": "text/javascript", "plain.js": "text/javascript"} {
		mux.HandleFunc("GET /"+name, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", mime+"; charset=utf-8")
			w.Header().Set("Cache-Control", "no-cache")
			http.ServeFileFS(w, r, files, "page/"+name)
		})
	}
	mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
}

// A view is what the pages are drawn from.
type view struct {
	*Handler
	Password string // when all users have the same
	Contacts []Contact
	Script   string // address of adapter.js with its parameters
	Frame    string // address of app.html with its parameters
	Snippet  string
}

func (h *Handler) view() view {
	v := view{Handler: h, Contacts: contacts(h.Users), Script: h.address("/adapter.js"), Frame: h.address("/app.html")}
	for i, u := range h.Users {
		if i == 0 {
			v.Password = u.Password
		} else if u.Password != v.Password {
			v.Password = ""
			break
		}
	}
	v.Snippet = fmt.Sprintf("<script src=\"%s\"></script>", v.Script)
	return v
}

func (h *Handler) address(path string) string {
	query := url.Values{"clientId": {h.ClientID}}
	if h.PlatformURL != "" {
		query.Set("appServer", h.PlatformURL)
	}
	return h.WidgetURL + path + "?" + query.Encode()
}

func (h *Handler) page(name string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		// Under "localhost" page and phone would be one site, which they are
		// not in real life, and nothing here would prove anything.
		if host, port, err := net.SplitHostPort(r.Host); err == nil && host == "localhost" {
			http.Redirect(w, r, "http://"+net.JoinHostPort("127.0.0.1", port)+r.URL.RequestURI(), http.StatusFound)
			return
		}
		var b bytes.Buffer
		if err := pages.ExecuteTemplate(&b, name, h.view()); err != nil {
			http.Error(w, "This page could not be drawn.", http.StatusInternalServerError)
			return
		}
		header := w.Header()
		header.Set("Content-Type", "text/html; charset=utf-8")
		header.Set("Cache-Control", "no-cache")
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Content-Security-Policy", "default-src 'none'; script-src 'self' "+h.WidgetURL+"; frame-src "+h.WidgetURL+
			"; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
		_, _ = b.WriteTo(w)
	}
}

// display writes a North American number as people there do, and leaves
// others as they are.
func display(number string) string {
	if digits, ok := strings.CutPrefix(number, "+1"); ok && len(digits) == 10 {
		return "(" + digits[:3] + ") " + digits[3:6] + "-" + digits[6:]
	}
	return number
}

func initials(name string) string {
	var b strings.Builder
	for _, word := range strings.Fields(name) {
		b.WriteRune([]rune(word)[0])
	}
	return strings.ToUpper(b.String())
}

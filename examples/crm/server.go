package main

import (
	"bytes"
	"embed"
	"errors"
	"html/template"
	"log"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"
)

// A Server is the CRM.
type Server struct {
	Config
	Log *log.Logger

	client   *http.Client
	issuer   issuer
	waiting  shelf[pending]
	sessions shelf[*session]
	mux      *http.ServeMux
}

//go:embed page
var files embed.FS

var pages = template.Must(template.New("").Funcs(template.FuncMap{"display": display, "initials": initials}).ParseFS(files, "page/*.html"))

// NewServer returns a server that is ready to answer.
func NewServer(c Config) *Server {
	s := &Server{Config: c, Log: log.New(os.Stderr, "crm: ", 0), mux: http.NewServeMux()}
	// A redirect would carry secrets on to who knows where.
	s.client = &http.Client{Timeout: 30 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	s.mux.HandleFunc("GET /{$}", s.front)
	for _, w := range ways {
		s.mux.HandleFunc("GET /"+w.Name, s.page(w))
	}
	s.mux.HandleFunc("GET /signin", s.signIn)
	s.mux.HandleFunc("GET /callback", s.callback)
	s.mux.HandleFunc("GET /redirect.html", s.redirect)
	var csrf http.CrossOriginProtection
	s.mux.Handle("POST /signout", csrf.Handler(http.HandlerFunc(s.signOut)))
	s.mux.Handle("POST /phone-ticket", csrf.Handler(http.HandlerFunc(s.ticket)))
	for name, mime := range map[string]string{"crm.css": "text/css", "ticket.js": "text/javascript", "popup.js": "text/javascript", "redirect.js": "text/javascript"} {
		s.mux.HandleFunc("GET /"+name, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", mime+"; charset=utf-8")
			w.Header().Set("Cache-Control", "no-cache")
			http.ServeFileFS(w, r, files, "page/"+name)
		})
	}
	return s
}

// ServeHTTP answers a browser.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "strict-origin-when-cross-origin")
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self' "+s.WidgetURL+"; frame-src "+s.WidgetURL+
		"; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'")
	s.mux.ServeHTTP(w, r)
}

// A Way is one of the ways in which the phone is embedded.
type Way struct {
	Name, Title, Lead string
	Steps             []string
	Params            []string // names and values of the phone's parameters
	Script            string   // of this page's own, or empty
}

var ways = []Way{
	{
		Name: "sso", Title: "Single sign-on", Lead: "The phone uses the browser's own session with the phone service.",
		Steps: []string{
			"You signed in here, so your browser is signed in to the phone service, too.",
			"The phone asks the service from inside its frame. Where the browser lets it see that session, you are signed in without a click.",
			"Where the browser keeps them apart, press Continue: a window opens and closes by itself. No password.",
		},
		Params: []string{"authMode", "sso"},
	},
	{
		Name: "ticket", Title: "Ticket", Lead: "This server vouches for you, whatever the browser does to cookies.",
		Steps: []string{
			"This server handed your tokens to the phone's server, with a key that no page ever sees.",
			"It got a ticket for you: good once, for a minute, on this page only.",
			"The page passed it to the phone. From here on this server asks the phone's for access tokens.",
		},
		Script: "ticket.js",
	},
	{
		Name: "popup", Title: "Own window", Lead: "The page opens the sign-in window itself and hands the answer to the phone.",
		Steps: []string{
			"Press Sign In in the phone: it tells the page where to sign in.",
			"The page opens that address in a window of its own; the phone service sends it back to this server.",
			"The page passes the answer on. Only the phone that asked can use it.",
		},
		Params: []string{"disableLoginPopup", "1", "redirectUri", "/redirect.html"},
		Script: "popup.js",
	},
}

// way returns a known way's name: nothing else is ever redirected to.
func way(name string) string {
	for _, w := range ways {
		if w.Name == name {
			return name
		}
	}
	return ways[0].Name
}

// A view is what a page is drawn from.
type view struct {
	*Server
	Ways    []Way
	Way     Way
	Me      *Person
	People  []Person
	Trouble string
	Phone   string // address of adapter.js with its parameters
}

func (s *Server) front(w http.ResponseWriter, r *http.Request) {
	if s.session(r) != nil {
		http.Redirect(w, r, "/"+ways[0].Name, http.StatusSeeOther)
		return
	}
	s.draw(w, http.StatusOK, "front.html", view{Server: s, Ways: ways})
}

func (s *Server) page(at Way) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		x := s.session(r)
		if x == nil {
			http.Redirect(w, r, "/", http.StatusSeeOther)
			return
		}
		v := view{Server: s, Ways: ways, Way: at, Me: &x.who, Phone: s.phone(at)}
		var err error
		if v.People, err = s.colleagues(s.outward(r.Context()), x.source()); err != nil {
			s.Log.Printf("reading the directory: %v", err)
			v.Trouble = "The directory cannot be read right now. Reload the page in a moment."
		}
		if errors.Is(err, errGone) {
			v.Trouble = "Your sign-in has ended, perhaps because you signed out everywhere. Sign out here and in again."
		}
		s.draw(w, http.StatusOK, "page.html", v)
	}
}

func (s *Server) phone(at Way) string {
	query := url.Values{"clientId": {s.ClientID}, "appServer": {s.PlatformURL}}
	for i := 0; i+1 < len(at.Params); i += 2 {
		query.Set(at.Params[i], at.Params[i+1])
	}
	if query.Has("redirectUri") {
		query.Set("redirectUri", s.URL+query.Get("redirectUri"))
	}
	return s.WidgetURL + "/adapter.js?" + query.Encode()
}

// redirect is where the phone service sends the page's own window.
func (s *Server) redirect(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Referrer-Policy", "no-referrer")
	s.draw(w, http.StatusOK, "redirect.html", nil)
}

func (s *Server) refuse(w http.ResponseWriter, status int, sentence string) {
	s.draw(w, status, "front.html", view{Server: s, Ways: ways, Trouble: sentence})
}

func (s *Server) draw(w http.ResponseWriter, status int, name string, v any) {
	var b bytes.Buffer
	if err := pages.ExecuteTemplate(&b, name, v); err != nil {
		s.Log.Printf("drawing %s: %v", name, err)
		http.Error(w, "This page could not be drawn.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = b.WriteTo(w)
}

// display writes a North American number as people there do.
func display(number string) string {
	if len(number) == 12 && number[:2] == "+1" {
		return "(" + number[2:5] + ") " + number[5:8] + "-" + number[8:]
	}
	return number
}

func initials(name string) (letters string) {
	for _, word := range strings.Fields(name) {
		letters += string([]rune(word)[0])
	}
	return strings.ToUpper(letters)
}

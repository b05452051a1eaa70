// Package visit is what the widget's HTTP faces share: which frame a request
// comes from, whose session it has, proof that a change was asked for by our
// own page, and how errors are told.
package visit

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/url"

	"offhook/internal/rc"
	"offhook/internal/store"
	"offhook/internal/widget/lang"
)

// Path is the prefix of every path that belongs to a frame.
const Path = "/p/{key}"

// Header must be present on requests that change anything: another site's
// page cannot add it without a preflight, which is never answered.
const Header = "X-Offhook"

// SessionHeader carries a session's handle in a frame whose browser refuses
// cookies; NoHandle says that there is none yet. Like [Header] it cannot be
// sent by another site's page.
const (
	SessionHeader = "X-Offhook-Session"
	NoHandle      = "none"
)

// EndedHeader says in the answer 401 why the session is over that the request
// came with, so that the page learns it whatever reaches it first.
const EndedHeader = "X-Offhook-Ended"

// A Visit is one request: the frame it comes from and, when someone is
// signed in there, the session.
type Visit struct {
	Frame    store.Frame
	Session  *store.Session // nil when signed out
	App      App            // of the page around the frame, as far as it has said
	Language *lang.Language // that the answer is in
}

// Sessions finds the session of a request.
type Sessions interface {
	// Session returns nil and no error when the request carries no session
	// or one that has ended.
	Session(r *http.Request, f store.Frame) (*store.Session, error)
	// Ended says why the session is over that the request came with; empty
	// when nobody knows.
	Ended(r *http.Request, f store.Frame) (reason string, err error)
}

// A ShellView is what app.html has established when a frame's document is
// drawn: the origin is proven by the headers that are already written.
type ShellView struct {
	Frame        store.Frame
	SignedIn     bool
	Framed       bool       // false when opened as a page of its own; Frame.Origin is then the widget's own
	Platform     string     // the platform's name, for people
	Capabilities []string   // what the host page may ask for
	Query        url.Values // the address's parameters, without secrets
	Signin       Signin
	Styles       string   // a style sheet of the host's, from an origin that the operator allows
	Hidden       []string // parts of the phone that the page has taken away: text, contacts, history
	Analytics    bool     // the page is told what the user does
	Drops        bool     // the page has recorded messages to be left in calls
	Sounds       bool     // it has sound of its own to be loaded: such messages, or a ringtone
	CallWith     string   // how users call who have not chosen, browser or ringout; empty where the page does not say
	Notes        []string // sentences for the page's developers
}

// NotesJSON is how the shell hands the notes to the page; empty for none.
func (v ShellView) NotesJSON() (string, error) {
	if len(v.Notes) == 0 {
		return "", nil
	}
	text, err := json.Marshal(v.Notes)
	return string(text), err
}

// A Signin says how the page of a frame may begin to sign in. The page gets
// it as JSON and sends back what it needs; the server checks that again.
type Signin struct {
	Intake    string            `json:"intake,omitempty"`         // what the address brought, for this page to claim once
	JWT       bool              `json:"jwt,omitempty"`            // a registered JWT signs in without a click
	Shared    bool              `json:"shared,omitempty"`         // everybody who opens the page acts as one user
	Implicit  bool              `json:"implicit,omitempty"`       // signed in for an hour, renewed while somebody is active
	SSO       bool              `json:"sso,omitempty"`            // by the browser's own session with the platform, where that can be seen
	OwnWindow bool              `json:"ownWindow,omitempty"`      // the host page opens the sign-in window
	External  string            `json:"externalAuthId,omitempty"` // the host page's own name for whom it means
	Redirect  string            `json:"redirect,omitempty"`       // a redirect page that is hosted elsewhere
	Hints     map[string]string `json:"hints,omitempty"`          // brand and language, for the platform's sign-in page
	SignUpURL string            `json:"signUpUrl,omitempty"`      // the platform's sign-up page, where it is asked for
}

// JSON is how the shell hands it to the page.
func (s Signin) JSON() (string, error) {
	text, err := json.Marshal(s)
	return string(text), err
}

// A Shell draws what app.html answers. The caller has written the headers
// that protect the document; the Shell adds the content.
type Shell interface {
	// Shell draws the document of a frame.
	Shell(w http.ResponseWriter, r *http.Request, v ShellView)
	// Refuse says in place of the document why there is none.
	Refuse(w http.ResponseWriter, r *http.Request, status int, sentence string)
}

// A Face answers a frame's requests.
type Face struct {
	Store    store.EmbedReader
	Sessions Sessions
	Apps     *Apps // nil where nobody asks for them
	Log      *slog.Logger
}

// A HandlerFunc answers a visit. It returns an error instead of writing one.
type HandlerFunc func(w http.ResponseWriter, r *http.Request, v Visit) error

// Open registers h for a pattern such as "GET /p/{key}/signin"; v.Session
// may be nil.
func (f *Face) Open(mux *http.ServeMux, pattern string, h HandlerFunc) {
	var csrf http.CrossOriginProtection
	mux.Handle(pattern, csrf.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := f.serve(w, r, h); err != nil {
			f.Error(w, r, err)
		}
	})))
}

// SignedIn registers h like Open; without a session it answers 401 before h.
func (f *Face) SignedIn(mux *http.ServeMux, pattern string, h HandlerFunc) {
	f.Open(mux, pattern, func(w http.ResponseWriter, r *http.Request, v Visit) error {
		if v.Session == nil {
			return rc.Errorf(rc.Unauthenticated, "You are signed out. Sign in to go on.")
		}
		return h(w, r, v)
	})
}

func (f *Face) serve(w http.ResponseWriter, r *http.Request, h HandlerFunc) error {
	// What a frame's page fetches is never a document of its own.
	head := w.Header()
	head.Set("Cache-Control", "no-store")
	head.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("Cross-Origin-Resource-Policy", "same-origin")
	lang.Answer(w, r)
	if r.Method != http.MethodGet && r.Method != http.MethodHead && r.Header.Get(Header) == "" {
		return rc.Errorf(rc.Denied, "This request did not come from the phone's own page.")
	}
	frame, err := f.Store.Frame(r.Context(), r.PathValue("key"))
	if errors.Is(err, store.ErrNotFound) {
		return rc.Errorf(rc.NotFound, "This phone is not known here. Reload the page.")
	}
	if err != nil {
		return err
	}
	session, err := f.Sessions.Session(r, frame)
	if err != nil {
		return err
	}
	v := Visit{Frame: frame, Session: session, Language: lang.Of(w)}
	if f.Apps != nil && session != nil {
		v.App = f.Apps.used(frame.Key, session.GrantID)
	}
	err = h(w, r, v)
	if told := (*rc.Error)(nil); errors.As(err, &told) && told.Kind == rc.Unauthenticated {
		f.tellEnd(w, r, frame)
	}
	return err
}

// tellEnd adds the reason to an answer that is a refusal without it as well.
func (f *Face) tellEnd(w http.ResponseWriter, r *http.Request, frame store.Frame) {
	reason, err := f.Sessions.Ended(r, frame)
	if err != nil && r.Context().Err() == nil {
		f.Log.Error("looking up why a session ended", "err", err)
	}
	if reason != "" {
		w.Header().Set(EndedHeader, reason)
	}
}

// statuses is the widget's one table from Kind to HTTP status.
var statuses = map[rc.Kind]int{
	rc.Invalid: 400, rc.Unauthenticated: 401, rc.Denied: 403, rc.NotFound: 404,
	rc.Conflict: 409, rc.TooLarge: 413, rc.Unsupported: 415, rc.TooMany: 429, rc.Unavailable: 503, rc.Unacceptable: 406,
}

// Status is the HTTP status of an error's kind.
func Status(k rc.Kind) int { return statuses[k] }

// Error answers with err's sentence as plain text, which the page shows in
// its alert. What is not an *rc.Error is logged and told to nobody.
func (f *Face) Error(w http.ResponseWriter, r *http.Request, err error) {
	var e *rc.Error
	if !errors.As(err, &e) {
		if r.Context().Err() == nil {
			f.Log.Error("answering a request", "method", r.Method, "path", r.URL.Path, "err", err)
		}
		http.Error(w, lang.Of(w).Say("Something went wrong here. Please try again."), http.StatusInternalServerError)
		return
	}
	http.Error(w, lang.Of(w).Sentence(e.Message), statuses[e.Kind])
}

// maxBody is the largest JSON body that a frame sends.
const maxBody = 64 << 10

// Body decodes a JSON body into v; anything else is an Invalid or TooLarge
// error.
func Body(w http.ResponseWriter, r *http.Request, v any) error {
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody)).Decode(v)
	var tooLarge *http.MaxBytesError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &tooLarge):
		return rc.Errorf(rc.TooLarge, "That is more than the phone can take in one go.")
	}
	return rc.Errorf(rc.Invalid, "The phone sent something that its server does not understand. Reload the page.")
}

// JSON writes v. Encoding our own types cannot fail.
func JSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

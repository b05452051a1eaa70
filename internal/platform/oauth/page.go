package oauth

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"html/template"
	"net/http"
	"net/url"

	"offhook/internal/listen"
	"offhook/internal/store"
)

//go:embed pages
var files embed.FS

var pages = template.Must(template.New("").ParseFS(files, "pages/*.html"))

var style = func() []byte {
	b, err := files.ReadFile("pages/style.css")
	if err != nil {
		panic(err) // the file is part of the program
	}
	return b
}()

// stylePath changes with the style, so browsers may keep it for good.
var stylePath = func() string {
	sum := sha256.Sum256(style)
	return SignInPath + "/style-" + hex.EncodeToString(sum[:6]) + ".css"
}()

func serveStyle(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	_, _ = w.Write(style)
}

// A look is what every page needs to be drawn.
type look struct {
	T      *texts
	Layout string // class of the page for the app's display parameter, or empty
}

// layouts are the values of display that look different from a page.
var layouts = map[string]string{"popup": "page--popup", "touch": "page--touch", "mobile": "page--touch"}

func newLook(t *texts, display string) look { return look{t, layouts[display]} }

// Style is the address of the style sheet.
func (look) Style() string { return stylePath }

// A view is what the pages of a request share.
type view struct {
	look
	App         string // the app's name
	Destination string // where the answer goes, for people
	Action      string // where the forms go, with the authorization request
	Form        string // the hidden field that proves the form is ours
}

// Title is the sign-in page's title.
func (v view) Title() string { return cut(v.T.SignInTo, v.App).String() }

// GoOnTo says what the sign-in is for.
func (v view) GoOnTo() phrase { return cut(v.T.GoOnTo, v.App) }

// SentBack says where the answer goes.
func (v view) SentBack() phrase { return cut(v.T.SentBack, v.Destination) }

// signInView is the sign-in page.
type signInView struct {
	view
	Username string
	Reason   string // why the last attempt failed
	Code     string // RingCentral's code for that, or empty
}

// Hint shows how to write an extension.
func (v signInView) Hint() phrase { return cut(v.T.UsernameHint, "+16505550100*101") }

// A face is how a page shows who is signed in.
type face struct {
	ID                       int64
	Name, Initials, Username string
}

func newFace(user store.Extension) face {
	return face{user.ID, user.Name(), initials(user), user.Username}
}

// choiceView asks whether the signed-in user goes on.
type choiceView struct {
	view
	Who face
}

// Title is the question.
func (v choiceView) Title() string { return cut(v.T.ChooseTitle, v.App).String() }

// Continue is the label of the button.
func (v choiceView) Continue() string { return cut(v.T.ContinueAs, v.Who.Name).String() }

// consentView asks whether the app may have what it asks for.
type consentView struct {
	view
	Who    face
	Step   string   // the hidden field that the answer is kept under
	Maker  string   // the company that made the app; empty for the operator's own
	Wishes []string // what the app wants to do
}

// Title is the question.
func (v consentView) Title() string { return cut(v.T.ConsentTitle, v.App).String() }

// By says whose app it is.
func (v consentView) By() phrase { return cut(v.T.ConsentBy, v.Maker) }

// Care says what follows.
func (v consentView) Care() phrase { return cut(v.T.ConsentCare, v.Destination) }

// leaveView offers the way back to an app that is not trusted.
type leaveView struct {
	view
	Location string
}

// Title says that the app got nothing.
func (v leaveView) Title() string { return cut(v.T.LeaveTitle, v.App).String() }

// Lead says whose app it is.
func (v leaveView) Lead() phrase { return cut(v.T.LeaveLead, v.App) }

// Link is the label of the way back.
func (v leaveView) Link() phrase { return cut(v.T.LeaveLink, v.Destination) }

// refusal is the page of a request that nothing can be done with.
type refusal struct {
	look
	Reason string
	Code   string
	Detail string // what a developer is told, in English
}

func (h *Handler) newView(w http.ResponseWriter, r *http.Request, q request) view {
	form := q.form
	if form == "" {
		form = formToken(w, r)
	}
	return view{newLook(q.texts, q.display), q.app.Name, q.destination(), SignInPath + "?" + q.params.encode(), form}
}

func (h *Handler) showSignIn(w http.ResponseWriter, r *http.Request, q request, status int, a attempt) {
	pageHeaders(w)
	render(w, status, "signin.html", signInView{h.newView(w, r, q), a.username, a.reason, a.code})
}

func (h *Handler) showChoice(w http.ResponseWriter, r *http.Request, q request, user store.Extension) {
	pageHeaders(w)
	render(w, http.StatusOK, "choose.html", choiceView{h.newView(w, r, q), newFace(user)})
}

// showLeave shows an answer as a link that the user may take.
func (h *Handler) showLeave(w http.ResponseWriter, r *http.Request, q request, answer url.Values) {
	pageHeaders(w)
	render(w, http.StatusOK, "leave.html", leaveView{h.newView(w, r, q), q.location(listen.BaseURL(r), answer)})
}

func initials(user store.Extension) string {
	var out string
	for _, name := range []string{user.FirstName, user.LastName} {
		for _, r := range name {
			out += string(r)
			break
		}
	}
	return out
}

// pageHeaders keep the pages out of caches, frames and referrers. There is
// no form-action, because Chromium applies it to the redirect after the
// form, and no Cross-Origin-Opener-Policy, because it cuts the pop-up off
// from the app that opened it.
func pageHeaders(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'")
	h.Set("X-Frame-Options", "DENY")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
}

// render writes a page. The templates are ours and the views are plain
// strings, so executing them cannot fail.
func render(w http.ResponseWriter, status int, name string, data any) {
	var b bytes.Buffer
	if err := pages.ExecuteTemplate(&b, name, data); err != nil {
		panic(err)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Add("Vary", "Accept-Language")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes())
}

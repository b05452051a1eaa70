package oauth

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"html/template"
	"net/http"

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

// A view is what the pages share.
type view struct {
	App         string // the app's name
	Destination string // where the answer goes, for people
	Action      string // where the forms go, with the authorization request
	Form        string // the hidden field that proves the form is ours
}

// signInView is the sign-in page.
type signInView struct {
	view
	Username string
	Reason   string // why the last attempt failed
}

// choiceView asks whether the signed-in user goes on.
type choiceView struct {
	view
	Name     string
	Initials string
	Username string
}

// refusal is the page of a request that nothing can be done with.
type refusal struct {
	Reason string
	Code   string
}

// Style is the address of the style sheet.
func (view) Style() string { return stylePath }

// Style is the address of the style sheet.
func (refusal) Style() string { return stylePath }

func (h *Handler) newView(w http.ResponseWriter, r *http.Request, q request) view {
	return view{App: q.app.Name, Destination: q.destination(), Action: SignInPath + "?" + q.params.encode(), Form: formToken(w, r)}
}

func (h *Handler) showSignIn(w http.ResponseWriter, r *http.Request, q request, status int, a attempt) {
	pageHeaders(w)
	render(w, status, "signin.html", signInView{h.newView(w, r, q), a.username, a.reason})
}

func (h *Handler) showChoice(w http.ResponseWriter, r *http.Request, q request, user store.Extension) {
	pageHeaders(w)
	render(w, http.StatusOK, "choose.html", choiceView{h.newView(w, r, q), user.Name(), initials(user), user.Username})
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
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes())
}

package signin

import (
	"embed"
	"errors"
	"net/http"

	"offhook/internal/rc"
	"offhook/internal/widget/lang"
	"offhook/internal/widget/markup"
	"offhook/internal/widget/visit"
)

//go:embed templates/*.html
var templateFiles embed.FS

var templates = markup.Templates(templateFiles, nil)

// A windowView is what the sign-in window shows, in the language that the
// answer is in.
type windowView struct {
	Handover bool // the script finds the handle in the fragment
	Framed   bool // may stand in any frame: it holds nothing
	Title    string
	Sentence string
}

var handover = windowView{Handover: true, Title: lang.Mark("Signing you in"), Sentence: lang.Mark("One moment: the phone is being told that you signed in.")}

// fragment is the page for a platform's answer that only a page can read.
var fragment = windowView{Handover: true, Framed: true, Title: handover.Title, Sentence: handover.Sentence}

// show writes a page of the window. It sends no Cross-Origin-Opener-Policy,
// which would cut the window off from the frame that waits for it.
func (h *Handler) show(w http.ResponseWriter, status int, v windowView) {
	head := w.Header()
	policy := "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'none'; base-uri 'none'"
	if v.Framed {
		// Without these a frame whose host asks for them shows nothing.
		head.Set("Cross-Origin-Embedder-Policy", "require-corp")
		head.Set("Cross-Origin-Resource-Policy", "cross-origin")
	} else {
		policy += "; frame-ancestors 'none'"
	}
	head.Set("Content-Security-Policy", policy)
	if err := templates.Render(w, status, "window", v); err != nil {
		h.Log.Error("drawing a page of the sign-in window", "err", err)
	}
}

// page makes a handler of a page of the window; an error becomes a page with
// its sentence.
func (h *Handler) page(fn func(w http.ResponseWriter, r *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		head := w.Header()
		head.Set("Cache-Control", "no-store")
		head.Set("Referrer-Policy", "no-referrer")
		head.Set("X-Content-Type-Options", "nosniff")
		head.Set("X-Frame-Options", "DENY")
		lang.In(w, lang.Match(r.URL.Query().Get("language"), r.Header.Get("Accept-Language")))
		err := fn(w, r)
		if err == nil {
			return
		}
		v, status := windowView{Title: lang.Mark("Not signed in"), Sentence: lang.Mark("Something went wrong here. Close this window and press Sign In again.")}, http.StatusInternalServerError
		var e *rc.Error
		if errors.As(err, &e) {
			v.Sentence, status = e.Message, visit.Status(e.Kind)
		} else if r.Context().Err() == nil {
			h.Log.Error("answering the sign-in window", "path", r.URL.Path, "err", err)
		}
		h.show(w, status, v)
	}
}

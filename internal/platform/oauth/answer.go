package oauth

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"offhook/internal/listen"
	"offhook/internal/store"
)

// decline tells the app what went wrong, or the browser when the app's
// redirect URI is not known to be its own, or not trusted.
func (h *Handler) decline(w http.ResponseWriter, r *http.Request, q request, err error) {
	if q.redirect == "" {
		h.refuse(w, r, &q, err)
		return
	}
	f := h.known(w, r, err)
	answer := url.Values{"error": {f.name}, "error_description": {f.sentence}}
	if q.pushed != "" {
		err := h.Store.Write(r.Context(), func(tx store.PlatformTx) error { return spendPushed(r.Context(), tx, q) })
		if err != nil && !errors.Is(err, errPushed) {
			h.known(w, r, err)
		}
	}
	if !h.trusts(r, q) {
		h.showLeave(w, r, q, answer)
		return
	}
	h.sendBack(w, r, q, answer)
}

// trusts reports whether a browser may be sent to the app although nobody
// allowed it anything. Whoever runs the platform answers for their own apps,
// and an account for those that it made; another company's app could be
// anybody's page, and this server's good name must not lead there (RFC 9700
// section 4.11.2). Inside a frame no address is shown that could mislead.
func (h *Handler) trusts(r *http.Request, q request) bool {
	if q.app.AccountID == 0 || r.Header.Get("Sec-Fetch-Dest") == "iframe" {
		return true
	}
	who, err := h.browserUser(r)
	if err != nil || who == nil {
		return false
	}
	if who.user.AccountID == q.app.AccountID {
		return true
	}
	_, err = h.Store.Consent(r.Context(), who.user.ID, q.app.ClientID)
	return err == nil
}

// sendBack redirects with 303, which makes the browser forget a posted
// password; 307 would send it on to the app (RFC 9700 section 4.12).
func (h *Handler) sendBack(w http.ResponseWriter, r *http.Request, q request, answer url.Values) {
	pageHeaders(w)
	// An app may ask in a hidden frame under Cross-Origin-Embedder-Policy,
	// where each answer on the way must allow it.
	w.Header().Set("Cross-Origin-Resource-Policy", "cross-origin")
	w.Header().Set("Location", q.location(listen.BaseURL(r), answer))
	w.WriteHeader(http.StatusSeeOther)
}

// location is the redirect URI with an answer. iss is in every answer, so
// that a client of two servers can tell whose it is (RFC 9207).
func (q request) location(issuer string, answer url.Values) string {
	answer.Set("iss", issuer)
	if q.state != "" {
		answer.Set("state", q.state)
	}
	if q.response == "token" { // such a client reads the fragment only
		return q.redirect + "#" + answer.Encode()
	}
	sep := "?"
	if strings.Contains(q.redirect, "?") {
		sep = "&"
	}
	return q.redirect + sep + answer.Encode()
}

// destination is how the pages name the redirect URI.
func (q request) destination() string {
	u, err := url.Parse(q.redirect)
	if err != nil {
		return ""
	}
	if u.Scheme == "http" || u.Scheme == "https" {
		return u.Host
	}
	return u.Scheme
}

// refuse shows a fault in the form that the request asks for: a page for
// people, the envelope for programs. q is nil when nothing was understood.
func (h *Handler) refuse(w http.ResponseWriter, r *http.Request, q *request, err error) {
	pageHeaders(w)
	accept := r.Header.Get("Accept")
	if strings.Contains(accept, "application/json") && !strings.Contains(accept, "text/html") {
		h.fail(w, r, err)
		return
	}
	t := language(nil, r)
	if q != nil && q.texts != nil {
		t = q.texts
	}
	f := h.known(w, r, err)
	render(w, f.status, "refusal.html", refusal{look: newLook(t, ""), Reason: t.reason(f), Code: f.code, Detail: f.sentence})
}

// reason says to a person what a client developer reads from the code.
func (t *texts) reason(f *fault) string {
	switch {
	case f == errUnknownApp:
		return t.UnknownApp
	case f == errForeign:
		return t.ForeignAddress
	case f == errNoRedirect:
		return t.NoAddress
	case f == errPushed:
		return t.Expired
	case f == errCrossSite:
		return t.CrossSite
	case f == errStale:
		return t.Stale
	case f.status >= http.StatusInternalServerError:
		return t.Failed
	}
	return t.Broken
}

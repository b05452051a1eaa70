package oauth

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"offhook/internal/listen"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// codeLife is how long an authorization code may wait for its exchange.
const codeLife = 60 * time.Second

// authorize answers an authorization request: with the sign-in page, with
// the question whether the signed-in user goes on, or by sending back.
func (h *Handler) authorize(w http.ResponseWriter, r *http.Request) error {
	p, err := authorizeParams(w, r)
	if err != nil {
		h.refuse(w, r, err)
		return nil
	}
	q, err := h.request(r.Context(), p)
	if err != nil {
		h.decline(w, r, q, err)
		return nil
	}
	user, err := h.browserUser(r)
	if err != nil {
		h.decline(w, r, q, err)
		return nil
	}
	switch {
	case q.asks("none") && user == nil:
		h.decline(w, r, q, &fault{http.StatusBadRequest, "login_required", "CMN-405", "Nobody is signed in to the platform in this browser."})
	case q.asks("none"):
		h.approve(w, r, q, *user)
	case user != nil && !q.asks("login"):
		h.showChoice(w, r, q, *user)
	default:
		h.showSignIn(w, r, q, http.StatusOK, attempt{username: q.hint})
	}
	return nil
}

// authorizeParams reads the query, or a POSTed form; not both.
func authorizeParams(w http.ResponseWriter, r *http.Request) (params, error) {
	if r.Method != http.MethodPost {
		return parse(r.URL.RawQuery, repeatable...)
	}
	if r.URL.RawQuery != "" {
		return nil, &fault{http.StatusBadRequest, "invalid_request", "OAU-150", "Send the parameters in the query or in the body, not in both."}
	}
	return body(w, r, repeatable...)
}

// approve makes a code for the user and sends it to the app.
func (h *Handler) approve(w http.ResponseWriter, r *http.Request, q request, user store.Extension) {
	code := secret(codePrefix)
	row := store.AuthCode{
		Hash: hash(code), ClientID: q.app.ClientID, ExtensionID: user.ID, RedirectURI: q.redirect, RedirectGiven: q.given,
		Scopes: q.scopes, Challenge: q.challenge, Method: q.method, ExpiresAt: h.now().Add(codeLife),
	}
	err := h.Store.Write(r.Context(), func(tx store.PlatformTx) error { return tx.AddAuthCode(r.Context(), row) })
	if err != nil {
		h.decline(w, r, q, fmt.Errorf("keeping an authorization code: %w", err))
		return
	}
	answer := url.Values{"code": {code}, "expires_in": {strconv.Itoa(int(codeLife / time.Second))}}
	if base := listen.BaseURL(r); q.discovery { // the SDK's discovery reads these from the answer
		answer.Set("token_uri", base+rc.TokenPath)
		answer.Set("discovery_uri", base+externalPath)
	}
	h.sendBack(w, r, q, answer)
}

// decline tells the app what went wrong, or the browser when the app's
// redirect URI is not known to be its own.
func (h *Handler) decline(w http.ResponseWriter, r *http.Request, q request, err error) {
	if q.redirect == "" {
		h.refuse(w, r, err)
		return
	}
	f := h.known(w, r, err)
	h.sendBack(w, r, q, url.Values{"error": {f.name}, "error_description": {f.sentence}})
}

// sendBack redirects with 303, which makes the browser forget a posted
// password; 307 would send it on to the app (RFC 9700 section 4.12).
func (h *Handler) sendBack(w http.ResponseWriter, r *http.Request, q request, answer url.Values) {
	pageHeaders(w)
	w.Header().Set("Location", q.location(listen.BaseURL(r), answer))
	w.WriteHeader(http.StatusSeeOther)
}

// refuse shows a fault in the form that the request asks for: a page for
// people, the envelope for programs.
func (h *Handler) refuse(w http.ResponseWriter, r *http.Request, err error) {
	pageHeaders(w)
	accept := r.Header.Get("Accept")
	if strings.Contains(accept, "application/json") && !strings.Contains(accept, "text/html") {
		h.fail(w, r, err)
		return
	}
	f := h.known(w, r, err)
	render(w, f.status, "refusal.html", refusal{Reason: explain(f), Code: f.code})
}

// explain says to a person what a client developer reads from the code.
func explain(f *fault) string {
	switch {
	case errors.Is(f, errForeign):
		return "The app asked to be answered at an address that is not registered for it, so nothing was sent. Ask whoever runs the app to register its redirect URI."
	case errors.Is(f, errNoRedirect):
		return "No address is registered where the app could be answered. Ask whoever runs the app to register its redirect URI."
	}
	return f.sentence
}

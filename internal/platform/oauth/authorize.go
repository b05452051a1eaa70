package oauth

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"offhook/internal/listen"
	"offhook/internal/opaque"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// codeLife is how long an authorization code may wait for its exchange.
const codeLife = 60 * time.Second

// authorize answers an authorization request. Whom a page is shown depends on
// prompt (contract 2.2) and on who is signed in to the platform:
//
//	               nobody              somebody
//	(none given)   sign-in page        "Continue as ...?"
//	login sso      the same: it is the contract's default
//	login          sign-in page        sign-in page
//	sso            sign-in page        an answer at once
//	none           login_required      an answer at once
//
// max_age can make somebody count as nobody, consent puts the consent page
// before the answer, and where a page must be shown (consent.go, [request.mustAsk])
// "at once" becomes a page, or interaction_required with prompt=none.
func (h *Handler) authorize(w http.ResponseWriter, r *http.Request) error {
	p, err := authorizeParams(w, r)
	if err != nil {
		h.refuse(w, r, nil, err)
		return nil
	}
	q, err := h.request(w, r, p)
	if err != nil {
		h.decline(w, r, q, err)
		return nil
	}
	if r.Method == http.MethodPost {
		h.askByGet(w, r, q)
		return nil
	}
	if q.asks("none") {
		h.silently(w, r, q)
		return nil
	}
	who, err := h.browserUser(r)
	switch {
	case err != nil:
		h.decline(w, r, q, err)
	case who == nil || q.needsPassword(who.at, h.now()):
		h.showSignIn(w, r, q, http.StatusOK, attempt{username: q.hint})
	default:
		h.offer(w, r, q, *who)
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

// askByGet lets the browser ask again without the form, because it brings its
// cookies to another site's server with a GET only (SameSite=Lax). What the
// app wanted to keep out of the address stays here, as a pushed request.
func (h *Handler) askByGet(w http.ResponseWriter, r *http.Request, q request) {
	uri := q.params["request_uri"]
	if q.pushed == "" {
		var err error
		if uri, err = h.push(r.Context(), q.app, q.params); err != nil {
			h.decline(w, r, q, err)
			return
		}
	}
	pageHeaders(w)
	w.Header().Set("Location", rc.AuthorizePath+"?"+url.Values{"client_id": {q.app.ClientID}, "request_uri": {uri}}.Encode())
	w.WriteHeader(http.StatusSeeOther)
}

// silently answers prompt=none: no page, whatever happens.
func (h *Handler) silently(w http.ResponseWriter, r *http.Request, q request) {
	who, err := h.silentUser(r)
	if err != nil {
		h.decline(w, r, q, err)
		return
	}
	ask, err := h.mustShow(r, q, who)
	switch {
	case err != nil:
		h.decline(w, r, q, err)
	case who == nil || q.needsPassword(who.at, h.now()) || !h.hinted(r.Context(), q, who.user):
		h.decline(w, r, q, errNobody)
	case ask:
		h.decline(w, r, q, errInteraction)
	default:
		h.approve(w, r, q, *who)
	}
}

// Faults of requests that may show no page.
var (
	errNobody      = &fault{http.StatusBadRequest, "login_required", "CMN-405", "Nobody is signed in to the platform in this browser, or not the one that was asked for; ask again without prompt=none."}
	errInteraction = &fault{http.StatusBadRequest, "interaction_required", "CMN-405", "The user must look at a page first; ask again without prompt=none."}
)

// mustShow reports whether somebody has to look at a page before an answer.
func (h *Handler) mustShow(r *http.Request, q request, who *person) (bool, error) {
	if who == nil || q.mustAsk() {
		return true, nil
	}
	return h.needsConsent(r.Context(), q, who.user)
}

// offer shows the signed-in user what there is to decide, or answers when
// prompt=sso says that there is nothing.
func (h *Handler) offer(w http.ResponseWriter, r *http.Request, q request, who person) {
	consent, err := h.needsConsent(r.Context(), q, who.user)
	switch {
	case err != nil:
		h.decline(w, r, q, err)
	case consent:
		h.showConsent(w, r, q, who)
	case q.only("sso") && !q.mustAsk() && h.hinted(r.Context(), q, who.user):
		h.approve(w, r, q, who)
	default:
		h.showChoice(w, r, q, who.user)
	}
}

// proceed answers for a user who has typed the password or said "Continue",
// after the consent page if one is needed.
func (h *Handler) proceed(w http.ResponseWriter, r *http.Request, q request, who person) {
	consent, err := h.needsConsent(r.Context(), q, who.user)
	switch {
	case err != nil:
		h.decline(w, r, q, err)
	case consent:
		h.showConsent(w, r, q, who)
	default:
		h.approve(w, r, q, who)
	}
}

// approve makes a code or a token for the user and sends it to the app.
func (h *Handler) approve(w http.ResponseWriter, r *http.Request, q request, who person) {
	grant := h.giveCode
	if q.response == "token" {
		grant = h.giveToken
	}
	answer, err := grant(r, q, who)
	if err != nil {
		h.decline(w, r, q, err)
		return
	}
	h.sendBack(w, r, q, answer)
}

// giveCode makes an authorization code.
func (h *Handler) giveCode(r *http.Request, q request, who person) (url.Values, error) {
	code := codePrefix + opaque.Text()
	row := store.AuthCode{
		Hash: opaque.Hash(code), ClientID: q.app.ClientID, ExtensionID: who.user.ID, RedirectURI: q.redirect, RedirectGiven: q.given,
		Scopes: q.scopes, OpenID: q.openID, Nonce: q.nonce, AuthTime: who.at,
		Challenge: q.challenge, Method: q.method, ExpiresAt: h.now().Add(codeLife),
	}
	err := h.Store.Write(r.Context(), func(tx store.PlatformTx) error {
		if err := spendPushed(r.Context(), tx, q); err != nil {
			return err
		}
		return tx.AddAuthCode(r.Context(), row)
	})
	if err != nil {
		return nil, fmt.Errorf("keeping an authorization code: %w", err)
	}
	answer := url.Values{"code": {code}, "expires_in": {strconv.Itoa(int(codeLife / time.Second))}}
	if base := listen.BaseURL(r); q.discovery { // the SDK's discovery reads these from the answer
		answer.Set("token_uri", base+rc.TokenPath)
		answer.Set("discovery_uri", base+externalPath)
	}
	return answer, nil
}

package oauth

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"offhook/internal/opaque"
	"offhook/internal/store"
)

// authMethods are the ways in which an app may say who it is (contract 2.3),
// by their names in the discovery document.
var authMethods = []string{"client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt", "none"}

// client authenticates the app of a request: by its secret in HTTP Basic or
// in the body, by an assertion that it signed, or by client_id alone when it
// has neither secret nor key. Nothing in the URL counts, and one way excludes
// the others (RFC 6749 section 2.3); only a client_id in the body may say
// again what Basic says, because released clients do that.
func (h *Handler) client(r *http.Request, p params) (store.App, error) {
	id, secret, basic, err := credentials(r)
	if err != nil {
		return store.App{}, err
	}
	posted := p["client_secret"] != ""
	asserted := p["client_assertion"] != "" || p["client_assertion_type"] != ""
	switch {
	case basic && posted, basic && asserted, posted && asserted:
		return store.App{}, errTwoMethods
	case asserted:
		return h.byAssertion(r, p)
	case basic && p["client_id"] != "" && p["client_id"] != id:
		return store.App{}, errTwoClients
	case !basic:
		id, secret = p["client_id"], p["client_secret"]
	}
	if id == "" {
		return store.App{}, errNoClient
	}
	return h.authenticated(r.Context(), id, secret, basic || posted)
}

func (h *Handler) authenticated(ctx context.Context, id, secret string, sent bool) (store.App, error) {
	app, err := h.Store.App(ctx, id)
	switch {
	case errors.Is(err, store.ErrNotFound) && sent:
		return app, errBadClient
	case errors.Is(err, store.ErrNotFound):
		return app, &fault{http.StatusBadRequest, "invalid_client", "OAU-153", "Invalid client: " + id}
	case err != nil:
		return app, fmt.Errorf("reading an app: %w", err)
	case app.JWKS != "":
		return app, errNeedsAssertion
	case app.Public() && secret != "":
		return app, errBadClient // it has none, so whoever sends one is confused or guessing
	case !app.Public() && !sent:
		return app, errNeedsSecret
	case !app.Public() && !opaque.Same(opaque.Hash(secret), app.SecretHash):
		return app, errBadClient
	}
	return app, nil
}

// credentials reads HTTP Basic. Id and secret are form-encoded inside it
// (RFC 6749 section 2.3.1); ours survive that either way.
func credentials(r *http.Request) (id, secret string, ok bool, err error) {
	all := r.Header.Values("Authorization")
	if len(all) == 0 {
		return "", "", false, nil
	}
	scheme, encoded, _ := strings.Cut(all[0], " ")
	if len(all) > 1 || !strings.EqualFold(scheme, "Basic") {
		return "", "", false, errBasic
	}
	raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(encoded))
	if err != nil {
		return "", "", false, errBasic
	}
	id, secret, ok = strings.Cut(string(raw), ":")
	if !ok || id == "" {
		return "", "", false, errBasic
	}
	if id, err = url.QueryUnescape(id); err != nil || !text(id) {
		return "", "", false, errBasic
	}
	if secret, err = url.QueryUnescape(secret); err != nil {
		return "", "", false, errBasic
	}
	return id, secret, true, nil
}

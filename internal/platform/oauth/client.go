package oauth

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"offhook/internal/store"
)

// client authenticates the app of a token or revocation request: by HTTP
// Basic, with an equal client_id in the body if any, or by client_id alone
// for an app without a secret. Nothing in the URL counts.
func (h *Handler) client(r *http.Request, p params) (store.App, error) {
	id, secret, basic, err := credentials(r)
	if err != nil {
		return store.App{}, err
	}
	switch {
	case p["client_secret"] != "":
		return store.App{}, errBodySecret
	case p["client_assertion"] != "" || p["client_assertion_type"] != "":
		return store.App{}, &fault{http.StatusUnauthorized, "invalid_client", "OAU-151", "Client assertions are not supported; send id and secret by HTTP Basic."}
	case basic && p["client_id"] != "" && p["client_id"] != id:
		return store.App{}, errTwoClients
	case !basic:
		id = p["client_id"]
	}
	if id == "" {
		return store.App{}, errNoClient
	}
	return h.authenticated(r.Context(), id, secret, basic)
}

func (h *Handler) authenticated(ctx context.Context, id, secret string, basic bool) (store.App, error) {
	app, err := h.Store.App(ctx, id)
	switch {
	case errors.Is(err, store.ErrNotFound) && basic:
		return app, errBadClient
	case errors.Is(err, store.ErrNotFound):
		return app, &fault{http.StatusBadRequest, "invalid_client", "OAU-153", "Invalid client: " + id}
	case err != nil:
		return app, fmt.Errorf("reading an app: %w", err)
	case app.Public() && secret != "":
		return app, errBadClient // it has none, so whoever sends one is confused or guessing
	case !app.Public() && !basic:
		return app, errNeedsSecret
	case !app.Public() && subtle.ConstantTimeCompare([]byte(hash(secret)), []byte(app.SecretHash)) != 1:
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

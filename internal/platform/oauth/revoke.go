package oauth

import (
	"errors"
	"fmt"
	"net/http"

	"offhook/internal/opaque"
	"offhook/internal/platform/wire"
	"offhook/internal/store"
)

// revoke ends the session of an access or refresh token, whole (contract
// 2.1). A token that is unknown or another app's changes nothing and is
// answered the same (RFC 7009 section 2.2).
func (h *Handler) revoke(w http.ResponseWriter, r *http.Request) error {
	p, err := body(w, r)
	if err != nil {
		return err
	}
	token, err := tokenToRevoke(r, p)
	if err != nil {
		return err
	}
	app, err := h.client(r, p)
	if err != nil {
		return err
	}
	if token == "" {
		return errMissing("token")
	}
	_, err = h.decide(r.Context(), func(tx store.PlatformTx) (d decision, err error) {
		id, err := sessionOf(r, tx, opaque.Hash(token))
		if err != nil || id == "" {
			return d, err
		}
		s, err := tx.OAuthSession(r.Context(), id)
		if err != nil {
			return d, fmt.Errorf("reading the session to revoke: %w", err)
		}
		if s.ClientID == app.ClientID {
			d.why = "the app revoked it"
			d.ended, err = h.end(r.Context(), tx, id)
		}
		return d, err
	})
	if err != nil {
		return err
	}
	wire.JSON(w, http.StatusOK, struct{}{})
	return nil
}

// tokenToRevoke reads the token from the body, or from the query, where
// released clients put it.
func tokenToRevoke(r *http.Request, p params) (string, error) {
	query, err := parse(r.URL.RawQuery)
	if err != nil {
		return "", err
	}
	for name := range query {
		if name != "token" {
			return "", errInURL
		}
	}
	if p["token"] != "" && query["token"] != "" && p["token"] != query["token"] {
		return "", &fault{http.StatusBadRequest, "invalid_request", "OAU-150", "token differs between query and body."}
	}
	if p["token"] != "" {
		return p["token"], nil
	}
	return query["token"], nil
}

// sessionOf returns the session of a token by its hash, or "".
func sessionOf(r *http.Request, tx store.PlatformTx, hash string) (string, error) {
	refresh, err := tx.RefreshToken(r.Context(), hash)
	if err == nil {
		return refresh.SessionID, nil
	}
	if !errors.Is(err, store.ErrNotFound) {
		return "", fmt.Errorf("looking for a refresh token to revoke: %w", err)
	}
	access, err := tx.Bearer(r.Context(), hash)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return "", fmt.Errorf("looking for an access token to revoke: %w", err)
	}
	return access.SessionID, nil
}

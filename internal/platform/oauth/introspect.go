package oauth

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"offhook/internal/listen"
	"offhook/internal/opaque"
	"offhook/internal/platform/wire"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// introspectPath is where apps ask about their tokens (RFC 7662). RingCentral
// has no such endpoint; the discovery document names ours.
const introspectPath = "/restapi/oauth/introspect"

// errIntrospect: RFC 7662 section 2.1 demands that the asker is known.
var errIntrospect = &fault{http.StatusUnauthorized, "invalid_client", "OAU-123", "Only an app that can prove who it is, by a secret or a key, may ask about tokens."}

// An introspection is the answer about a token. Without Active the rest is
// empty: why a token is worth nothing is nobody's business (section 2.2).
type introspection struct {
	Active    bool   `json:"active"`
	Scope     string `json:"scope,omitempty"`
	ClientID  string `json:"client_id,omitempty"`
	TokenType string `json:"token_type,omitempty"`
	Expiry    int64  `json:"exp,omitempty"`
	Subject   string `json:"sub,omitempty"`
	AccountID string `json:"account_id,omitempty"`
	Issuer    string `json:"iss,omitempty"`
	SessionID string `json:"session_id,omitempty"`
}

// introspect answers what a token of the app's own is worth. One of another
// app looks like none at all, so that nobody can find out with their own
// app's credentials whether a string is somebody's token (section 4).
func (h *Handler) introspect(w http.ResponseWriter, r *http.Request) error {
	answer, err := h.introspection(w, r)
	if err != nil {
		return h.slowDown(w, r, err)
	}
	wire.JSON(w, http.StatusOK, answer)
	return nil
}

func (h *Handler) introspection(w http.ResponseWriter, r *http.Request) (introspection, error) {
	if r.URL.RawQuery != "" {
		return introspection{}, errInURL
	}
	p, err := body(w, r)
	if err != nil {
		return introspection{}, err
	}
	app, err := h.client(r, p)
	if err != nil {
		return introspection{}, err
	}
	if app.Public() {
		return introspection{}, errIntrospect
	}
	if p["token"] == "" {
		return introspection{}, errMissing("token")
	}
	answer, err := h.describe(r.Context(), app, p["token"])
	if errors.Is(err, store.ErrNotFound) {
		return introspection{}, nil
	}
	if err != nil {
		return introspection{}, fmt.Errorf("reading a token: %w", err)
	}
	answer.Issuer = listen.BaseURL(r)
	return answer, nil
}

// describe returns [store.ErrNotFound] for what is no live token of the app.
// Asking is no use of the token, so it ends no grace of the refresh rule.
func (h *Handler) describe(ctx context.Context, app store.App, token string) (introspection, error) {
	if strings.HasPrefix(token, refreshPrefix) {
		return h.describeRefresh(ctx, app, token)
	}
	b, err := h.Store.Bearer(ctx, opaque.Hash(token))
	if err == nil && (b.ClientID != app.ClientID || !h.now().Before(b.ExpiresAt)) {
		err = store.ErrNotFound
	}
	return introspection{
		Active: true, Scope: scopeText(b.Scopes, b.OpenID), ClientID: b.ClientID, TokenType: "bearer", Expiry: b.ExpiresAt.Unix(),
		Subject: strconv.FormatInt(b.ExtensionID, 10), AccountID: strconv.FormatInt(b.AccountID, 10), SessionID: b.SessionID,
	}, err
}

func (h *Handler) describeRefresh(ctx context.Context, app store.App, token string) (introspection, error) {
	t, err := h.Store.RefreshToken(ctx, opaque.Hash(token))
	if err != nil {
		return introspection{}, err
	}
	if !t.UsedAt.IsZero() || !h.now().Before(t.ExpiresAt) {
		return introspection{}, store.ErrNotFound
	}
	s, err := h.Store.OAuthSession(ctx, t.SessionID)
	if err == nil && s.ClientID != app.ClientID {
		err = store.ErrNotFound
	}
	return introspection{
		Active: true, Scope: scopeText(s.Scopes, s.OpenID), ClientID: s.ClientID, TokenType: "refresh_token", Expiry: t.ExpiresAt.Unix(),
		Subject: strconv.FormatInt(s.ExtensionID, 10), SessionID: s.ID,
	}, err
}

// scopeText writes the scope of an answer.
func scopeText(scopes rc.ScopeSet, openID []string) string {
	return strings.TrimSpace(rc.JoinScopes(scopes) + " " + strings.Join(openID, " "))
}

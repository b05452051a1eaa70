package oauth

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"offhook/internal/listen"
	"offhook/internal/opaque"
	"offhook/internal/platform/event"
	"offhook/internal/platform/wire"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// Lifetimes in seconds (contract 2.3 and 2.5).
const (
	minAccessTTL  = 600
	maxAccessTTL  = 3600
	maxRefreshTTL = 604800
)

// maxSessions is how many sign-ins a user may have with one app at a time;
// the next one ends the oldest.
const maxSessions = 5

// An exchange turns a grant into tokens. Its error may be a fault that comes
// with a change that must stay (a spent code, an ended session), so it
// writes to the store itself.
type exchange func(r *http.Request, app store.App, p params) (rc.TokenInfo, error)

// token answers the token endpoint.
func (h *Handler) token(w http.ResponseWriter, r *http.Request) error {
	info, err := h.exchange(w, r)
	if err != nil {
		return h.slowDown(w, r, err)
	}
	wire.JSON(w, http.StatusOK, info)
	return nil
}

// slowDown counts an address's faulty requests and asks for patience after
// too many. Guessing is hopeless against 256 bits, so a good request is never
// refused for the bad ones before it: the widget's server sends every user's
// from one address.
func (h *Handler) slowDown(w http.ResponseWriter, r *http.Request, err error) error {
	var f *fault
	if errors.As(err, &f) && h.tokens.take(remote(r), perClient, h.now()) > 0 {
		w.Header().Set("Retry-After", fmt.Sprint(int(perClient.most/time.Second)))
		return errTooMany
	}
	return err
}

func (h *Handler) exchange(w http.ResponseWriter, r *http.Request) (rc.TokenInfo, error) {
	if r.URL.RawQuery != "" {
		return rc.TokenInfo{}, errInURL
	}
	p, err := body(w, r)
	if err != nil {
		return rc.TokenInfo{}, err
	}
	app, err := h.client(r, p)
	if err != nil {
		return rc.TokenInfo{}, err
	}
	grant := p["grant_type"]
	if grant == "" {
		return rc.TokenInfo{}, errMissing("grant_type")
	}
	fn := h.exchanges()[grant]
	if fn == nil {
		return rc.TokenInfo{}, errGrantType
	}
	if !slices.Contains(app.Grants, grant) {
		return rc.TokenInfo{}, errGrantDenied
	}
	return fn(r, app, p)
}

// exchanges are the supported grant types; the discovery document lists them.
func (h *Handler) exchanges() map[string]exchange {
	return map[string]exchange{
		rc.GrantAuthorizationCode: h.byCode,
		rc.GrantRefreshToken:      h.byRefreshToken,
		rc.GrantJWTBearer:         h.byJWT,
	}
}

// byCode exchanges an authorization code. Whatever comes of it, the code is
// spent; one that was spent before was stolen from one of its two bearers,
// so the tokens made from it end (RFC 6749 section 4.1.2).
func (h *Handler) byCode(r *http.Request, app store.App, p params) (rc.TokenInfo, error) {
	if p["code"] == "" {
		return rc.TokenInfo{}, errMissing("code")
	}
	ctx := r.Context()
	d, err := h.decision(ctx, func(tx store.PlatformTx) (decision, error) { return h.spendCode(ctx, tx, app, p) })
	if err != nil {
		return rc.TokenInfo{}, err
	}
	if len(d.session.OpenID) > 0 {
		d.info.IDToken, err = h.idToken(ctx, listen.BaseURL(r), d.code, d.session, d.info.AccessToken)
	}
	return d.info, err
}

func (h *Handler) spendCode(ctx context.Context, tx store.PlatformTx, app store.App, p params) (decision, error) {
	now := h.now()
	code, first, err := tx.UseAuthCode(ctx, opaque.Hash(p["code"]), app.ClientID, now)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return decision{refused: errCode}, nil
	case err != nil:
		return decision{}, fmt.Errorf("spending a code: %w", err)
	case !first:
		ended, err := h.end(ctx, tx, code.SessionID)
		return decision{refused: errCode, ended: ended, why: "an authorization code was used twice"}, err
	}
	scopes, refused := checkCode(code, p, now)
	if refused != nil {
		return decision{refused: refused}, nil
	}
	s := store.OAuthSession{
		ID: rand.Text(), ClientID: app.ClientID, ExtensionID: code.ExtensionID, Scopes: scopes, OpenID: narrowOpenID(p["scope"], code.OpenID),
		EndpointID: endpoint(p["endpoint_id"]), CreatedAt: now, ExpiresAt: now,
	}
	d, err := h.open(ctx, tx, app, s, code.Hash, p)
	d.code, d.session = code, s
	return d, err
}

// A decision is what a write decided: tokens, or a fault that must not undo
// the write's changes, and which sessions it ended.
type decision struct {
	info    rc.TokenInfo
	refused *fault
	ended   []event.SessionEnd
	why     string

	code    store.AuthCode // of an exchange of a code
	session store.OAuthSession
}

// decide runs fn as a write and returns the tokens that it decided for.
func (h *Handler) decide(ctx context.Context, fn func(tx store.PlatformTx) (decision, error)) (rc.TokenInfo, error) {
	d, err := h.decision(ctx, fn)
	return d.info, err
}

// decision runs fn as a write. When ctx ends first, fn may still be running,
// so what it decides is not looked at.
func (h *Handler) decision(ctx context.Context, fn func(tx store.PlatformTx) (decision, error)) (decision, error) {
	var d decision
	err := h.Store.Write(ctx, func(tx store.PlatformTx) (err error) {
		d, err = fn(tx)
		return err
	})
	if err != nil {
		return decision{}, err
	}
	h.announce(ctx, d.ended, d.why)
	if d.refused != nil {
		return decision{}, d.refused
	}
	return d, nil
}

// checkCode compares an exchange with the request that its code was made
// for. A verifier without a challenge is a downgrade (RFC 9700 section 4.8.2).
func checkCode(code store.AuthCode, p params, now time.Time) (rc.ScopeSet, *fault) {
	switch {
	case !now.Before(code.ExpiresAt):
		return nil, errCodeExpired
	case code.RedirectGiven && p["redirect_uri"] != code.RedirectURI, p["redirect_uri"] != "" && p["redirect_uri"] != code.RedirectURI:
		return nil, errRedirect
	case code.Challenge == "" && p["code_verifier"] != "", code.Challenge != "" && !verified(code, p["code_verifier"]):
		return nil, errVerifier
	}
	scopes, err := narrow(p["scope"], code.Scopes)
	if err != nil {
		return nil, errScope
	}
	return scopes, nil
}

func verified(code store.AuthCode, verifier string) bool {
	if !unreserved(verifier) {
		return false
	}
	if code.Method == "S256" {
		verifier = opaque.Hash(verifier) // RFC 7636 section 4.2 writes it the same way
	}
	return opaque.Same(verifier, code.Challenge)
}

// open begins a session with its first tokens. codeHash is of the code it
// was made from, if any.
func (h *Handler) open(ctx context.Context, tx store.PlatformTx, app store.App, s store.OAuthSession, codeHash string, p params) (decision, error) {
	if err := tx.AddOAuthSession(ctx, s, codeHash); err != nil {
		return decision{}, fmt.Errorf("opening an OAuth session: %w", err)
	}
	info, err := h.issue(ctx, tx, app, s, p)
	if err != nil {
		return decision{}, err
	}
	ended, err := trim(ctx, tx, s)
	if err != nil {
		return decision{}, err
	}
	return decision{info: info, ended: ended, why: "the user has too many with this app"}, nil
}

// issue makes tokens for a session, with the scopes that s says.
func (h *Handler) issue(ctx context.Context, tx store.PlatformTx, app store.App, s store.OAuthSession, p params) (rc.TokenInfo, error) {
	now := h.now()
	info := rc.TokenInfo{
		AccessToken: accessPrefix + opaque.Text(), TokenType: "bearer", ExpiresIn: accessTTL(p["access_token_ttl"]), Scope: scopeText(s.Scopes, s.OpenID),
		OwnerID: strconv.FormatInt(s.ExtensionID, 10), EndpointID: s.EndpointID, SessionID: s.ID,
	}
	expires := now.Add(time.Duration(info.ExpiresIn) * time.Second)
	err := tx.AddAccessToken(ctx, store.AccessToken{Hash: opaque.Hash(info.AccessToken), SessionID: s.ID, Scopes: s.Scopes, OpenID: s.OpenID, ExpiresAt: expires})
	if err != nil {
		return info, fmt.Errorf("keeping an access token: %w", err)
	}
	if slices.Contains(app.Grants, rc.GrantRefreshToken) {
		info.RefreshToken, info.RefreshTokenExpiresIn = refreshPrefix+opaque.Text(), refreshTTL(p["refresh_token_ttl"])
		until := now.Add(time.Duration(info.RefreshTokenExpiresIn) * time.Second)
		if err := tx.AddRefreshToken(ctx, store.RefreshToken{Hash: opaque.Hash(info.RefreshToken), SessionID: s.ID, ExpiresAt: until}); err != nil {
			return info, fmt.Errorf("keeping a refresh token: %w", err)
		}
		if until.After(expires) {
			expires = until
		}
	}
	return info, tx.ExtendOAuthSession(ctx, s.ID, expires)
}

// accessTTL clamps instead of refusing (contract 2.3); what is no positive
// number counts as absent, because the SDK sends -1 after a 401.
func accessTTL(sent string) int {
	n, err := strconv.Atoi(sent)
	if err != nil || n <= 0 {
		return maxAccessTTL
	}
	return min(max(n, minAccessTTL), maxAccessTTL)
}

func refreshTTL(sent string) int {
	n, err := strconv.Atoi(sent)
	if err != nil || n <= 0 {
		return maxRefreshTTL
	}
	return min(n, maxRefreshTTL)
}

// endpoint is the client's instance: its own name for itself, or a new one.
func endpoint(sent string) string {
	bad := func(r rune) bool { return r <= ' ' || r >= 0x7f }
	if sent == "" || len(sent) > 64 || strings.ContainsFunc(sent, bad) {
		return rand.Text()
	}
	return sent
}

// trim ends the oldest sessions of a new one's user and app.
func trim(ctx context.Context, tx store.PlatformTx, s store.OAuthSession) (ended []event.SessionEnd, err error) {
	ids, err := tx.TrimOAuthSessions(ctx, s, maxSessions)
	if err != nil {
		return nil, fmt.Errorf("ending the oldest OAuth sessions: %w", err)
	}
	for _, id := range ids {
		ended = append(ended, event.SessionEnd{SessionID: id, ClientID: s.ClientID, ExtensionID: s.ExtensionID})
	}
	return ended, nil
}

// end ends a session with all its tokens and returns it; an empty id is none.
// With the last one of a user and an app the passwords of their phones go.
func (h *Handler) end(ctx context.Context, tx store.PlatformTx, id string) ([]event.SessionEnd, error) {
	if id == "" {
		return nil, nil
	}
	s, err := tx.OAuthSession(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading an OAuth session to end it: %w", err)
	}
	ended, err := tx.EndOAuthSession(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("ending an OAuth session: %w", err)
	}
	if !ended {
		return nil, nil
	}
	if _, err := tx.RetireSIPPasswords(ctx, s.ClientID, s.ExtensionID, h.now()); err != nil {
		return nil, fmt.Errorf("taking the passwords of phones: %w", err)
	}
	return []event.SessionEnd{{SessionID: id, ClientID: s.ClientID, ExtensionID: s.ExtensionID}}, nil
}

// announce tells the house which sessions have ended, so that what was
// opened with their tokens closes.
func (h *Handler) announce(ctx context.Context, ended []event.SessionEnd, why string) {
	for _, e := range ended {
		h.Log.Info("OAuth session ended", "session", e.SessionID, "reason", why)
		if err := event.PublishSessionEnd(ctx, h.Bus, e); err != nil {
			h.Log.Error("announcing the end of an OAuth session", "session", e.SessionID, "err", err)
		}
	}
}

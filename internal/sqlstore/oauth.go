package sqlstore

import (
	"context"
	"errors"
	"time"

	"offhook/internal/rc"
	"offhook/internal/store"
)

const appColumns = "client_id, name, secret_hash, sealed_secret, jwks, redirect_uris, scopes, grants, account_id, created_at"

func scanApp(r scanner) (a store.App, err error) {
	var redirects, scopes, grants string
	var created int64
	err = r.Scan(&a.ClientID, &a.Name, &a.SecretHash, &a.SealedSecret, &a.JWKS, &redirects, &scopes, &grants, &a.AccountID, &created)
	a.RedirectURIs, a.Scopes, a.Grants = unlist(redirects), rc.SplitScopes(scopes), unlist(grants)
	a.CreatedAt = fromMillis(created)
	return a, err
}

func (q queries) App(ctx context.Context, clientID string) (store.App, error) {
	return one(ctx, q, scanApp, "SELECT "+appColumns+" FROM apps WHERE client_id = $1", clientID)
}

func (q queries) Apps(ctx context.Context) ([]store.App, error) {
	return many(ctx, q, scanApp, "SELECT "+appColumns+" FROM apps ORDER BY created_at, client_id")
}

func (q queries) PutApp(ctx context.Context, a store.App) error {
	return q.exec(ctx, "INSERT INTO apps ("+appColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		ON CONFLICT (client_id) DO UPDATE SET name = excluded.name, secret_hash = excluded.secret_hash,
		sealed_secret = excluded.sealed_secret, jwks = excluded.jwks,
		redirect_uris = excluded.redirect_uris, scopes = excluded.scopes, grants = excluded.grants, account_id = excluded.account_id`,
		a.ClientID, a.Name, a.SecretHash, a.SealedSecret, a.JWKS, list(a.RedirectURIs), rc.JoinScopes(a.Scopes), list(a.Grants), a.AccountID, millis(a.CreatedAt))
}

func (q queries) RemoveApp(ctx context.Context, clientID string) (bool, error) {
	n, err := q.changed(ctx, "DELETE FROM apps WHERE client_id = $1", clientID)
	return n > 0, err
}

const codeColumns = "hash, client_id, extension_id, redirect_uri, redirect_given, scopes, challenge, method, openid, nonce, auth_time, expires_at, used_at, session_id"

func scanCode(r scanner) (c store.AuthCode, err error) {
	var given, authTime, expires, used int64
	var scopes, openid string
	err = r.Scan(&c.Hash, &c.ClientID, &c.ExtensionID, &c.RedirectURI, &given, &scopes, &c.Challenge, &c.Method, &openid, &c.Nonce, &authTime, &expires, &used, &c.SessionID)
	c.RedirectGiven, c.Scopes, c.OpenID = given != 0, rc.SplitScopes(scopes), unlist(openid)
	c.AuthTime, c.ExpiresAt, c.UsedAt = fromMillis(authTime), fromMillis(expires), fromMillis(used)
	return c, err
}

func (q queries) AddAuthCode(ctx context.Context, c store.AuthCode) error {
	return q.exec(ctx, "INSERT INTO auth_codes ("+codeColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
		c.Hash, c.ClientID, c.ExtensionID, c.RedirectURI, flag(c.RedirectGiven), rc.JoinScopes(c.Scopes), c.Challenge, c.Method,
		list(c.OpenID), c.Nonce, millis(c.AuthTime), millis(c.ExpiresAt), millis(c.UsedAt), c.SessionID)
}

func (q queries) UseAuthCode(ctx context.Context, hash, clientID string, at time.Time) (store.AuthCode, bool, error) {
	c, err := one(ctx, q, scanCode, "UPDATE auth_codes SET used_at = $1 WHERE hash = $2 AND client_id = $3 AND used_at = 0 RETURNING "+codeColumns,
		millis(at), hash, clientID)
	if !errors.Is(err, store.ErrNotFound) {
		return c, err == nil, err
	}
	c, err = one(ctx, q, scanCode, "SELECT "+codeColumns+" FROM auth_codes WHERE hash = $1 AND client_id = $2", hash, clientID)
	return c, false, err
}

const oauthSessionColumns = "id, client_id, extension_id, scopes, openid, endpoint_id, credential_id, created_at, expires_at"

func scanOAuthSession(r scanner) (s store.OAuthSession, err error) {
	var scopes, openid string
	var created, expires int64
	err = r.Scan(&s.ID, &s.ClientID, &s.ExtensionID, &scopes, &openid, &s.EndpointID, &s.CredentialID, &created, &expires)
	s.Scopes, s.OpenID = rc.SplitScopes(scopes), unlist(openid)
	s.CreatedAt, s.ExpiresAt = fromMillis(created), fromMillis(expires)
	return s, err
}

func (q queries) OAuthSession(ctx context.Context, id string) (store.OAuthSession, error) {
	return one(ctx, q, scanOAuthSession, "SELECT "+oauthSessionColumns+" FROM oauth_sessions WHERE id = $1", id)
}

func (q queries) OAuthSessions(ctx context.Context, clientID string, extensionID int64) ([]store.OAuthSession, error) {
	return many(ctx, q, scanOAuthSession, "SELECT "+oauthSessionColumns+` FROM oauth_sessions
		WHERE client_id = $1 AND extension_id = $2 ORDER BY created_at DESC, id`, clientID, extensionID)
}

func (q queries) AddOAuthSession(ctx context.Context, s store.OAuthSession, codeHash string) error {
	err := q.exec(ctx, "INSERT INTO oauth_sessions ("+oauthSessionColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
		s.ID, s.ClientID, s.ExtensionID, rc.JoinScopes(s.Scopes), list(s.OpenID), s.EndpointID, s.CredentialID, millis(s.CreatedAt), millis(s.ExpiresAt))
	if err != nil || codeHash == "" {
		return err
	}
	return q.exec(ctx, "UPDATE auth_codes SET session_id = $1 WHERE hash = $2", s.ID, codeHash)
}

func (q queries) ExtendOAuthSession(ctx context.Context, id string, expiresAt time.Time) error {
	return q.exec(ctx, "UPDATE oauth_sessions SET expires_at = $1 WHERE id = $2", millis(expiresAt), id)
}

func (q queries) TrimOAuthSessions(ctx context.Context, newest store.OAuthSession, keep int) ([]string, error) {
	scanID := func(r scanner) (id string, err error) { return id, r.Scan(&id) }
	return many(ctx, q, scanID, `DELETE FROM oauth_sessions WHERE client_id = $1 AND extension_id = $2 AND id <> $3 AND id NOT IN (
		SELECT id FROM oauth_sessions WHERE client_id = $1 AND extension_id = $2 AND id <> $3 ORDER BY created_at DESC, id LIMIT $4
		) RETURNING id`, newest.ClientID, newest.ExtensionID, newest.ID, keep-1)
}

func (q queries) EndOAuthSession(ctx context.Context, id string) (bool, error) {
	n, err := q.changed(ctx, "DELETE FROM oauth_sessions WHERE id = $1", id)
	return n > 0, err
}

func (q queries) AddAccessToken(ctx context.Context, t store.AccessToken) error {
	return q.exec(ctx, "INSERT INTO access_tokens (hash, session_id, scopes, openid, expires_at, first_used_at) VALUES ($1, $2, $3, $4, $5, $6)",
		t.Hash, t.SessionID, rc.JoinScopes(t.Scopes), list(t.OpenID), millis(t.ExpiresAt), millis(t.FirstUsedAt))
}

func scanBearer(r scanner) (b store.Bearer, err error) {
	var scopes, openid string
	var expires, used int64
	err = r.Scan(&b.Hash, &b.SessionID, &scopes, &openid, &expires, &used, &b.ClientID, &b.ExtensionID, &b.AccountID)
	b.Scopes, b.OpenID = rc.SplitScopes(scopes), unlist(openid)
	b.ExpiresAt, b.FirstUsedAt = fromMillis(expires), fromMillis(used)
	return b, err
}

func (q queries) Bearer(ctx context.Context, hash string) (store.Bearer, error) {
	return one(ctx, q, scanBearer, `SELECT t.hash, t.session_id, t.scopes, t.openid, t.expires_at, t.first_used_at, s.client_id, s.extension_id, e.account_id
		FROM access_tokens t JOIN oauth_sessions s ON s.id = t.session_id JOIN extensions e ON e.id = s.extension_id
		WHERE t.hash = $1`, hash)
}

func (q queries) UseAccessToken(ctx context.Context, hash string, at time.Time) error {
	return q.exec(ctx, "UPDATE access_tokens SET first_used_at = $1 WHERE hash = $2 AND first_used_at = 0", millis(at), hash)
}

func (q queries) EndAccessTokens(ctx context.Context, sessionID string) error {
	return q.exec(ctx, "DELETE FROM access_tokens WHERE session_id = $1", sessionID)
}

const refreshTokenColumns = "hash, session_id, expires_at, used_at, successor, successor_access"

func scanRefreshToken(r scanner) (t store.RefreshToken, err error) {
	var expires, used int64
	err = r.Scan(&t.Hash, &t.SessionID, &expires, &used, &t.Successor, &t.SuccessorAccess)
	t.ExpiresAt, t.UsedAt = fromMillis(expires), fromMillis(used)
	return t, err
}

func (q queries) RefreshToken(ctx context.Context, hash string) (store.RefreshToken, error) {
	return one(ctx, q, scanRefreshToken, "SELECT "+refreshTokenColumns+" FROM refresh_tokens WHERE hash = $1", hash)
}

func (q queries) AddRefreshToken(ctx context.Context, t store.RefreshToken) error {
	return q.exec(ctx, "INSERT INTO refresh_tokens ("+refreshTokenColumns+") VALUES ($1, $2, $3, $4, $5, $6)",
		t.Hash, t.SessionID, millis(t.ExpiresAt), millis(t.UsedAt), t.Successor, t.SuccessorAccess)
}

func (q queries) UseRefreshToken(ctx context.Context, hash string, at time.Time) (bool, error) {
	n, err := q.changed(ctx, "UPDATE refresh_tokens SET used_at = $1 WHERE hash = $2 AND used_at = 0", millis(at), hash)
	return n == 1, err
}

func (q queries) SetSuccessor(ctx context.Context, hash string, sealed []byte, accessHash string) error {
	return q.exec(ctx, "UPDATE refresh_tokens SET successor = $1, successor_access = $2 WHERE hash = $3", sealed, accessHash, hash)
}

const browserSessionColumns = "hash, extension_id, created_at, expires_at"

func scanBrowserSession(r scanner) (s store.BrowserSession, err error) {
	var created, expires int64
	err = r.Scan(&s.Hash, &s.ExtensionID, &created, &expires)
	s.CreatedAt, s.ExpiresAt = fromMillis(created), fromMillis(expires)
	return s, err
}

func (q queries) BrowserSession(ctx context.Context, hash string, at time.Time) (store.BrowserSession, error) {
	return one(ctx, q, scanBrowserSession, "SELECT "+browserSessionColumns+" FROM browser_sessions WHERE hash = $1 AND expires_at > $2",
		hash, millis(at))
}

func (q queries) AddBrowserSession(ctx context.Context, s store.BrowserSession) error {
	return q.exec(ctx, "INSERT INTO browser_sessions ("+browserSessionColumns+") VALUES ($1, $2, $3, $4)",
		s.Hash, s.ExtensionID, millis(s.CreatedAt), millis(s.ExpiresAt))
}

func (q queries) EndBrowserSession(ctx context.Context, hash string) error {
	return q.exec(ctx, "DELETE FROM browser_sessions WHERE hash = $1", hash)
}

func (q queries) SweepOAuth(ctx context.Context, before time.Time) error {
	for _, stmt := range []string{
		"DELETE FROM oauth_sessions WHERE expires_at < $1",
		"DELETE FROM access_tokens WHERE expires_at < $1",
		"DELETE FROM refresh_tokens WHERE expires_at < $1",
		"DELETE FROM auth_codes WHERE expires_at < $1 AND NOT EXISTS (SELECT 1 FROM oauth_sessions s WHERE s.id = auth_codes.session_id)",
		"DELETE FROM browser_sessions WHERE expires_at < $1",
	} {
		if err := q.exec(ctx, stmt, millis(before)); err != nil {
			return err
		}
	}
	return nil
}

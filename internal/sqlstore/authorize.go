package sqlstore

import (
	"context"
	"time"

	"offhook/internal/rc"
	"offhook/internal/store"
)

const pushedColumns = "hash, client_id, params, browser, expires_at"

func scanPushed(r scanner) (p store.PushedRequest, err error) {
	var expires int64
	err = r.Scan(&p.Hash, &p.ClientID, &p.Params, &p.Browser, &expires)
	p.ExpiresAt = fromMillis(expires)
	return p, err
}

func (q queries) AddPushedRequest(ctx context.Context, r store.PushedRequest) error {
	return q.exec(ctx, "INSERT INTO pushed_requests ("+pushedColumns+") VALUES ($1, $2, $3, $4, $5)",
		r.Hash, r.ClientID, r.Params, r.Browser, millis(r.ExpiresAt))
}

// OpenPushedRequest is one statement, so of two browsers at once only one
// gets the request. A second look does not lengthen its life.
func (q queries) OpenPushedRequest(ctx context.Context, hash, clientID, browser string, at, until time.Time) (store.PushedRequest, error) {
	return one(ctx, q, scanPushed, `UPDATE pushed_requests SET expires_at = CASE WHEN browser = '' THEN $1 ELSE expires_at END, browser = $2
		WHERE hash = $3 AND client_id = $4 AND expires_at > $5 AND browser IN ('', $2) RETURNING `+pushedColumns,
		millis(until), browser, hash, clientID, millis(at))
}

func (q queries) SpendPushedRequest(ctx context.Context, hash string) (bool, error) {
	n, err := q.changed(ctx, "DELETE FROM pushed_requests WHERE hash = $1", hash)
	return n == 1, err
}

const stepColumns = "hash, request, browser, client_id, extension_id, auth_time, expires_at"

func scanStep(r scanner) (s store.ConsentStep, err error) {
	var authed, expires int64
	err = r.Scan(&s.Hash, &s.Request, &s.Browser, &s.ClientID, &s.ExtensionID, &authed, &expires)
	s.AuthTime, s.ExpiresAt = fromMillis(authed), fromMillis(expires)
	return s, err
}

func (q queries) AddConsentStep(ctx context.Context, s store.ConsentStep) error {
	return q.exec(ctx, "INSERT INTO consent_steps ("+stepColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7)",
		s.Hash, s.Request, s.Browser, s.ClientID, s.ExtensionID, millis(s.AuthTime), millis(s.ExpiresAt))
}

func (q queries) TakeConsentStep(ctx context.Context, hash string) (store.ConsentStep, error) {
	return one(ctx, q, scanStep, "DELETE FROM consent_steps WHERE hash = $1 RETURNING "+stepColumns, hash)
}

func scanConsent(r scanner) (c store.Consent, err error) {
	var scopes, openID string
	var at int64
	err = r.Scan(&c.ExtensionID, &c.ClientID, &scopes, &openID, &at)
	c.Scopes, c.OpenID, c.At = rc.SplitScopes(scopes), unlist(openID), fromMillis(at)
	return c, err
}

func (q queries) Consent(ctx context.Context, extensionID int64, clientID string) (store.Consent, error) {
	return one(ctx, q, scanConsent, "SELECT extension_id, client_id, scopes, openid, changed_at FROM consents WHERE extension_id = $1 AND client_id = $2",
		extensionID, clientID)
}

func (q queries) PutConsent(ctx context.Context, c store.Consent) error {
	return q.exec(ctx, `INSERT INTO consents (extension_id, client_id, scopes, openid, changed_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (extension_id, client_id) DO UPDATE SET scopes = excluded.scopes, openid = excluded.openid, changed_at = excluded.changed_at`,
		c.ExtensionID, c.ClientID, rc.JoinScopes(c.Scopes), list(c.OpenID), millis(c.At))
}

func (q queries) KnowsBrowser(ctx context.Context, hash string, extensionID int64, at time.Time) (bool, error) {
	scanCount := func(r scanner) (n int64, err error) { return n, r.Scan(&n) }
	n, err := one(ctx, q, scanCount, "SELECT COUNT(*) FROM known_browsers WHERE hash = $1 AND extension_id = $2 AND expires_at > $3",
		hash, extensionID, millis(at))
	return n > 0, err
}

func (q queries) PutKnownBrowser(ctx context.Context, b store.KnownBrowser) error {
	return q.exec(ctx, `INSERT INTO known_browsers (hash, extension_id, expires_at) VALUES ($1, $2, $3)
		ON CONFLICT (hash, extension_id) DO UPDATE SET expires_at = excluded.expires_at`, b.Hash, b.ExtensionID, millis(b.ExpiresAt))
}

func (q queries) SweepAuthorize(ctx context.Context, at time.Time) error {
	for _, table := range []string{"pushed_requests", "consent_steps", "known_browsers"} {
		if err := q.exec(ctx, "DELETE FROM "+table+" WHERE expires_at <= $1", millis(at)); err != nil {
			return err
		}
	}
	return nil
}

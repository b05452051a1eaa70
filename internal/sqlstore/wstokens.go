package sqlstore

import (
	"context"
	"time"

	"offhook/internal/rc"
	"offhook/internal/store"
)

func scanWSBearer(r scanner) (b store.WSBearer, err error) {
	var scopes string
	var expires int64
	err = r.Scan(&b.Hash, &b.SessionID, &scopes, &expires, &b.ClientID, &b.ExtensionID, &b.AccountID)
	b.Scopes, b.ExpiresAt = rc.SplitScopes(scopes), fromMillis(expires)
	return b, err
}

func (q queries) WSToken(ctx context.Context, hash string, at time.Time) (store.WSBearer, error) {
	return one(ctx, q, scanWSBearer, `SELECT t.hash, t.session_id, t.scopes, t.expires_at, s.client_id, s.extension_id, e.account_id
		FROM ws_tokens t JOIN oauth_sessions s ON s.id = t.session_id JOIN extensions e ON e.id = s.extension_id
		WHERE t.hash = $1 AND t.expires_at > $2`, hash, millis(at))
}

func (q queries) AddWSToken(ctx context.Context, t store.WSToken) error {
	return q.exec(ctx, "INSERT INTO ws_tokens (hash, session_id, scopes, expires_at) VALUES ($1, $2, $3, $4)",
		t.Hash, t.SessionID, rc.JoinScopes(t.Scopes), millis(t.ExpiresAt))
}

func (q queries) SweepWSTokens(ctx context.Context, at time.Time) error {
	return q.exec(ctx, "DELETE FROM ws_tokens WHERE expires_at <= $1", millis(at))
}

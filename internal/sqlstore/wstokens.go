package sqlstore

import (
	"context"
	"time"

	"offhook/internal/store"
)

const wsTokenColumns = "hash, account_id, extension_id, client_id, session_id, scopes, expires_at"

func scanWSToken(r scanner) (t store.WSToken, err error) {
	var expires int64
	err = r.Scan(&t.Hash, &t.AccountID, &t.ExtensionID, &t.ClientID, &t.SessionID, &t.Scopes, &expires)
	t.ExpiresAt = fromMillis(expires)
	return t, err
}

func (q queries) WSToken(ctx context.Context, hash string, at time.Time) (store.WSToken, error) {
	return one(ctx, q, scanWSToken, "SELECT "+wsTokenColumns+" FROM ws_tokens WHERE hash = $1 AND expires_at > $2", hash, millis(at))
}

func (q queries) AddWSToken(ctx context.Context, t store.WSToken) error {
	return q.exec(ctx, "INSERT INTO ws_tokens ("+wsTokenColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7)",
		t.Hash, t.AccountID, t.ExtensionID, t.ClientID, t.SessionID, t.Scopes, millis(t.ExpiresAt))
}

func (q queries) DeleteWSTokens(ctx context.Context, sessionID string) error {
	return q.exec(ctx, "DELETE FROM ws_tokens WHERE session_id = $1", sessionID)
}

func (q queries) SweepWSTokens(ctx context.Context, at time.Time) error {
	return q.exec(ctx, "DELETE FROM ws_tokens WHERE expires_at <= $1", millis(at))
}

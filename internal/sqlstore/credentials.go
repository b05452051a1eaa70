package sqlstore

import (
	"context"
	"time"

	"offhook/internal/store"
)

const credentialColumns = "id, extension_id, label, client_ids, created_at, expires_at"

func scanCredential(r scanner) (c store.Credential, err error) {
	var clients string
	var created, expires int64
	err = r.Scan(&c.ID, &c.ExtensionID, &c.Label, &clients, &created, &expires)
	c.ClientIDs, c.CreatedAt, c.ExpiresAt = unlist(clients), fromMillis(created), fromMillis(expires)
	return c, err
}

func (q queries) Credential(ctx context.Context, id string) (store.Credential, error) {
	return one(ctx, q, scanCredential, "SELECT "+credentialColumns+" FROM credentials WHERE id = $1", id)
}

func (q queries) Credentials(ctx context.Context) ([]store.Credential, error) {
	return many(ctx, q, scanCredential, "SELECT "+credentialColumns+" FROM credentials ORDER BY created_at, id")
}

func (q queries) AddCredential(ctx context.Context, c store.Credential) error {
	return q.exec(ctx, "INSERT INTO credentials ("+credentialColumns+") VALUES ($1, $2, $3, $4, $5, $6)",
		c.ID, c.ExtensionID, c.Label, list(c.ClientIDs), millis(c.CreatedAt), millis(c.ExpiresAt))
}

func (q queries) RevokeCredential(ctx context.Context, id string) ([]store.OAuthSession, error) {
	n, err := q.changed(ctx, "DELETE FROM credentials WHERE id = $1", id)
	if err != nil {
		return nil, err
	}
	if n == 0 {
		return nil, store.ErrNotFound
	}
	if err := q.exec(ctx, "DELETE FROM webhooks WHERE credential_id = $1", id); err != nil {
		return nil, err
	}
	return many(ctx, q, scanOAuthSession, "DELETE FROM oauth_sessions WHERE credential_id = $1 RETURNING "+oauthSessionColumns, id)
}

func scanText(r scanner) (s string, err error) { return s, r.Scan(&s) }

func scanSigningKey(r scanner) (k store.SigningKey, err error) {
	var created int64
	err = r.Scan(&k.ID, &k.Use, &k.Sealed, &created)
	k.CreatedAt = fromMillis(created)
	return k, err
}

func (q queries) SigningKeys(ctx context.Context, use string) ([]store.SigningKey, error) {
	return many(ctx, q, scanSigningKey, "SELECT id, purpose, sealed, created_at FROM signing_keys WHERE purpose = $1 ORDER BY created_at DESC, id", use)
}

func (q queries) AddSigningKey(ctx context.Context, k store.SigningKey) error {
	return q.exec(ctx, "INSERT INTO signing_keys (id, purpose, sealed, created_at) VALUES ($1, $2, $3, $4)", k.ID, k.Use, k.Sealed, millis(k.CreatedAt))
}

func (q queries) RemoveSigningKey(ctx context.Context, id string) error {
	return q.exec(ctx, "DELETE FROM signing_keys WHERE id = $1", id)
}

func (q queries) SpendAssertion(ctx context.Context, clientID, jti string, expiresAt time.Time) (bool, error) {
	n, err := q.changed(ctx, "INSERT INTO client_assertions (client_id, jti, expires_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
		clientID, jti, millis(expiresAt))
	return n == 1, err
}

func (q queries) SweepAssertions(ctx context.Context, before time.Time) error {
	return q.exec(ctx, "DELETE FROM client_assertions WHERE expires_at < $1", millis(before))
}

package sqlstore

import (
	"context"
	"time"

	"offhook/internal/store"
)

func scanRevocation(r scanner) (v store.Revocation, err error) {
	var asked int64
	err = r.Scan(&v.ID, &v.Platform, &v.ClientID, &v.Sealed, &asked)
	v.AskedAt = fromMillis(asked)
	return v, err
}

func (q queries) AddRevocation(ctx context.Context, r store.Revocation, due time.Time) error {
	return q.exec(ctx, "INSERT INTO revocations (id, platform, client_id, sealed, asked_at, due_at) VALUES ($1, $2, $3, $4, $5, $6)",
		r.ID, r.Platform, r.ClientID, r.Sealed, millis(r.AskedAt), millis(due))
}

func (q queries) DueRevocations(ctx context.Context, now, next time.Time, limit int) ([]store.Revocation, error) {
	return many(ctx, q, scanRevocation, `UPDATE revocations SET due_at = $1 WHERE due_at <= $2 AND id IN (
		SELECT id FROM revocations WHERE due_at <= $2 ORDER BY due_at, id LIMIT $3) RETURNING id, platform, client_id, sealed, asked_at`,
		millis(next), millis(now), limit)
}

func (q queries) DeleteRevocation(ctx context.Context, id string) error {
	return q.exec(ctx, "DELETE FROM revocations WHERE id = $1", id)
}

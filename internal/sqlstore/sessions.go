package sqlstore

import (
	"context"
	"time"

	"offhook/internal/store"
)

const sessionColumns = "id, frame_key, grant_id, created_at, used_at, expires_at"

func scanSession(r scanner) (s store.Session, err error) {
	var created, used, expires int64
	err = r.Scan(&s.ID, &s.FrameKey, &s.GrantID, &created, &used, &expires)
	s.CreatedAt, s.UsedAt, s.ExpiresAt = fromMillis(created), fromMillis(used), fromMillis(expires)
	return s, err
}

func (q queries) Session(ctx context.Context, id string, at time.Time) (store.Session, error) {
	return one(ctx, q, scanSession, "SELECT "+sessionColumns+" FROM sessions WHERE id = $1 AND expires_at > $2", id, millis(at))
}

func (q queries) SessionsOf(ctx context.Context, grantID string) ([]store.Session, error) {
	return many(ctx, q, scanSession, "SELECT "+sessionColumns+" FROM sessions WHERE grant_id = $1 ORDER BY created_at DESC, id", grantID)
}

func (q queries) AddSession(ctx context.Context, s store.Session) error {
	return q.exec(ctx, "INSERT INTO sessions ("+sessionColumns+") VALUES ($1, $2, $3, $4, $5, $6)",
		s.ID, s.FrameKey, s.GrantID, millis(s.CreatedAt), millis(s.UsedAt), millis(s.ExpiresAt))
}

func (q queries) TouchSession(ctx context.Context, id string, usedAt, expiresAt time.Time) error {
	return q.exec(ctx, "UPDATE sessions SET used_at = $1, expires_at = $2 WHERE id = $3", millis(usedAt), millis(expiresAt), id)
}

func (q queries) DeleteSession(ctx context.Context, id string) (bool, error) {
	n, err := q.changed(ctx, "DELETE FROM sessions WHERE id = $1", id)
	return n == 1, err
}

func (q queries) ExpiredSessions(ctx context.Context, at time.Time) ([]store.Session, error) {
	return many(ctx, q, scanSession, "SELECT "+sessionColumns+" FROM sessions WHERE expires_at <= $1 ORDER BY expires_at, id", millis(at))
}

package sqlstore

import (
	"context"
	"time"

	"offhook/internal/store"
)

const sessionColumns = "id, frame_key, grant_id, way, parent, idle, created_at, used_at, expires_at"

func scanSession(r scanner) (s store.Session, err error) {
	var idle, created, used, expires int64
	err = r.Scan(&s.ID, &s.FrameKey, &s.GrantID, &s.Way, &s.Parent, &idle, &created, &used, &expires)
	s.Idle = time.Duration(idle) * time.Millisecond
	s.CreatedAt, s.UsedAt, s.ExpiresAt = fromMillis(created), fromMillis(used), fromMillis(expires)
	return s, err
}

func (q queries) Session(ctx context.Context, id string, at time.Time) (store.Session, error) {
	return one(ctx, q, scanSession, "SELECT "+sessionColumns+" FROM sessions WHERE id = $1 AND expires_at > $2", id, millis(at))
}

func (q queries) SessionByHandle(ctx context.Context, hash string, at time.Time) (store.Session, error) {
	return one(ctx, q, scanSession, "SELECT "+sessionColumns+` FROM sessions WHERE expires_at > $1
		AND id IN (SELECT session_id FROM handles WHERE hash = $2 AND expires_at > $1)`, millis(at), hash)
}

func (q queries) SessionsOf(ctx context.Context, grantID string) ([]store.Session, error) {
	return many(ctx, q, scanSession, "SELECT "+sessionColumns+" FROM sessions WHERE grant_id = $1 ORDER BY created_at DESC, id", grantID)
}

func (q queries) AddSession(ctx context.Context, s store.Session) error {
	return q.exec(ctx, "INSERT INTO sessions ("+sessionColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
		s.ID, s.FrameKey, s.GrantID, s.Way, s.Parent, s.Idle.Milliseconds(), millis(s.CreatedAt), millis(s.UsedAt), millis(s.ExpiresAt))
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

func (q queries) AddHandle(ctx context.Context, h store.Handle) error {
	return q.exec(ctx, "INSERT INTO handles (hash, session_id, expires_at) VALUES ($1, $2, $3)", h.Hash, h.SessionID, millis(h.ExpiresAt))
}

func (q queries) SettleHandle(ctx context.Context, sessionID, hash string, until time.Time) error {
	return q.exec(ctx, `UPDATE handles SET expires_at = $1 WHERE session_id = $2 AND hash <> $3 AND expires_at > $1
		AND EXISTS (SELECT 1 FROM handles mine WHERE mine.hash = $3 AND mine.session_id = $2)`, millis(until), sessionID, hash)
}

func (q queries) DeleteExpiredHandles(ctx context.Context, sessionID string, at time.Time) error {
	return q.exec(ctx, "DELETE FROM handles WHERE session_id = $1 AND expires_at <= $2", sessionID, millis(at))
}

const sessionEndColumns = "hash, session_id, grant_id, frame_key, reason, ended_at"

func scanSessionEnd(r scanner) (e store.SessionEnd, err error) {
	var ended int64
	err = r.Scan(&e.Hash, &e.SessionID, &e.GrantID, &e.FrameKey, &e.Reason, &ended)
	e.EndedAt = fromMillis(ended)
	return e, err
}

func (q queries) SessionEnd(ctx context.Context, hash string) (store.SessionEnd, error) {
	return one(ctx, q, scanSessionEnd, "SELECT "+sessionEndColumns+" FROM session_ends WHERE hash = $1", hash)
}

func (q queries) SessionEndsSince(ctx context.Context, at time.Time) ([]store.SessionEnd, error) {
	return many(ctx, q, scanSessionEnd, "SELECT "+sessionEndColumns+" FROM session_ends WHERE ended_at >= $1 ORDER BY ended_at, hash", millis(at))
}

func (q queries) NoteSessionEnd(ctx context.Context, id, reason string, at time.Time) error {
	err := q.exec(ctx, "INSERT INTO session_ends ("+sessionEndColumns+`) SELECT id, id, grant_id, frame_key, CAST($1 AS TEXT), CAST($2 AS BIGINT)
		FROM sessions WHERE id = $3 ON CONFLICT (hash) DO NOTHING`, reason, millis(at), id)
	if err != nil {
		return err
	}
	return q.exec(ctx, "INSERT INTO session_ends ("+sessionEndColumns+`) SELECT handles.hash, sessions.id, grant_id, frame_key, CAST($1 AS TEXT), CAST($2 AS BIGINT)
		FROM sessions JOIN handles ON handles.session_id = sessions.id WHERE sessions.id = $3 ON CONFLICT (hash) DO NOTHING`, reason, millis(at), id)
}

func (q queries) DeleteSessionEnds(ctx context.Context, before time.Time) error {
	return q.exec(ctx, "DELETE FROM session_ends WHERE ended_at < $1", millis(before))
}

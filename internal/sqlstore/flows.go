package sqlstore

import (
	"context"
	"time"

	"offhook/internal/store"
)

const flowColumns = "id, frame_key, way, state, secret_hash, state_hash, handle_hash, sealed, message, tries, seen_at, code_until, created_at, expires_at"

func scanFlow(r scanner) (f store.Flow, err error) {
	var seen, code, created, expires int64
	err = r.Scan(&f.ID, &f.FrameKey, &f.Way, &f.State, &f.SecretHash, &f.StateHash, &f.HandleHash, &f.Sealed, &f.Message, &f.Tries,
		&seen, &code, &created, &expires)
	f.SeenAt, f.CodeUntil = fromMillis(seen), fromMillis(code)
	f.CreatedAt, f.ExpiresAt = fromMillis(created), fromMillis(expires)
	return f, err
}

func (q queries) Flow(ctx context.Context, id string) (store.Flow, error) {
	return one(ctx, q, scanFlow, "SELECT "+flowColumns+" FROM flows WHERE id = $1", id)
}

func (q queries) FlowByState(ctx context.Context, stateHash string) (store.Flow, error) {
	return one(ctx, q, scanFlow, "SELECT "+flowColumns+" FROM flows WHERE state_hash = $1", stateHash)
}

func (q queries) ExpiredFlows(ctx context.Context, at time.Time) ([]store.Flow, error) {
	return many(ctx, q, scanFlow, "SELECT "+flowColumns+" FROM flows WHERE expires_at <= $1 ORDER BY expires_at, id", millis(at))
}

func (q queries) AddFlow(ctx context.Context, f store.Flow) error {
	return q.exec(ctx, "INSERT INTO flows ("+flowColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
		f.ID, f.FrameKey, f.Way, string(f.State), f.SecretHash, f.StateHash, f.HandleHash, f.Sealed, f.Message, f.Tries,
		millis(f.SeenAt), millis(f.CodeUntil), millis(f.CreatedAt), millis(f.ExpiresAt))
}

func (q queries) SeeFlow(ctx context.Context, id string, at time.Time) error {
	return q.exec(ctx, "UPDATE flows SET seen_at = $1 WHERE id = $2 AND seen_at = 0", millis(at), id)
}

func (q queries) MoveFlow(ctx context.Context, f store.Flow, from store.FlowState) (bool, error) {
	n, err := q.changed(ctx, `UPDATE flows SET state = $1, state_hash = $2, handle_hash = $3, sealed = $4, message = $5, code_until = $6
		WHERE id = $7 AND state = $8`, string(f.State), f.StateHash, f.HandleHash, f.Sealed, f.Message, millis(f.CodeUntil), f.ID, string(from))
	return n == 1, err
}

func (q queries) TryFlow(ctx context.Context, id string) (int64, error) {
	return one(ctx, q, scanInt64, "UPDATE flows SET tries = tries + 1 WHERE id = $1 RETURNING tries", id)
}

func (q queries) DeleteFlow(ctx context.Context, id string) (bool, error) {
	n, err := q.changed(ctx, "DELETE FROM flows WHERE id = $1", id)
	return n == 1, err
}

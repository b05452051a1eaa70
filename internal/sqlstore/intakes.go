package sqlstore

import (
	"context"
	"time"

	"offhook/internal/store"
)

const intakeColumns = "hash, frame_key, sealed, created_at, expires_at"

func scanIntake(r scanner) (i store.Intake, err error) {
	var created, expires int64
	err = r.Scan(&i.Hash, &i.FrameKey, &i.Sealed, &created, &expires)
	i.CreatedAt, i.ExpiresAt = fromMillis(created), fromMillis(expires)
	return i, err
}

func (q queries) Intake(ctx context.Context, hash, frameKey string, at time.Time) (store.Intake, error) {
	return one(ctx, q, scanIntake, "SELECT "+intakeColumns+" FROM intakes WHERE hash = $1 AND frame_key = $2 AND expires_at > $3",
		hash, frameKey, millis(at))
}

func (q queries) AddIntake(ctx context.Context, i store.Intake) error {
	return q.exec(ctx, "INSERT INTO intakes ("+intakeColumns+") VALUES ($1, $2, $3, $4, $5)",
		i.Hash, i.FrameKey, i.Sealed, millis(i.CreatedAt), millis(i.ExpiresAt))
}

func (q queries) BindIntake(ctx context.Context, hash, frameKey string, at time.Time) (bool, error) {
	n, err := q.changed(ctx, "UPDATE intakes SET frame_key = $1 WHERE hash = $2 AND frame_key IN ('', $1) AND expires_at > $3",
		frameKey, hash, millis(at))
	return n == 1, err
}

func (q queries) TakeIntake(ctx context.Context, hash, frameKey string, at time.Time) (store.Intake, error) {
	return one(ctx, q, scanIntake, "DELETE FROM intakes WHERE hash = $1 AND frame_key = $2 AND expires_at > $3 RETURNING "+intakeColumns,
		hash, frameKey, millis(at))
}

func (q queries) SpendCode(ctx context.Context, hash string, until time.Time) error {
	return q.exec(ctx, "INSERT INTO spent_codes (hash, expires_at) VALUES ($1, $2)", hash, millis(until))
}

func (q queries) DeleteExpiredIntakes(ctx context.Context, at time.Time) error {
	if err := q.exec(ctx, "DELETE FROM intakes WHERE expires_at <= $1", millis(at)); err != nil {
		return err
	}
	return q.exec(ctx, "DELETE FROM spent_codes WHERE expires_at <= $1", millis(at))
}

package sqlstore

import (
	"context"
	"time"
)

func (q queries) ClaimPhone(ctx context.Context, grantID, node string, now, until time.Time) (string, error) {
	err := q.exec(ctx, `INSERT INTO phones (grant_id, node, lease_until) VALUES ($1, $2, $3)
		ON CONFLICT (grant_id) DO UPDATE SET node = excluded.node, lease_until = excluded.lease_until
		WHERE phones.node = excluded.node OR phones.lease_until <= $4`, grantID, node, millis(until), millis(now))
	if err != nil {
		return "", err
	}
	return one(ctx, q, scanName, "SELECT node FROM phones WHERE grant_id = $1", grantID)
}

func (q queries) KeepPhones(ctx context.Context, node string, until time.Time) ([]string, error) {
	if err := q.exec(ctx, "UPDATE phones SET lease_until = $1 WHERE node = $2", millis(until), node); err != nil {
		return nil, err
	}
	return many(ctx, q, scanName, "SELECT grant_id FROM phones WHERE node = $1 ORDER BY grant_id", node)
}

func (q queries) ReleasePhone(ctx context.Context, grantID, node string) error {
	return q.exec(ctx, "DELETE FROM phones WHERE grant_id = $1 AND node = $2", grantID, node)
}

package sqlstore

import (
	"context"

	"offhook/internal/store"
)

func scanRobot(r scanner) (o store.Robot, err error) {
	err = r.Scan(&o.ExtensionID, &o.Kind)
	return o, err
}

func (q queries) Robot(ctx context.Context, extensionID int64) (store.Robot, error) {
	return one(ctx, q, scanRobot, "SELECT extension_id, kind FROM robots WHERE extension_id = $1", extensionID)
}

func (q queries) Robots(ctx context.Context) ([]store.Robot, error) {
	return many(ctx, q, scanRobot, "SELECT extension_id, kind FROM robots ORDER BY extension_id")
}

func (q queries) PutRobot(ctx context.Context, r store.Robot) error {
	return q.exec(ctx, "INSERT INTO robots (extension_id, kind) VALUES ($1, $2) ON CONFLICT (extension_id) DO UPDATE SET kind = excluded.kind", r.ExtensionID, r.Kind)
}

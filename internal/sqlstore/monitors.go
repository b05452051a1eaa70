package sqlstore

import "context"

func scanID(r scanner) (id int64, err error) { return id, r.Scan(&id) }

func (q queries) MayMonitor(ctx context.Context, monitorID, extensionID int64) (bool, error) {
	all, err := many(ctx, q, scanID, "SELECT extension_id FROM monitors WHERE monitor_id = $1 AND extension_id = $2", monitorID, extensionID)
	return len(all) > 0, err
}

func (q queries) Monitored(ctx context.Context, monitorID int64) ([]int64, error) {
	return many(ctx, q, scanID, "SELECT extension_id FROM monitors WHERE monitor_id = $1 ORDER BY extension_id", monitorID)
}

func (q queries) LetMonitor(ctx context.Context, monitorID, extensionID int64, may bool) error {
	if !may {
		return q.exec(ctx, "DELETE FROM monitors WHERE monitor_id = $1 AND extension_id = $2", monitorID, extensionID)
	}
	return q.exec(ctx, "INSERT INTO monitors (monitor_id, extension_id) VALUES ($1, $2) ON CONFLICT (monitor_id, extension_id) DO NOTHING", monitorID, extensionID)
}

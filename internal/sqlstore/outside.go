package sqlstore

import "context"

func scanOutsider(r scanner) (id int64, err error) { return id, r.Scan(&id) }

func (q queries) MayCallOutside(ctx context.Context, extensionID int64) (bool, error) {
	all, err := many(ctx, q, scanOutsider, "SELECT extension_id FROM outside_callers WHERE extension_id = $1", extensionID)
	return len(all) > 0, err
}

func (q queries) OutsideCallers(ctx context.Context, accountID int64) ([]int64, error) {
	return many(ctx, q, scanOutsider, `SELECT o.extension_id FROM outside_callers o JOIN extensions e ON e.id = o.extension_id
		WHERE e.account_id = $1 ORDER BY o.extension_id`, accountID)
}

func (q queries) LetCallOutside(ctx context.Context, extensionID int64, may bool) error {
	if !may {
		return q.exec(ctx, "DELETE FROM outside_callers WHERE extension_id = $1", extensionID)
	}
	return q.exec(ctx, "INSERT INTO outside_callers (extension_id) VALUES ($1) ON CONFLICT (extension_id) DO NOTHING", extensionID)
}

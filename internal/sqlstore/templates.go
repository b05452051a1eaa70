package sqlstore

import (
	"context"

	"offhook/internal/store"
)

const templateColumns = "id, account_id, extension_id, name, body, created_at"

func scanTemplate(r scanner) (t store.Template, err error) {
	var created int64
	err = r.Scan(&t.ID, &t.AccountID, &t.ExtensionID, &t.Name, &t.Text, &created)
	t.CreatedAt = fromMillis(created)
	return t, err
}

func (q queries) Templates(ctx context.Context, accountID, extensionID int64) ([]store.Template, error) {
	return many(ctx, q, scanTemplate, "SELECT "+templateColumns+" FROM message_templates WHERE account_id = $1 AND extension_id = $2 ORDER BY id",
		accountID, extensionID)
}

func (q queries) Template(ctx context.Context, accountID, id int64) (store.Template, error) {
	return one(ctx, q, scanTemplate, "SELECT "+templateColumns+" FROM message_templates WHERE account_id = $1 AND id = $2", accountID, id)
}

func (q queries) AddTemplate(ctx context.Context, t store.Template) error {
	return q.exec(ctx, "INSERT INTO message_templates ("+templateColumns+") VALUES ($1, $2, $3, $4, $5, $6)",
		t.ID, t.AccountID, t.ExtensionID, t.Name, t.Text, millis(t.CreatedAt))
}

func (q queries) SaveTemplate(ctx context.Context, t store.Template) error {
	n, err := q.changed(ctx, "UPDATE message_templates SET name = $1, body = $2 WHERE account_id = $3 AND id = $4", t.Name, t.Text, t.AccountID, t.ID)
	if err == nil && n == 0 {
		return store.ErrNotFound
	}
	return err
}

func (q queries) DeleteTemplate(ctx context.Context, accountID, id int64) error {
	return q.exec(ctx, "DELETE FROM message_templates WHERE account_id = $1 AND id = $2", accountID, id)
}

package sqlstore

import (
	"context"

	"offhook/internal/store"
)

func scanSetting(r scanner) ([]byte, error) {
	text, err := scanText(r)
	return []byte(text), err
}

func (q queries) Setting(ctx context.Context, accountID, extensionID int64, name string) ([]byte, error) {
	return one(ctx, q, scanSetting, "SELECT value FROM settings WHERE account_id = $1 AND extension_id = $2 AND name = $3 AND value <> ''", accountID, extensionID, name)
}

func (q queries) ChangeSetting(ctx context.Context, accountID, extensionID int64, name string) ([]byte, error) {
	return one(ctx, q, scanSetting, `INSERT INTO settings (account_id, extension_id, name, value, changes) VALUES ($1, $2, $3, '', 1)
		ON CONFLICT (account_id, extension_id, name) DO UPDATE SET changes = settings.changes + 1 RETURNING value`, accountID, extensionID, name)
}

func (q queries) SaveSetting(ctx context.Context, accountID, extensionID int64, name string, value []byte) error {
	n, err := q.changed(ctx, "UPDATE settings SET value = $1 WHERE account_id = $2 AND extension_id = $3 AND name = $4", string(value), accountID, extensionID, name)
	if err == nil && n == 0 {
		return store.ErrNotFound
	}
	return err
}

func scanProfileImage(r scanner) (i store.ProfileImage, err error) {
	var changed int64
	err = r.Scan(&i.ExtensionID, &i.ContentType, &i.Tag, &i.Body, &changed)
	i.ChangedAt = fromMillis(changed)
	return i, err
}

func (q queries) ProfileImage(ctx context.Context, extensionID int64) (store.ProfileImage, error) {
	return one(ctx, q, scanProfileImage, "SELECT extension_id, content_type, tag, body, changed_at FROM profile_images WHERE extension_id = $1", extensionID)
}

func (q queries) ProfileImageTags(ctx context.Context, accountID int64) (map[int64]string, error) {
	tags := map[int64]string{}
	_, err := many(ctx, q, func(r scanner) (id int64, err error) {
		var tag string
		err = r.Scan(&id, &tag)
		tags[id] = tag
		return id, err
	}, "SELECT i.extension_id, i.tag FROM profile_images i JOIN extensions e ON e.id = i.extension_id WHERE e.account_id = $1", accountID)
	return tags, err
}

func (q queries) PutProfileImage(ctx context.Context, i store.ProfileImage) error {
	return q.exec(ctx, `INSERT INTO profile_images (extension_id, content_type, tag, body, changed_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (extension_id) DO UPDATE SET content_type = excluded.content_type, tag = excluded.tag, body = excluded.body, changed_at = excluded.changed_at`,
		i.ExtensionID, i.ContentType, i.Tag, i.Body, millis(i.ChangedAt))
}

func (q queries) DeleteProfileImage(ctx context.Context, extensionID int64) (bool, error) {
	n, err := q.changed(ctx, "DELETE FROM profile_images WHERE extension_id = $1", extensionID)
	return n > 0, err
}

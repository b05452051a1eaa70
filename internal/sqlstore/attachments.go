package sqlstore

import (
	"context"
	"time"

	"offhook/internal/store"
)

func scanBytes(r scanner) (b []byte, err error) {
	err = r.Scan(&b)
	return b, err
}

func (q queries) AttachmentContent(ctx context.Context, extensionID, id int64) ([]byte, error) {
	return one(ctx, q, scanBytes, "SELECT body FROM attachment_contents WHERE id = $1 AND extension_id = $2", id, extensionID)
}

func (q queries) AttachmentBytes(ctx context.Context, senderID int64) (int64, error) {
	return one(ctx, q, scanInt64, "SELECT COALESCE(SUM(size), 0) FROM attachment_contents WHERE sender_id = $1", senderID)
}

func (q queries) AddAttachmentContent(ctx context.Context, c store.AttachmentContent) error {
	return q.exec(ctx, "INSERT INTO attachment_contents (id, message_id, extension_id, sender_id, size, body) VALUES ($1, $2, $3, $4, $5, $6)",
		c.ID, c.MessageID, c.ExtensionID, c.SenderID, len(c.Body), c.Body)
}

func (q queries) DeleteAttachmentContents(ctx context.Context, extensionID, messageID int64) error {
	return q.exec(ctx, "DELETE FROM attachment_contents WHERE extension_id = $1 AND message_id = $2", extensionID, messageID)
}

const deskFileColumns = "grant_id, id, draft, item, position, size, created_at, facts"

func scanDeskFile(r scanner) (f store.DeskFile, err error) {
	var created int64
	err = r.Scan(&f.GrantID, &f.ID, &f.Draft, &f.Item, &f.Position, &f.Size, &created, &f.Facts)
	f.CreatedAt = fromMillis(created)
	return f, err
}

func scanWholeDeskFile(r scanner) (f store.DeskFile, err error) {
	var created int64
	err = r.Scan(&f.GrantID, &f.ID, &f.Draft, &f.Item, &f.Position, &f.Size, &created, &f.Facts, &f.Body)
	f.CreatedAt = fromMillis(created)
	return f, err
}

func (q queries) DeskFile(ctx context.Context, grantID, id string) (store.DeskFile, error) {
	return one(ctx, q, scanWholeDeskFile, "SELECT "+deskFileColumns+", body FROM desk_files WHERE grant_id = $1 AND id = $2", grantID, id)
}

func (q queries) DeskFiles(ctx context.Context, grantID, draft string) ([]store.DeskFile, error) {
	return many(ctx, q, scanDeskFile, "SELECT "+deskFileColumns+" FROM desk_files WHERE grant_id = $1 AND item = '' AND draft = $2 ORDER BY position, id", grantID, draft)
}

func (q queries) DeskFileBytes(ctx context.Context, grantID string) (int64, error) {
	return one(ctx, q, scanInt64, "SELECT COALESCE(SUM(size), 0) FROM desk_files WHERE grant_id = $1", grantID)
}

func (q queries) AddDeskFile(ctx context.Context, f store.DeskFile) error {
	return q.exec(ctx, "INSERT INTO desk_files ("+deskFileColumns+", body) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
		f.GrantID, f.ID, f.Draft, f.Item, f.Position, f.Size, millis(f.CreatedAt), f.Facts, f.Body)
}

func (q queries) TakeDeskFile(ctx context.Context, grantID, id, item string) (bool, error) {
	n, err := q.changed(ctx, "UPDATE desk_files SET item = $1 WHERE grant_id = $2 AND id = $3 AND item = ''", item, grantID, id)
	return n == 1, err
}

func (q queries) DeleteDeskFile(ctx context.Context, grantID, id string) error {
	return q.exec(ctx, "DELETE FROM desk_files WHERE grant_id = $1 AND id = $2 AND item = ''", grantID, id)
}

func (q queries) DeleteItemFiles(ctx context.Context, grantID, item string) error {
	return q.exec(ctx, "DELETE FROM desk_files WHERE grant_id = $1 AND item = $2 AND item <> ''", grantID, item)
}

func (q queries) DeleteOldDeskFiles(ctx context.Context, grantID string, before time.Time) error {
	return q.exec(ctx, "DELETE FROM desk_files WHERE grant_id = $1 AND item = '' AND created_at < $2", grantID, millis(before))
}

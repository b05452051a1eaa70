package sqlstore

import (
	"context"

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

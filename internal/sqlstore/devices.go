package sqlstore

import (
	"context"
	"time"

	"offhook/internal/store"
)

const deviceColumns = "id, account_id, extension_id, client_id, instance, type, name, computer_name, username, sealed_password, created_at, seen_at"

func scanDevice(r scanner) (d store.SIPDevice, err error) {
	var created, seen int64
	err = r.Scan(&d.ID, &d.AccountID, &d.ExtensionID, &d.ClientID, &d.Instance, &d.Type, &d.Name, &d.ComputerName, &d.Username, &d.SealedPassword, &created, &seen)
	d.CreatedAt, d.SeenAt = fromMillis(created), fromMillis(seen)
	return d, err
}

func (q queries) SIPDevice(ctx context.Context, id int64) (store.SIPDevice, error) {
	return one(ctx, q, scanDevice, "SELECT "+deviceColumns+" FROM sip_devices WHERE id = $1", id)
}

func (q queries) SIPDeviceOf(ctx context.Context, extensionID int64, clientID, instance string) (store.SIPDevice, error) {
	return one(ctx, q, scanDevice, "SELECT "+deviceColumns+" FROM sip_devices WHERE extension_id = $1 AND client_id = $2 AND instance = $3",
		extensionID, clientID, instance)
}

func (q queries) SIPDevices(ctx context.Context, extensionID int64) ([]store.SIPDevice, error) {
	return many(ctx, q, scanDevice, "SELECT "+deviceColumns+" FROM sip_devices WHERE extension_id = $1 ORDER BY created_at, id", extensionID)
}

func (q queries) AccountSIPDevices(ctx context.Context, accountID int64) ([]store.SIPDevice, error) {
	return many(ctx, q, scanDevice, "SELECT "+deviceColumns+" FROM sip_devices WHERE account_id = $1 ORDER BY created_at, id", accountID)
}

func (q queries) AddSIPDevice(ctx context.Context, d store.SIPDevice) error {
	return q.exec(ctx, "INSERT INTO sip_devices ("+deviceColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
		d.ID, d.AccountID, d.ExtensionID, d.ClientID, d.Instance, d.Type, d.Name, d.ComputerName, d.Username, d.SealedPassword, millis(d.CreatedAt), millis(d.SeenAt))
}

func (q queries) SaveSIPDevice(ctx context.Context, d store.SIPDevice) error {
	n, err := q.changed(ctx, "UPDATE sip_devices SET type = $2, name = $3, computer_name = $4, username = $5, seen_at = $6 WHERE id = $1",
		d.ID, d.Type, d.Name, d.ComputerName, d.Username, millis(d.SeenAt))
	if err == nil && n == 0 {
		return store.ErrNotFound
	}
	return err
}

// holding finds the sessions of a device's user with its app that hold at $2.
const holding = `SELECT 1 FROM oauth_sessions s WHERE s.client_id = sip_devices.client_id AND s.extension_id = sip_devices.extension_id AND s.expires_at > $2`

func (q queries) RetireSIPPasswords(ctx context.Context, clientID string, extensionID int64, at time.Time) ([]int64, error) {
	scanID := func(r scanner) (id int64, err error) { return id, r.Scan(&id) }
	return many(ctx, q, scanID, "UPDATE sip_devices SET sealed_password = $1 WHERE NOT EXISTS ("+holding+") AND client_id = $3 AND extension_id = $4 RETURNING id",
		[]byte{}, millis(at), clientID, extensionID)
}

func (q queries) GiveSIPPassword(ctx context.Context, id int64, sealed []byte, at time.Time) error {
	return q.exec(ctx, "UPDATE sip_devices SET sealed_password = $1 WHERE EXISTS ("+holding+") AND id = $3 AND LENGTH(sealed_password) = 0", sealed, millis(at), id)
}

func (q queries) SeeSIPDevice(ctx context.Context, id int64, at time.Time) error {
	return q.exec(ctx, "UPDATE sip_devices SET seen_at = $2 WHERE id = $1", id, millis(at))
}

func (q queries) DeleteSIPDevice(ctx context.Context, id int64) (bool, error) {
	n, err := q.changed(ctx, "DELETE FROM sip_devices WHERE id = $1", id)
	return n > 0, err
}

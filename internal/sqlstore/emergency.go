package sqlstore

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"offhook/internal/rc"
)

func (q queries) EmergencyAddress(ctx context.Context, deviceID int64) (rc.EmergencyAddress, error) {
	return one(ctx, q, func(r scanner) (a rc.EmergencyAddress, err error) {
		var text string
		if err = r.Scan(&text); err == nil {
			err = json.Unmarshal([]byte(text), &a)
		}
		return a, err
	}, "SELECT address FROM emergency_addresses WHERE device_id = $1", deviceID)
}

func (q queries) PutEmergencyAddress(ctx context.Context, deviceID int64, a rc.EmergencyAddress, at time.Time) error {
	text, err := json.Marshal(a)
	if err != nil {
		return fmt.Errorf("writing the emergency address of device %d: %w", deviceID, err)
	}
	return q.exec(ctx, `INSERT INTO emergency_addresses (device_id, address, registered_at) VALUES ($1, $2, $3)
		ON CONFLICT (device_id) DO UPDATE SET address = excluded.address, registered_at = excluded.registered_at`,
		deviceID, string(text), millis(at))
}

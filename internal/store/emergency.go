package store

import (
	"context"
	"time"

	"offhook/internal/rc"
)

// EmergencyReader reads where help is sent to when somebody calls the
// emergency services.
type EmergencyReader interface {
	// EmergencyAddress returns the address that is registered for a device,
	// or ErrNotFound.
	EmergencyAddress(ctx context.Context, deviceID int64) (rc.EmergencyAddress, error)
}

// EmergencyWriter changes it.
type EmergencyWriter interface {
	// PutEmergencyAddress replaces the address of a device. It goes with the
	// device.
	PutEmergencyAddress(ctx context.Context, deviceID int64, a rc.EmergencyAddress, at time.Time) error
}

package store

import "context"

// MonitorReader reads who may listen in on whose calls.
type MonitorReader interface {
	// MayMonitor reports whether one extension may listen in on the calls of
	// another.
	MayMonitor(ctx context.Context, monitorID, extensionID int64) (bool, error)
	// Monitored returns the ids of those on whose calls an extension may
	// listen in, in their order.
	Monitored(ctx context.Context, monitorID int64) ([]int64, error)
}

// MonitorWriter changes it.
type MonitorWriter interface {
	// LetMonitor gives or takes the right; repeating it changes nothing.
	LetMonitor(ctx context.Context, monitorID, extensionID int64, may bool) error
}

package app

import (
	"context"
	"fmt"
	"time"

	"offhook/internal/rc"
	"offhook/internal/store"
	"offhook/internal/widget/logbook"
)

// SetLogHook sends an embed's logs to an address and returns the secret that
// they are signed with.
func (d *Data) SetLogHook(ctx context.Context, platform, clientID, address string) (rc.Secret, error) {
	return logbook.SetHook(ctx, d.DB.Widget(), d.Ring, platform, clientID, address, time.Now())
}

// EndLogHook sends an embed's logs to its host pages again.
func (d *Data) EndLogHook(ctx context.Context, platform, clientID string) error {
	err := d.DB.Widget().Write(ctx, func(tx store.WidgetTx) error { return tx.DeleteLogHook(ctx, platform, clientID) })
	if err != nil {
		return fmt.Errorf("taking a webhook away: %w", err)
	}
	return nil
}

// A WaitingLog is an entry that no logger has acknowledged, as `offhook logs`
// tells it. What it says is for its logger alone.
type WaitingLog struct {
	ID       string    `json:"id"`
	Platform string    `json:"platform"`
	ClientID string    `json:"clientId"`
	User     string    `json:"user"` // the platform's id
	Target   string    `json:"target"`
	Kind     string    `json:"kind"`
	State    string    `json:"state"`
	Attempts int64     `json:"attempts"`
	Since    time.Time `json:"since"`
	Reason   string    `json:"reason"`
}

// A LogQuery is what `offhook logs` asks for.
type LogQuery struct {
	Stuck          bool   // only what nobody tries any more
	User           string // one user only
	Retry, Discard bool
}

// WaitingLogs returns what waits to be logged, and does with it what the
// query says.
func (d *Data) WaitingLogs(ctx context.Context, q LogQuery) ([]WaitingLog, error) {
	if q.Retry && q.Discard {
		return nil, rc.Errorf(rc.Invalid, "Choose one of --retry and --discard.")
	}
	st := d.DB.Widget()
	entries, err := st.AllOpenLogEntries(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading what waits to be logged: %w", err)
	}
	all, now := []WaitingLog{}, time.Now()
	for _, e := range entries {
		if q.Stuck && e.State != store.LogStuck || q.User != "" && e.Owner.OwnerID != q.User {
			continue
		}
		all = append(all, WaitingLog{e.ID, e.Owner.Platform, e.Owner.ClientID, e.Owner.OwnerID, e.Target, e.Kind, e.State, e.Attempts, e.Since, e.Reason})
		err := st.Write(ctx, func(tx store.WidgetTx) (err error) {
			switch {
			case q.Retry:
				err = tx.RetryLogEntries(ctx, e.Owner, e.Target, now)
			case q.Discard:
				_, err = tx.FinishLogEntry(ctx, e.Owner, e.ID, store.LogDiscarded, now)
			}
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("changing what waits to be logged: %w", err)
		}
	}
	return all, nil
}

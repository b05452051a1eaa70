package sqlstore

import (
	"context"

	"offhook/internal/store"
)

const presenceColumns = "extension_id, account_id, sequence, user_status, refuses_personal, refuses_queues, message, hidden, caller_id_visibility, ring_on_monitored_call, pick_up_calls_on_hold"

func scanPresence(r scanner) (p store.Presence, err error) {
	var personal, queues, hidden, ring, pick int64
	err = r.Scan(&p.ExtensionID, &p.AccountID, &p.Sequence, &p.UserStatus, &personal, &queues, &p.Message, &hidden, &p.CallerIDVisibility, &ring, &pick)
	p.RefusesPersonal, p.RefusesQueues, p.Hidden = personal != 0, queues != 0, hidden != 0
	p.RingOnMonitoredCall, p.PickUpCallsOnHold = ring != 0, pick != 0
	return p, err
}

func (q queries) Presence(ctx context.Context, extensionID int64) (store.Presence, error) {
	return one(ctx, q, scanPresence, "SELECT "+presenceColumns+" FROM presences WHERE extension_id = $1", extensionID)
}

func (q queries) Presences(ctx context.Context, accountID int64) ([]store.Presence, error) {
	return many(ctx, q, scanPresence, "SELECT "+presenceColumns+" FROM presences WHERE account_id = $1 ORDER BY extension_id", accountID)
}

func (q queries) ChangePresence(ctx context.Context, accountID, extensionID int64) (store.Presence, error) {
	p := store.DefaultPresence(accountID, extensionID)
	return one(ctx, q, scanPresence, "INSERT INTO presences ("+presenceColumns+`) VALUES ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $10)
		ON CONFLICT (extension_id) DO UPDATE SET sequence = presences.sequence + 1 RETURNING `+presenceColumns,
		p.ExtensionID, p.AccountID, p.UserStatus, flag(p.RefusesPersonal), flag(p.RefusesQueues), p.Message, flag(p.Hidden), p.CallerIDVisibility,
		flag(p.RingOnMonitoredCall), flag(p.PickUpCallsOnHold))
}

func (q queries) SavePresence(ctx context.Context, p store.Presence) error {
	n, err := q.changed(ctx, `UPDATE presences SET user_status = $1, refuses_personal = $2, refuses_queues = $3, message = $4, hidden = $5,
		caller_id_visibility = $6, ring_on_monitored_call = $7, pick_up_calls_on_hold = $8 WHERE extension_id = $9`,
		p.UserStatus, flag(p.RefusesPersonal), flag(p.RefusesQueues), p.Message, flag(p.Hidden), p.CallerIDVisibility,
		flag(p.RingOnMonitoredCall), flag(p.PickUpCallsOnHold), p.ExtensionID)
	if err == nil && n == 0 {
		return store.ErrNotFound
	}
	return err
}

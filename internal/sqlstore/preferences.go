package sqlstore

import (
	"context"

	"offhook/internal/store"
)

const preferenceColumns = "platform, client_id, owner_id, sealed, changed_at"

func scanPreferences(r scanner) (p store.Preferences, err error) {
	var changed int64
	err = r.Scan(&p.Platform, &p.ClientID, &p.OwnerID, &p.Sealed, &changed)
	p.ChangedAt = fromMillis(changed)
	return p, err
}

func (q queries) Preferences(ctx context.Context, platform, clientID, ownerID string) (store.Preferences, error) {
	return one(ctx, q, scanPreferences, "SELECT "+preferenceColumns+" FROM preferences WHERE platform = $1 AND client_id = $2 AND owner_id = $3", platform, clientID, ownerID)
}

func (q queries) PutPreferences(ctx context.Context, p store.Preferences) error {
	return q.exec(ctx, "INSERT INTO preferences ("+preferenceColumns+`) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (platform, client_id, owner_id) DO UPDATE SET sealed = excluded.sealed, changed_at = excluded.changed_at`,
		p.Platform, p.ClientID, p.OwnerID, p.Sealed, millis(p.ChangedAt))
}

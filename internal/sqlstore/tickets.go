package sqlstore

import (
	"context"
	"errors"
	"time"

	"offhook/internal/store"
)

const embedKeyColumns = "hash, platform, client_id, created_at"

func scanEmbedKey(r scanner) (k store.EmbedKey, err error) {
	var created int64
	err = r.Scan(&k.Hash, &k.Platform, &k.ClientID, &created)
	k.CreatedAt = fromMillis(created)
	return k, err
}

func (q queries) EmbedKey(ctx context.Context, hash string) (store.EmbedKey, error) {
	return one(ctx, q, scanEmbedKey, "SELECT "+embedKeyColumns+" FROM embed_keys WHERE hash = $1", hash)
}

func (q queries) EmbedKeys(ctx context.Context, platform, clientID string) ([]store.EmbedKey, error) {
	return many(ctx, q, scanEmbedKey, "SELECT "+embedKeyColumns+" FROM embed_keys WHERE platform = $1 AND client_id = $2 ORDER BY created_at, hash",
		platform, clientID)
}

func (q queries) AddEmbedKey(ctx context.Context, k store.EmbedKey) error {
	return q.exec(ctx, "INSERT INTO embed_keys ("+embedKeyColumns+") VALUES ($1, $2, $3, $4) ON CONFLICT (hash) DO NOTHING",
		k.Hash, k.Platform, k.ClientID, millis(k.CreatedAt))
}

func (q queries) DeleteEmbedKeys(ctx context.Context, platform, clientID, keep string) error {
	return q.exec(ctx, "DELETE FROM embed_keys WHERE platform = $1 AND client_id = $2 AND hash <> $3", platform, clientID, keep)
}

const ticketColumns = "hash, grant_id, origin, user_ref, created_at, expires_at, used_at"

func scanTicket(r scanner) (t store.Ticket, err error) {
	var created, expires, used int64
	err = r.Scan(&t.Hash, &t.GrantID, &t.Origin, &t.User, &created, &expires, &used)
	t.CreatedAt, t.ExpiresAt, t.UsedAt = fromMillis(created), fromMillis(expires), fromMillis(used)
	return t, err
}

func (q queries) AddTicket(ctx context.Context, t store.Ticket) error {
	return q.exec(ctx, "INSERT INTO tickets ("+ticketColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7)",
		t.Hash, t.GrantID, t.Origin, t.User, millis(t.CreatedAt), millis(t.ExpiresAt), millis(t.UsedAt))
}

func (q queries) TakeTicket(ctx context.Context, hash string, at time.Time) (store.Ticket, error) {
	t, err := one(ctx, q, scanTicket, "UPDATE tickets SET used_at = $1 WHERE hash = $2 AND used_at = 0 AND expires_at > $1 RETURNING "+ticketColumns,
		millis(at), hash)
	if !errors.Is(err, store.ErrNotFound) {
		return t, err
	}
	if _, err := one(ctx, q, scanInt64, "SELECT used_at FROM tickets WHERE hash = $1 AND used_at > 0", hash); err != nil {
		return store.Ticket{}, err
	}
	return store.Ticket{}, store.ErrSpent
}

func (q queries) OpenTickets(ctx context.Context, grantID string, at time.Time) (int64, error) {
	return one(ctx, q, scanInt64, "SELECT COUNT(*) FROM tickets WHERE grant_id = $1 AND used_at = 0 AND expires_at > $2", grantID, millis(at))
}

func (q queries) DeleteExpiredTickets(ctx context.Context, at time.Time) error {
	return q.exec(ctx, "DELETE FROM tickets WHERE expires_at <= $1", millis(at))
}

func scanHold(r scanner) (h store.Hold, err error) {
	var created, keeps int64
	err = r.Scan(&h.GrantID, &h.User, &created, &keeps)
	h.CreatedAt, h.KeepsUntil = fromMillis(created), fromMillis(keeps)
	return h, err
}

func (q queries) Holds(ctx context.Context, grantID string) ([]store.Hold, error) {
	return many(ctx, q, scanHold, "SELECT grant_id, user_ref, created_at, keeps_until FROM holds WHERE grant_id = $1 ORDER BY user_ref", grantID)
}

func (q queries) PutHold(ctx context.Context, h store.Hold) error {
	return q.exec(ctx, `INSERT INTO holds (grant_id, user_ref, created_at, keeps_until) VALUES ($1, $2, $3, $4)
		ON CONFLICT (grant_id, user_ref) DO UPDATE SET keeps_until =
		CASE WHEN excluded.keeps_until > holds.keeps_until THEN excluded.keeps_until ELSE holds.keeps_until END`,
		h.GrantID, h.User, millis(h.CreatedAt), millis(h.KeepsUntil))
}

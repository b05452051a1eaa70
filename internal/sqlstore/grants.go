package sqlstore

import (
	"context"
	"time"

	"offhook/internal/store"
)

const (
	grantOwnColumns = "id, platform, client_id, owner_id, sealed, version, expires_at, created_at, updated_at"
	grantColumns    = grantOwnColumns + ", lease_until"
)

func scanGrant(r scanner) (g store.Grant, err error) {
	var expires, created, updated, lease int64
	err = r.Scan(&g.ID, &g.Platform, &g.ClientID, &g.OwnerID, &g.Sealed, &g.Version, &expires, &created, &updated, &lease)
	g.ExpiresAt, g.CreatedAt, g.UpdatedAt, g.LeaseUntil = fromMillis(expires), fromMillis(created), fromMillis(updated), fromMillis(lease)
	return g, err
}

func (q queries) Grant(ctx context.Context, id string) (store.Grant, error) {
	return one(ctx, q, scanGrant, "SELECT "+grantColumns+" FROM grants WHERE id = $1 AND lapsed_at = 0", id)
}

func (q queries) GrantOf(ctx context.Context, platform, clientID, ownerID string) (store.Grant, error) {
	return one(ctx, q, scanGrant, "SELECT "+grantColumns+" FROM grants WHERE platform = $1 AND client_id = $2 AND owner_id = $3",
		platform, clientID, ownerID)
}

func (q queries) GrantsOfApp(ctx context.Context, platform, clientID string) ([]store.Grant, error) {
	return many(ctx, q, scanGrant, "SELECT "+grantColumns+" FROM grants WHERE platform = $1 AND client_id = $2 AND lapsed_at = 0 ORDER BY id", platform, clientID)
}

func (q queries) IdleGrants(ctx context.Context, at time.Time) ([]store.Grant, error) {
	return many(ctx, q, scanGrant, "SELECT "+grantColumns+` FROM grants WHERE updated_at < $1 AND lapsed_at = 0
		AND NOT EXISTS (SELECT 1 FROM sessions WHERE sessions.grant_id = grants.id AND sessions.expires_at > $1)
		AND NOT EXISTS (SELECT 1 FROM holds WHERE holds.grant_id = grants.id AND holds.keeps_until > $1) ORDER BY id`, millis(at))
}

func (q queries) AddGrant(ctx context.Context, g store.Grant) error {
	return q.exec(ctx, "INSERT INTO grants ("+grantOwnColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
		g.ID, g.Platform, g.ClientID, g.OwnerID, g.Sealed, g.Version, millis(g.ExpiresAt), millis(g.CreatedAt), millis(g.UpdatedAt))
}

func (q queries) LeaseGrant(ctx context.Context, id string, version int64, holder string, now, until time.Time) (bool, error) {
	n, err := q.changed(ctx, "UPDATE grants SET lease_holder = $1, lease_until = $2 WHERE id = $3 AND version = $4 AND lease_until < $5",
		holder, millis(until), id, version, millis(now))
	return n == 1, err
}

func (q queries) ReleaseGrant(ctx context.Context, id, holder string) error {
	return q.exec(ctx, "UPDATE grants SET lease_holder = '', lease_until = 0 WHERE id = $1 AND lease_holder = $2", id, holder)
}

func (q queries) SaveTokens(ctx context.Context, g store.Grant) (bool, error) {
	n, err := q.changed(ctx, `UPDATE grants SET sealed = $1, expires_at = $2, updated_at = $3, version = version + 1, lease_holder = '', lease_until = 0, lapsed_at = 0
		WHERE id = $4 AND version = $5`, g.Sealed, millis(g.ExpiresAt), millis(g.UpdatedAt), g.ID, g.Version)
	return n == 1, err
}

func (q queries) LapseGrant(ctx context.Context, id string, at time.Time) error {
	if err := q.exec(ctx, "DELETE FROM sessions WHERE grant_id = $1", id); err != nil {
		return err
	}
	return q.exec(ctx, `UPDATE grants SET sealed = $1, lapsed_at = $2, updated_at = $2, version = version + 1, lease_holder = '', lease_until = 0
		WHERE id = $3`, []byte{}, millis(at), id)
}

func (q queries) DeleteLapsedGrants(ctx context.Context, before time.Time) error {
	return q.exec(ctx, "DELETE FROM grants WHERE lapsed_at > 0 AND lapsed_at < $1", millis(before))
}

func (q queries) DeleteGrant(ctx context.Context, id string) error {
	return q.exec(ctx, "DELETE FROM grants WHERE id = $1", id)
}

package sqlstore

import (
	"context"
	"strings"
	"time"

	"offhook/internal/store"
)

const embedColumns = "platform, client_id, sealed_secret, origins, ancestors, asset_origins, capabilities, redirects, sealed_jwt, jwt_access, implicit, created_at"

// list and unlist keep a list of origins or names, none of which holds a
// space, in one column.
func list(items []string) string  { return strings.Join(items, " ") }
func unlist(text string) []string { return strings.Fields(text) }

func scanEmbed(r scanner) (e store.Embed, err error) {
	var origins, ancestors, assets, capabilities, redirects string
	var implicit, created int64
	err = r.Scan(&e.Platform, &e.ClientID, &e.SealedSecret, &origins, &ancestors, &assets, &capabilities, &redirects, &e.SealedJWT, &e.JWTAccess, &implicit, &created)
	e.Origins, e.Ancestors, e.AssetOrigins = unlist(origins), unlist(ancestors), unlist(assets)
	e.Capabilities, e.Redirects, e.Implicit, e.CreatedAt = unlist(capabilities), unlist(redirects), implicit != 0, fromMillis(created)
	return e, err
}

func (q queries) Embed(ctx context.Context, platform, clientID string) (store.Embed, error) {
	return one(ctx, q, scanEmbed, "SELECT "+embedColumns+" FROM embeds WHERE platform = $1 AND client_id = $2", platform, clientID)
}

func (q queries) Embeds(ctx context.Context) ([]store.Embed, error) {
	return many(ctx, q, scanEmbed, "SELECT "+embedColumns+" FROM embeds ORDER BY platform, client_id")
}

func (q queries) PutEmbed(ctx context.Context, e store.Embed) error {
	return q.exec(ctx, "INSERT INTO embeds ("+embedColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
		ON CONFLICT (platform, client_id) DO UPDATE SET sealed_secret = excluded.sealed_secret, origins = excluded.origins,
		ancestors = excluded.ancestors, asset_origins = excluded.asset_origins, capabilities = excluded.capabilities,
		redirects = excluded.redirects, sealed_jwt = excluded.sealed_jwt, jwt_access = excluded.jwt_access, implicit = excluded.implicit`,
		e.Platform, e.ClientID, bytesOf(e.SealedSecret), list(e.Origins), list(e.Ancestors), list(e.AssetOrigins), list(e.Capabilities),
		list(e.Redirects), bytesOf(e.SealedJWT), e.JWTAccess, flag(e.Implicit), millis(e.CreatedAt))
}

func (q queries) RemoveEmbed(ctx context.Context, platform, clientID string) (bool, error) {
	n, err := q.changed(ctx, "DELETE FROM embeds WHERE platform = $1 AND client_id = $2", platform, clientID)
	return n == 1, err
}

// bytesOf keeps an empty value from being NULL.
func bytesOf(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

const frameColumns = "key, platform, client_id, prefix, origin, opener, created_at"

func scanFrame(r scanner) (f store.Frame, err error) {
	var created int64
	err = r.Scan(&f.Key, &f.Platform, &f.ClientID, &f.Prefix, &f.Origin, &f.Opener, &created)
	f.CreatedAt = fromMillis(created)
	return f, err
}

func (q queries) Frame(ctx context.Context, key string) (store.Frame, error) {
	return one(ctx, q, scanFrame, "SELECT "+frameColumns+" FROM frames WHERE key = $1", key)
}

func (q queries) PutFrame(ctx context.Context, f store.Frame) error {
	return q.exec(ctx, "INSERT INTO frames ("+frameColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7) "+
		"ON CONFLICT (key) DO UPDATE SET created_at = excluded.created_at WHERE frames.created_at < excluded.created_at",
		f.Key, f.Platform, f.ClientID, f.Prefix, f.Origin, f.Opener, millis(f.CreatedAt))
}

func (q queries) SweepFrames(ctx context.Context, before time.Time) error {
	return q.exec(ctx, "DELETE FROM frames WHERE created_at < $1 AND key NOT IN (SELECT frame_key FROM sessions) "+
		"AND key NOT IN (SELECT frame_key FROM flows)", millis(before))
}

package sqlstore

import (
	"context"
	"time"

	"offhook/internal/store"
)

const guardColumns = "platform, client_id, owner_id, frame_key, service, seen_at"

func scanGuard(r scanner) (g store.Guard, err error) {
	var seen int64
	err = r.Scan(&g.Platform, &g.ClientID, &g.OwnerID, &g.FrameKey, &g.Service, &seen)
	g.SeenAt = fromMillis(seen)
	return g, err
}

const ofGuard = "platform = $1 AND client_id = $2 AND owner_id = $3 AND frame_key = $4"

func (q queries) Guard(ctx context.Context, platform, clientID, ownerID, frameKey string) (store.Guard, error) {
	return one(ctx, q, scanGuard, "SELECT "+guardColumns+" FROM guards WHERE "+ofGuard, platform, clientID, ownerID, frameKey)
}

func (q queries) PutGuard(ctx context.Context, g store.Guard) error {
	return q.exec(ctx, "INSERT INTO guards ("+guardColumns+`) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (platform, client_id, owner_id, frame_key) DO UPDATE SET service = excluded.service, seen_at = excluded.seen_at`,
		g.Platform, g.ClientID, g.OwnerID, g.FrameKey, g.Service, millis(g.SeenAt))
}

func (q queries) DeleteGuard(ctx context.Context, platform, clientID, ownerID, frameKey string) error {
	return q.exec(ctx, "DELETE FROM guards WHERE "+ofGuard, platform, clientID, ownerID, frameKey)
}

func (q queries) DeleteOldGuards(ctx context.Context, before time.Time) error {
	return q.exec(ctx, "DELETE FROM guards WHERE seen_at < $1", millis(before))
}

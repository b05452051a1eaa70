package sqlstore

import (
	"context"
	"time"

	"offhook/internal/store"
)

func scanDeskRow(r scanner) (d store.DeskRow, err error) {
	err = r.Scan(&d.GrantID, &d.Kind, &d.ID, &d.Sealed)
	return d, err
}

func (q queries) DeskRows(ctx context.Context, grantID string) ([]store.DeskRow, error) {
	return many(ctx, q, scanDeskRow, "SELECT grant_id, kind, id, sealed FROM desk_rows WHERE grant_id = $1 ORDER BY kind, id", grantID)
}

func (q queries) DeskRow(ctx context.Context, grantID, kind, id string) (store.DeskRow, error) {
	return one(ctx, q, scanDeskRow, "SELECT grant_id, kind, id, sealed FROM desk_rows WHERE grant_id = $1 AND kind = $2 AND id = $3", grantID, kind, id)
}

func (q queries) PutDeskRow(ctx context.Context, d store.DeskRow) error {
	return q.exec(ctx, `INSERT INTO desk_rows (grant_id, kind, id, sealed) VALUES ($1, $2, $3, $4)
		ON CONFLICT (grant_id, kind, id) DO UPDATE SET sealed = excluded.sealed`, d.GrantID, d.Kind, d.ID, d.Sealed)
}

func (q queries) DeleteDeskRow(ctx context.Context, grantID, kind, id string) error {
	return q.exec(ctx, "DELETE FROM desk_rows WHERE grant_id = $1 AND kind = $2 AND id = $3", grantID, kind, id)
}

const outboxColumns = "grant_id, id, position, state, message_id, holder, held_until, created_at, updated_at, sealed"

func scanOutboxItem(r scanner) (i store.OutboxItem, err error) {
	var held, created, updated int64
	err = r.Scan(&i.GrantID, &i.ID, &i.Position, &i.State, &i.MessageID, &i.Holder, &held, &created, &updated, &i.Sealed)
	i.HeldUntil, i.CreatedAt, i.UpdatedAt = fromMillis(held), fromMillis(created), fromMillis(updated)
	return i, err
}

func (q queries) OutboxItem(ctx context.Context, grantID, id string) (store.OutboxItem, error) {
	return one(ctx, q, scanOutboxItem, "SELECT "+outboxColumns+" FROM desk_outbox WHERE grant_id = $1 AND id = $2", grantID, id)
}

func (q queries) OutboxItems(ctx context.Context, grantID string) ([]store.OutboxItem, error) {
	return many(ctx, q, scanOutboxItem, "SELECT "+outboxColumns+" FROM desk_outbox WHERE grant_id = $1 ORDER BY position, id", grantID)
}

func (q queries) GrantsWithMail(ctx context.Context) ([]string, error) {
	scan := func(r scanner) (id string, err error) {
		err = r.Scan(&id)
		return id, err
	}
	return many(ctx, q, scan, `SELECT DISTINCT grant_id FROM desk_outbox WHERE state IN ('queued', 'sending')
		AND grant_id IN (SELECT id FROM grants WHERE lapsed_at = 0) ORDER BY grant_id`)
}

func (q queries) AddOutboxItem(ctx context.Context, i store.OutboxItem) error {
	return q.exec(ctx, "INSERT INTO desk_outbox ("+outboxColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
		i.GrantID, i.ID, i.Position, i.State, i.MessageID, i.Holder, millis(i.HeldUntil), millis(i.CreatedAt), millis(i.UpdatedAt), i.Sealed)
}

func (q queries) ClaimOutboxItem(ctx context.Context, i store.OutboxItem, now time.Time) (bool, error) {
	n, err := q.changed(ctx, `UPDATE desk_outbox SET holder = $1, held_until = $2
		WHERE grant_id = $3 AND id = $4 AND updated_at = $5 AND state IN ('queued', 'sending') AND (holder = $6 OR held_until < $7)`,
		i.Holder, millis(i.HeldUntil), i.GrantID, i.ID, millis(i.UpdatedAt), i.Holder, millis(now))
	return n == 1, err
}

// SaveOutboxItem compares in the statement, which waits on PostgreSQL for
// another's that is at the same row, and then looks at it anew.
func (q queries) SaveOutboxItem(ctx context.Context, i store.OutboxItem, follows time.Time) error {
	n, err := q.changed(ctx, `UPDATE desk_outbox SET state = $1, message_id = $2, holder = $3, held_until = $4, updated_at = $5, sealed = $6
		WHERE grant_id = $7 AND id = $8 AND updated_at = $9`,
		i.State, i.MessageID, i.Holder, millis(i.HeldUntil), millis(i.UpdatedAt), i.Sealed, i.GrantID, i.ID, millis(follows))
	return outdated(n, err)
}

func (q queries) DeleteFailedOutboxItem(ctx context.Context, grantID, id string) error {
	n, err := q.changed(ctx, "DELETE FROM desk_outbox WHERE grant_id = $1 AND id = $2 AND state = 'failed'", grantID, id)
	return outdated(n, err)
}

// outdated says that a change of one row found none.
func outdated(n int64, err error) error {
	if err == nil && n == 0 {
		return store.ErrOutdated
	}
	return err
}

func (q queries) DeleteSentOutboxItems(ctx context.Context, grantID string, before time.Time) error {
	return q.exec(ctx, "DELETE FROM desk_outbox WHERE grant_id = $1 AND state = 'sent' AND updated_at < $2", grantID, millis(before))
}

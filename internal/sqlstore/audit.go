package sqlstore

import (
	"context"
	"math"

	"offhook/internal/store"
)

const auditColumns = "id, at, kind, way, platform, client_id, owner_id, grant_id, origin, address, detail"

func scanAuditEntry(r scanner) (e store.AuditEntry, err error) {
	var at int64
	err = r.Scan(&e.ID, &at, &e.Kind, &e.Way, &e.Platform, &e.ClientID, &e.OwnerID, &e.GrantID, &e.Origin, &e.Address, &e.Detail)
	e.At = fromMillis(at)
	return e, err
}

func (q queries) AuditEntries(ctx context.Context, f store.AuditFilter) ([]store.AuditEntry, error) {
	limit := f.Limit
	if limit == 0 {
		limit = math.MaxInt64
	}
	// The cast tells PostgreSQL the type of a parameter that is compared with
	// a literal first.
	return many(ctx, q, scanAuditEntry, "SELECT "+auditColumns+` FROM audit WHERE id > $1 AND at >= $2
		AND (CAST($3 AS TEXT) = '' OR owner_id = $3) ORDER BY id LIMIT $4`, f.After, millis(f.Since), f.OwnerID, limit)
}

func (q queries) AddAuditEntry(ctx context.Context, e store.AuditEntry) error {
	return q.exec(ctx, "INSERT INTO audit ("+auditColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
		e.ID, millis(e.At), e.Kind, e.Way, e.Platform, e.ClientID, e.OwnerID, e.GrantID, e.Origin, e.Address, e.Detail)
}

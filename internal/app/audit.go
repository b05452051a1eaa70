package app

import (
	"context"
	"io"
	"time"

	"offhook/internal/rc"
	"offhook/internal/store"
	"offhook/internal/widget/audit"
)

// An AuditQuery is what `offhook audit` asks for.
type AuditQuery struct {
	Since     time.Time // zero: from the beginning
	User      string    // the platform's id of a user; empty: everybody
	JSON, CSV bool      // neither: text for people
}

// Audit writes the audit trail.
func (d *Data) Audit(ctx context.Context, q AuditQuery, w io.Writer) error {
	format := audit.Text
	switch {
	case q.JSON && q.CSV:
		return rc.Errorf(rc.Invalid, "Choose one of --json and --csv.")
	case q.JSON:
		format = audit.JSON
	case q.CSV:
		format = audit.CSV
	}
	return audit.Export(ctx, d.DB.Widget(), store.AuditFilter{Since: q.Since, OwnerID: q.User}, format, w)
}

// Package audit writes down who signed in, was refused or signed out, from
// where and in which way, and exports it. Entries are added and never
// changed, and hold no secret: every field is made of what an operator may
// hand to an auditor.
package audit

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"
	"unicode"

	"offhook/internal/listen"
	"offhook/internal/store"
)

// A Trail is the audit trail of a server. It is safe for concurrent use.
type Trail struct {
	Store store.Widget
	Now   func() time.Time
	Log   *slog.Logger

	ids      store.IDs
	refusals limiter
}

// maxField bounds what an entry keeps of a text that comes from outside.
const maxField = 256

// Record adds an entry. It sets the id, and where they are empty the time,
// the owner of the grant, and the address, which is that of the request whose context ctx is. Of the
// refusals of one address it writes 60 a minute, and says so. It goes
// on when ctx ends, because what happened has happened. An entry that cannot
// be written is logged in full: nobody's sign-out waits for a disk.
func (t *Trail) Record(ctx context.Context, e store.AuditEntry) {
	ctx = context.WithoutCancel(ctx)
	if e.At.IsZero() {
		e.At = t.Now()
	}
	e.Address = cmp.Or(e.Address, listen.Address(ctx))
	if e.OwnerID == "" && e.GrantID != "" {
		if g, err := t.Store.Grant(ctx, e.GrantID); err == nil { // a grant that has ended names nobody any more
			e.OwnerID = g.OwnerID
		}
	}
	if e.Kind == store.AuditRefusal {
		written, last := t.refusals.count(e.Address, t.Now())
		if !written {
			return
		}
		if last {
			e.Detail = "(more from this address in this minute are left out) " + e.Detail
		}
	}
	for _, field := range []*string{&e.Way, &e.Platform, &e.ClientID, &e.OwnerID, &e.GrantID, &e.Origin, &e.Address, &e.Detail} {
		*field = line(*field)
	}
	// Another process may have made the same id at the same moment.
	var err error
	for range 8 {
		e.ID = t.ids.Next()
		err = t.Store.Write(ctx, func(tx store.WidgetTx) error { return tx.AddAuditEntry(ctx, e) })
		if !errors.Is(err, store.ErrExists) {
			break
		}
	}
	attrs := []any{
		"kind", string(e.Kind), "way", e.Way, "platform", e.Platform, "client", e.ClientID, "owner", e.OwnerID, "grant", e.GrantID,
		"origin", e.Origin, "address", e.Address, "detail", e.Detail,
	}
	if err != nil {
		t.Log.Error("an audit entry could not be written", append(attrs, "err", err)...)
		return
	}
	t.Log.Info("audit", attrs...)
}

// line keeps a text in one line that a terminal can show.
func line(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == unicode.ReplacementChar {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, ""))
	if len(text) > maxField {
		text = strings.ToValidUTF8(text[:maxField], "") + "…"
	}
	return text
}

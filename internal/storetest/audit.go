package storetest

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/store"
)

func testAudit(t *testing.T, w store.Widget) {
	ctx := t.Context()
	first := store.AuditEntry{
		ID: 1, At: at, Kind: store.AuditSignIn, Way: "code", Platform: "https://platform.example.com", ClientID: "app", OwnerID: "101",
		GrantID: "gone", Origin: "https://crm.example", Address: "192.0.2.1", Detail: "nothing to add",
	}
	second, third := first, first
	second.ID, second.OwnerID, second.Kind = 2, "102", store.AuditRefusal
	third.ID, third.At, third.Kind = 3, at.Add(time.Hour), store.AuditSignOut
	change(t, w, func(tx store.WidgetTx) error {
		return errors.Join(tx.AddAuditEntry(ctx, second), tx.AddAuditEntry(ctx, first), tx.AddAuditEntry(ctx, third))
	})
	if err := w.Write(ctx, func(tx store.WidgetTx) error { return tx.AddAuditEntry(ctx, second) }); !errors.Is(err, store.ErrExists) {
		t.Errorf("an entry under a taken id: %v, want ErrExists", err)
	}
	for _, tt := range []struct {
		name   string
		filter store.AuditFilter
		want   []store.AuditEntry
	}{
		{"all, in their order", store.AuditFilter{}, []store.AuditEntry{first, second, third}},
		{"since a moment", store.AuditFilter{Since: at.Add(time.Minute)}, []store.AuditEntry{third}},
		{"since the moment itself", store.AuditFilter{Since: at}, []store.AuditEntry{first, second, third}},
		{"of one user", store.AuditFilter{OwnerID: "101"}, []store.AuditEntry{first, third}},
		{"a page", store.AuditFilter{After: 1, Limit: 1}, []store.AuditEntry{second}},
		{"of a stranger", store.AuditFilter{OwnerID: "nobody"}, nil},
	} {
		if got, err := w.AuditEntries(ctx, tt.filter); err != nil || !cmp.Equal(got, tt.want) {
			t.Errorf("%s: %v\n%s", tt.name, err, cmp.Diff(tt.want, got))
		}
	}
}

package app_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"offhook/internal/app"
	"offhook/internal/rc"
	"offhook/internal/store"
)

func TestTheAuditTrailIsReadWhileAServerRuns(t *testing.T) {
	dir := t.TempDir()
	server, err := app.OpenData(t.Context(), dir, "")
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	entry := store.AuditEntry{ID: 1, At: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), Kind: store.AuditSignIn, OwnerID: "101", Way: "code"}
	if err := server.DB.Widget().Write(t.Context(), func(tx store.WidgetTx) error { return tx.AddAuditEntry(t.Context(), entry) }); err != nil {
		t.Fatal(err)
	}
	reader, err := app.OpenData(t.Context(), dir, "")
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	for _, tt := range []struct {
		name  string
		query app.AuditQuery
		want  string
	}{
		{"text", app.AuditQuery{}, "2026-03-01T12:00:00Z  sign-in  way=code  user=101\n"},
		{"JSON", app.AuditQuery{JSON: true, User: "101"}, `{"at":"2026-03-01T12:00:00Z","kind":"sign-in","way":"code","user":"101",`},
		{"CSV", app.AuditQuery{CSV: true}, "at,kind,way,user,"},
		{"another user", app.AuditQuery{User: "102"}, ""},
		{"later", app.AuditQuery{Since: entry.At.Add(time.Second)}, ""},
	} {
		var b strings.Builder
		if err := reader.Audit(t.Context(), tt.query, &b); err != nil || !strings.HasPrefix(b.String(), tt.want) || tt.want == "" && b.String() != "" {
			t.Errorf("%s: %v, %q, want %q", tt.name, err, b.String(), tt.want)
		}
	}
	var told *rc.Error
	if err := reader.Audit(t.Context(), app.AuditQuery{JSON: true, CSV: true}, new(strings.Builder)); !errors.As(err, &told) || told.Kind != rc.Invalid {
		t.Errorf("two formats at once: %v, want a sentence", err)
	}
}

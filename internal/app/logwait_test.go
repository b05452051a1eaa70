package app_test

import (
	"strings"
	"testing"
	"time"

	"offhook/internal/app"
	"offhook/internal/store"
	"offhook/internal/widget/embed"
)

func TestWhatWaitsToBeLoggedIsListedRetriedAndDiscarded(t *testing.T) {
	ctx := t.Context()
	d, err := app.OpenData(ctx, t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	entry := func(id, user, state string) store.LogEntry {
		return store.LogEntry{
			ID: id, Owner: store.LogOwner{Platform: "https://p.example", ClientID: "app", OwnerID: user}, Target: "https://crm.example", Kind: "message",
			Thing: id, LogID: id, Newest: "1", Trigger: "auto", State: state, Reason: "Nobody there.", NextAt: at.AddDate(100, 0, 0), Since: at, CreatedAt: at, UpdatedAt: at,
		}
	}
	st := d.DB.Widget()
	for _, e := range []store.LogEntry{entry("a", "101", store.LogWaiting), entry("b", "101", store.LogStuck), entry("c", "102", store.LogStuck), entry("d", "102", store.LogDone)} {
		if err := st.Write(ctx, func(tx store.WidgetTx) error { return tx.AddLogEntry(ctx, e) }); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct {
		name  string
		query app.LogQuery
		want  string
	}{
		{"everything", app.LogQuery{}, "a b c"},
		{"what is stuck", app.LogQuery{Stuck: true}, "b c"},
		{"one user", app.LogQuery{User: "101"}, "a b"},
		{"retry", app.LogQuery{Stuck: true, User: "102", Retry: true}, "c"},
		{"after the retry", app.LogQuery{Stuck: true}, "b"},
		{"discard", app.LogQuery{Stuck: true, Discard: true}, "b"},
		{"after the discard", app.LogQuery{}, "a c"},
	} {
		all, err := d.WaitingLogs(ctx, tt.query)
		var ids []string
		for _, l := range all {
			ids = append(ids, l.ID)
		}
		if got := strings.Join(ids, " "); err != nil || got != tt.want {
			t.Errorf("%s: %q, %v; want %q", tt.name, got, err, tt.want)
		}
	}
	if _, err := d.WaitingLogs(ctx, app.LogQuery{Retry: true, Discard: true}); err == nil {
		t.Error("retry and discard at once")
	}
}

func TestAWebhooksSecretIsShownOnceAndKeptSealed(t *testing.T) {
	ctx := t.Context()
	d, err := app.OpenData(ctx, t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	const platform = "https://platform.ringcentral.com"
	if err := d.AddEmbed(ctx, embed.Spec{Platform: platform, ClientID: "app", Origins: []string{"https://crm.example"}}); err != nil {
		t.Fatal(err)
	}
	secret, err := d.SetLogHook(ctx, platform, "app", "https://crm.example/logs")
	if err != nil || !strings.HasPrefix(string(secret), "OHLS_") {
		t.Fatalf("%q, %v", secret, err)
	}
	hook, err := d.DB.Widget().LogHook(ctx, platform, "app")
	if err != nil || strings.Contains(string(hook.SealedSecret), string(secret)) {
		t.Errorf("%+v, %v", hook, err)
	}
	if next, err := d.SetLogHook(ctx, platform, "app", "https://crm.example/logs"); err != nil || next == secret {
		t.Errorf("the same secret again: %v", err)
	}
	if err := d.EndLogHook(ctx, platform, "app"); err != nil {
		t.Error(err)
	}
}

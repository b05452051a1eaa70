package storetest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/rc"
	"offhook/internal/store"
)

func testWebhooks(t *testing.T, p store.Platform) {
	ctx := t.Context()
	company(ctx, t, p)
	write := func(fn func(tx store.PlatformTx) error) {
		t.Helper()
		must(t, p.Write(ctx, fn))
	}
	hook := func(id string, extension int64, client string) store.Webhook {
		return store.Webhook{
			ID: id, AccountID: 1, ExtensionID: extension, ClientID: client, CredentialID: "cred-" + id, Scopes: rc.ScopeSet{rc.SMS, rc.ReadAccounts},
			Filters: []string{"/a?b=c d", "/e"}, Address: "https://crm.example/" + id, TokenHeader: "Verification-Token", SealedToken: []byte("sealed"),
			Life: time.Hour, CreatedAt: at, ExpiresAt: at.Add(time.Hour), RemindedAt: at.Add(time.Minute), ClosedReason: "",
		}
	}
	write(func(tx store.PlatformTx) error {
		return errors.Join(
			tx.PutApp(ctx, store.App{ClientID: "crm", CreatedAt: at}), tx.PutApp(ctx, store.App{ClientID: "other", CreatedAt: at}),
			tx.AddWebhook(ctx, hook("h1", 11, "crm")), tx.AddWebhook(ctx, hook("h2", 12, "crm")), tx.AddWebhook(ctx, hook("h3", 11, "other")),
		)
	})
	h1 := hook("h1", 11, "crm")
	if got, err := p.Webhook(ctx, "h1"); err != nil || !cmp.Equal(got, h1) {
		t.Errorf("Webhook: %v\n%s", err, cmp.Diff(h1, got))
	}
	if got, err := p.Webhooks(ctx, 11, "crm"); err != nil || !cmp.Equal(got, []store.Webhook{h1}) {
		t.Errorf("Webhooks of a user and app: %+v, %v", got, err)
	}
	for _, tt := range []struct {
		account int64
		at      time.Time
		want    int
	}{{1, at, 3}, {0, at, 3}, {2, at, 0}, {1, at.Add(time.Hour), 0}} {
		if got, err := p.OpenWebhooks(ctx, tt.account, tt.at); err != nil || len(got) != tt.want {
			t.Errorf("OpenWebhooks(%d, %v): %d, %v; want %d", tt.account, tt.at, len(got), err, tt.want)
		}
	}

	event := func(id int64, hook string) store.WebhookEvent {
		return store.WebhookEvent{ID: id, WebhookID: hook, UUID: fmt.Sprint("u", id), Body: []byte(`{"a":1}`), NextAt: at, CreatedAt: at}
	}
	write(func(tx store.PlatformTx) error {
		var errs []error
		for id := range int64(5) {
			errs = append(errs, tx.AddWebhookEvent(ctx, event(id+1, "h1"), 3))
		}
		return errors.Join(append(errs, tx.AddWebhookEvent(ctx, event(9, "h2"), 3), tx.AddWebhookEvent(ctx, event(10, "gone"), 3))...)
	})
	due := func(at time.Time, want ...store.WebhookEvent) {
		t.Helper()
		if got, err := p.DueWebhookEvents(ctx, at, 10); err != nil || !cmp.Equal(got, want) {
			t.Errorf("due: %v\n%s", err, cmp.Diff(want, got))
		}
	}
	due(at, event(3, "h1"), event(9, "h2")) // the newest three of h1, of which one
	due(at.Add(-time.Millisecond))
	if n, err := p.CountWebhookEvents(ctx, "h1"); n != 3 || err != nil {
		t.Errorf("%d events wait, %v; want 3", n, err)
	}
	for i, want := range []bool{true, false} {
		write(func(tx store.PlatformTx) error {
			got, err := tx.ClaimWebhookEvent(ctx, 3, at, at.Add(time.Minute))
			if got != want {
				t.Errorf("claim %d: %v, want %v", i+1, got, want)
			}
			return err
		})
	}
	due(at, event(9, "h2")) // what comes after a claimed one waits
	write(func(tx store.PlatformTx) error { return tx.PostponeWebhookEvent(ctx, 3, at.Add(time.Second)) })
	again := event(3, "h1")
	again.Attempts, again.NextAt = 1, at.Add(time.Second)
	due(at.Add(time.Second), event(9, "h2"), again)
	write(func(tx store.PlatformTx) error { return tx.DeleteWebhookEvent(ctx, 3) })
	due(at, event(4, "h1"), event(9, "h2"))

	for _, later := range []time.Duration{time.Second, time.Minute} {
		write(func(tx store.PlatformTx) error {
			since, err := tx.FailWebhook(ctx, "h1", at.Add(later))
			if !since.Equal(at.Add(time.Second)) {
				t.Errorf("failing since %v, want the first failure", since)
			}
			return err
		})
	}
	write(func(tx store.PlatformTx) error { return tx.PassWebhook(ctx, "h1") })
	if got, err := p.Webhook(ctx, "h1"); err != nil || !got.FailingSince.IsZero() {
		t.Errorf("after a success: %+v, %v", got, err)
	}
	write(func(tx store.PlatformTx) error { return tx.CloseWebhook(ctx, "h1", "It does not answer.", at) })
	due(at, event(9, "h2"))
	if got, err := p.Webhook(ctx, "h1"); err != nil || !got.ClosedAt.Equal(at) || got.ClosedReason != "It does not answer." {
		t.Errorf("a blacklisted webhook: %+v, %v", got, err)
	}
	h1.Filters, h1.Scopes, h1.CredentialID, h1.Life = []string{"/f"}, rc.ScopeSet{rc.SMS}, "", 2*time.Hour
	h1.ExpiresAt, h1.RemindedAt = at.Add(2*time.Hour), time.Time{}
	write(func(tx store.PlatformTx) error { return tx.SaveWebhook(ctx, h1) })
	if got, err := p.Webhook(ctx, "h1"); err != nil || !cmp.Equal(got, h1) {
		t.Errorf("after SaveWebhook: %v\n%s", err, cmp.Diff(h1, got))
	}

	write(func(tx store.PlatformTx) error { return tx.SweepWebhooks(ctx, at.Add(time.Hour)) })
	if _, err := p.Webhook(ctx, "h2"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("an expired webhook: %v, want ErrNotFound", err)
	}
	if _, err := p.Webhook(ctx, "h1"); err != nil {
		t.Errorf("one that was renewed: %v", err)
	}
	for _, want := range []bool{true, false} {
		write(func(tx store.PlatformTx) error {
			got, err := tx.DeleteWebhook(ctx, "h1")
			if got != want {
				t.Errorf("DeleteWebhook: %v, want %v", got, want)
			}
			return err
		})
	}
	testEndsOfWebhooks(t, p, hook)
}

// A webhook ends with its user, its app and the credential behind it.
func testEndsOfWebhooks(t *testing.T, p store.Platform, hook func(id string, extension int64, client string) store.Webhook) {
	ctx := t.Context()
	must(t, p.Write(ctx, func(tx store.PlatformTx) error {
		return errors.Join(tx.AddCredential(ctx, store.Credential{ID: "cred-by-jwt", ExtensionID: 11, CreatedAt: at}),
			tx.AddWebhook(ctx, hook("by-jwt", 11, "crm")), tx.AddWebhook(ctx, hook("by-app", 11, "other")), tx.AddWebhook(ctx, hook("by-user", 12, "crm")))
	}))
	must(t, p.Write(ctx, func(tx store.PlatformTx) error {
		_, err1 := tx.RevokeCredential(ctx, "cred-by-jwt")
		_, err2 := tx.RemoveApp(ctx, "other")
		_, err3 := tx.RemoveExtension(ctx, 12)
		return errors.Join(err1, err2, err3)
	}))
	for _, id := range []string{"by-jwt", "by-app", "by-user"} {
		if _, err := p.Webhook(ctx, id); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("the webhook %s: %v, want ErrNotFound", id, err)
		}
	}
}

package storetest

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/rc"
	"offhook/internal/store"
)

func testAuthorize(t *testing.T, p store.Platform) {
	ctx := t.Context()
	must(t, p.Write(ctx, func(tx store.PlatformTx) error {
		return errors.Join(
			tx.AddAccount(ctx, store.Account{ID: 1, CreatedAt: at}),
			tx.AddExtension(ctx, store.Extension{ID: 11, AccountID: 1, Number: "101", Username: "ada", CreatedAt: at}),
			tx.PutApp(ctx, store.App{ClientID: "client", Name: "Phone", CreatedAt: at}),
			tx.PutApp(ctx, store.App{ClientID: "other", Name: "Other", CreatedAt: at}),
		)
	}))
	t.Run("pushed requests", func(t *testing.T) { testPushed(t, p) })
	t.Run("consent", func(t *testing.T) { testConsent(t, p) })
	t.Run("known browsers", func(t *testing.T) { testKnownBrowsers(t, p) })
}

func testPushed(t *testing.T, p store.Platform) {
	ctx := t.Context()
	pushed := store.PushedRequest{Hash: "pushed", ClientID: "client", Params: "a=1&b=2", ExpiresAt: at.Add(time.Minute)}
	must(t, p.Write(ctx, func(tx store.PlatformTx) error { return tx.AddPushedRequest(ctx, pushed) }))
	open := func(client, browser string, when time.Time) (got store.PushedRequest, err error) {
		err = p.Write(ctx, func(tx store.PlatformTx) (err error) {
			got, err = tx.OpenPushedRequest(ctx, "pushed", client, browser, when, when.Add(time.Hour))
			return err
		})
		return got, err
	}
	if _, err := open("other", "b0", at); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("another app's pushed request: %v, want ErrNotFound", err)
	}
	if _, err := open("client", "b0", pushed.ExpiresAt); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("an expired pushed request: %v, want ErrNotFound", err)
	}

	var got atomic.Value
	var opened atomic.Int32
	var wg sync.WaitGroup
	for i := range 12 {
		wg.Go(func() {
			browser := string(rune('a' + i))
			switch _, err := open("client", browser, at); {
			case err == nil:
				opened.Add(1)
				got.Store(browser)
			case !errors.Is(err, store.ErrNotFound):
				t.Errorf("OpenPushedRequest: %v", err)
			}
		})
	}
	wg.Wait()
	if opened.Load() != 1 {
		t.Fatalf("%d of 12 browsers at once opened one pushed request, want 1", opened.Load())
	}
	pushed.Browser, pushed.ExpiresAt = got.Load().(string), at.Add(time.Hour)
	again, err := open("client", pushed.Browser, at.Add(30*time.Minute))
	if err != nil || !cmp.Equal(again, pushed) {
		t.Errorf("the same browser again: %v\n%s", err, cmp.Diff(pushed, again))
	}
	var spent []bool
	for range 2 {
		must(t, p.Write(ctx, func(tx store.PlatformTx) error {
			first, err := tx.SpendPushedRequest(ctx, "pushed")
			spent = append(spent, first)
			return err
		}))
	}
	if !cmp.Equal(spent, []bool{true, false}) {
		t.Errorf("SpendPushedRequest twice: %v, want true, false", spent)
	}
	if _, err := open("client", pushed.Browser, at); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a spent request: %v, want ErrNotFound", err)
	}
}

func testConsent(t *testing.T, p store.Platform) {
	ctx := t.Context()
	step := store.ConsentStep{
		Hash: "step", Request: "request", Browser: "browser", ClientID: "client", ExtensionID: 11, AuthTime: at.Add(-time.Hour), ExpiresAt: at.Add(time.Minute),
	}
	must(t, p.Write(ctx, func(tx store.PlatformTx) error { return tx.AddConsentStep(ctx, step) }))
	must(t, p.Write(ctx, func(tx store.PlatformTx) error {
		if got, err := tx.TakeConsentStep(ctx, "step"); err != nil || got != step {
			t.Errorf("TakeConsentStep: %v\n%s", err, cmp.Diff(step, got))
		}
		return nil
	}))
	err := p.Write(ctx, func(tx store.PlatformTx) error { _, err := tx.TakeConsentStep(ctx, "step"); return err })
	if !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a step taken twice: %v, want ErrNotFound", err)
	}

	if _, err := p.Consent(ctx, 11, "client"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("consent that was never given: %v, want ErrNotFound", err)
	}
	want := store.Consent{ExtensionID: 11, ClientID: "client", OpenID: []string{"openid"}, At: at}
	for _, scopes := range []rc.ScopeSet{{rc.SMS}, {rc.SMS, rc.ReadAccounts}} {
		want.Scopes = scopes
		must(t, p.Write(ctx, func(tx store.PlatformTx) error { return tx.PutConsent(ctx, want) }))
		if got, err := p.Consent(ctx, 11, "client"); err != nil || !cmp.Equal(got, want) {
			t.Errorf("Consent: %v\n%s", err, cmp.Diff(want, got))
		}
	}
}

func testKnownBrowsers(t *testing.T, p store.Platform) {
	ctx := t.Context()
	b := store.KnownBrowser{Hash: "known", ExtensionID: 11, ExpiresAt: at.Add(time.Minute)}
	must(t, p.Write(ctx, func(tx store.PlatformTx) error { return tx.PutKnownBrowser(ctx, b) }))
	b.ExpiresAt = at.Add(time.Hour)
	must(t, p.Write(ctx, func(tx store.PlatformTx) error { return tx.PutKnownBrowser(ctx, b) }))
	for _, tt := range []struct {
		hash string
		ext  int64
		when time.Time
		want bool
	}{{"known", 11, at.Add(2 * time.Minute), true}, {"known", 12, at, false}, {"unknown", 11, at, false}, {"known", 11, b.ExpiresAt, false}} {
		if got, err := p.KnowsBrowser(ctx, tt.hash, tt.ext, tt.when); err != nil || got != tt.want {
			t.Errorf("KnowsBrowser(%s, %d, %v) = %v, %v; want %v", tt.hash, tt.ext, tt.when, got, err, tt.want)
		}
	}
	must(t, p.Write(ctx, func(tx store.PlatformTx) error { return tx.SweepAuthorize(ctx, at.Add(30*time.Minute)) }))
	if got, _ := p.KnowsBrowser(ctx, "known", 11, at); !got {
		t.Error("sweeping forgot a live browser")
	}
	must(t, p.Write(ctx, func(tx store.PlatformTx) error { return tx.SweepAuthorize(ctx, b.ExpiresAt) }))
	if got, _ := p.KnowsBrowser(ctx, "known", 11, at); got {
		t.Error("sweeping kept an expired browser")
	}
}

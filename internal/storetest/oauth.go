package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/rc"
	"offhook/internal/store"
)

func testOAuth(t *testing.T, p store.Platform) {
	ctx := t.Context()
	app := store.App{
		ClientID: "client", Name: "Phone", SecretHash: "hash", SealedSecret: []byte{7}, JWKS: `{"keys":[]}`, RedirectURIs: []string{"https://a.example/cb", "com.example:/cb"},
		Scopes: rc.ScopeSet{rc.ReadAccounts, rc.SMS}, Grants: []string{"authorization_code", "refresh_token"}, AccountID: 1, CreatedAt: at,
	}
	must(t, p.Write(ctx, func(tx store.PlatformTx) error {
		return errors.Join(
			tx.AddAccount(ctx, store.Account{ID: 1, CreatedAt: at}),
			tx.AddExtension(ctx, store.Extension{ID: 11, AccountID: 1, Number: "101", Username: "ada", CreatedAt: at}),
			tx.PutApp(ctx, app),
		)
	}))
	t.Run("apps", func(t *testing.T) { testApps(t, p, app) })
	t.Run("codes", func(t *testing.T) { testCodes(t, p) })
	t.Run("tokens", func(t *testing.T) { testTokens(t, p) })
	t.Run("trim", func(t *testing.T) { testTrim(t, p) })
	t.Run("browser sessions and sweep", func(t *testing.T) { testSweep(t, p) })
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func testApps(t *testing.T, p store.Platform, app store.App) {
	ctx := t.Context()
	changed := app
	changed.RedirectURIs, changed.CreatedAt = []string{"https://b.example/cb"}, at.Add(time.Hour)
	must(t, p.Write(ctx, func(tx store.PlatformTx) error { return tx.PutApp(ctx, changed) }))
	changed.CreatedAt = at
	if got, err := p.App(ctx, "client"); err != nil || !cmp.Equal(got, changed) {
		t.Errorf("an app put again: %v\n%s", err, cmp.Diff(changed, got))
	}
	if got, err := p.Apps(ctx); err != nil || len(got) != 1 {
		t.Errorf("Apps: %+v, %v", got, err)
	}
	if _, err := p.App(ctx, "nobody"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("unknown app: %v, want ErrNotFound", err)
	}
}

func testCodes(t *testing.T, p store.Platform) {
	ctx := t.Context()
	code := store.AuthCode{
		Hash: "code", ClientID: "client", ExtensionID: 11, RedirectURI: "https://a.example/cb", RedirectGiven: true,
		Scopes: rc.ScopeSet{rc.SMS}, Challenge: "challenge", Method: "S256", OpenID: []string{"openid", "email"}, Nonce: "n", AuthTime: at.Add(-time.Hour), ExpiresAt: at.Add(time.Minute),
	}
	must(t, p.Write(ctx, func(tx store.PlatformTx) error { return tx.AddAuthCode(ctx, code) }))

	use := func(client string) (c store.AuthCode, first bool, err error) {
		err = p.Write(ctx, func(tx store.PlatformTx) (err error) {
			if c, first, err = tx.UseAuthCode(ctx, "code", client, at); !first {
				return err
			}
			return tx.AddOAuthSession(ctx, store.OAuthSession{ID: "from-code", ClientID: "client", ExtensionID: 11, CreatedAt: at, ExpiresAt: at}, "code")
		})
		return c, first, err
	}
	if _, _, err := use("another"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("another app's code: %v, want ErrNotFound", err)
	}
	var mu sync.Mutex
	firsts := 0
	var wg sync.WaitGroup
	for range 24 {
		wg.Go(func() {
			c, first, err := use("client")
			if err != nil {
				t.Errorf("UseAuthCode: %v", err)
			}
			if !first && c.SessionID != "from-code" {
				t.Errorf("a replay does not see the session made from the code: %+v", c)
			}
			mu.Lock()
			defer mu.Unlock()
			if first {
				firsts++
				code.UsedAt = at
				if !cmp.Equal(c, code) {
					t.Errorf("UseAuthCode: %s", cmp.Diff(code, c))
				}
			}
		})
	}
	wg.Wait()
	if firsts != 1 {
		t.Errorf("24 uses at once: %d were the first, want 1", firsts)
	}
}

func testTokens(t *testing.T, p store.Platform) {
	ctx := t.Context()
	session := store.OAuthSession{
		ID: "session", ClientID: "client", ExtensionID: 11, Scopes: rc.ScopeSet{rc.ReadAccounts, rc.SMS}, OpenID: []string{"openid"}, EndpointID: "endpoint", CredentialID: "credential",
		CreatedAt: at, ExpiresAt: at.Add(time.Hour),
	}
	access := store.AccessToken{Hash: "access", SessionID: "session", Scopes: rc.ScopeSet{rc.SMS}, OpenID: []string{"openid"}, ExpiresAt: at.Add(time.Hour)}
	refresh := store.RefreshToken{Hash: "refresh", SessionID: "session", ExpiresAt: at.Add(2 * time.Hour)}
	must(t, p.Write(ctx, func(tx store.PlatformTx) error {
		return errors.Join(tx.AddOAuthSession(ctx, session, ""), tx.AddAccessToken(ctx, access), tx.AddRefreshToken(ctx, refresh),
			tx.ExtendOAuthSession(ctx, "session", at.Add(2*time.Hour)))
	}))
	session.ExpiresAt = at.Add(2 * time.Hour)
	if got, err := p.OAuthSession(ctx, "session"); err != nil || !cmp.Equal(got, session) {
		t.Errorf("OAuthSession: %v\n%s", err, cmp.Diff(session, got))
	}

	for _, moment := range []time.Time{at.Add(time.Second), at.Add(time.Minute)} {
		must(t, p.Write(ctx, func(tx store.PlatformTx) error { return tx.UseAccessToken(ctx, "access", moment) }))
	}
	access.FirstUsedAt = at.Add(time.Second)
	bearer := store.Bearer{AccessToken: access, ClientID: "client", ExtensionID: 11, AccountID: 1}
	if got, err := p.Bearer(ctx, "access"); err != nil || !cmp.Equal(got, bearer) {
		t.Errorf("Bearer: %v\n%s", err, cmp.Diff(bearer, got))
	}

	var used []bool
	for range 2 {
		must(t, p.Write(ctx, func(tx store.PlatformTx) error {
			ok, err := tx.UseRefreshToken(ctx, "refresh", at)
			used = append(used, ok)
			return err
		}))
	}
	if !slices.Equal(used, []bool{true, false}) {
		t.Errorf("UseRefreshToken twice: %v, want true, false", used)
	}
	must(t, p.Write(ctx, func(tx store.PlatformTx) error {
		return errors.Join(tx.SetSuccessor(ctx, "refresh", []byte{1, 2}, "next"), tx.EndAccessTokens(ctx, "session"))
	}))
	refresh.UsedAt, refresh.Successor, refresh.SuccessorAccess = at, []byte{1, 2}, "next"
	if got, err := p.RefreshToken(ctx, "refresh"); err != nil || !cmp.Equal(got, refresh) {
		t.Errorf("RefreshToken: %v\n%s", err, cmp.Diff(refresh, got))
	}
	if _, err := p.Bearer(ctx, "access"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("an ended access token: %v, want ErrNotFound", err)
	}

	var ended []bool
	for range 2 {
		must(t, p.Write(ctx, func(tx store.PlatformTx) error {
			ok, err := tx.EndOAuthSession(ctx, "session")
			ended = append(ended, ok)
			return err
		}))
	}
	if !slices.Equal(ended, []bool{true, false}) {
		t.Errorf("EndOAuthSession twice: %v, want true, false", ended)
	}
	if _, err := p.RefreshToken(ctx, "refresh"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the refresh token of an ended session: %v, want ErrNotFound", err)
	}
}

func testTrim(t *testing.T, p store.Platform) {
	ctx := t.Context()
	session := func(i int) store.OAuthSession {
		return store.OAuthSession{ID: fmt.Sprint("trim", i), ClientID: "client", ExtensionID: 11, CreatedAt: at.Add(time.Duration(i) * time.Second), ExpiresAt: at.Add(time.Hour)}
	}
	must(t, p.Write(ctx, func(tx store.PlatformTx) error { return clearSessions(ctx, tx) }))
	var ended []string
	must(t, p.Write(ctx, func(tx store.PlatformTx) error {
		for i := range 7 {
			if err := tx.AddOAuthSession(ctx, session(i), ""); err != nil {
				return err
			}
			ids, err := tx.TrimOAuthSessions(ctx, session(i), 5)
			if err != nil {
				return err
			}
			ended = append(ended, ids...)
		}
		return nil
	}))
	if !slices.Equal(ended, []string{"trim0", "trim1"}) {
		t.Errorf("seven sign-ins ended %v, want the two oldest", ended)
	}
	got, err := p.OAuthSessions(ctx, "client", 11)
	if err != nil || len(got) != 5 || got[0].ID != "trim6" {
		t.Errorf("OAuthSessions: %+v, %v; want five, the newest first", got, err)
	}
}

func clearSessions(ctx context.Context, tx store.PlatformTx) error {
	all, err := tx.OAuthSessions(ctx, "client", 11)
	for _, s := range all {
		if _, err := tx.EndOAuthSession(ctx, s.ID); err != nil {
			return err
		}
	}
	return err
}

func testSweep(t *testing.T, p store.Platform) {
	ctx := t.Context()
	b := store.BrowserSession{Hash: "browser", ExtensionID: 11, CreatedAt: at, ExpiresAt: at.Add(time.Hour)}
	old := store.AuthCode{Hash: "unused", ClientID: "client", ExtensionID: 11, ExpiresAt: at}
	spent := store.AuthCode{Hash: "spent", ClientID: "client", ExtensionID: 11, ExpiresAt: at, UsedAt: at, SessionID: "trim6"}
	must(t, p.Write(ctx, func(tx store.PlatformTx) error {
		return errors.Join(tx.AddBrowserSession(ctx, b), tx.AddAuthCode(ctx, old), tx.AddAuthCode(ctx, spent),
			tx.AddAccessToken(ctx, store.AccessToken{Hash: "expired", SessionID: "trim6", ExpiresAt: at}))
	}))
	if got, err := p.BrowserSession(ctx, "browser", at); err != nil || got != b {
		t.Errorf("BrowserSession: %+v, %v", got, err)
	}
	if _, err := p.BrowserSession(ctx, "browser", b.ExpiresAt); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("an expired browser session: %v, want ErrNotFound", err)
	}

	must(t, p.Write(ctx, func(tx store.PlatformTx) error { return tx.SweepOAuth(ctx, at.Add(time.Minute)) }))
	if _, err := p.Bearer(ctx, "expired"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a swept access token: %v, want ErrNotFound", err)
	}
	if _, err := p.BrowserSession(ctx, "browser", at); err != nil {
		t.Errorf("sweeping ended a live browser session: %v", err)
	}
	must(t, p.Write(ctx, func(tx store.PlatformTx) error {
		if _, _, err := tx.UseAuthCode(ctx, "unused", "client", at); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("an expired code after sweeping: %v, want ErrNotFound", err)
		}
		c, first, err := tx.UseAuthCode(ctx, "spent", "client", at)
		if first || c.SessionID != "trim6" {
			t.Errorf("the spent code of a live session is forgotten: %+v, %v", c, err)
		}
		return err
	}))

	must(t, p.Write(ctx, func(tx store.PlatformTx) error {
		return errors.Join(tx.EndBrowserSession(ctx, "browser"), tx.EndBrowserSession(ctx, "browser"))
	}))
	if _, err := p.BrowserSession(ctx, "browser", at); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("an ended browser session: %v, want ErrNotFound", err)
	}
}

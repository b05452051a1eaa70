package storetest

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/rc"
	"offhook/internal/store"
)

func testWSTokens(t *testing.T, p store.Platform) {
	ctx := t.Context()
	session := func(id string) store.OAuthSession {
		return store.OAuthSession{ID: id, ClientID: "client", ExtensionID: 11, Scopes: rc.ScopeSet{rc.SMS, rc.WebSocket}, CreatedAt: at, ExpiresAt: at.Add(time.Hour)}
	}
	token := func(hash, session string, life time.Duration) store.WSToken {
		return store.WSToken{Hash: hash, SessionID: session, Scopes: rc.ScopeSet{rc.SMS, rc.WebSocket}, ExpiresAt: at.Add(life)}
	}
	must(t, p.Write(ctx, func(tx store.PlatformTx) error {
		return errors.Join(
			tx.AddAccount(ctx, store.Account{ID: 1, CreatedAt: at}),
			tx.AddExtension(ctx, store.Extension{ID: 11, AccountID: 1, Number: "101", Username: "ada", CreatedAt: at}),
			tx.PutApp(ctx, store.App{ClientID: "client", CreatedAt: at}),
			tx.AddOAuthSession(ctx, session("s1"), ""), tx.AddOAuthSession(ctx, session("s2"), ""),
			tx.AddWSToken(ctx, token("h1", "s1", time.Minute)),
			tx.AddWSToken(ctx, token("h2", "s2", time.Minute)),
			tx.AddWSToken(ctx, token("h3", "s2", time.Second)),
		)
	}))
	want := store.WSBearer{WSToken: token("h1", "s1", time.Minute), ClientID: "client", ExtensionID: 11, AccountID: 1}
	for range 2 { // reading does not use it up
		if got, err := p.WSToken(ctx, "h1", at); err != nil || !cmp.Equal(got, want) {
			t.Errorf("WSToken: %v\n%s", err, cmp.Diff(want, got))
		}
	}
	if _, err := p.WSToken(ctx, "h1", at.Add(time.Minute)); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("an expired token: %v, want ErrNotFound", err)
	}

	must(t, p.Write(ctx, func(tx store.PlatformTx) error {
		_, err := tx.EndOAuthSession(ctx, "s1")
		return errors.Join(err, tx.SweepWSTokens(ctx, at.Add(time.Second)))
	}))
	for _, hash := range []string{"h1", "h3"} {
		if _, err := p.WSToken(ctx, hash, at); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("token %s, of an ended session or swept: %v, want ErrNotFound", hash, err)
		}
	}
	if _, err := p.WSToken(ctx, "h2", at); err != nil {
		t.Errorf("another session's token: %v", err)
	}
}

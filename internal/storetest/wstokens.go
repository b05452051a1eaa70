package storetest

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/store"
)

func testWSTokens(t *testing.T, p store.Platform) {
	ctx := t.Context()
	token := func(hash, session string, life time.Duration) store.WSToken {
		return store.WSToken{
			Hash: hash, AccountID: 100001, ExtensionID: 101001, ClientID: "app", SessionID: session,
			Scopes: "SMS WebSocket", ExpiresAt: at.Add(life),
		}
	}
	first, second, short := token("h1", "s1", time.Minute), token("h2", "s2", time.Minute), token("h3", "s2", time.Second)
	err := p.Write(ctx, func(tx store.PlatformTx) error {
		return errors.Join(tx.AddWSToken(ctx, first), tx.AddWSToken(ctx, second), tx.AddWSToken(ctx, short))
	})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // reading does not use it up
		if got, err := p.WSToken(ctx, "h1", at); err != nil || !cmp.Equal(got, first) {
			t.Errorf("WSToken: %+v, %v; want %+v", got, err, first)
		}
	}
	if _, err := p.WSToken(ctx, "h1", at.Add(time.Minute)); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("an expired token: %v, want ErrNotFound", err)
	}

	err = p.Write(ctx, func(tx store.PlatformTx) error {
		return errors.Join(tx.DeleteWSTokens(ctx, "s1"), tx.DeleteWSTokens(ctx, "unknown"), tx.SweepWSTokens(ctx, at.Add(time.Second)))
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, hash := range []string{"h1", "h3"} {
		if _, err := p.WSToken(ctx, hash, at); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("token %s of an ended session or past its time: %v, want ErrNotFound", hash, err)
		}
	}
	if _, err := p.WSToken(ctx, "h2", at); err != nil {
		t.Errorf("another session's token: %v", err)
	}
}

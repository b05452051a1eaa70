package storetest

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/store"
)

var frame = store.Frame{
	Key: "frame-1", Platform: "https://platform.example.com", ClientID: "app", Prefix: "rc", Origin: "https://crm.example.com", Opener: "https://opener.example.com", CreatedAt: at,
}

// change runs fn in a transaction that must succeed.
func change(t *testing.T, w store.Widget, fn func(tx store.WidgetTx) error) {
	t.Helper()
	if err := w.Write(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

func testEmbeds(t *testing.T, w store.Widget) {
	ctx := t.Context()
	app := store.Embed{
		Platform: "https://platform.example.com", ClientID: "app", SealedSecret: []byte{0, 1, 255}, Origins: []string{"https://a.example", "https://b.example"},
		Ancestors: []string{"https://c.example"}, AssetOrigins: []string{"https://d.example"}, Capabilities: []string{"navigate"},
		Redirects: []string{"https://a.example/redirect.html"}, SealedJWT: []byte{2, 0}, JWTAccess: "somebody", Implicit: true, CreatedAt: at,
	}
	change(t, w, func(tx store.WidgetTx) error { return errors.Join(tx.PutEmbed(ctx, app), tx.PutFrame(ctx, frame)) })

	if got, err := w.Embed(ctx, app.Platform, app.ClientID); err != nil || !cmp.Equal(got, app) {
		t.Errorf("Embed: %v\n%s", err, cmp.Diff(app, got))
	}
	if _, err := w.Embed(ctx, "https://other.example.com", app.ClientID); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the same client id at another platform: %v, want ErrNotFound", err)
	}
	again := app
	again.SealedSecret, again.SealedJWT, again.Implicit, again.Origins, again.CreatedAt = nil, nil, false, nil, at.Add(time.Hour)
	change(t, w, func(tx store.WidgetTx) error { return tx.PutEmbed(ctx, again) })
	got, err := w.Embed(ctx, app.Platform, app.ClientID)
	if err != nil || len(got.SealedSecret) != 0 || len(got.SealedJWT) != 0 || got.Implicit || len(got.Origins) != 0 || !got.CreatedAt.Equal(at) {
		t.Errorf("an embed put again is replaced and keeps its CreatedAt: %+v, %v", got, err)
	}
	if all, err := w.Embeds(ctx); err != nil || len(all) != 1 {
		t.Errorf("Embeds: %+v, %v; want one", all, err)
	}

	change(t, w, func(tx store.WidgetTx) error {
		return tx.AddEmbedKey(ctx, store.EmbedKey{Hash: "key", Platform: app.Platform, ClientID: app.ClientID, CreatedAt: at})
	})
	for _, want := range []bool{true, false} {
		change(t, w, func(tx store.WidgetTx) error {
			if was, err := tx.RemoveEmbed(ctx, app.Platform, app.ClientID); err != nil || was != want {
				t.Errorf("RemoveEmbed: %v, %v; want %v", was, err, want)
			}
			return nil
		})
	}
	if _, err := w.EmbedKey(ctx, "key"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the key of an embed that was removed: %v, want ErrNotFound", err)
	}

	moved := frame
	moved.Origin = "https://evil.example"
	change(t, w, func(tx store.WidgetTx) error { return tx.PutFrame(ctx, moved) })
	if got, err := w.Frame(ctx, frame.Key); err != nil || got != frame {
		t.Errorf("a frame that is there stays as it is: %+v, %v; want %+v", got, err, frame)
	}
	if _, err := w.Frame(ctx, "nobody's"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("unknown frame: %v, want ErrNotFound", err)
	}
	moved.CreatedAt = at.Add(time.Hour)
	old := moved
	old.Key, old.Prefix, old.CreatedAt = "frame-old", "old", at
	change(t, w, func(tx store.WidgetTx) error {
		return errors.Join(tx.PutFrame(ctx, moved), tx.PutFrame(ctx, old), tx.SweepFrames(ctx, at.Add(time.Minute)))
	})
	if got, err := w.Frame(ctx, frame.Key); err != nil || got.Origin != frame.Origin || !got.CreatedAt.Equal(moved.CreatedAt) {
		t.Errorf("a frame that was opened again is kept: %+v, %v", got, err)
	}
	if _, err := w.Frame(ctx, old.Key); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a frame that nobody uses: %v, want ErrNotFound", err)
	}
}

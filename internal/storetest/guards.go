package storetest

import (
	"errors"
	"testing"
	"time"

	"offhook/internal/store"
)

func testGuards(t *testing.T, w store.Widget) {
	ctx := t.Context()
	g := store.Guard{Platform: "p", ClientID: "c", OwnerID: "101", FrameKey: "k", Service: "Acme", SeenAt: at}
	other := g
	other.OwnerID, other.SeenAt = "102", at.Add(-time.Hour)
	read := func(g store.Guard) (store.Guard, error) {
		return w.Guard(ctx, g.Platform, g.ClientID, g.OwnerID, g.FrameKey)
	}
	if _, err := read(g); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("an unknown guard: %v, want ErrNotFound", err)
	}
	change(t, w, func(tx store.WidgetTx) error { return errors.Join(tx.PutGuard(ctx, g), tx.PutGuard(ctx, other)) })
	g.Service, g.SeenAt = "Acme CRM", at.Add(time.Minute)
	change(t, w, func(tx store.WidgetTx) error { return tx.PutGuard(ctx, g) })
	if got, err := read(g); err != nil || got != g {
		t.Errorf("Guard: %+v, %v; want %+v", got, err, g)
	}
	for _, elsewhere := range []store.Guard{
		{Platform: "q", ClientID: "c", OwnerID: "101", FrameKey: "k"},
		{Platform: "p", ClientID: "d", OwnerID: "101", FrameKey: "k"},
		{Platform: "p", ClientID: "c", OwnerID: "101", FrameKey: "l"},
	} {
		if got, err := read(elsewhere); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("a guard of another app or page: %+v, %v", got, err)
		}
	}
	change(t, w, func(tx store.WidgetTx) error { return tx.DeleteOldGuards(ctx, at) })
	if _, err := read(other); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a guard of long ago: %v", err)
	}
	if _, err := read(g); err != nil {
		t.Errorf("a newer guard went with it: %v", err)
	}
	for range 2 {
		change(t, w, func(tx store.WidgetTx) error {
			return tx.DeleteGuard(ctx, g.Platform, g.ClientID, g.OwnerID, g.FrameKey)
		})
	}
	if _, err := read(g); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a deleted guard: %v", err)
	}
}

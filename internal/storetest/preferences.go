package storetest

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/store"
)

func testPreferences(t *testing.T, w store.Widget) {
	ctx := t.Context()
	p := store.Preferences{Platform: "p", ClientID: "c", OwnerID: "101", Sealed: []byte{1}, ChangedAt: at}
	other := p
	other.OwnerID, other.Sealed = "102", []byte{2}
	if _, err := w.Preferences(ctx, "p", "c", "101"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("preferences of somebody who has chosen nothing: %v, want ErrNotFound", err)
	}
	change(t, w, func(tx store.WidgetTx) error {
		return errors.Join(tx.PutPreferences(ctx, p), tx.PutPreferences(ctx, other))
	})
	p.Sealed, p.ChangedAt = []byte{3, 4}, at.Add(time.Minute)
	change(t, w, func(tx store.WidgetTx) error { return tx.PutPreferences(ctx, p) })
	for _, want := range []store.Preferences{p, other} {
		got, err := w.Preferences(ctx, want.Platform, want.ClientID, want.OwnerID)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("preferences of %s (-want +got), %v:\n%s", want.OwnerID, err, diff)
		}
	}
	for _, elsewhere := range [][3]string{{"q", "c", "101"}, {"p", "d", "101"}} {
		if got, err := w.Preferences(ctx, elsewhere[0], elsewhere[1], elsewhere[2]); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("preferences at another platform or app: %+v, %v", got, err)
		}
	}
}

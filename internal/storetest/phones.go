package storetest

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/store"
)

func testPhones(t *testing.T, w store.Widget) {
	ctx := t.Context()
	change(t, w, func(tx store.WidgetTx) error {
		return errors.Join(
			tx.AddGrant(ctx, store.Grant{ID: "g-1", Platform: "p", ClientID: "c", OwnerID: "101", Sealed: []byte{1}, CreatedAt: at, UpdatedAt: at}),
			tx.AddGrant(ctx, store.Grant{ID: "g-2", Platform: "p", ClientID: "c", OwnerID: "102", Sealed: []byte{1}, CreatedAt: at, UpdatedAt: at}),
		)
	})
	claim := func(grantID, node string, seconds int, want string) {
		t.Helper()
		now := at.Add(time.Duration(seconds) * time.Second)
		change(t, w, func(tx store.WidgetTx) error {
			got, err := tx.ClaimPhone(ctx, grantID, node, now, now.Add(15*time.Second))
			if got != want {
				t.Errorf("after %d seconds %s is at %q, %v; want %q", seconds, grantID, got, err, want)
			}
			return err
		})
	}
	keep := func(node string, seconds int, want ...string) {
		t.Helper()
		change(t, w, func(tx store.WidgetTx) error {
			got, err := tx.KeepPhones(ctx, node, at.Add(time.Duration(seconds)*time.Second))
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("the phones of %s (-want +got), %v:\n%s", node, err, diff)
			}
			return err
		})
	}
	release := func(grantID, node string) {
		t.Helper()
		change(t, w, func(tx store.WidgetTx) error { return tx.ReleasePhone(ctx, grantID, node) })
	}
	claim("g-1", "A", 0, "A")
	claim("g-2", "A", 0, "A")
	claim("g-1", "A", 1, "A")
	claim("g-1", "B", 15, "A")
	claim("g-2", "B", 15, "B")
	keep("A", 40, "g-1")
	keep("B", 40, "g-2")
	claim("g-1", "B", 39, "A")
	claim("g-1", "B", 40, "B")
	keep("A", 90)
	release("g-1", "A")
	claim("g-1", "A", 41, "B")
	release("g-1", "B")
	release("g-1", "B")
	claim("g-1", "A", 41, "A")
	change(t, w, func(tx store.WidgetTx) error { return tx.DeleteGrant(ctx, "g-1") })
	keep("A", 90)
}

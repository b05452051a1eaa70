package storetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/store"
)

func testRevocations(t *testing.T, w store.Widget) {
	ctx := t.Context()
	owed := func(i int) store.Revocation {
		return store.Revocation{ID: fmt.Sprint("owed-", i), Platform: "https://p", ClientID: "crm", Sealed: []byte("sealed"), AskedAt: at.Add(time.Duration(i) * time.Second)}
	}
	change(t, w, func(tx store.WidgetTx) error {
		for i := range 3 {
			if err := tx.AddRevocation(ctx, owed(i), at.Add(time.Duration(i)*time.Minute)); err != nil {
				return err
			}
		}
		return nil
	})
	due := func(minutes, limit int, want ...store.Revocation) {
		t.Helper()
		now := at.Add(time.Duration(minutes) * time.Minute)
		change(t, w, func(tx store.WidgetTx) error {
			got, err := tx.DueRevocations(ctx, now, now.Add(10*time.Minute), limit)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("due after %d minutes (-want +got), %v:\n%s", minutes, err, diff)
			}
			return err
		})
	}
	due(-1, 9)
	due(2, 1, owed(0))
	due(1, 9, owed(1)) // the first is somebody's now
	change(t, w, func(tx store.WidgetTx) error { return tx.DeleteRevocation(ctx, owed(1).ID) })
	due(3, 9, owed(2))
	due(12, 9, owed(0)) // nobody has done it
	due(12, 9)
}

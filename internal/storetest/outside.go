package storetest

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/store"
)

func testOutside(t *testing.T, p store.Platform) {
	ctx := t.Context()
	company(ctx, t, p)
	write := func(fn func(tx store.PlatformTx) error) {
		t.Helper()
		if err := p.Write(ctx, fn); err != nil {
			t.Fatal(err)
		}
	}
	want := func(ids ...int64) {
		t.Helper()
		if got, err := p.OutsideCallers(ctx, 1); err != nil || !cmp.Equal(got, ids) {
			t.Errorf("those who may call outside: %v, %v; want %v", got, err, ids)
		}
		for _, id := range []int64{11, 12} {
			may := len(ids) > 0 && (ids[0] == id || ids[len(ids)-1] == id)
			if got, err := p.MayCallOutside(ctx, id); err != nil || got != may {
				t.Errorf("extension %d may call outside: %v, %v; want %v", id, got, err, may)
			}
		}
	}
	want()
	write(func(tx store.PlatformTx) error {
		return errors.Join(tx.LetCallOutside(ctx, 12, true), tx.LetCallOutside(ctx, 11, true), tx.LetCallOutside(ctx, 11, true))
	})
	want(11, 12)
	write(func(tx store.PlatformTx) error {
		return errors.Join(tx.LetCallOutside(ctx, 12, false), tx.LetCallOutside(ctx, 12, false))
	})
	want(11)
	write(func(tx store.PlatformTx) error { _, err := tx.RemoveExtension(ctx, 11); return err })
	want()
}

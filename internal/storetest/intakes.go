package storetest

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/store"
)

func testIntakes(t *testing.T, w store.Widget) {
	ctx := t.Context()
	in := store.Intake{Hash: "i1", Sealed: []byte{1, 0, 2}, CreatedAt: at, ExpiresAt: at.Add(time.Minute)}
	change(t, w, func(tx store.WidgetTx) error { return tx.AddIntake(ctx, in) })

	bind := func(hash, key string, when time.Time) (bound bool) {
		t.Helper()
		change(t, w, func(tx store.WidgetTx) (err error) {
			bound, err = tx.BindIntake(ctx, hash, key, when)
			return err
		})
		return bound
	}
	if bind("i1", "a", in.ExpiresAt) {
		t.Error("an expired intake was given to a frame")
	}
	for range 2 { // the frame may be drawn again
		if !bind("i1", "a", at) {
			t.Error("an intake belongs to the first frame that it is given to")
		}
	}
	if bind("i1", "b", at) || bind("none", "a", at) {
		t.Error("an intake was given to another frame, or came from nowhere")
	}
	want := in
	want.FrameKey = "a"
	if got, err := w.Intake(ctx, "i1", "a", at); err != nil || !cmp.Equal(got, want) {
		t.Errorf("Intake: %v\n%s", err, cmp.Diff(want, got))
	}
	if _, err := w.Intake(ctx, "i1", "b", at); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("another frame's intake: %v, want ErrNotFound", err)
	}
	var taken atomic.Int32
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() {
			err := w.Write(ctx, func(tx store.WidgetTx) error {
				_, err := tx.TakeIntake(ctx, "i1", "a", at)
				return err
			})
			if err == nil {
				taken.Add(1)
			} else if !errors.Is(err, store.ErrNotFound) {
				t.Errorf("taking: %v", err)
			}
		})
	}
	wg.Wait()
	if taken.Load() != 1 {
		t.Errorf("an intake was taken %d times, want once", taken.Load())
	}
	spend := func() error {
		return w.Write(ctx, func(tx store.WidgetTx) error { return tx.SpendCode(ctx, "c1", at.Add(time.Hour)) })
	}
	if err := errors.Join(spend()); err != nil {
		t.Errorf("spending a code: %v", err)
	}
	if err := spend(); !errors.Is(err, store.ErrExists) {
		t.Errorf("spending it again: %v, want ErrExists", err)
	}
	change(t, w, func(tx store.WidgetTx) error { return tx.DeleteExpiredIntakes(ctx, at.Add(time.Hour)) })
	if err := spend(); err != nil {
		t.Errorf("a spent code that has expired is forgotten: %v", err)
	}
}

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

func testFlows(t *testing.T, w store.Widget) {
	ctx := t.Context()
	flow := store.Flow{
		ID: "flow-1", FrameKey: frame.Key, Way: "code", State: store.FlowWaiting, SecretHash: "s", StateHash: "st", Sealed: []byte{1, 2},
		CreatedAt: at, ExpiresAt: at.Add(10 * time.Minute),
	}
	change(t, w, func(tx store.WidgetTx) error {
		return errors.Join(tx.PutFrame(ctx, frame), tx.AddFlow(ctx, flow), tx.SweepFrames(ctx, at.Add(48*time.Hour)))
	})
	if _, err := w.Frame(ctx, frame.Key); err != nil {
		t.Errorf("the frame of a flow was swept away: %v", err)
	}
	if got, err := w.FlowByState(ctx, "st"); err != nil || !cmp.Equal(got, flow) {
		t.Errorf("FlowByState: %v\n%s", err, cmp.Diff(flow, got))
	}
	for what, f := range map[string]store.Flow{"id": {ID: flow.ID, StateHash: "new"}, "state": {ID: "new", StateHash: "st"}} {
		f.FrameKey, f.Sealed = frame.Key, []byte{}
		if err := w.Write(ctx, func(tx store.WidgetTx) error { return tx.AddFlow(ctx, f) }); !errors.Is(err, store.ErrExists) {
			t.Errorf("a second flow with the same %s: %v, want ErrExists", what, err)
		}
	}

	change(t, w, func(tx store.WidgetTx) error {
		return errors.Join(tx.SeeFlow(ctx, flow.ID, at.Add(time.Second)), tx.SeeFlow(ctx, flow.ID, at.Add(time.Hour)))
	})
	if got, err := w.Flow(ctx, flow.ID); err != nil || !got.SeenAt.Equal(at.Add(time.Second)) {
		t.Errorf("SeenAt is the first time: %v, %v", got.SeenAt, err)
	}

	// Of many that move a flow at once, one does.
	var moved atomic.Int32
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			next := flow
			next.StateHash = "st2"
			next.State, next.HandleHash, next.Message, next.Sealed, next.CodeUntil = store.FlowComplete, "h", "m", []byte{3}, at.Add(time.Minute)
			var ok bool
			err := w.Write(ctx, func(tx store.WidgetTx) (err error) {
				ok, err = tx.MoveFlow(ctx, next, store.FlowWaiting)
				return err
			})
			if err != nil {
				t.Error(err)
			}
			if ok {
				moved.Add(1)
			}
		})
	}
	wg.Wait()
	if moved.Load() != 1 {
		t.Errorf("%d of 20 moved the flow, want 1", moved.Load())
	}
	got, err := w.Flow(ctx, flow.ID)
	if err != nil || got.State != store.FlowComplete || got.StateHash != "st2" || got.HandleHash != "h" || got.Message != "m" || !got.CodeUntil.Equal(at.Add(time.Minute)) {
		t.Errorf("a moved flow: %+v, %v", got, err)
	}

	for want := int64(1); want <= 2; want++ {
		change(t, w, func(tx store.WidgetTx) error {
			if n, err := tx.TryFlow(ctx, flow.ID); err != nil || n != want {
				t.Errorf("try %d is counted as %d, %v", want, n, err)
			}
			return nil
		})
	}
	if got, err := w.ExpiredFlows(ctx, flow.ExpiresAt.Add(-time.Millisecond)); err != nil || len(got) != 0 {
		t.Errorf("before its end a flow is not expired: %+v, %v", got, err)
	}
	if got, err := w.ExpiredFlows(ctx, flow.ExpiresAt); err != nil || len(got) != 1 {
		t.Errorf("expired flows: %+v, %v; want one", got, err)
	}
	for _, want := range []bool{true, false} {
		change(t, w, func(tx store.WidgetTx) error {
			if was, err := tx.DeleteFlow(ctx, flow.ID); err != nil || was != want {
				t.Errorf("DeleteFlow: %v, %v; want %v", was, err, want)
			}
			return nil
		})
	}
}

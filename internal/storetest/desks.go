package storetest

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/store"
)

func testDesks(t *testing.T, w store.Widget) {
	ctx := t.Context()
	write := func(fn func(tx store.WidgetTx) error) error { return w.Write(ctx, fn) }
	for _, id := range []string{"g", "other"} {
		err := write(func(tx store.WidgetTx) error {
			return tx.AddGrant(ctx, store.Grant{ID: id, Platform: "p", ClientID: "c", OwnerID: id, Sealed: []byte{1}, ExpiresAt: at, CreatedAt: at, UpdatedAt: at})
		})
		if err != nil {
			t.Fatal(err)
		}
	}

	draft := store.DeskRow{GrantID: "g", Kind: "draft", ID: "n1", Sealed: []byte("one")}
	token := store.DeskRow{GrantID: "g", Kind: "sync", Sealed: []byte("token")}
	err := write(func(tx store.WidgetTx) error {
		foreign := draft
		foreign.GrantID = "other"
		return errors.Join(tx.PutDeskRow(ctx, draft), tx.PutDeskRow(ctx, token), tx.PutDeskRow(ctx, foreign))
	})
	if err != nil {
		t.Fatal(err)
	}
	draft.Sealed = []byte("two")
	if err := write(func(tx store.WidgetTx) error { return tx.PutDeskRow(ctx, draft) }); err != nil {
		t.Fatal(err)
	}
	rows, err := w.DeskRows(ctx, "g")
	if diff := cmp.Diff([]store.DeskRow{draft, token}, rows); err != nil || diff != "" {
		t.Errorf("DeskRows: %v (-want +got):\n%s", err, diff)
	}
	for range 2 {
		if err := write(func(tx store.WidgetTx) error { return tx.DeleteDeskRow(ctx, "g", "draft", "n1") }); err != nil {
			t.Errorf("DeleteDeskRow: %v", err)
		}
	}
	if _, err := w.DeskRow(ctx, "g", "draft", "n1"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a deleted row: %v, want ErrNotFound", err)
	}
	if got, err := w.DeskRow(ctx, "other", "draft", "n1"); err != nil || string(got.Sealed) != "one" {
		t.Errorf("another grant's row: %+v, %v", got, err)
	}
	err = write(func(tx store.WidgetTx) error {
		return tx.PutDeskRow(ctx, store.DeskRow{GrantID: "nobody", Kind: "sync", Sealed: []byte{1}})
	})
	if err == nil {
		t.Error("a row without a grant was kept")
	}

	testOutbox(t, w)

	if err := write(func(tx store.WidgetTx) error { return tx.DeleteGrant(ctx, "g") }); err != nil {
		t.Fatal(err)
	}
	rows, err = w.DeskRows(ctx, "g")
	items, err2 := w.OutboxItems(ctx, "g")
	if err != nil || err2 != nil || len(rows)+len(items) > 0 {
		t.Errorf("after the grant is gone: %v %v, %v %v", rows, items, err, err2)
	}
}

func testOutbox(t *testing.T, w store.Widget) {
	ctx := t.Context()
	write := func(fn func(tx store.WidgetTx) error) error { return w.Write(ctx, fn) }
	later := store.OutboxItem{GrantID: "g", ID: "a", Position: 2, State: store.OutboxQueued, CreatedAt: at, UpdatedAt: at, Sealed: []byte("a")}
	first := store.OutboxItem{GrantID: "g", ID: "b", Position: 1, State: store.OutboxQueued, CreatedAt: at, UpdatedAt: at, Sealed: []byte("b")}
	err := write(func(tx store.WidgetTx) error {
		return errors.Join(tx.AddOutboxItem(ctx, later), tx.AddOutboxItem(ctx, first))
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := write(func(tx store.WidgetTx) error { return tx.AddOutboxItem(ctx, later) }); !errors.Is(err, store.ErrExists) {
		t.Errorf("the same item again: %v, want ErrExists", err)
	}
	items, err := w.OutboxItems(ctx, "g")
	if diff := cmp.Diff([]store.OutboxItem{first, later}, items); err != nil || diff != "" {
		t.Errorf("OutboxItems: %v (-want +got):\n%s", err, diff)
	}

	if got, err := w.GrantsWithMail(ctx); err != nil || !cmp.Equal(got, []string{"g"}) {
		t.Errorf("GrantsWithMail: %v, %v", got, err)
	}

	claim := func(holder string, now time.Time) bool {
		var ok bool
		err := write(func(tx store.WidgetTx) (err error) {
			ok, err = tx.ClaimOutboxItem(ctx, "g", "b", holder, now, now.Add(time.Minute))
			return err
		})
		if err != nil {
			t.Error(err)
		}
		return ok
	}
	if !claim("one", at) || !claim("one", at.Add(time.Second)) {
		t.Error("a free item, and one's own, cannot be claimed")
	}
	if claim("two", at.Add(30*time.Second)) {
		t.Error("an item that another holds was claimed")
	}
	if !claim("two", at.Add(2*time.Minute)) {
		t.Error("an item whose holder is gone cannot be claimed")
	}

	first.State, first.MessageID, first.Holder, first.UpdatedAt, first.Sealed = store.OutboxSent, 7, "two", at.Add(time.Hour), []byte("sent")
	if err := write(func(tx store.WidgetTx) error { return tx.SaveOutboxItem(ctx, first) }); err != nil {
		t.Fatal(err)
	}
	if got, err := w.OutboxItem(ctx, "g", "b"); err != nil || !cmp.Equal(got, first) {
		t.Errorf("OutboxItem: %+v, %v; want %+v", got, err, first)
	}
	if claim("two", at.Add(3*time.Minute)) {
		t.Error("a sent item was claimed")
	}
	for _, before := range []time.Time{at.Add(time.Hour), at.Add(time.Hour + time.Millisecond)} {
		if err := write(func(tx store.WidgetTx) error { return tx.DeleteSentOutboxItems(ctx, "g", before) }); err != nil {
			t.Fatal(err)
		}
		_, err := w.OutboxItem(ctx, "g", "b")
		if gone := errors.Is(err, store.ErrNotFound); gone != before.After(first.UpdatedAt) {
			t.Errorf("deleting what was sent before %v: %v", before, err)
		}
	}
	if _, err := w.OutboxItem(ctx, "g", "a"); err != nil {
		t.Errorf("an item that waits was deleted: %v", err)
	}
	for _, state := range []string{store.OutboxQueued, store.OutboxFailed} {
		err := write(func(tx store.WidgetTx) error {
			i, err := w.OutboxItem(ctx, "g", "a")
			if err != nil {
				return err
			}
			i.State = state
			if err := tx.SaveOutboxItem(ctx, i); err != nil {
				return err
			}
			return tx.DeleteFailedOutboxItem(ctx, "g", "a")
		})
		if err != nil {
			t.Fatal(err)
		}
		_, err = w.OutboxItem(ctx, "g", "a")
		if gone := errors.Is(err, store.ErrNotFound); gone != (state == store.OutboxFailed) {
			t.Errorf("deleting an item that is %s: %v", state, err)
		}
	}
}

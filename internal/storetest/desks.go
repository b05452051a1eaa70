package storetest

import (
	"errors"
	"strconv"
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
	testOutboxSteps(t, w)

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
			mine := store.OutboxItem{GrantID: "g", ID: "b", UpdatedAt: first.UpdatedAt, Holder: holder, HeldUntil: now.Add(time.Minute)}
			ok, err = tx.ClaimOutboxItem(ctx, mine, now)
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

	known := first.UpdatedAt
	if first.UpdatedAt = known.Add(time.Second); claim("two", at.Add(2*time.Minute)) {
		t.Error("an item was claimed that is not as it is known")
	}

	first.State, first.MessageID, first.Holder, first.UpdatedAt, first.Sealed = store.OutboxSent, 7, "two", at.Add(time.Hour), []byte("sent")
	if err := write(func(tx store.WidgetTx) error { return tx.SaveOutboxItem(ctx, first, known) }); err != nil {
		t.Fatal(err)
	}
	outdated := first
	outdated.State, outdated.UpdatedAt = store.OutboxQueued, at.Add(2*time.Hour)
	if err := write(func(tx store.WidgetTx) error { return tx.SaveOutboxItem(ctx, outdated, known) }); !errors.Is(err, store.ErrOutdated) {
		t.Errorf("saving what follows an older change: %v, want ErrOutdated", err)
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
			return tx.SaveOutboxItem(ctx, i, i.UpdatedAt)
		})
		if err != nil {
			t.Fatal(err)
		}
		deleted := write(func(tx store.WidgetTx) error { return tx.DeleteFailedOutboxItem(ctx, "g", "a") })
		if deleted != nil && !errors.Is(deleted, store.ErrOutdated) {
			t.Fatal(deleted)
		}
		_, err = w.OutboxItem(ctx, "g", "a")
		if gone := errors.Is(err, store.ErrNotFound); gone != (state == store.OutboxFailed) || gone != (deleted == nil) {
			t.Errorf("deleting an item that is %s: %v, %v", state, deleted, err)
		}
	}
}

// testOutboxSteps takes steps at once that follow the same one.
func testOutboxSteps(t *testing.T, w store.Widget) {
	ctx := t.Context()
	i := store.OutboxItem{GrantID: "g", ID: "steps", State: store.OutboxFailed, CreatedAt: at, UpdatedAt: at, Sealed: []byte("s")}
	if err := w.Write(ctx, func(tx store.WidgetTx) error { return tx.AddOutboxItem(ctx, i) }); err != nil {
		t.Fatal(err)
	}
	const servers = 8
	results := make(chan error, servers)
	for n := range servers {
		go func() {
			results <- w.Write(ctx, func(tx store.WidgetTx) error {
				kept, err := tx.OutboxItem(ctx, "g", "steps")
				if err != nil {
					return err
				}
				kept.Holder, kept.UpdatedAt = strconv.Itoa(n), at.Add(time.Duration(n+1)*time.Second)
				return tx.SaveOutboxItem(ctx, kept, at)
			})
		}()
	}
	taken := 0
	for range servers {
		switch err := <-results; {
		case err == nil:
			taken++
		case !errors.Is(err, store.ErrOutdated):
			t.Error(err)
		}
	}
	if taken != 1 {
		t.Errorf("%d steps follow the same one", taken)
	}
}

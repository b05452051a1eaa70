package storetest

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/store"
)

func testCallNotes(t *testing.T, w store.Widget) {
	ctx := t.Context()
	note := func(owner, session string, minutes int) store.CallNote {
		return store.CallNote{Platform: "p", ClientID: "c", OwnerID: owner, SessionID: session, MadeAt: at.Add(time.Duration(minutes) * time.Minute), Sealed: []byte(session)}
	}
	if _, err := w.CallNote(ctx, "p", "c", "101", "s-1"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the note of a call without one: %v, want ErrNotFound", err)
	}
	changed := note("101", "s-2", 2)
	changed.Sealed = []byte{7}
	change(t, w, func(tx store.WidgetTx) error {
		return errors.Join(
			tx.PutCallNote(ctx, note("101", "s-1", 1)), tx.PutCallNote(ctx, note("101", "s-2", 0)), tx.PutCallNote(ctx, changed),
			tx.PutCallNote(ctx, note("101", "s-3", 3)), tx.PutCallNote(ctx, note("102", "s-1", 1)),
		)
	})
	got, err := w.CallNote(ctx, "p", "c", "101", "s-2")
	if diff := cmp.Diff(changed, got); err != nil || diff != "" {
		t.Errorf("the note of a call (-want +got), %v:\n%s", err, diff)
	}
	want := func(what string, owner string, limit int, want ...store.CallNote) {
		t.Helper()
		got, err := w.CallNotes(ctx, "p", "c", owner, limit)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%s (-want +got), %v:\n%s", what, err, diff)
		}
	}
	want("the newest two", "101", 2, note("101", "s-3", 3), changed)
	change(t, w, func(tx store.WidgetTx) error { return tx.TrimCallNotes(ctx, at, "p", "c", "101", 2) })
	want("of one user only two are kept", "101", 9, note("101", "s-3", 3), changed)
	want("which is nothing to another", "102", 9, note("102", "s-1", 1))
	change(t, w, func(tx store.WidgetTx) error { return tx.TrimCallNotes(ctx, at.Add(3*time.Minute), "p", "c", "101", 2) })
	want("what is too old goes", "101", 9, note("101", "s-3", 3))
	want("everybody's", "102", 9)
}

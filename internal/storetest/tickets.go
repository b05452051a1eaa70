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

func testTickets(t *testing.T, w store.Widget) {
	ctx := t.Context()
	app := store.Embed{Platform: grant.Platform, ClientID: grant.ClientID, CreatedAt: at}
	key := store.EmbedKey{Hash: "k1", Platform: app.Platform, ClientID: app.ClientID, CreatedAt: at}
	change(t, w, func(tx store.WidgetTx) error {
		return errors.Join(tx.PutEmbed(ctx, app), tx.AddGrant(ctx, grant), tx.AddEmbedKey(ctx, key), tx.AddEmbedKey(ctx, key))
	})
	if got, err := w.EmbedKey(ctx, "k1"); err != nil || got != key {
		t.Errorf("EmbedKey: %v\n%s", err, cmp.Diff(key, got))
	}
	change(t, w, func(tx store.WidgetTx) error {
		next := store.EmbedKey{Hash: "k2", Platform: app.Platform, ClientID: app.ClientID, CreatedAt: at.Add(time.Hour)}
		return errors.Join(tx.AddEmbedKey(ctx, next), tx.PutEmbed(ctx, app))
	})
	if keys, err := w.EmbedKeys(ctx, app.Platform, app.ClientID); err != nil || len(keys) != 2 || keys[0] != key {
		t.Errorf("keys of an embed that was put again: %+v, %v; want both, oldest first", keys, err)
	}
	change(t, w, func(tx store.WidgetTx) error { return tx.DeleteEmbedKeys(ctx, app.Platform, app.ClientID, "k2") })
	if _, err := w.EmbedKey(ctx, "k1"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a key that has ended: %v, want ErrNotFound", err)
	}
	if _, err := w.EmbedKey(ctx, "k2"); err != nil {
		t.Errorf("the key that was kept: %v", err)
	}
	testTaking(t, w)
	testHolds(t, w)
}

func testTaking(t *testing.T, w store.Widget) {
	ctx := t.Context()
	ticket := store.Ticket{Hash: "t1", GrantID: grant.ID, Origin: frame.Origin, User: "ada", CreatedAt: at, ExpiresAt: at.Add(time.Minute)}
	late := ticket
	late.Hash = "t2"
	change(t, w, func(tx store.WidgetTx) error { return errors.Join(tx.AddTicket(ctx, ticket), tx.AddTicket(ctx, late)) })

	take := func(hash string, when time.Time) (got store.Ticket, err error) {
		t.Helper()
		change(t, w, func(tx store.WidgetTx) error {
			got, err = tx.TakeTicket(ctx, hash, when)
			return nil
		})
		return got, err
	}
	open := func(when time.Time) int64 {
		n, err := w.OpenTickets(ctx, grant.ID, when)
		if err != nil {
			t.Error(err)
		}
		return n
	}
	if n, later := open(at), open(late.ExpiresAt); n != 2 || later != 0 {
		t.Errorf("%d tickets are open at first and %d after their end, want 2 and 0", n, later)
	}
	if _, err := take("t2", late.ExpiresAt); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("an expired ticket: %v, want ErrNotFound", err)
	}
	if _, err := take("nobody's", at); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("an unknown ticket: %v, want ErrNotFound", err)
	}
	var taken, spent atomic.Int32
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			err := w.Write(ctx, func(tx store.WidgetTx) error {
				got, err := tx.TakeTicket(ctx, "t1", at.Add(time.Second))
				want := ticket
				want.UsedAt = at.Add(time.Second)
				switch {
				case errors.Is(err, store.ErrSpent):
					spent.Add(1)
				case err == nil && got == want:
					taken.Add(1)
				default:
					t.Errorf("taking: %v\n%s", err, cmp.Diff(want, got))
				}
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if taken.Load() != 1 || spent.Load() != 19 {
		t.Errorf("%d of 20 took the ticket and %d heard that it was spent, want 1 and 19", taken.Load(), spent.Load())
	}
	if n := open(at.Add(time.Second)); n != 1 {
		t.Errorf("%d tickets are open after one was taken, want 1", n)
	}
	change(t, w, func(tx store.WidgetTx) error { return tx.DeleteExpiredTickets(ctx, ticket.ExpiresAt) })
	if _, err := take("t1", at); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a ticket that was removed: %v, want ErrNotFound", err)
	}
}

func testHolds(t *testing.T, w store.Widget) {
	ctx := t.Context()
	hold := store.Hold{GrantID: grant.ID, User: "ada", CreatedAt: at, KeepsUntil: at.Add(time.Hour)}
	idle := func(when time.Time) int {
		t.Helper()
		grants, err := w.IdleGrants(ctx, when)
		if err != nil {
			t.Fatal(err)
		}
		return len(grants)
	}
	if n := idle(at.Add(time.Minute)); n != 1 {
		t.Errorf("%d grants without session or hold are idle, want 1", n)
	}
	earlier := hold
	earlier.KeepsUntil = time.Time{}
	change(t, w, func(tx store.WidgetTx) error { return errors.Join(tx.PutHold(ctx, hold), tx.PutHold(ctx, earlier)) })
	if got, err := w.Holds(ctx, grant.ID); err != nil || !cmp.Equal(got, []store.Hold{hold}) {
		t.Errorf("a hold never moves back: %v\n%s", err, cmp.Diff([]store.Hold{hold}, got))
	}
	if n := idle(at.Add(time.Minute)); n != 0 {
		t.Errorf("%d grants are idle although a hold keeps them, want none", n)
	}
	if n := idle(hold.KeepsUntil.Add(time.Minute)); n != 1 {
		t.Errorf("%d grants are idle after the hold's end, want 1", n)
	}
	change(t, w, func(tx store.WidgetTx) error { return tx.DeleteGrant(ctx, grant.ID) })
	if got, err := w.Holds(ctx, grant.ID); err != nil || len(got) != 0 {
		t.Errorf("holds of a grant that has ended: %+v, %v; want none", got, err)
	}
}

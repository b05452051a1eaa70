package storetest

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/store"
)

// company adds an account with two users, 11 and 12.
func company(ctx context.Context, t *testing.T, p store.Platform) {
	t.Helper()
	err := p.Write(ctx, func(tx store.PlatformTx) error {
		return errors.Join(
			tx.AddAccount(ctx, store.Account{ID: 1, Company: "Acme", CreatedAt: at}),
			tx.AddExtension(ctx, store.Extension{ID: 11, AccountID: 1, Number: "101", Username: "ada", CreatedAt: at}),
			tx.AddExtension(ctx, store.Extension{ID: 12, AccountID: 1, Number: "102", Username: "bob", CreatedAt: at}),
		)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func testPresence(t *testing.T, p store.Platform) {
	ctx := t.Context()
	company(ctx, t, p)
	if _, err := p.Presence(ctx, 11); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the presence of someone who said nothing: %v, want ErrNotFound", err)
	}

	var saved store.Presence
	err := p.Write(ctx, func(tx store.PlatformTx) error {
		begun, err := tx.ChangePresence(ctx, 1, 11)
		want := store.DefaultPresence(1, 11)
		want.Sequence = 1
		if diff := cmp.Diff(want, begun); diff != "" {
			t.Errorf("the first change begins with (-want +got):\n%s", diff)
		}
		saved = store.Presence{
			ExtensionID: 11, AccountID: 1, Sequence: 1, UserStatus: "Busy", RefusesPersonal: true, RefusesQueues: true, Message: "Out for lunch",
			Hidden: true, CallerIDVisibility: "None", RingOnMonitoredCall: true, PickUpCallsOnHold: true,
		}
		return errors.Join(err, tx.SavePresence(ctx, saved))
	})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := p.Presence(ctx, 11); err != nil || got != saved {
		t.Errorf("Presence: %+v, %v; want %+v", got, err, saved)
	}
	if got, err := p.Presences(ctx, 1); err != nil || !cmp.Equal(got, []store.Presence{saved}) {
		t.Errorf("Presences: %+v, %v", got, err)
	}
	if got, err := p.Presences(ctx, 2); err != nil || len(got) > 0 {
		t.Errorf("another account's presences: %+v, %v", got, err)
	}
	unknown := store.DefaultPresence(1, 12)
	if err := p.Write(ctx, func(tx store.PlatformTx) error { return tx.SavePresence(ctx, unknown) }); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("saving without a change begun: %v, want ErrNotFound", err)
	}

	// Changes at the same moment: each has its own number, and none is lost.
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			err := p.Write(ctx, func(tx store.PlatformTx) error {
				c, err := tx.ChangePresence(ctx, 1, 12)
				c.Message += "x"
				return errors.Join(err, tx.SavePresence(ctx, c))
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if got, err := p.Presence(ctx, 12); err != nil || got.Sequence != 20 || len(got.Message) != 20 {
		t.Errorf("after 20 changes: sequence %d, message of %d, %v", got.Sequence, len(got.Message), err)
	}
	if err := p.Write(ctx, func(tx store.PlatformTx) error { _, err := tx.RemoveExtension(ctx, 12); return err }); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Presence(ctx, 12); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the presence of a removed user: %v", err)
	}
}

package sqlstore_test

import (
	"errors"
	"testing"
	"time"

	"offhook/internal/sqlstore"
	"offhook/internal/store"
	"offhook/internal/storetest"
)

func TestAMemberLeavesMeanwhile(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) {
		a, b := twoProcesses(t)
		storetest.AMemberLeavesMeanwhile(t, a, b)
	})
	db := sqlstore.OpenTestPostgres(t)
	if db == nil {
		t.Log("OFFHOOK_TEST_POSTGRES is not set: SQLite only")
		return
	}
	t.Run("PostgreSQL", func(t *testing.T) { storetest.AMemberLeavesMeanwhile(t, db.Platform(), db.Platform()) })
}

// SQLite has one transaction at a time; on PostgreSQL a removal can be
// committed while another transaction goes by what it has read before.
func TestARemovalBetweenReadAndWriteHolds(t *testing.T) {
	db := sqlstore.OpenTestPostgres(t)
	if db == nil {
		t.Log("OFFHOOK_TEST_POSTGRES is not set: nothing to test")
		return
	}
	p, ctx := db.Platform(), t.Context()
	err := p.Write(ctx, func(tx store.PlatformTx) error {
		now := time.Now()
		return errors.Join(
			tx.AddAccount(ctx, store.Account{ID: 1, CreatedAt: now}),
			tx.AddExtension(ctx, store.Extension{ID: 2, AccountID: 1, Number: "101", Username: "mallory", CreatedAt: now}),
			tx.AddQueue(ctx, store.Queue{ID: 9, AccountID: 1, Number: "200", Name: "Desk", CreatedAt: now}),
			tx.AddQueueMember(ctx, store.QueueMember{QueueID: 9, ExtensionID: 2, Accepts: true}))
	})
	if err != nil {
		t.Fatal(err)
	}
	err = p.Write(ctx, func(tx store.PlatformTx) error {
		now, err := tx.MemberQueues(ctx, 2)
		if err != nil {
			return err
		}
		err = p.Write(ctx, func(other store.PlatformTx) error { _, err := other.RemoveQueueMember(ctx, 9, 2); return err })
		if err != nil {
			return err
		}
		now[0].Accepts = false
		return tx.SaveQueueMember(ctx, now[0])
	})
	if !errors.Is(err, store.ErrNotFound) {
		t.Errorf("saving who has been removed: %v, want ErrNotFound", err)
	}
	if left, err := p.QueueMembers(ctx, 9); err != nil || len(left) > 0 {
		t.Errorf("the removed member is a member again: %+v, %v", left, err)
	}
}

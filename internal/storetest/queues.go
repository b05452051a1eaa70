package storetest

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/store"
)

func testQueues(t *testing.T, p store.Platform) {
	ctx := t.Context()
	company(ctx, t, p)
	write := func(fn func(tx store.PlatformTx) error) error { return p.Write(ctx, fn) }
	desk := store.Queue{ID: 50, AccountID: 1, Number: "500", Name: "Front desk", CreatedAt: at}
	sales := store.Queue{ID: 51, AccountID: 1, Number: "400", Name: "Sales", CreatedAt: at}
	err := write(func(tx store.PlatformTx) error {
		return errors.Join(tx.AddQueue(ctx, desk), tx.AddQueue(ctx, sales),
			tx.PutQueueMember(ctx, store.QueueMember{QueueID: 50, ExtensionID: 12, Accepts: true}),
			tx.PutQueueMember(ctx, store.QueueMember{QueueID: 50, ExtensionID: 11}),
			tx.PutQueueMember(ctx, store.QueueMember{QueueID: 50, ExtensionID: 11, Accepts: true}),
			tx.PutQueueMember(ctx, store.QueueMember{QueueID: 51, ExtensionID: 11}),
			tx.AddPhoneNumber(ctx, store.PhoneNumber{ID: 900, AccountID: 1, ExtensionID: 50, Number: "+16505550900", UsageType: "DirectNumber"}))
	})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := p.Queues(ctx, 1); err != nil || !cmp.Equal(got, []store.Queue{sales, desk}) {
		t.Errorf("Queues: %+v, %v", got, err)
	}
	if got, err := p.Queue(ctx, 50); err != nil || got != desk {
		t.Errorf("Queue: %+v, %v", got, err)
	}
	if _, err := p.Queue(ctx, 11); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a person as a queue: %v, want ErrNotFound", err)
	}
	members := []store.QueueMember{{QueueID: 50, ExtensionID: 11, Accepts: true}, {QueueID: 50, ExtensionID: 12, Accepts: true}}
	if got, err := p.QueueMembers(ctx, 50); err != nil || !cmp.Equal(got, members) {
		t.Errorf("QueueMembers: %+v, %v; want %+v", got, err, members)
	}
	if got, err := p.MemberQueues(ctx, 11); err != nil || !cmp.Equal(got, []store.QueueMember{members[0], {QueueID: 51, ExtensionID: 11}}) {
		t.Errorf("MemberQueues: %+v, %v", got, err)
	}
	testQueueIsNobody(t, p)
	taken := store.Queue{ID: 52, AccountID: 1, Number: "500", Name: "Again", CreatedAt: at}
	if err := write(func(tx store.PlatformTx) error { return tx.AddQueue(ctx, taken) }); !errors.Is(err, store.ErrExists) {
		t.Errorf("a second queue with the number: %v, want ErrExists", err)
	}
	for _, want := range []bool{true, false} {
		err := write(func(tx store.PlatformTx) error {
			if there, err := tx.RemoveQueueMember(ctx, 50, 12); err != nil || there != want {
				t.Errorf("RemoveQueueMember: %v, %v; want %v", there, err, want)
			}
			there, err := tx.RemoveQueue(ctx, 51)
			if there != want {
				t.Errorf("RemoveQueue: %v, want %v", there, want)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := write(func(tx store.PlatformTx) error { _, err := tx.RemoveExtension(ctx, 11); return err }); err != nil {
		t.Fatal(err)
	}
	if got, err := p.QueueMembers(ctx, 50); err != nil || len(got) > 0 {
		t.Errorf("members after everybody left: %+v, %v", got, err)
	}
}

// testQueueIsNobody says that no way to a person leads to a queue.
func testQueueIsNobody(t *testing.T, p store.Platform) {
	ctx := t.Context()
	if _, err := p.Extension(ctx, 50); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a queue as a person: %v, want ErrNotFound", err)
	}
	if _, err := p.ExtensionByUsername(ctx, "\nqueue 50"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a queue by username: %v, want ErrNotFound", err)
	}
	if _, err := p.ExtensionByUsername(ctx, ""); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a queue by no username: %v, want ErrNotFound", err)
	}
	all, err := p.Extensions(ctx, 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range all {
		if e.ID == 50 || e.ID == 51 {
			t.Errorf("a queue is among the people: %+v", e)
		}
	}
	err = p.Write(ctx, func(tx store.PlatformTx) error {
		if err := tx.SaveExtension(ctx, store.Extension{ID: 50, FirstName: "Eve"}); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("saving a queue as a person: %v, want ErrNotFound", err)
		}
		there, err := tx.RemoveExtension(ctx, 50)
		if there {
			t.Error("a queue was removed as a person")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.PhoneNumber(ctx, "+16505550900"); err != nil {
		t.Errorf("the queue's number after that: %v", err)
	}
}

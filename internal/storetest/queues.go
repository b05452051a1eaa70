package storetest

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/rc"
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
			tx.AddQueueMember(ctx, store.QueueMember{QueueID: 50, ExtensionID: 12, Accepts: true}),
			tx.AddQueueMember(ctx, store.QueueMember{QueueID: 50, ExtensionID: 12}), // who is one already stays as they are
			tx.AddQueueMember(ctx, store.QueueMember{QueueID: 50, ExtensionID: 11}),
			tx.SaveQueueMember(ctx, store.QueueMember{QueueID: 50, ExtensionID: 11, Accepts: true}),
			tx.AddQueueMember(ctx, store.QueueMember{QueueID: 51, ExtensionID: 11}),
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
	testWhoIsNoMember(t, p)
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

// testWhoIsNoMember says that nobody becomes a member by a change of what is
// said of one, and that who leaves holds back those who are about to give them
// a thread.
func testWhoIsNoMember(t *testing.T, p store.Platform) {
	ctx := t.Context()
	err := p.Write(ctx, func(tx store.PlatformTx) error {
		if err := tx.SaveQueueMember(ctx, store.QueueMember{QueueID: 51, ExtensionID: 12, Accepts: true}); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("SaveQueueMember of who is none: %v, want ErrNotFound", err)
		}
		if there, err := tx.RemoveQueueMember(ctx, 59, 12); err != nil || there {
			t.Errorf("RemoveQueueMember of no queue: %v, %v", there, err)
		}
		before, err := tx.ThreadChange(ctx, 1)
		if err != nil {
			return err
		}
		if there, err := tx.RemoveQueueMember(ctx, 51, 12); err != nil || there {
			t.Errorf("RemoveQueueMember of who is none: %v, %v", there, err)
		}
		if after, err := tx.ThreadChange(ctx, 1); err != nil || after != before+1 {
			t.Errorf("a removal without threads is change %d after %d, %v; want the next", after, before, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := p.QueueMembers(ctx, 51); err != nil || !cmp.Equal(got, []store.QueueMember{{QueueID: 51, ExtensionID: 11}}) {
		t.Errorf("members after that: %+v, %v", got, err)
	}
}

// AMemberLeavesMeanwhile removes members from one handle of a database while
// another gives them a thread and says that they take calls: whoever comes
// first, who is no member answers no thread and stays none.
func AMemberLeavesMeanwhile(t *testing.T, a, b store.Platform) {
	const rounds = 40
	ctx := t.Context()
	company(ctx, t, a)
	err := a.Write(ctx, func(tx store.PlatformTx) error {
		_, err := tx.NextThreadChange(ctx, 1)
		return errors.Join(err, tx.AddQueue(ctx, store.Queue{ID: 50, AccountID: 1, Number: "500", Name: "Front desk", CreatedAt: at}),
			tx.AddThread(ctx, store.Thread{ID: 1, AccountID: 1, QueueID: 50, Owner: "+1", Guest: "+2", Status: rc.ThreadOpen, CreatedAt: at, ModifiedAt: at}))
	})
	if err != nil {
		t.Fatal(err)
	}
	bob := store.QueueMember{QueueID: 50, ExtensionID: 12}
	for range rounds {
		if err := a.Write(ctx, func(tx store.PlatformTx) error { return tx.AddQueueMember(ctx, bob) }); err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		for _, fn := range []func() error{
			func() error {
				return b.Write(ctx, func(tx store.PlatformTx) error { _, err := tx.RemoveQueueMember(ctx, 50, 12); return err })
			},
			func() error { return a.Write(ctx, func(tx store.PlatformTx) error { return give(ctx, tx, bob) }) },
			func() error {
				return a.Write(ctx, func(tx store.PlatformTx) error { return takeCalls(ctx, tx, bob) })
			},
		} {
			wg.Go(func() {
				if err := fn(); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		thread, err1 := a.Thread(ctx, 1, 1)
		members, err2 := a.QueueMembers(ctx, 50)
		if err := errors.Join(err1, err2); err != nil || thread.AssigneeID != 0 || len(members) > 0 {
			t.Fatalf("after the removal %d answers, and the members are %+v, %v", thread.AssigneeID, members, err)
		}
	}
}

// give gives the thread to somebody who is a member, as the inbox does.
func give(ctx context.Context, tx store.PlatformTx, m store.QueueMember) error {
	change, err := tx.NextThreadChange(ctx, 1)
	if err != nil {
		return err
	}
	thread, err1 := tx.Thread(ctx, 1, 1)
	members, err2 := tx.QueueMembers(ctx, m.QueueID)
	if err := errors.Join(err1, err2); err != nil || len(members) == 0 {
		return err
	}
	thread.AssigneeID, thread.Change = m.ExtensionID, change
	return tx.SaveThread(ctx, thread)
}

// takeCalls says that a member takes calls, if they are one.
func takeCalls(ctx context.Context, tx store.PlatformTx, m store.QueueMember) error {
	now, err := tx.MemberQueues(ctx, m.ExtensionID)
	if err != nil || len(now) == 0 {
		return err
	}
	m.Accepts = true
	if err := tx.SaveQueueMember(ctx, m); !errors.Is(err, store.ErrNotFound) {
		return err
	}
	return nil
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

package storetest

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/rc"
	"offhook/internal/store"
)

func testThreads(t *testing.T, p store.Platform) {
	ctx := t.Context()
	company(ctx, t, p)
	write := func(fn func(tx store.PlatformTx) error) error { return p.Write(ctx, fn) }
	thread := func(id, queue int64, guest, status string, minutes int) store.Thread {
		when := at.Add(time.Duration(minutes) * time.Minute)
		return store.Thread{ID: id, AccountID: 1, QueueID: queue, Owner: "+16505550900", Guest: guest, Status: status, Label: "Hello", CreatedAt: when, ModifiedAt: when, Change: id}
	}
	old, now, other := thread(1, 50, "+1", rc.ThreadIsResolved, 0), thread(2, 50, "+1", rc.ThreadOpen, 1), thread(3, 51, "+1", rc.ThreadOpen, 2)
	other.Owner = "+16505550901"
	err := write(func(tx store.PlatformTx) error {
		var err error
		for want := int64(1); want <= 3 && err == nil; want++ {
			var n int64
			if n, err = tx.NextThreadChange(ctx, 1); n != want {
				t.Errorf("change %d has the number %d", want, n)
			}
		}
		return errors.Join(err,
			tx.AddQueue(ctx, store.Queue{ID: 50, AccountID: 1, Number: "500", Name: "Front desk", CreatedAt: at}),
			tx.AddQueue(ctx, store.Queue{ID: 51, AccountID: 1, Number: "501", Name: "Sales", CreatedAt: at}),
			tx.AddThread(ctx, old), tx.AddThread(ctx, now), tx.AddThread(ctx, other))
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := write(func(tx store.PlatformTx) error { return tx.AddThread(ctx, thread(9, 50, "+1", rc.ThreadOpen, 3)) }); !errors.Is(err, store.ErrExists) {
		t.Errorf("a second open thread of two numbers: %v, want ErrExists", err)
	}
	both := store.ThreadQuery{AccountID: 1, QueueIDs: []int64{50, 51}}
	for name, tt := range map[string]struct {
		q    store.ThreadQuery
		want []int64
	}{
		"the last to change first":           {both, []int64{3, 2, 1}},
		"no queue sees nothing":              {store.ThreadQuery{AccountID: 1}, nil},
		"one queue":                          {store.ThreadQuery{AccountID: 1, QueueIDs: []int64{50}}, []int64{2, 1}},
		"another account's":                  {store.ThreadQuery{AccountID: 2, QueueIDs: []int64{50, 51}}, nil},
		"open":                               {store.ThreadQuery{AccountID: 1, QueueIDs: []int64{50, 51}, Status: rc.ThreadOpen}, []int64{3, 2}},
		"a number of ours":                   {store.ThreadQuery{AccountID: 1, QueueIDs: []int64{50, 51}, Owner: "+16505550901"}, []int64{3}},
		"nobody's number":                    {store.ThreadQuery{AccountID: 1, QueueIDs: []int64{50, 51}, Guest: "+2"}, nil},
		"by id, not another queue's":         {store.ThreadQuery{AccountID: 1, QueueIDs: []int64{50}, ThreadIDs: []int64{1, 3}}, []int64{1}},
		"made since":                         {store.ThreadQuery{AccountID: 1, QueueIDs: []int64{50, 51}, From: at.Add(time.Minute), To: at.Add(2 * time.Minute)}, []int64{2}},
		"changed since, with its last state": {store.ThreadQuery{AccountID: 1, QueueIDs: []int64{50, 51}, After: 1}, []int64{3, 2}},
	} {
		got, err := p.Threads(ctx, tt.q, 0, 0)
		n, err2 := p.CountThreads(ctx, tt.q)
		if err := errors.Join(err, err2); err != nil || !slices.Equal(threadIDs(got), tt.want) || n != len(tt.want) {
			t.Errorf("%s: %v (%d), %v; want %v", name, threadIDs(got), n, err, tt.want)
		}
	}
	if got, err := p.Threads(ctx, both, 1, 1); err != nil || !slices.Equal(threadIDs(got), []int64{2}) {
		t.Errorf("a page: %v, %v", threadIDs(got), err)
	}
	if got, err := p.OpenThread(ctx, "+16505550900", "+1"); err != nil || got != now {
		t.Errorf("OpenThread: %+v, %v", got, err)
	}
	if got, err := p.IdleThreads(ctx, at.Add(2*time.Minute), 9); err != nil || !slices.Equal(threadIDs(got), []int64{2}) {
		t.Errorf("IdleThreads: %v, %v", threadIDs(got), err)
	}
	if _, err := p.Thread(ctx, 2, 2); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("another account's thread: %v, want ErrNotFound", err)
	}
	testThreadChanges(t, p, now)
	testThreadEntries(t, p)
}

func threadIDs(ts []store.Thread) (ids []int64) {
	for _, t := range ts {
		ids = append(ids, t.ID)
	}
	return ids
}

func testThreadChanges(t *testing.T, p store.Platform, thread store.Thread) {
	ctx := t.Context()
	thread.Status, thread.Reason, thread.Label, thread.AssigneeID = rc.ThreadIsResolved, rc.ResolvedManually, "Bye", 12
	err := p.Write(ctx, func(tx store.PlatformTx) (err error) {
		if thread.Change, err = tx.NextThreadChange(ctx, 1); err != nil {
			return err
		}
		if err := tx.SaveThread(ctx, store.Thread{ID: 7, AccountID: 1}); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("saving an unknown thread: %v, want ErrNotFound", err)
		}
		return tx.SaveThread(ctx, thread)
	})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := p.Thread(ctx, 1, thread.ID); err != nil || got != thread {
		t.Errorf("after SaveThread: %+v, %v; want %+v", got, err, thread)
	}
	if n, err := p.ThreadChange(ctx, 1); err != nil || n != thread.Change {
		t.Errorf("ThreadChange: %d, %v; want %d", n, err, thread.Change)
	}
	if n, err := p.ThreadChange(ctx, 2); err != nil || n != 0 {
		t.Errorf("ThreadChange of a quiet account: %d, %v; want 0", n, err)
	}
	// Who leaves answers no thread, and a sync tells that.
	if err := p.Write(ctx, func(tx store.PlatformTx) error { _, err := tx.RemoveExtension(ctx, 12); return err }); err != nil {
		t.Fatal(err)
	}
	got, err := p.Threads(ctx, store.ThreadQuery{AccountID: 1, QueueIDs: []int64{50, 51}, After: thread.Change}, 0, 0)
	if err != nil || len(got) != 1 || got[0].AssigneeID != 0 {
		t.Errorf("changed when the assignee was removed: %+v, %v", got, err)
	}
}

func testThreadEntries(t *testing.T, p store.Platform) {
	ctx := t.Context()
	entry := func(id, thread, queue int64, kind, status string) store.ThreadEntry {
		when := at.Add(time.Duration(id) * time.Minute)
		return store.ThreadEntry{ID: id, AccountID: 1, QueueID: queue, ThreadID: thread, Kind: kind, Direction: rc.Inbound, Status: status, Text: "Hi", CreatedAt: when, ModifiedAt: when, Change: id}
	}
	first, second, third := entry(11, 1, 50, store.ThreadMessage, rc.Received), entry(12, 3, 51, store.ThreadMessage, rc.Sent), entry(13, 1, 50, store.ThreadAssigned, "")
	first.Attachments = []store.Attachment{{ID: 5, ContentType: "image/png", Size: 3}}
	third.AuthorID, third.AssigneeID, third.PreviousID = 11, 12, 11
	err := p.Write(ctx, func(tx store.PlatformTx) error {
		_, err := tx.NextThreadChange(ctx, 1)
		return errors.Join(err, tx.AddThreadEntry(ctx, first), tx.AddThreadEntry(ctx, second), tx.AddThreadEntry(ctx, third))
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		q    store.ThreadQuery
		want []store.ThreadEntry
	}{
		"the last to change first": {store.ThreadQuery{AccountID: 1, QueueIDs: []int64{50, 51}}, []store.ThreadEntry{third, second, first}},
		"no queue sees nothing":    {store.ThreadQuery{AccountID: 1, EntryIDs: []int64{11}}, nil},
		"of a thread":              {store.ThreadQuery{AccountID: 1, QueueIDs: []int64{50, 51}, ThreadIDs: []int64{1}, Kinds: []string{store.ThreadMessage}}, []store.ThreadEntry{first}},
		"of open threads":          {store.ThreadQuery{AccountID: 1, QueueIDs: []int64{50, 51}, Status: rc.ThreadOpen}, []store.ThreadEntry{second}},
		"by id":                    {store.ThreadQuery{AccountID: 1, QueueIDs: []int64{50}, EntryIDs: []int64{12, 13}}, []store.ThreadEntry{third}},
	} {
		got, err := p.ThreadEntries(ctx, tt.q, 0, 0)
		n, err2 := p.CountThreadEntries(ctx, tt.q)
		if diff := cmp.Diff(tt.want, got); diff != "" || errors.Join(err, err2) != nil || n != len(tt.want) {
			t.Errorf("%s: %d, %v (-want +got):\n%s", name, n, errors.Join(err, err2), diff)
		}
	}
	if got, err := p.ThreadEntriesInTransit(ctx, at.Add(time.Hour), 9); err != nil || !cmp.Equal(got, []store.ThreadEntry{second}) {
		t.Errorf("ThreadEntriesInTransit: %+v, %v", got, err)
	}
	second.Status, second.Change = rc.Delivered, 14
	if err := p.Write(ctx, func(tx store.PlatformTx) error { return tx.SaveThreadEntry(ctx, second) }); err != nil {
		t.Fatal(err)
	}
	if got, err := p.ThreadEntry(ctx, 1, 12); err != nil || !cmp.Equal(got, second) {
		t.Errorf("after SaveThreadEntry: %+v, %v", got, err)
	}
	if _, err := p.ThreadEntry(ctx, 2, 12); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("another account's entry: %v, want ErrNotFound", err)
	}
	testSharedMessages(t, p)
	if err := p.Write(ctx, func(tx store.PlatformTx) error { _, err := tx.RemoveQueue(ctx, 51); return err }); err != nil {
		t.Fatal(err)
	}
	if _, err := p.ThreadEntry(ctx, 1, 12); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("an entry of a queue that is gone: %v, want ErrNotFound", err)
	}
}

// testSharedMessages says when a message store shows what a queue shares.
func testSharedMessages(t *testing.T, p store.Platform) {
	ctx := t.Context()
	message := func(id, owner, entry int64) store.Message {
		return store.Message{
			ID: id, AccountID: 1, ExtensionID: 11, ConversationID: 77, Type: rc.TypeSMS, Direction: rc.Outbound, Availability: rc.Alive, ReadStatus: rc.Read,
			Status: rc.Sent, CreatedAt: at.Add(time.Duration(id)), ModifiedAt: at, Change: 1, OwnerID: owner, EntryID: entry,
		}
	}
	own, shared := message(71, 0, 0), message(72, 50, 12)
	err := p.Write(ctx, func(tx store.PlatformTx) error {
		_, err := tx.PutConversation(ctx, 11, "them", 77)
		return errors.Join(err, tx.AddMessage(ctx, own), tx.AddMessage(ctx, shared))
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		q    store.MessageQuery
		want []int64
	}{
		"the extension's own":  {store.MessageQuery{}, []int64{71}},
		"shared":               {store.MessageQuery{Shared: true}, []int64{72}},
		"any":                  {store.MessageQuery{Any: true}, []int64{72, 71}},
		"one queue's":          {store.MessageQuery{OwnerIDs: []int64{50}}, []int64{72}},
		"another queue's":      {store.MessageQuery{OwnerIDs: []int64{51}}, nil},
		"own and one queue's":  {store.MessageQuery{OwnerIDs: []int64{0, 50}}, []int64{72, 71}},
		"shared and one's own": {store.MessageQuery{Shared: true, OwnerIDs: []int64{0}}, nil},
	} {
		got, err := p.Messages(ctx, 11, tt.q, 0, 0)
		var ids []int64
		for _, m := range got {
			ids = append(ids, m.ID)
		}
		if err != nil || !slices.Equal(ids, tt.want) {
			t.Errorf("%s: %v, %v; want %v", name, ids, err, tt.want)
		}
	}
	if got, err := p.EntryMessages(ctx, 12); err != nil || len(got) != 1 || got[0].ID != 72 || got[0].OwnerID != 50 {
		t.Errorf("EntryMessages: %+v, %v", got, err)
	}
	if got, err := p.EntryMessages(ctx, 0); err != nil || len(got) > 0 {
		t.Errorf("copies of no entry: %+v, %v", got, err)
	}
	got, err := p.MessagesInTransit(ctx, at.Add(time.Hour), 9)
	if err != nil || len(got) != 1 || got[0].ID != 71 {
		t.Errorf("in transit by themselves: %+v, %v; want the extension's own", got, err)
	}
}

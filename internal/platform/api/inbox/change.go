package inbox

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"offhook/internal/platform/api/target"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// idle is how long nothing happens in a thread before it resolves itself.
const idle = 72 * time.Hour

// expireBatch bounds what one look for idle threads resolves.
const expireBatch = 100

// Assign gives a thread to a member of its queue, or with 0 to nobody. Its
// assignee may give it to anybody, and every member may take it.
func (in Inbox) Assign(ctx context.Context, accountID, extensionID, threadID, assigneeID int64) (store.Thread, error) {
	return in.change(ctx, accountID, threadID, func(tx store.PlatformTx, t *store.Thread) (*store.ThreadEntry, error) {
		if err := member(ctx, tx, t.QueueID, extensionID); err != nil {
			return nil, err
		}
		if t.Status != rc.ThreadOpen {
			return nil, notOpen()
		}
		if assigneeID != 0 {
			err := member(ctx, tx, t.QueueID, assigneeID)
			if isMissing(err) {
				err = target.Invalid("assignee.extensionId", "Send the id of a member of the thread's call queue.")
			}
			if err != nil {
				return nil, err
			}
		}
		if t.AssigneeID != 0 && t.AssigneeID != extensionID && assigneeID != extensionID {
			return nil, notYours(extensionID)
		}
		if t.AssigneeID == assigneeID {
			return nil, nil
		}
		hint := in.entry(*t, store.ThreadAssigned, extensionID, in.Now())
		hint.AssigneeID, hint.PreviousID = assigneeID, t.AssigneeID
		t.AssigneeID = assigneeID
		return &hint, nil
	})
}

// Resolve ends a thread; ending it twice changes nothing. Every member may.
func (in Inbox) Resolve(ctx context.Context, accountID, extensionID, threadID int64) (store.Thread, error) {
	return in.change(ctx, accountID, threadID, func(tx store.PlatformTx, t *store.Thread) (*store.ThreadEntry, error) {
		if err := member(ctx, tx, t.QueueID, extensionID); err != nil {
			return nil, err
		}
		return in.resolve(t, extensionID, rc.ResolvedManually), nil
	})
}

func (in Inbox) resolve(t *store.Thread, extensionID int64, reason string) *store.ThreadEntry {
	if t.Status != rc.ThreadOpen {
		return nil
	}
	hint := in.entry(*t, store.ThreadResolved, extensionID, in.Now())
	hint.PreviousID = t.AssigneeID
	t.Status, t.Reason, t.AssigneeID = rc.ThreadIsResolved, reason, 0
	return &hint
}

// Expire resolves the threads in which nothing has happened for long.
func (in Inbox) Expire(ctx context.Context) error {
	before := in.Now().Add(-idle)
	threads, err := in.Store.IdleThreads(ctx, before, expireBatch)
	if err != nil {
		return fmt.Errorf("looking for idle threads: %w", err)
	}
	for _, t := range threads {
		_, err := in.change(ctx, t.AccountID, t.ID, func(_ store.PlatformTx, t *store.Thread) (*store.ThreadEntry, error) {
			if !t.ModifiedAt.Before(before) { // something has happened meanwhile
				return nil, nil
			}
			return in.resolve(t, 0, rc.ThreadExpired), nil
		})
		if err != nil && !isMissing(err) { // its queue may be gone meanwhile, which must not keep the others open
			return fmt.Errorf("resolving an idle thread: %w", err)
		}
	}
	return nil
}

// member requires that an extension is a member of a queue now: for others
// the thread does not exist.
func member(ctx context.Context, tx store.QueueReader, queueID, extensionID int64) error {
	members, err := tx.QueueMembers(ctx, queueID)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(members, func(m store.QueueMember) bool { return m.ExtensionID == extensionID }) {
		return target.Missing("threadId")
	}
	return nil
}

// isMissing reports whether an error says that there is no such thing.
func isMissing(err error) bool {
	var told *rc.Error
	return errors.As(err, &told) && told.Kind == rc.NotFound
}

// change changes a thread and tells its members. The change returns what it
// adds to the thread, nil when it changes nothing.
func (in Inbox) change(ctx context.Context, accountID, threadID int64, fn func(store.PlatformTx, *store.Thread) (*store.ThreadEntry, error)) (store.Thread, error) {
	var t store.Thread
	changed := false
	err := in.Store.Write(ctx, func(tx store.PlatformTx) error {
		number, err := tx.NextThreadChange(ctx, accountID)
		if err != nil {
			return err
		}
		t, err = tx.Thread(ctx, accountID, threadID)
		if errors.Is(err, store.ErrNotFound) {
			return target.Missing("threadId")
		}
		if err != nil {
			return err
		}
		hint, err := fn(tx, &t)
		if changed = hint != nil; err != nil || !changed {
			return err
		}
		t.ModifiedAt, t.Change = after(in.Now(), t.ModifiedAt), number
		hint.ModifiedAt, hint.Change = t.ModifiedAt, number
		if err := tx.SaveThread(ctx, t); err != nil {
			return err
		}
		return tx.AddThreadEntry(ctx, *hint)
	})
	if err != nil {
		return t, fmt.Errorf("changing thread %d: %w", threadID, err)
	}
	if changed {
		in.Announce(ctx, accountID, t.QueueID, t.ModifiedAt, true)
	}
	return t, nil
}

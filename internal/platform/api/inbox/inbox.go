// Package inbox is what the members of a call queue share: the threads of
// texts with its numbers (contract 5.4, message threads). The message office
// puts texts into it and brings them to their last states; package threads
// answers the operations. Members see everything of their queues, and nobody
// else sees any of it.
package inbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"offhook/internal/bus"
	"offhook/internal/platform/event"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// An Inbox holds the threads of every account.
type Inbox struct {
	Store store.Platform
	Bus   bus.Bus
	IDs   *store.IDs
	Now   func() time.Time
	Log   *slog.Logger
}

// Queues returns the queues whose threads an extension may see and answer.
func (in Inbox) Queues(ctx context.Context, extensionID int64) ([]int64, error) {
	members, err := in.Store.MemberQueues(ctx, extensionID)
	if err != nil {
		return nil, fmt.Errorf("reading the queues of extension %d: %w", extensionID, err)
	}
	ids := make([]int64, len(members))
	for i, m := range members {
		ids[i] = m.QueueID
	}
	return ids, nil
}

// Begin starts a change of the threads of some accounts, in the order that
// the store asks for.
func Begin(ctx context.Context, tx store.ThreadWriter, accountIDs ...int64) (map[int64]int64, error) {
	slices.Sort(accountIDs)
	changes := make(map[int64]int64)
	for _, id := range slices.Compact(accountIDs) {
		n, err := tx.NextThreadChange(ctx, id)
		if err != nil {
			return nil, fmt.Errorf("beginning a change of the threads of account %d: %w", id, err)
		}
		changes[id] = n
	}
	return changes, nil
}

// A Text is what is put into a thread.
type Text struct {
	Queue    store.Queue
	Owner    string // the queue's number
	Guest    string
	AuthorID int64  // the member who sends it; 0 for what comes in
	ThreadID int64  // the open thread that it must be in; 0 for whichever is right
	Status   string // its first
	Text     string
	At       time.Time
}

// Put puts a text into the open thread of its numbers, or begins one, as a
// part of a change. Attachments are the caller's to add to the entry before
// it is stored, which is the last that attach must see to: Put stores it.
//
// Whoever writes first answers the thread; what comes in waits for somebody
// to take it. A member may not write into a thread that another answers, or
// that nobody has taken yet.
func (in Inbox) Put(ctx context.Context, tx store.PlatformTx, change int64, t Text, attach func(*store.ThreadEntry) error) (store.ThreadEntry, error) {
	thread, err := tx.OpenThread(ctx, t.Owner, t.Guest)
	switch {
	case err != nil && !errors.Is(err, store.ErrNotFound):
		return store.ThreadEntry{}, err
	case t.ThreadID != 0 && thread.ID != t.ThreadID:
		return store.ThreadEntry{}, notOpen()
	case err != nil:
		if thread, err = in.open(ctx, tx, change, t); err != nil {
			return store.ThreadEntry{}, err
		}
	case t.AuthorID != 0 && thread.AssigneeID != t.AuthorID:
		return store.ThreadEntry{}, notYours(t.AuthorID)
	}
	e := in.entry(thread, store.ThreadMessage, t.AuthorID, t.At)
	e.Change, e.Direction, e.Status, e.Text = change, rc.Inbound, t.Status, t.Text
	if t.AuthorID != 0 {
		e.Direction = rc.Outbound
	}
	if err := attach(&e); err != nil {
		return e, err
	}
	if err := tx.AddThreadEntry(ctx, e); err != nil {
		return e, err
	}
	thread.Label, thread.ModifiedAt, thread.Change = t.Text, after(t.At, thread.ModifiedAt), change
	return e, tx.SaveThread(ctx, thread)
}

// open begins a thread.
func (in Inbox) open(ctx context.Context, tx store.PlatformTx, change int64, t Text) (store.Thread, error) {
	thread := store.Thread{
		ID: in.IDs.Next(), AccountID: t.Queue.AccountID, QueueID: t.Queue.ID, Owner: t.Owner, Guest: t.Guest, Status: rc.ThreadOpen,
		AssigneeID: t.AuthorID, CreatedAt: millis(t.At), ModifiedAt: millis(t.At), Change: change,
	}
	if err := tx.AddThread(ctx, thread); err != nil {
		return thread, err
	}
	created := in.entry(thread, store.ThreadCreated, t.AuthorID, t.At)
	created.Change = change
	if err := tx.AddThreadEntry(ctx, created); err != nil || t.AuthorID == 0 {
		return thread, err
	}
	assigned := in.entry(thread, store.ThreadAssigned, t.AuthorID, t.At)
	assigned.Change, assigned.AssigneeID = change, t.AuthorID
	return thread, tx.AddThreadEntry(ctx, assigned)
}

// entry is a new entry of a thread.
func (in Inbox) entry(t store.Thread, kind string, author int64, at time.Time) store.ThreadEntry {
	at = millis(at)
	return store.ThreadEntry{
		ID: in.IDs.Next(), AccountID: t.AccountID, QueueID: t.QueueID, ThreadID: t.ID, Kind: kind, AuthorID: author, CreatedAt: at, ModifiedAt: at,
	}
}

// millis is a time as it is kept.
func millis(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }

// after is the time of a thread's next change: each has one of its own, whatever
// the clock says.
func after(now, before time.Time) time.Time {
	if now = millis(now); now.After(before) {
		return now
	}
	return before.Add(time.Millisecond)
}

// notOpen is the answer to what can be done with an open thread only.
func notOpen() error {
	return &rc.Error{Kind: rc.Invalid, Code: "CMN-101", Parameter: "threadId",
		Message: "Parameter [threadId] value is invalid. The thread is resolved, or its numbers are others; leave it out to begin a new thread."}
}

// notYours is the answer to a member who does not answer the thread.
func notYours(extensionID int64) error {
	return rc.Coded(rc.Denied, "MSG-427", "The thread is not assigned to extension [%d] at the moment; assign it to yourself first", extensionID)
}

// Announce tells the members of a queue that its threads have changed, and
// with entries that there is something new in them. What is stored is stored:
// a bus that fails is logged, and clients find it at their next sync.
func (in Inbox) Announce(ctx context.Context, accountID, queueID int64, at time.Time, entries bool) {
	ctx = context.WithoutCancel(ctx)
	members, err := in.Store.QueueMembers(ctx, queueID)
	body := rc.ThreadEvent{LastModified: rc.TimeOf(at)}
	for _, m := range members {
		err = errors.Join(err, event.Publish(ctx, in.Bus, accountID, m.ExtensionID, rc.ThreadFilter(accountID), body))
		if entries {
			err = errors.Join(err, event.Publish(ctx, in.Bus, accountID, m.ExtensionID, rc.ThreadEntryFilter(accountID), body))
		}
	}
	if err != nil {
		in.Log.Error("announcing a change of threads", "ext", queueID, "err", err)
	}
}

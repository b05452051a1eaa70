package storetest

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/rc"
	"offhook/internal/store"
)

const (
	messageAccount int64 = 100001
	adaMessages    int64 = 101001
	bobMessages    int64 = 101002
)

// addExtensions adds an account with two extensions, which messages need.
func addExtensions(t *testing.T, p store.Platform) {
	t.Helper()
	ctx := t.Context()
	err := p.Write(ctx, func(tx store.PlatformTx) error {
		return errors.Join(
			tx.AddAccount(ctx, store.Account{ID: messageAccount, CreatedAt: at}),
			tx.AddExtension(ctx, store.Extension{ID: adaMessages, AccountID: messageAccount, Number: "101", Username: "ada", CreatedAt: at}),
			tx.AddExtension(ctx, store.Extension{ID: bobMessages, AccountID: messageAccount, Number: "102", Username: "bob", CreatedAt: at}),
		)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// addMessage stores m as a change of its own and returns it as it is then.
func addMessage(t *testing.T, p store.Platform, m store.Message, members string) store.Message {
	t.Helper()
	err := p.Write(t.Context(), func(tx store.PlatformTx) (err error) {
		if m.Change, err = tx.NextMessageChange(t.Context(), m.ExtensionID); err != nil {
			return err
		}
		if m.ConversationID, err = tx.PutConversation(t.Context(), m.ExtensionID, members, m.ID+1000); err != nil {
			return err
		}
		return tx.AddMessage(t.Context(), m)
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func newMessage(id, extensionID int64, direction, text string, after time.Duration) store.Message {
	m := store.Message{
		ID: id, AccountID: messageAccount, ExtensionID: extensionID, Type: rc.TypeSMS, Direction: direction, Availability: rc.Alive,
		ReadStatus: rc.Unread, Status: rc.Received, Text: text, CreatedAt: at.Add(after), ModifiedAt: at.Add(after),
		From: rc.Caller{PhoneNumber: "+16505550102", Name: "Bob"}, To: []rc.Caller{{PhoneNumber: "+16505550101", Target: true}},
	}
	if direction == rc.Outbound {
		m.ReadStatus, m.Status = rc.Read, rc.Queued
		m.From, m.To = rc.Caller{PhoneNumber: "+16505550101"}, []rc.Caller{{PhoneNumber: "+14155550199", MessageStatus: rc.Queued}}
	}
	return m
}

func messageTexts(ms []store.Message) []string {
	texts := []string{}
	for _, m := range ms {
		texts = append(texts, m.Text)
	}
	return texts
}

func testMessages(t *testing.T, p store.Platform) {
	ctx := t.Context()
	addExtensions(t, p)
	if n, err := p.MessageChange(ctx, adaMessages); n != 0 || err != nil {
		t.Errorf("MessageChange before any: %d, %v", n, err)
	}
	one := addMessage(t, p, newMessage(1, adaMessages, rc.Inbound, "one", 0), "a b")
	two := addMessage(t, p, newMessage(2, adaMessages, rc.Outbound, "two", time.Hour), "a x")
	three := addMessage(t, p, newMessage(3, adaMessages, rc.Inbound, "three", 2*time.Hour), "a b")
	addMessage(t, p, newMessage(4, bobMessages, rc.Outbound, "bob's", 0), "a b")
	if one.ConversationID != three.ConversationID || one.ConversationID == two.ConversationID {
		t.Errorf("conversations %d %d %d: want the first and the last alike", one.ConversationID, two.ConversationID, three.ConversationID)
	}

	if got, err := p.Message(ctx, adaMessages, 2); err != nil || !cmp.Equal(got, two) {
		t.Errorf("Message: %v\n%s", err, cmp.Diff(two, got))
	}
	for what, id := range map[string][2]int64{"an unknown message": {adaMessages, 9}, "another extension's message": {adaMessages, 4}} {
		if _, err := p.Message(ctx, id[0], id[1]); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%s: %v, want ErrNotFound", what, err)
		}
	}
	for _, tt := range []struct {
		name          string
		q             store.MessageQuery
		offset, limit int
		want          []string
	}{
		{"everything, newest first", store.MessageQuery{}, 0, 0, []string{"three", "two", "one"}},
		{"a page", store.MessageQuery{}, 1, 1, []string{"two"}},
		{"by direction", store.MessageQuery{Directions: []string{rc.Inbound}}, 0, 0, []string{"three", "one"}},
		{"by read status", store.MessageQuery{ReadStatuses: []string{rc.Read}}, 0, 0, []string{"two"}},
		{"by type", store.MessageQuery{Types: []string{rc.TypeFax, rc.TypePager}}, 0, 0, []string{}},
		{"by availability", store.MessageQuery{Availability: []string{rc.Deleted}}, 0, 0, []string{}},
		{"by conversation", store.MessageQuery{ConversationIDs: []int64{one.ConversationID}}, 0, 0, []string{"three", "one"}},
		{"from a time on", store.MessageQuery{From: at.Add(time.Hour)}, 0, 0, []string{"three", "two"}},
		{"before a time", store.MessageQuery{To: at.Add(time.Hour)}, 0, 0, []string{"one"}},
		{"by the sender's number", store.MessageQuery{PhoneNumber: "+16505550102"}, 0, 0, []string{"three", "one"}},
		{"by a recipient's number", store.MessageQuery{PhoneNumber: "+14155550199"}, 0, 0, []string{"two"}},
		{"by part of a number", store.MessageQuery{PhoneNumber: "+1415555"}, 0, 0, []string{}},
		{"by one's own number", store.MessageQuery{PhoneNumber: "+16505550101"}, 0, 0, []string{}},
		{"the newest of each conversation", store.MessageQuery{PerConversation: 1}, 0, 0, []string{"three", "two"}},
		{"the newest inbound of each conversation before a time", store.MessageQuery{PerConversation: 1, Directions: []string{rc.Inbound}, To: at.Add(time.Hour)}, 0, 0, []string{"one"}},
	} {
		got, err := p.Messages(ctx, adaMessages, tt.q, tt.offset, tt.limit)
		if err != nil || !cmp.Equal(messageTexts(got), tt.want) {
			t.Errorf("Messages %s: %v, %v; want %v", tt.name, messageTexts(got), err, tt.want)
		}
		if tt.limit > 0 {
			continue
		}
		if n, err := p.CountMessages(ctx, adaMessages, tt.q); err != nil || n != len(tt.want) {
			t.Errorf("CountMessages %s: %d, %v; want %d", tt.name, n, err, len(tt.want))
		}
	}
	testMessageChanges(t, p, one)
	testMessagesInTransit(t, p)
}

func testMessageChanges(t *testing.T, p store.Platform, one store.Message) {
	ctx := t.Context()
	position, err := p.MessageChange(ctx, adaMessages)
	if err != nil || position != 3 {
		t.Fatalf("MessageChange: %d, %v; want 3", position, err)
	}
	one.Availability, one.ReadStatus, one.Text, one.From, one.To = rc.Purged, rc.Read, "", rc.Caller{}, nil
	one.ModifiedAt = at.Add(3 * time.Hour)
	err = p.Write(ctx, func(tx store.PlatformTx) (err error) {
		if one.Change, err = tx.NextMessageChange(ctx, adaMessages); err != nil {
			return err
		}
		return tx.SaveMessage(ctx, one)
	})
	if err != nil {
		t.Fatal(err)
	}
	changed, err := p.ChangedMessages(ctx, adaMessages, position, 10)
	if err != nil || !cmp.Equal(changed, []store.Message{one}) {
		t.Errorf("ChangedMessages tells gone messages, too: %v\n%s", err, cmp.Diff([]store.Message{one}, changed))
	}
	if all, err := p.ChangedMessages(ctx, adaMessages, 0, 2); err != nil || !cmp.Equal(messageTexts(all), []string{"two", "three"}) {
		t.Errorf("ChangedMessages in order, limited: %v, %v", messageTexts(all), err)
	}
	if got, err := p.Messages(ctx, adaMessages, store.MessageQuery{PhoneNumber: "+16505550102", Availability: []string{rc.Purged}}, 0, 0); err != nil || len(got) != 0 {
		t.Errorf("a purged message is still found by its number: %v, %v", got, err)
	}

	stranger := one
	stranger.ExtensionID = bobMessages
	err = p.Write(ctx, func(tx store.PlatformTx) error { return tx.SaveMessage(ctx, stranger) })
	if !errors.Is(err, store.ErrNotFound) {
		t.Errorf("saving another extension's message: %v, want ErrNotFound", err)
	}
	err = p.Write(ctx, func(tx store.PlatformTx) error { return tx.AddMessage(ctx, one) })
	if !errors.Is(err, store.ErrExists) {
		t.Errorf("adding a message twice: %v, want ErrExists", err)
	}
}

func testMessagesInTransit(t *testing.T, p store.Platform) {
	ctx := t.Context()
	got, err := p.MessagesInTransit(ctx, at.Add(2*time.Hour), 10)
	if err != nil || !cmp.Equal(messageTexts(got), []string{"bob's", "two"}) {
		t.Errorf("MessagesInTransit: %v, %v; want everybody's, oldest first", messageTexts(got), err)
	}
	if got, err := p.MessagesInTransit(ctx, at.Add(2*time.Hour), 1); err != nil || len(got) != 1 {
		t.Errorf("MessagesInTransit limited: %v, %v", got, err)
	}
	if got, err := p.MessagesInTransit(ctx, at, 10); err != nil || len(got) != 0 {
		t.Errorf("MessagesInTransit before any: %v, %v", got, err)
	}
}

// MessagesFromTwoProcesses writes into two message stores from two handles
// of one database at once, and follows one of them by its changes: each
// change is seen, and none has a number that a reader has gone past.
func MessagesFromTwoProcesses(t *testing.T, a, b store.Platform) {
	const writes = 40
	addExtensions(t, a)
	ctx := t.Context()
	var writers sync.WaitGroup
	for i, p := range []store.Platform{a, b} {
		writers.Go(func() {
			for n := range int64(writes) {
				if err := exchange(ctx, p, int64(i+1)*1000+n*2); err != nil {
					t.Errorf("write %d of process %d: %v", n, i, err)
				}
			}
		})
	}
	done := make(chan struct{})
	go func() { defer close(done); writers.Wait() }()

	seen := map[int64]int{}
	var position int64
	follow := func() {
		latest, err := b.MessageChange(ctx, bobMessages)
		if err != nil {
			t.Error(err)
			return
		}
		ms, err := b.ChangedMessages(ctx, bobMessages, position, 1000)
		if err != nil {
			t.Error(err)
			return
		}
		for _, m := range ms {
			if m.Change <= latest { // later ones come again
				seen[m.ID]++
			}
		}
		position = latest
	}
	for open := true; open; {
		select {
		case <-done:
			open = false
		default:
			follow()
		}
	}
	follow()
	if position != 2*writes || len(seen) != 2*writes {
		t.Errorf("%d changes and %d messages were seen, want %d of each", position, len(seen), 2*writes)
	}
	for id, n := range seen {
		if n != 1 {
			t.Errorf("message %d was seen %d times, want once", id, n)
		}
	}
}

// exchange stores a text on both sides, as sending one does.
func exchange(ctx context.Context, p store.Platform, id int64) error {
	return p.Write(ctx, func(tx store.PlatformTx) error {
		out, in := newMessage(id, adaMessages, rc.Outbound, "", 0), newMessage(id+1, bobMessages, rc.Inbound, "", 0)
		for _, m := range []*store.Message{&out, &in} {
			var err error
			if m.Change, err = tx.NextMessageChange(ctx, m.ExtensionID); err != nil {
				return err
			}
		}
		for _, m := range []*store.Message{&out, &in} {
			var err error
			if m.ConversationID, err = tx.PutConversation(ctx, m.ExtensionID, "a b", m.ID); err != nil {
				return err
			}
			if err := tx.AddMessage(ctx, *m); err != nil {
				return err
			}
		}
		return nil
	})
}

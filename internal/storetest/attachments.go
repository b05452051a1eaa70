package storetest

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/rc"
	"offhook/internal/store"
)

func testAttachments(t *testing.T, p store.Platform) {
	ctx := t.Context()
	addExtensions(t, p)
	write := func(fn func(tx store.PlatformTx) error) {
		t.Helper()
		if err := p.Write(ctx, fn); err != nil {
			t.Fatal(err)
		}
	}
	sent := newMessage(1, adaMessages, rc.Outbound, "Look!", 0)
	sent.Attachments = []store.Attachment{
		{ID: 11, ContentType: "image/png", FileName: "view.png", Size: 4, Width: 2, Height: 3},
		{ID: 12, ContentType: "application/zip", Size: 2},
	}
	sent = addMessage(t, p, sent, "a b")
	got := newMessage(2, bobMessages, rc.Inbound, "Look!", 0)
	got.Attachments = []store.Attachment{{ID: 21, ContentType: "image/png", FileName: "view.png", Size: 4}}
	got = addMessage(t, p, got, "a b")
	picture := []byte{0x89, 0, 'P', 0xff}
	write(func(tx store.PlatformTx) error {
		return errors.Join(
			tx.AddAttachmentContent(ctx, store.AttachmentContent{ID: 11, MessageID: 1, ExtensionID: adaMessages, SenderID: adaMessages, Body: picture}),
			tx.AddAttachmentContent(ctx, store.AttachmentContent{ID: 12, MessageID: 1, ExtensionID: adaMessages, SenderID: adaMessages, Body: []byte("PK")}),
			tx.AddAttachmentContent(ctx, store.AttachmentContent{ID: 21, MessageID: 2, ExtensionID: bobMessages, SenderID: adaMessages, Body: picture}),
		)
	})
	if m, err := p.Message(ctx, adaMessages, 1); err != nil || !cmp.Equal(m, sent) {
		t.Errorf("a message with its attachments: %v\n%s", err, cmp.Diff(sent, m))
	}
	if ms, err := p.Messages(ctx, bobMessages, store.MessageQuery{PerConversation: 1}, 0, 0); err != nil || !cmp.Equal(ms, []store.Message{got}) {
		t.Errorf("a list with attachments: %v\n%s", err, cmp.Diff([]store.Message{got}, ms))
	}
	for _, tt := range []struct {
		name      string
		extension int64
		id        int64
		want      []byte
	}{
		{"one's own", adaMessages, 11, picture},
		{"the receiver's copy", bobMessages, 21, picture},
		{"the sender's copy, as the receiver", bobMessages, 11, nil},
		{"the receiver's copy, as the sender", adaMessages, 21, nil},
		{"an unknown one", adaMessages, 99, nil},
	} {
		body, err := p.AttachmentContent(ctx, tt.extension, tt.id)
		if !cmp.Equal(body, tt.want) || (err == nil) != (tt.want != nil) || err != nil && !errors.Is(err, store.ErrNotFound) {
			t.Errorf("AttachmentContent of %s: %q, %v; want %q", tt.name, body, err, tt.want)
		}
	}
	bytes := func(extension, want int64) {
		t.Helper()
		if n, err := p.AttachmentBytes(ctx, extension); err != nil || n != want {
			t.Errorf("AttachmentBytes of %d: %d, %v; want %d", extension, n, err, want)
		}
	}
	bytes(adaMessages, 10)
	bytes(bobMessages, 0)
	err := p.Write(ctx, func(tx store.PlatformTx) error {
		return tx.AddAttachmentContent(ctx, store.AttachmentContent{ID: 11, MessageID: 2, ExtensionID: bobMessages, SenderID: bobMessages, Body: picture})
	})
	if !errors.Is(err, store.ErrExists) {
		t.Errorf("an id that is taken: %v, want ErrExists", err)
	}

	sent.Attachments, sent.ModifiedAt = nil, at.Add(time.Hour)
	write(func(tx store.PlatformTx) error {
		return errors.Join(tx.SaveMessage(ctx, sent), tx.DeleteAttachmentContents(ctx, adaMessages, 1), tx.DeleteAttachmentContents(ctx, adaMessages, 2))
	})
	bytes(adaMessages, 4)
	if m, err := p.Message(ctx, adaMessages, 1); err != nil || len(m.Attachments) > 0 {
		t.Errorf("a message without its attachments: %+v, %v", m, err)
	}
	if _, err := p.AttachmentContent(ctx, bobMessages, 21); err != nil {
		t.Errorf("the receiver's copy after the sender's is gone: %v", err)
	}
	write(func(tx store.PlatformTx) error { _, err := tx.RemoveExtension(ctx, bobMessages); return err })
	bytes(adaMessages, 0)
}

func testDeskFiles(t *testing.T, w store.Widget) {
	ctx := t.Context()
	write := func(fn func(tx store.WidgetTx) error) {
		t.Helper()
		if err := w.Write(ctx, fn); err != nil {
			t.Fatal(err)
		}
	}
	for _, id := range []string{"g", "other"} {
		write(func(tx store.WidgetTx) error {
			return tx.AddGrant(ctx, store.Grant{ID: id, Platform: "p", ClientID: "c", OwnerID: id, Sealed: []byte{1}, ExpiresAt: at, CreatedAt: at, UpdatedAt: at})
		})
	}
	file := func(grant, id, draft string, position int64) store.DeskFile {
		return store.DeskFile{GrantID: grant, ID: id, Draft: draft, Position: position, Size: 3, CreatedAt: at, Facts: []byte("facts"), Body: []byte{0, 1, 2}}
	}
	second, first, elsewhere, foreign := file("g", "f2", "d", 2), file("g", "f3", "d", 1), file("g", "f1", "e", 3), file("other", "f2", "d", 4)
	write(func(tx store.WidgetTx) error {
		return errors.Join(tx.AddDeskFile(ctx, second), tx.AddDeskFile(ctx, first), tx.AddDeskFile(ctx, elsewhere), tx.AddDeskFile(ctx, foreign))
	})
	list := func(name string, want ...string) {
		t.Helper()
		files, err := w.DeskFiles(ctx, "g", "d")
		var got []string
		for _, f := range files {
			if f.Body != nil {
				t.Errorf("%s: the list has the body of %s", name, f.ID)
			}
			got = append(got, f.ID)
		}
		if err != nil || !cmp.Equal(got, want) {
			t.Errorf("%s: the draft has %v, %v; want %v", name, got, err, want)
		}
	}
	list("at first", "f3", "f2")
	if f, err := w.DeskFile(ctx, "g", "f2"); err != nil || !cmp.Equal(f, second) {
		t.Errorf("DeskFile: %v\n%s", err, cmp.Diff(second, f))
	}
	if _, err := w.DeskFile(ctx, "other", "f1"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("another grant's file: %v, want ErrNotFound", err)
	}
	err := w.Write(ctx, func(tx store.WidgetTx) error { return tx.AddDeskFile(ctx, second) })
	if !errors.Is(err, store.ErrExists) {
		t.Errorf("adding a file twice: %v, want ErrExists", err)
	}

	for _, want := range []bool{true, false} { // the second text comes too late
		write(func(tx store.WidgetTx) error {
			if ok, err := tx.TakeDeskFile(ctx, "g", "f2", "item"); err != nil || ok != want {
				t.Errorf("TakeDeskFile: %v, %v; want %v", ok, err, want)
			}
			return nil
		})
	}
	write(func(tx store.WidgetTx) error {
		return errors.Join(tx.DeleteDeskFile(ctx, "g", "f2"), tx.DeleteDeskFile(ctx, "g", "gone"), tx.DeleteOldDeskFiles(ctx, "g", at))
	})
	list("after one was taken", "f3")
	if f, err := w.DeskFile(ctx, "g", "f2"); err != nil || f.Item != "item" {
		t.Errorf("a file that is being sent was taken back: %+v, %v", f, err)
	}
	write(func(tx store.WidgetTx) error {
		return errors.Join(tx.DeleteItemFiles(ctx, "g", "item"), tx.DeleteItemFiles(ctx, "g", ""), tx.DeleteOldDeskFiles(ctx, "g", at.Add(time.Hour)))
	})
	list("after all are old")
	for grant, want := range map[string]int64{"g": 0, "other": 3} {
		if n, err := w.DeskFileBytes(ctx, grant); err != nil || n != want {
			t.Errorf("DeskFileBytes of %s: %d, %v; want %d", grant, n, err, want)
		}
	}
	write(func(tx store.WidgetTx) error { return tx.DeleteGrant(ctx, "other") })
	if _, err := w.DeskFile(ctx, "other", "f2"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a file outlived its grant: %v", err)
	}
}

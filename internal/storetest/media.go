package storetest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/rc"
	"offhook/internal/store"
)

// testMediaMessages keeps voicemail and faxes with what they have besides,
// and tells which of them are on their way.
func testMediaMessages(t *testing.T, p store.Platform) {
	addExtensions(t, p)
	ctx, cover := t.Context(), 3
	voicemail := newMessage(1, adaMessages, rc.Inbound, "", 0)
	voicemail.Type, voicemail.Status = rc.TypeVoiceMail, rc.Queued
	voicemail.Facts = store.MessageFacts{Transcription: rc.TranscriptionCompleted}
	voicemail.Attachments = []store.Attachment{{ID: 11, Type: rc.AudioRecording, ContentType: "audio/wav", Size: 5, Seconds: 4}}
	fax := newMessage(2, adaMessages, rc.Outbound, "", time.Second)
	fax.Type, fax.Status, fax.DueAt = rc.TypeFax, rc.Queued, at.Add(time.Hour)
	fax.Facts = store.MessageFacts{Pages: 2, Resolution: rc.FaxHigh, Cover: &cover, CoverText: "As promised"}
	gone := newMessage(3, adaMessages, rc.Outbound, "", 2*time.Second)
	gone.Type, gone.Status = rc.TypeFax, rc.Sent
	for i, m := range []*store.Message{&voicemail, &fax, &gone} {
		*m = addMessage(t, p, *m, string(rune('a'+i)))
	}
	for _, want := range []store.Message{voicemail, fax, gone} {
		got, err := p.Message(ctx, adaMessages, want.ID)
		if err != nil || !cmp.Equal(got, want) {
			t.Errorf("message %d: %v\n%s", want.ID, err, cmp.Diff(want, got))
		}
	}
	for _, tt := range []struct {
		name string
		at   time.Time
		want []int64
	}{
		{"a fax waits for its time, one that is sent has arrived", at.Add(time.Minute), []int64{1}},
		{"its time has come", at.Add(2 * time.Hour), []int64{1, 2}},
	} {
		got, err := p.MessagesInTransit(ctx, tt.at, 10)
		var ids []int64
		for _, m := range got {
			ids = append(ids, m.ID)
		}
		if err != nil || !cmp.Equal(ids, tt.want) {
			t.Errorf("%s: %v, %v; want %v", tt.name, ids, err, tt.want)
		}
	}
	fax.Status, fax.Facts = rc.Sent, store.MessageFacts{Pages: 3}
	err := p.Write(ctx, func(tx store.PlatformTx) (err error) {
		if fax.Change, err = tx.NextMessageChange(ctx, adaMessages); err != nil {
			return err
		}
		return tx.SaveMessage(ctx, fax)
	})
	if got, rerr := p.Message(ctx, adaMessages, fax.ID); err != nil || rerr != nil || !cmp.Equal(got, fax) {
		t.Errorf("a fax that was changed: %v, %v\n%s", err, rerr, cmp.Diff(fax, got))
	}
}

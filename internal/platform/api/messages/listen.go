package messages

import (
	"context"
	"fmt"
	"slices"

	"offhook/internal/rc"
	"offhook/internal/store"
)

// maxWaiting is how many voicemail messages are offered to somebody who
// listens to them on the telephone, the newest.
const maxWaiting = 100

// Waiting returns the voicemail that an extension has not heard, the oldest
// first.
func (o *Office) Waiting(ctx context.Context, extensionID int64) ([]store.Message, error) {
	q := store.MessageQuery{Types: []string{rc.TypeVoiceMail}, ReadStatuses: []string{rc.Unread}}
	ms, err := o.Store.Messages(ctx, extensionID, q, 0, maxWaiting)
	if err != nil {
		return nil, fmt.Errorf("reading the voicemail of extension %d: %w", extensionID, err)
	}
	slices.Reverse(ms)
	return ms, nil
}

// Recording is the sound of a voicemail, a WAV file. It returns
// store.ErrNotFound for a message without one.
func (o *Office) Recording(ctx context.Context, extensionID, messageID int64) ([]byte, error) {
	m, err := o.Store.Message(ctx, extensionID, messageID)
	if err != nil {
		return nil, fmt.Errorf("reading message %d: %w", messageID, err)
	}
	for _, a := range m.Attachments {
		if a.Type == rc.AudioRecording {
			return o.Store.AttachmentContent(ctx, extensionID, a.ID)
		}
	}
	return nil, fmt.Errorf("reading the sound of message %d: %w", messageID, store.ErrNotFound)
}

// Heard marks a message as read, as who reads it on a screen does.
func (o *Office) Heard(ctx context.Context, e store.Extension, messageID int64) error {
	return o.alter(ctx, e, messageID, func(*store.Message) patch { return patch{ReadStatus: rc.Read} })
}

// Drop deletes a message; it can be undeleted on a screen.
func (o *Office) Drop(ctx context.Context, e store.Extension, messageID int64) error {
	return o.alter(ctx, e, messageID, func(*store.Message) patch { return patch{Availability: rc.Deleted} })
}

func (o *Office) alter(ctx context.Context, e store.Extension, messageID int64, p func(*store.Message) patch) error {
	results, err := o.change(ctx, e, []int64{messageID}, p)
	if err == nil && !results[0].found {
		err = store.ErrNotFound
	}
	return err
}

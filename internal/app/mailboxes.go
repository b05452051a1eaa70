package app

import (
	"context"
	"strconv"

	"offhook/internal/media"
	"offhook/internal/platform/api/messages"
	"offhook/internal/platform/exchange/sound"
	"offhook/internal/store"
)

// Mailbox is the voicemail of an extension, for its telephone.
func (m mailroom) Mailbox(e store.Extension) sound.Mailbox { return mailbox{m.office, e} }

// A mailbox has an extension's telephone play its voicemail.
type mailbox struct {
	office *messages.Office
	ext    store.Extension
}

func (m mailbox) New(ctx context.Context) ([]sound.Left, error) {
	waiting, err := m.office.Waiting(ctx, m.ext.ID)
	var all []sound.Left
	for _, w := range waiting {
		from := w.From.PhoneNumber
		if from == "" {
			from = w.From.ExtensionNumber
		}
		all = append(all, sound.Left{ID: strconv.FormatInt(w.ID, 10), From: from})
	}
	return all, err
}

func (m mailbox) Sound(ctx context.Context, id string) (media.Sound, error) {
	wav, err := m.office.Recording(ctx, m.ext.ID, messageID(id))
	if err != nil {
		return nil, err
	}
	return media.FromWAV(wav)
}

func (m mailbox) Heard(ctx context.Context, id string) error {
	return m.office.Heard(ctx, m.ext, messageID(id))
}

func (m mailbox) Delete(ctx context.Context, id string) error {
	return m.office.Drop(ctx, m.ext, messageID(id))
}

// messageID reads an id of New.
func messageID(text string) int64 {
	n, _ := strconv.ParseInt(text, 10, 64) // our own text; no message has the id 0
	return n
}

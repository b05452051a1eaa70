package desk

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"offhook/internal/rc"
)

// readAhead reads the transcriptions of the newest voicemail, so that lists
// can say what it is about.
func (d *Desk) readAhead(ctx context.Context) error {
	for {
		d.mu.Lock()
		var next *mail
		all := d.mail.list()
		for _, m := range all[:min(len(all), spokenAhead)] {
			if _, ok := spokenOf(&m.Record); ok && !m.Asked {
				next = m
				break
			}
		}
		var id int64
		if next != nil {
			id = next.Record.ID
		}
		d.mu.Unlock()
		if next == nil {
			return nil
		}
		if _, err := d.readSpoken(ctx, id, background); err != nil {
			return err
		}
	}
}

// spokenOf is the attachment that has the transcription of a voicemail
// message, where there is one to be had.
func spokenOf(r *rc.Message) (string, bool) {
	if r.VMTranscriptionState != rc.TranscriptionCompleted && r.VMTranscriptionState != "CompletedPartially" {
		return "", false
	}
	for _, a := range r.Attachments {
		if a.Type == rc.AudioTranscription {
			return strconv.FormatInt(a.ID, 10), true
		}
	}
	return "", false
}

// readSpoken reads a transcription and keeps it.
func (d *Desk) readSpoken(ctx context.Context, id int64, p priority) (string, error) {
	d.mu.Lock()
	m := d.mail.byID[id]
	if m == nil || m.Asked {
		defer d.mu.Unlock()
		if m == nil {
			return "", noMail()
		}
		return m.Spoken, nil
	}
	attachment, ok := spokenOf(&m.Record)
	d.mu.Unlock()
	if !ok {
		return "", nil
	}
	a, err := d.do(ctx, call{
		group: rc.Medium, priority: p, method: http.MethodGet, path: storePath + "/" + strconv.FormatInt(id, 10) + "/content/" + attachment, accept: "*/*",
	})
	if _, refused := errors.AsType[*refusal](err); refused {
		err = nil // it is not to be had: the sound says as much
	}
	if err != nil {
		return "", err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if m = d.mail.byID[id]; m == nil {
		return "", noMail()
	}
	m.Asked = true
	if len(a.body) <= maxSpoken {
		m.Spoken = strings.TrimSpace(strings.ToValidUTF8(string(a.body), "\uFFFD"))
	}
	d.dirty(rowKey{rowMail, strconv.FormatInt(id, 10)})
	d.tell(Event{Type: EventMail})
	return m.Spoken, nil
}

// Transcription is what was said, for which it asks the platform where that
// is to be had and not here yet. The error is an *rc.Error with a sentence,
// or ctx's.
func (d *Desk) Transcription(ctx context.Context, id string) (string, error) {
	number, _ := strconv.ParseInt(id, 10, 64)
	text, err := d.readSpoken(ctx, number, acting)
	if _, told := errors.AsType[*rc.Error](err); err == nil || told || ctx.Err() != nil {
		return text, err
	}
	return "", rc.Errorf(rc.Unavailable, "The transcription cannot be had right now. Try again in a moment.")
}

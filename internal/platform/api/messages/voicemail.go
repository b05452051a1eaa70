package messages

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"offhook/internal/platform/api/plan"
	"offhook/internal/platform/api/talk"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// A Voicemail is what somebody has left for an extension. Its numbers are
// E.164.
type Voicemail struct {
	From string // empty for a caller who withholds it
	Name string // what the network said of whoever is not on the platform
	To   string // a number of the platform
	At   time.Time
	// Sound is what was said, in a RIFF container; nil for a voice that hums
	// for Length.
	Sound  []byte
	Length time.Duration
	Text   string // what was said, written down; empty where that failed
	Read   bool
}

// LeaveVoicemail puts voicemail into the message store of whoever answers for
// its number. The process that serves the platform finds it there and tells
// the extension, wherever it was left from.
func LeaveVoicemail(ctx context.Context, st store.Platform, v Voicemail) (store.Message, error) {
	return leaveVoicemail(ctx, st, v, rc.Queued)
}

// SeedVoicemail is voicemail of the past: nobody is told.
func SeedVoicemail(ctx context.Context, st store.Platform, v Voicemail) error {
	_, err := leaveVoicemail(ctx, st, v, rc.Received)
	return err
}

func leaveVoicemail(ctx context.Context, st store.Platform, v Voicemail, status string) (store.Message, error) {
	o := &Office{Store: st, IDs: new(store.IDs)}
	p, receiver, err := o.receiver(ctx, map[int64]*plan.Plan{}, v.To)
	if err != nil {
		return store.Message{}, err
	}
	if p == nil {
		return store.Message{}, rc.Errorf(rc.Invalid, "Nobody on the platform has the number %s.", v.To)
	}
	m := &store.Message{
		AccountID: p.Account.ID, ExtensionID: receiver.ID, Type: rc.TypeVoiceMail, Direction: rc.Inbound, Availability: rc.Alive,
		ReadStatus: rc.Unread, Status: status, From: caller(p, v.From, v.Name),
		To:    []rc.Caller{{PhoneNumber: v.To, Name: p.Name(v.To), Target: true}},
		Facts: store.MessageFacts{Transcription: rc.TranscriptionCompleted},
	}
	if v.Read {
		m.ReadStatus = rc.Read
	}
	if v.Text == "" {
		m.Facts.Transcription = rc.TranscriptionNotAvailable
	}
	d := &delivery{copies: []*store.Message{m}, files: v.files(), alone: true}
	d.stamp(v.At)
	if err := o.post(ctx, []*delivery{d}); err != nil {
		return store.Message{}, fmt.Errorf("storing voicemail: %w", err)
	}
	return *m, nil
}

// files are the sound and what was written down of it.
func (v Voicemail) files() []File {
	sound := v.Sound
	if sound == nil {
		sound = talk.Monolog(v.Length)
	}
	length, _ := talk.WAVLength(sound)
	seconds := max(1, int(length.Round(time.Second)/time.Second))
	all := []File{{Type: rc.AudioRecording, ContentType: talk.ContentType, Body: sound, Seconds: seconds}}
	if v.Text != "" {
		all = append(all, File{Type: rc.AudioTranscription, Name: "transcription", ContentType: "text/plain", Body: []byte(v.Text), Seconds: seconds})
	}
	return all
}

// caller is who calls a number of p's account: a colleague, by number and
// extension, or somebody whom the network may have named.
func caller(p *plan.Plan, number, name string) rc.Caller {
	c := rc.Caller{PhoneNumber: number, Name: name}
	n, ok := p.Number(number)
	if !ok {
		return c
	}
	c.Name = p.Name(number)
	if e, ok := p.Extension(n.ExtensionID); ok {
		c.ExtensionNumber, c.ExtensionID = e.Number, strconv.FormatInt(e.ID, 10)
	}
	return c
}

// arrive takes over what another process has left: from now on its owner
// has been told. It is false for what has been taken over already.
func arrive(ctx context.Context, tx store.PlatformTx, m *store.Message) (bool, error) {
	now, err := tx.Message(ctx, m.ExtensionID, m.ID)
	if errors.Is(err, store.ErrNotFound) || err == nil && now.Status != rc.Queued {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	*m, m.Status = now, rc.Received
	return true, nil
}

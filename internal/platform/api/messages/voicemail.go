package messages

import (
	"context"
	"time"

	"offhook/internal/platform/api/talk"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// A Voicemail is what somebody has left for an extension. Its numbers are
// E.164.
type Voicemail struct {
	// Key is of this voicemail, whenever it is tried to leave it: each who gets
	// it has it once. Empty for what is left once.
	Key  string
	From string // empty for a caller who withholds it
	Name string // what the network said of whoever is not on the platform
	To   string // a number of the platform
	// Account, Caller and Owner are the extensions of a call, where they are
	// known: then numbers need not say whose voicemail it is, and may be
	// empty.
	Account, Caller, Owner int64

	At time.Time
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

// TakeVoicemail puts voicemail into the message store of its owner, who is
// told within seconds, and at the next Wake. What is there by its key already
// is returned as it is.
func (o *Office) TakeVoicemail(ctx context.Context, v Voicemail) (store.Message, error) {
	return leaveVoicemail(ctx, o.Store, v, rc.Queued)
}

// SeedVoicemail is voicemail of the past: nobody is told.
func SeedVoicemail(ctx context.Context, st store.Platform, v Voicemail) error {
	_, err := leaveVoicemail(ctx, st, v, rc.Received)
	return err
}

func leaveVoicemail(ctx context.Context, st store.Platform, v Voicemail, status string) (store.Message, error) {
	facts := store.MessageFacts{Transcription: rc.TranscriptionCompleted}
	if v.Text == "" {
		facts.Transcription = rc.TranscriptionNotAvailable
	}
	a := arrival{
		key: v.Key, kind: rc.TypeVoiceMail, status: status, from: v.From, name: v.Name, to: v.To, account: v.Account, caller: v.Caller, owner: v.Owner,
		at: v.At, read: v.Read, facts: facts,
	}
	return a.put(ctx, st, func() ([]File, error) { return v.files(), nil })
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

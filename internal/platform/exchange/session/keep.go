package session

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"offhook/internal/rc"
	"offhook/internal/store"
)

// soundType is what recordings and voicemail are.
const soundType = "audio/wav"

// StartRecording says that the party records the call, on its demand
// (rc.RecordedOnDemand) or always (rc.RecordedAutomatic), and returns the id
// of the recording. A recording that was paused goes on. It is false for a
// party that is over.
func (p *Party) StartRecording(kind string) (id string, ok bool) {
	return p.startRecording(kind, false)
}

// RecordAnew is StartRecording for a recording of its own behind one that is
// complete.
func (p *Party) RecordAnew(kind string) (id string, ok bool) { return p.startRecording(kind, true) }

func (p *Party) startRecording(kind string, anew bool) (id string, ok bool) {
	k := p.session.book
	k.mu.Lock()
	defer k.mu.Unlock()
	if p.status.Over() {
		return "", false
	}
	if n := len(p.recordings); n > 0 && p.kind == kind && !anew {
		r := &p.recordings[n-1]
		if !r.Active {
			r.Active = true
			p.tell(0)
		}
		return r.ID, true
	}
	id = strconv.FormatInt(k.ids.Next(), 10)
	p.kind = kind
	p.recordings = append(p.recordings, rc.PartyRecording{ID: id, Active: true})
	p.tell(0)
	return id, true
}

// PauseRecording says that a recording stops for now. It is false when there
// is none that runs.
func (p *Party) PauseRecording(id string) bool {
	return p.set(0, func() bool {
		for i := range p.recordings {
			if r := &p.recordings[i]; r.ID == id && r.Active {
				r.Active = false
				return true
			}
		}
		return false
	})
}

// KeepRecording stores what was recorded until at, a WAV file, under the id
// that StartRecording gave, and names it in the log of the party's owner. The
// party may be over. It may be tried again after an error.
func (p *Party) KeepRecording(ctx context.Context, id string, at time.Time, sound []byte, length time.Duration) error {
	k := p.session.book
	r := store.CallRecording{ID: id, AccountID: p.Spec().AccountID, ContentType: soundType, Duration: length, CreatedAt: at}
	err := k.store.Write(ctx, func(tx store.PlatformTx) error { return tx.AddCallRecording(ctx, r, sound) })
	if err != nil && !errors.Is(err, store.ErrExists) { // the store may have taken what it said that it had not
		return fmt.Errorf("keeping recording %s: %w", id, err)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if row := p.row(); row != nil {
		row.keep(rc.RecordingOfACall{ID: id, Type: p.kind})
	}
	// Phones have read the log when the call ended; they do again now.
	p.tell(logged)
	return nil
}

// LeaveVoicemail hands what the caller said until at, a WAV file, to the
// voicemail of the party's owner, and names the message in their log. The
// party may be over. It may be tried again after an error, and leaves one
// message then.
func (p *Party) LeaveVoicemail(ctx context.Context, at time.Time, sound []byte, length time.Duration) error {
	k := p.session.book
	if k.Mailbox == nil {
		return rc.Errorf(rc.NotFound, "There is no voicemail on this platform.")
	}
	spec := p.Spec()
	id, err := k.Mailbox.LeaveVoicemail(ctx, Voicemail{
		Key:       p.id, // a party leaves one
		AccountID: spec.AccountID, ExtensionID: spec.ExtensionID, From: spec.From, To: spec.To, At: at, Sound: sound, Length: length,
	})
	if err != nil {
		return fmt.Errorf("keeping a voicemail for extension %d: %w", spec.ExtensionID, err)
	}
	k.mu.Lock()
	if row := p.row(); row != nil {
		row.message = &rc.MessageOfACall{ID: strconv.FormatInt(id, 10), Type: rc.TypeVoiceMail}
	}
	p.tell(logged)
	k.mu.Unlock()
	// Who is told of the message finds it in the log.
	if err := k.Flush(ctx); err != nil {
		k.log.Error("waiting until a voicemail is in the log", "session", p.session.id, "err", err)
	}
	k.Mailbox.Deliver()
	return nil
}

package desk

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"offhook/internal/rc"
)

// A Voicemail is one voicemail message of the user.
type Voicemail struct {
	ID     string
	Party  Party // who called; without a number when they withheld it
	At     time.Time
	Length time.Duration
	Unread bool
	Spoken string // the transcription; empty when there is none, or not yet
	Spelt  Spelt
	Sound  bool // there is something to listen to
}

// Spelt says whether there is a transcription.
type Spelt string

// States of a transcription.
const (
	SpeltNot    Spelt = ""       // there is none
	SpeltSoon   Spelt = "soon"   // the platform works on it
	SpeltHere   Spelt = "here"   // Spoken has it
	SpeltAsk    Spelt = "ask"    // there is one, which has not been read yet: see Transcription
	SpeltFailed Spelt = "failed" // the platform could not
)

// A Mailbox says what is known of the user's voicemail and faxes.
type Mailbox struct {
	Voicemail bool // the user has voicemail, and the platform lets this app read it
	Faxes     bool // the same of faxes
	Synced    bool // both have been read; before, an empty list means nothing
	Older     bool // the platform has more, from before
	Unheard   int  // voicemail messages
	Unseen    int  // faxes
}

// Mailbox says what is known.
func (d *Desk) Mailbox() Mailbox {
	d.mu.Lock()
	defer d.mu.Unlock()
	b := &d.mail
	out := Mailbox{
		Voicemail: d.me.Features[voicemailFeature] && !b.refused, Faxes: d.me.Features[faxFeature] && !b.refused,
		Synced: !b.row.At.IsZero(), Older: b.row.Older,
	}
	for _, m := range b.list() {
		if m.unread() && m.Record.Type == rc.TypeVoiceMail {
			out.Unheard++
		} else if m.unread() {
			out.Unseen++
		}
	}
	return out
}

// Voicemails are the voicemail messages that are known, newest first.
func (d *Desk) Voicemails() []Voicemail {
	d.mu.Lock()
	defer d.mu.Unlock()
	var all []Voicemail
	for _, m := range d.mail.list() {
		if m.Record.Type == rc.TypeVoiceMail {
			all = append(all, d.voicemail(m))
		}
	}
	return all
}

// Voicemail is one of them, NotFound when it is not here.
func (d *Desk) Voicemail(id string) (Voicemail, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	m, err := d.mailBy(id)
	if err != nil {
		return Voicemail{}, err
	}
	return d.voicemail(m), nil
}

// mailBy finds a message that is not deleted. The caller holds mu.
func (d *Desk) mailBy(id string) (*mail, error) {
	number, err := strconv.ParseInt(id, 10, 64)
	m := d.mail.byID[number]
	if err != nil || m == nil || !m.Removed.IsZero() {
		return nil, noMail()
	}
	return m, nil
}

// voicemail draws one up. The caller holds mu.
func (d *Desk) voicemail(m *mail) Voicemail {
	v := Voicemail{ID: strconv.FormatInt(m.Record.ID, 10), At: m.Record.CreationTime.Time, Unread: m.unread(), Spoken: m.Spoken}
	v.Party = d.correspondent(m.Record.From)
	if a, ok := recordingOf(&m.Record); ok {
		v.Sound, v.Length = true, time.Duration(a.VMDuration)*time.Second
	}
	switch _, ok := spokenOf(&m.Record); {
	case m.Spoken != "":
		v.Spelt = SpeltHere
	case ok && !m.Asked:
		v.Spelt = SpeltAsk
	case m.Record.VMTranscriptionState == rc.TranscriptionInProgress:
		v.Spelt = SpeltSoon
	case m.Record.VMTranscriptionState == rc.TranscriptionFailed || m.Record.VMTranscriptionState == "TimedOut":
		v.Spelt = SpeltFailed
	}
	return v
}

// correspondent is what is known of one end of a message. The caller holds mu.
func (d *Desk) correspondent(c *rc.Caller) Party {
	if c == nil {
		return Party{}
	}
	return d.ledger.people.caller(&rc.CallParty{PhoneNumber: c.PhoneNumber, ExtensionNumber: c.ExtensionNumber, ExtensionID: c.ExtensionID, Name: c.Name})
}

func recordingOf(r *rc.Message) (rc.Attachment, bool) {
	for _, a := range r.Attachments {
		if a.Type == rc.AudioRecording {
			return a, true
		}
	}
	return rc.Attachment{}, false
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

// VoicemailSound is what was said, for which it asks the platform. The error
// is an *rc.Error with a sentence, or ctx's.
func (d *Desk) VoicemailSound(ctx context.Context, id string) (Sound, error) {
	d.mu.Lock()
	m, err := d.mailBy(id)
	var a rc.Attachment
	var ok bool
	if err == nil {
		a, ok = recordingOf(&m.Record)
	}
	d.mu.Unlock()
	if err != nil {
		return Sound{}, err
	}
	if !ok {
		return Sound{}, rc.Errorf(rc.NotFound, "There is no sound with this message.")
	}
	path := storePath + "/" + id + "/content/" + strconv.FormatInt(a.ID, 10)
	return d.pool.sounds.get(ctx, d.grantID+"/mail/"+id, func(ctx context.Context) (Sound, error) { return d.fetchSoundAt(ctx, rc.Medium, path) })
}

// MarkMail marks a voicemail message or fax as read or unread: here at once,
// at the platform soon.
func (d *Desk) MarkMail(id string, read bool) error {
	d.touch()
	d.mu.Lock()
	defer d.mu.Unlock()
	m, err := d.mailBy(id)
	if err != nil {
		return err
	}
	status := rc.Unread
	if read {
		status = rc.Read
	}
	if m.Record.ReadStatus == status {
		return nil
	}
	if m.Read == "" {
		m.Theirs = m.Record.ReadStatus
	}
	m.Record.ReadStatus, m.Read = status, status
	d.touched(m)
	return nil
}

// RemoveMail deletes a voicemail message or fax: here at once, at the
// platform soon. RestoreMail has it back for a while.
func (d *Desk) RemoveMail(id string) error {
	d.touch()
	d.mu.Lock()
	defer d.mu.Unlock()
	m, err := d.mailBy(id)
	if err != nil {
		return err
	}
	m.Removed, m.Keep = d.pool.Now(), rc.Deleted
	d.touched(m)
	return nil
}

// RestoreMail has back what RemoveMail has deleted. It is NotFound when that
// was too long ago.
func (d *Desk) RestoreMail(id string) error {
	d.touch()
	d.mu.Lock()
	defer d.mu.Unlock()
	number, _ := strconv.ParseInt(id, 10, 64)
	m := d.mail.byID[number]
	if m == nil {
		return rc.Errorf(rc.NotFound, "This message cannot be had back any more.")
	}
	if m.Removed.IsZero() {
		return nil
	}
	m.Removed, m.Keep = time.Time{}, rc.Alive
	d.touched(m)
	return nil
}

// touched tells and keeps what the user did with a message. The caller holds
// mu.
func (d *Desk) touched(m *mail) {
	d.mail.sorted = nil
	d.dirty(rowKey{rowMail, strconv.FormatInt(m.Record.ID, 10)})
	record := m.Record
	if !m.Removed.IsZero() {
		record.Availability = rc.Deleted
	}
	d.tell(Event{Type: EventMessage, Message: &record})
	d.tell(Event{Type: EventMail})
	wake(d.wantMail)
}

// fetchBody asks the platform for bytes that may be many. The error is an
// *rc.Error with a sentence, or ctx's.
func (d *Desk) fetchBody(ctx context.Context, group rc.Group, path string, most int64) (kind string, body []byte, err error) {
	wait, cancel := context.WithTimeout(ctx, setPatience)
	defer cancel()
	t, err := d.budget.acquire(wait, group, acting)
	if err != nil {
		return "", nil, soundLimited()
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, path, nil)
	if err != nil {
		d.budget.refund(group, t)
		return "", nil, noMail()
	}
	req.Header.Set("X-User-Agent", userAgent)
	resp, err := d.pool.Street.Do(ctx, d.grantID, req)
	if err != nil {
		d.budget.refund(group, t)
		if e, ok := errors.AsType[*rc.Error](err); ok && e.Kind == rc.Unauthenticated {
			return "", nil, signedOut()
		}
		return "", nil, rc.Errorf(rc.Unavailable, "The phone service does not answer. Try again in a moment.")
	}
	defer resp.Body.Close()
	d.budget.answered(group, t, resp.StatusCode, resp.Header)
	if resp.StatusCode != http.StatusOK {
		return "", nil, bodyRefused(resp.StatusCode)
	}
	body, err = io.ReadAll(io.LimitReader(resp.Body, most+1))
	if err != nil {
		return "", nil, rc.Errorf(rc.Unavailable, "The phone service stopped in the middle. Try again in a moment.")
	}
	if int64(len(body)) > most {
		return "", nil, rc.Errorf(rc.TooLarge, "This is too large to be had here. Your phone service's own site has it.")
	}
	return mediaType(resp.Header.Get("Content-Type")), body, nil
}

func bodyRefused(status int) error {
	switch {
	case status == http.StatusNotFound:
		return noMail()
	case status == http.StatusTooManyRequests:
		return soundLimited()
	case status >= 500:
		return rc.Errorf(rc.Unavailable, "The phone service does not answer. Try again in a moment.")
	}
	return rc.Errorf(rc.Denied, "Your phone service does not let this app read your messages. Ask your administrator to allow it.")
}

// fetchSoundAt asks the platform for a sound.
func (d *Desk) fetchSoundAt(ctx context.Context, group rc.Group, path string) (Sound, error) {
	kind, body, err := d.fetchBody(ctx, group, path, maxSound)
	if err != nil {
		return Sound{}, err
	}
	s := Sound{Type: soundTypes[kind], Data: body}
	if s.Type == "" {
		return Sound{}, rc.Errorf(rc.Unavailable, "The phone service sent something that cannot be played.")
	}
	return s, nil
}

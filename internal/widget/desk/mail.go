package desk

import (
	"context"
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
	Voicemail                  bool // the user has voicemail, and the platform lets this app read it
	Faxes                      bool // the same of faxes
	Synced                     bool // both have been read; before, an empty list means nothing
	OlderVoicemail, OlderFaxes bool // the platform has more, from before
	Unheard                    int  // voicemail messages
	Unseen                     int  // faxes: those that came in, and those that failed
}

// Mailbox says what is known.
func (d *Desk) Mailbox() Mailbox {
	d.mu.Lock()
	defer d.mu.Unlock()
	b := &d.mail
	out := Mailbox{
		Voicemail: d.me.Features[voicemailFeature] && !b.refused, Faxes: d.me.Features[faxFeature] && !b.refused,
		Synced: !b.row.At.IsZero(), OlderVoicemail: b.more(rc.TypeVoiceMail), OlderFaxes: b.more(rc.TypeFax),
	}
	for _, m := range b.list() {
		if m.unread() && m.Record.Type == rc.TypeVoiceMail {
			out.Unheard++
		} else if m.unread() {
			out.Unseen++
		}
	}
	out.Unseen += d.missedFaxes()
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

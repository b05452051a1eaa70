package panel

import (
	"context"
	"time"

	"offhook/internal/rc"
)

// storyVoicemail is what callers have left.
func storyVoicemail() []Voicemail {
	return []Voicemail{
		{ID: "31", Party: marta, At: ago(12 * time.Minute), Length: 21 * time.Second, Unread: true, Sound: true, Spelt: "here", Spoken: "Hello Dana, it is Marta. The driver is at the gate and nobody answers. Could you let him in, or call me back?"},
		{ID: "30", Party: priya, At: ago(3 * time.Hour), Length: 8 * time.Second, Sound: true, Spelt: "soon"},
		{ID: "29", At: ago(day), Length: 4 * time.Second, Unread: true, Sound: true},
		{ID: "28", Party: lumen, At: ago(2 * day), Length: 95 * time.Second, Sound: true, Spelt: "failed"},
		{ID: "27", Party: evil, At: ago(9 * day), Length: 3725 * time.Second, Sound: true, Spelt: "here", Spoken: "<script>alert(1)</script>\u202e txt"},
	}
}

func voicemailsStory(query string) func(*fixtureDesk, page) (string, any) {
	return func(_ *fixtureDesk, p page) (string, any) {
		return "voicemails", newVoicemails(context.Background(), p, query, callRows)
	}
}

func voicemailStory(id string) func(*fixtureDesk, page) (string, any) {
	return func(d *fixtureDesk, p page) (string, any) {
		m, err := d.Voicemail(id)
		must(err)
		return "voicemail", newVoicemail(p, m, d.mailbox)
	}
}

var mailStories = []story{
	{Name: "voicemails", Title: "Voicemail", draw: voicemailsStory("")},
	{Name: "voicemails-found", Title: "Voicemail, searched by what was said", draw: voicemailsStory("gate")},
	{Name: "voicemails-nothing-found", Title: "Voicemail, nothing found", draw: voicemailsStory("walnut")},
	{Name: "voicemails-empty", Title: "Voicemail, none yet", draw: func(d *fixtureDesk, p page) (string, any) {
		d.voicemail = nil
		return voicemailsStory("")(d, p)
	}},
	{Name: "voicemails-loading", Title: "Voicemail, loading", draw: func(d *fixtureDesk, p page) (string, any) {
		d.voicemail, d.mailbox.Synced = nil, false
		return voicemailsStory("")(d, p)
	}},
	{Name: "voicemails-denied", Title: "Voicemail, not allowed", draw: func(d *fixtureDesk, p page) (string, any) {
		d.mailbox = Mailbox{}
		return voicemailsStory("")(d, p)
	}},
	{Name: "voicemail", Title: "One voicemail message", draw: voicemailStory("31")},
	{Name: "voicemail-soon", Title: "Voicemail that is being written down", draw: voicemailStory("30")},
	{Name: "voicemail-hidden", Title: "Voicemail, number withheld", draw: voicemailStory("29")},
	{Name: "voicemail-hostile", Title: "Voicemail with hostile words", draw: voicemailStory("27")},
}

func (d *fixtureDesk) Mailbox(context.Context) Mailbox                       { return d.mailbox }
func (d *fixtureDesk) Voicemails() []Voicemail                               { return d.voicemail }
func (d *fixtureDesk) Transcription(context.Context, string) (string, error) { return "", nil }
func (d *fixtureDesk) VoicemailSound(context.Context, string) (Sound, error) { return Sound{}, nil }
func (d *fixtureDesk) MarkMail(string, bool) error                           { return nil }
func (d *fixtureDesk) RemoveMail(string) error                               { return nil }
func (d *fixtureDesk) RestoreMail(string) error                              { return nil }
func (d *fixtureDesk) RefreshMail()                                          {}

func (d *fixtureDesk) Voicemail(id string) (Voicemail, error) {
	for _, m := range d.voicemail {
		if m.ID == id {
			return m, nil
		}
	}
	return Voicemail{}, rc.Errorf(rc.NotFound, "This message is not here any more.")
}

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

// storyFaxes came in and went out.
func storyFaxes() []Fax {
	pdf := func(names ...string) (all []File) {
		for i, n := range names {
			all = append(all, File{ID: string(rune('1' + i)), Name: n, ContentType: "application/pdf", Size: 4096})
		}
		return all
	}
	return []Fax{
		{ID: "fax-2", Parties: []Party{priya}, At: ago(time.Minute), State: Sending, Waiting: true},
		{ID: "fax-1", Parties: []Party{cold}, At: ago(8 * time.Minute), State: Failed, Error: "The phone service refused this fax: It is not a phone number that takes faxes.", Waiting: true},
		{ID: "51", Parties: []Party{lumen}, Inbound: true, At: ago(25 * time.Minute), Pages: 3, Unread: true, State: Received, Documents: pdf("fax.pdf")},
		{ID: "50", Parties: []Party{cold, lumen, marta}, At: ago(2 * time.Hour), Pages: 1, State: Failed, Outcomes: []MessageState{Failed, Sent, Sent}, Error: "No fax machine answered at (310) 555-0177. Check the number and send it again.", Documents: pdf("offer.pdf", "plan.pdf")},
		{ID: "49", Parties: []Party{marta, priya}, At: ago(day), Pages: 12, State: Sending, Documents: pdf("offer.pdf")},
		{ID: "48", Parties: []Party{evil}, Inbound: true, At: ago(3 * day), Pages: 2, State: Received, Documents: pdf("<b>\u202efdp.exe")},
		{ID: "47", Inbound: true, At: ago(30 * day), State: Received},
	}
}

func faxesStory(query string) func(*fixtureDesk, page) (string, any) {
	return func(_ *fixtureDesk, p page) (string, any) {
		return "faxes", newFaxes(context.Background(), p, query, callRows)
	}
}

func faxStory(id string) func(*fixtureDesk, page) (string, any) {
	return func(d *fixtureDesk, p page) (string, any) {
		f, err := d.Fax(id)
		must(err)
		return "fax", newFax(p, f, d.mailbox)
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
	{Name: "faxes", Title: "Faxes", draw: faxesStory("")},
	{Name: "faxes-empty", Title: "Faxes, none yet", draw: func(d *fixtureDesk, p page) (string, any) {
		d.faxes = nil
		return faxesStory("")(d, p)
	}},
	{Name: "faxes-nothing-found", Title: "Faxes, nothing found", draw: faxesStory("walnut")},
	{Name: "faxes-denied", Title: "Faxes, not allowed", draw: func(d *fixtureDesk, p page) (string, any) {
		d.mailbox = Mailbox{Voicemail: true}
		return faxesStory("")(d, p)
	}},
	{Name: "fax", Title: "One fax", draw: faxStory("51")},
	{Name: "fax-failed", Title: "A fax that was not sent", draw: faxStory("50")},
	{Name: "fax-new", Title: "New fax", draw: func(_ *fixtureDesk, p page) (string, any) {
		return "fax-form", newFaxForm(p, "", []File{{ID: "1", Name: "offer.pdf", ContentType: "application/pdf", Size: 48_213, Upload: true}}, []rc.FaxCoverPage{{ID: "0", Name: "None"}, {ID: "5", Name: "Classic"}})
	}},
	{Name: "fax-hostile", Title: "A fax with a hostile name", draw: faxStory("48")},
	{Name: "voicemail-hostile", Title: "Voicemail with hostile words", draw: voicemailStory("27")},
}

func (d *fixtureDesk) Mailbox(context.Context) Mailbox                       { return d.mailbox }
func (d *fixtureDesk) Voicemails() []Voicemail                               { return d.voicemail }
func (d *fixtureDesk) Transcription(context.Context, string) (string, error) { return "", nil }
func (d *fixtureDesk) VoicemailSound(context.Context, string) (Sound, error) { return Sound{}, nil }
func (d *fixtureDesk) MarkMail(string, bool) error                           { return nil }
func (d *fixtureDesk) RemoveMail(string) error                               { return nil }
func (d *fixtureDesk) RestoreMail(string) error                              { return nil }
func (d *fixtureDesk) MoreVoicemail(context.Context) error                   { return nil }
func (d *fixtureDesk) MoreFaxes(context.Context) error                       { return nil }

// PictureOf knows no pictures: the stories are documents without a server.
func (d *fixtureDesk) PictureOf(string) string { return "" }

func (d *fixtureDesk) Portrait(context.Context, string, string) (Portrait, error) {
	return Portrait{"image/png", []byte("a picture")}, nil
}

func (d *fixtureDesk) SeeFaxes()    {}
func (d *fixtureDesk) RefreshMail() {}

func (d *fixtureDesk) Faxes() []Fax { return d.faxes }
func (d *fixtureDesk) FaxDocument(context.Context, string, string) (File, []byte, error) {
	return File{}, nil, nil
}

func (d *fixtureDesk) Fax(id string) (Fax, error) {
	for _, f := range d.faxes {
		if f.ID == id {
			return f, nil
		}
	}
	return Fax{}, rc.Errorf(rc.NotFound, "This message is not here any more.")
}

func (d *fixtureDesk) FaxFiles(context.Context) ([]File, error)              { return nil, nil }
func (d *fixtureDesk) AddFaxFile(context.Context, Upload) (File, error)      { return File{}, nil }
func (d *fixtureDesk) CoverPages(context.Context) ([]rc.FaxCoverPage, error) { return nil, nil }
func (d *fixtureDesk) SendFax(context.Context, OutgoingFax) error            { return nil }
func (d *fixtureDesk) RetryFax(context.Context, string) error                { return nil }
func (d *fixtureDesk) DropFax(context.Context, string) error                 { return nil }

func (d *fixtureDesk) Voicemail(id string) (Voicemail, error) {
	for _, m := range d.voicemail {
		if m.ID == id {
			return m, nil
		}
	}
	return Voicemail{}, rc.Errorf(rc.NotFound, "This message is not here any more.")
}

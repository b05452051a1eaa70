package panel

import (
	"context"
	"time"

	"offhook/internal/rc"
)

// filesStory is a conversation with every kind of file.
func filesStory() story {
	return story{Name: "conversation-files", Title: "Conversation with pictures and files", Side: true, draw: func(d *fixtureDesk, p page) (string, any) {
		c, _, err := d.Conversation("42")
		must(err)
		p.Held = true // there is nobody to ask for the pictures
		v := newConversation(p, c, fileMessages(), "")
		v.Added = p.fileViews("", []File{
			{ID: "u1", Name: "site plan.png", ContentType: "image/png", Size: 340_000, Width: 800, Height: 600, Upload: true},
			{ID: "u2", Name: "prices.zip", ContentType: "application/zip", Size: 1_100_000, Upload: true},
		})
		return "conversation", v
	}}
}

func fileMessages() []Message {
	with := func(m Message, files ...File) Message {
		m.Files = files
		return m
	}
	return []Message{
		with(theirs("f1", marta, ago(50*time.Minute), "This is where the boards must go."),
			File{ID: "p1", Name: "site.jpg", ContentType: "image/jpeg", Size: 420_000, Width: 1200, Height: 900}),
		with(theirs("f2", marta, ago(49*time.Minute), ""), File{ID: "p2", Name: "", ContentType: "image/png", Size: 90_000},
			File{ID: "p3", Name: "drawing.svg", ContentType: "image/svg+xml", Size: 2_100}),
		with(mine("f3", ago(40*time.Minute), Delivered, "Our foreman:"), File{ID: "p4", Name: "Omar Haddad.vcf", ContentType: "text/vcard", Size: 640}),
		with(mine("f4", ago(30*time.Minute), Delivered, ""), File{ID: "p5", Name: "walk through the site.mp4", ContentType: "video/mp4", Size: 1_240_000},
			File{ID: "p6", Name: "offer.rtf", ContentType: "application/rtf", Size: 18_000}),
		with(theirs("f5", evil, ago(20*time.Minute), ""), File{ID: "p7", Name: "\"><script>alert(1)</script>\u202egnp.zip", ContentType: "application/zip", Size: 12}),
		with(mine("f6", ago(time.Minute), Sending, ""), File{ID: "p8", Name: "boards.png", ContentType: "image/png", Size: 640_000, Width: 600, Height: 900, Upload: true}),
	}
}

func (d *fixtureDesk) Attachment(context.Context, string, string) (File, []byte, error) {
	return File{}, nil, rc.Errorf(rc.NotFound, "This file is not here any more.")
}

func (d *fixtureDesk) Uploaded(context.Context, string) (File, []byte, error) {
	return File{}, nil, rc.Errorf(rc.NotFound, "This file is not here any more.")
}

func (d *fixtureDesk) DraftFiles(context.Context, string) ([]File, error) { return nil, nil }

func (d *fixtureDesk) AddFile(_ context.Context, u Upload) (File, error) {
	return File{ID: u.ID, Name: u.Name, ContentType: u.ContentType, Size: int64(len(u.Body)), Upload: true}, nil
}

func (d *fixtureDesk) RemoveFile(context.Context, string) error { return nil }

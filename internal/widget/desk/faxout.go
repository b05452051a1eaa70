package desk

import (
	"context"
	"mime"
	"path"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"offhook/internal/rc"
	"offhook/internal/store"
)

// Bounds of a fax that is sent from here.
const (
	maxFaxFiles  = 20
	maxFaxBytes  = 15 << 20
	maxCoverText = 1024
	maxFaxWaits  = 20

	// faxDraft is the draft that the documents of a fax belong to.
	faxDraft = "fax"
	// faxPrefix begins the ids of the faxes in the outbox.
	faxPrefix = "fax-"
)

// An OutgoingFax is a fax to send. ID is made by the client (a UUID): sending
// the same ID twice sends once.
type OutgoingFax struct {
	ID        string
	To        []string // in any notation
	Files     []string // ids of what was added to the draft
	Cover     int      // of the platform's cover pages; 0 for none
	CoverText string
}

// A faxItem is a fax in the outbox.
type faxItem struct {
	parcel
	faxLetter
}

// A faxLetter is what it keeps sealed.
type faxLetter struct {
	To        []string `json:"to"`
	Files     []File   `json:"files,omitempty"`
	Cover     int      `json:"cover,omitempty"`
	CoverText string   `json:"coverText,omitempty"`
	Original  int64    `json:"original,omitempty"` // the fax that is sent again; then there are no files
	attempt
}

func (i *faxItem) with(a attempt) any {
	l := i.faxLetter
	l.attempt = a
	return l
}

// faxTypes are what can be faxed, by media type and by how names end.
var faxTypes = map[string]string{
	"application/pdf": pdfType, "text/plain": "text/plain", "image/png": "image/png", "image/jpeg": "image/jpeg", "image/gif": "image/gif",
	".pdf": pdfType, ".txt": "text/plain", ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif",
}

func faxType(contentType, name string) string {
	kind, _, err := mime.ParseMediaType(contentType)
	if err != nil || kind == "application/octet-stream" {
		return faxTypes[strings.ToLower(path.Ext(name))]
	}
	return faxTypes[kind]
}

// AddFaxFile writes a document down for the fax that is being written. What
// cannot be faxed is an *rc.Error with a sentence.
func (d *Desk) AddFaxFile(ctx context.Context, u Upload) (File, error) {
	d.touch()
	f := File{ID: u.ID, Name: fileName(u.Name), ContentType: faxType(u.ContentType, u.Name), Size: int64(len(u.Body)), Upload: true}
	switch {
	case u.ID == "" || len(u.ID) > 64:
		return f, rc.Errorf(rc.Invalid, "The document has no id. Reload the page and add it again.")
	case f.ContentType == "":
		return f, rc.Errorf(rc.Invalid, "This kind of document cannot be faxed. PDF, plain text, PNG, JPEG and GIF can.")
	case f.Size == 0:
		return f, rc.Errorf(rc.Invalid, "This document is empty.")
	}
	return f, d.addFile(ctx, f, faxDraft, u.Body, room{
		files: maxFaxFiles, bytes: maxFaxBytes, tooMany: tooManyDocuments(),
		tooLarge: rc.Errorf(rc.TooLarge, "Together these documents are larger than %d MB. Send some with another fax.", maxFaxBytes>>20),
		full:     rc.Errorf(rc.TooMany, "Too much waits to be sent. Wait until some of it is gone."),
	})
}

func tooManyDocuments() error {
	return rc.Errorf(rc.Invalid, "A fax holds at most %d documents. Send the others with another one.", maxFaxFiles)
}

// FaxFiles are the documents of the fax that is being written.
func (d *Desk) FaxFiles(ctx context.Context) ([]File, error) { return d.filesIn(ctx, faxDraft) }

// SendFax takes over a fax. When it returns, the fax is safe: it is sent as
// soon as the platform takes it, and once. The same ID again changes nothing.
// What cannot be sent is an *rc.Error with a sentence.
func (d *Desk) SendFax(ctx context.Context, o OutgoingFax) error {
	d.poke()
	d.mu.Lock()
	_, known := d.faxes[faxPrefix+o.ID]
	i, err := d.composeFax(o)
	d.mu.Unlock()
	if known {
		return nil
	}
	if err != nil {
		return err
	}
	if i.Files, err = d.enclosed(ctx, i.ID, o.Files, noDocument()); err != nil {
		return err
	}
	return d.acceptFax(ctx, i)
}

func noDocument() error {
	return rc.Errorf(rc.Invalid, "A document is not here any more. Remove it and add it again.")
}

// acceptFax writes a fax down and sets it on its way.
func (d *Desk) acceptFax(ctx context.Context, i *faxItem) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeWithin)
	defer cancel()
	row, _, err := d.hold(ctx, i, func(tx store.WidgetTx) error { return d.take(ctx, tx, i.ID, i.Files, noDocument()) })
	if err != nil {
		return err
	}
	d.mu.Lock()
	d.admitFax(row)
	d.mu.Unlock()
	wake(d.wantFax)
	return nil
}

// composeFax checks a fax and makes its item. The caller holds mu.
func (d *Desk) composeFax(o OutgoingFax) (*faxItem, error) {
	text := strings.TrimSpace(o.CoverText)
	waiting := 0
	for _, i := range d.faxes {
		waiting += rank(i.waits())
	}
	switch {
	case o.ID == "" || len(o.ID) > 80:
		return nil, rc.Errorf(rc.Invalid, "The fax has no id. Reload the page and send it again.")
	case len(o.Files) == 0 && o.Cover == 0:
		return nil, rc.Errorf(rc.Invalid, "Add a document first, or choose a cover page.")
	case len(o.Files) > maxFaxFiles:
		return nil, tooManyDocuments()
	case utf8.RuneCountInString(text) > maxCoverText:
		return nil, rc.Errorf(rc.Invalid, "The cover page holds at most %d characters.", maxCoverText)
	case waiting >= maxFaxWaits:
		return nil, rc.Errorf(rc.TooMany, "%d faxes wait to be sent. Wait until some of them are gone.", waiting)
	}
	if err := d.ready(); err != nil {
		return nil, err
	}
	to, err := d.numbers(o.To, rc.Errorf(rc.Invalid, "Choose whom to fax first."), rc.Errorf(rc.Invalid, "A fax goes to at most %d people.", maxParties))
	if err != nil {
		return nil, err
	}
	for _, s := range o.To {
		if n, err := d.ledger.people.number(s); err == nil && !strings.HasPrefix(n, "+") {
			return nil, rc.Errorf(rc.Invalid, "%s is no number that a fax can go to. Type a whole phone number.", s)
		}
	}
	i := d.newFaxItem(o.ID)
	i.To, i.Cover = to, o.Cover
	if o.Cover != 0 {
		i.CoverText = text
	}
	return i, nil
}

func (d *Desk) newFaxItem(id string) *faxItem { return &faxItem{parcel: d.newParcel(faxPrefix + id)} }

// admitFax takes over a row of the outbox. The caller holds mu.
func (d *Desk) admitFax(r store.OutboxItem) {
	known := d.faxes[r.ID]
	if known != nil && !r.UpdatedAt.After(known.UpdatedAt) {
		return
	}
	var l faxLetter
	if err := d.unseal(r, &l); err != nil {
		d.log.Error("opening a fax of the outbox", "err", err)
		return
	}
	if known == nil {
		known = &faxItem{parcel: parcel{OutboxItem: r}, faxLetter: l}
		d.faxes[r.ID] = known
	} else {
		become(known, r, l.attempt)
	}
	known.changed(d)
}

// faxing reports whether a fax waits to be sent. The caller holds mu.
func (d *Desk) faxing() bool {
	for _, i := range d.faxes {
		if i.waits() {
			return true
		}
	}
	return false
}

// unsentFaxes are those that no record shows, newest first. The caller holds
// mu.
func (d *Desk) unsentFaxes() []Fax {
	var items []*faxItem
	for _, i := range d.faxes {
		if i.State != store.OutboxSent || d.mail.byID[i.MessageID] == nil && d.pool.Now().Sub(i.UpdatedAt) < time.Minute {
			items = append(items, i)
		}
	}
	slices.SortFunc(items, func(a, b *faxItem) int { return int(min(max(b.Position-a.Position, -1), 1)) })
	var all []Fax
	for _, i := range items {
		f := Fax{ID: i.ID, At: i.CreatedAt, State: Sending, Waiting: true}
		if i.State == store.OutboxFailed {
			f.State, f.Error, f.Unread = Failed, i.Error, slices.Contains(d.ledger.failures, i.ID)
		}
		for _, n := range i.To {
			f.Parties = append(f.Parties, d.ledger.people.party(n))
		}
		all = append(all, f)
	}
	return all
}

// CoverPages are what a fax can begin with, for which it asks the platform.
// The error is an *rc.Error with a sentence, or ctx's.
func (d *Desk) CoverPages(ctx context.Context) ([]rc.FaxCoverPage, error) {
	d.mu.Lock()
	known := d.covers
	d.mu.Unlock()
	if known != nil {
		return known, nil
	}
	list, err := get[rc.List[rc.FaxCoverPage]](ctx, d, rc.Light, acting, "/restapi/v1.0/dictionary/fax-cover-page", nil)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, rc.Errorf(rc.Unavailable, "The cover pages cannot be had right now. Try again in a moment.")
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.covers = list.Records
	return d.covers, nil
}

package desk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"path"
	"slices"
	"strconv"
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

// A faxItem is a fax in the outbox. Its life is that of an item; every step is
// written down before the next is taken.
type faxItem struct {
	store.OutboxItem
	faxLetter
	retryAt  time.Time
	failures backoff
}

// A faxLetter is what it keeps sealed.
type faxLetter struct {
	To        []string  `json:"to"`
	Files     []File    `json:"files,omitempty"`
	Cover     int       `json:"cover,omitempty"`
	CoverText string    `json:"coverText,omitempty"`
	Original  int64     `json:"original,omitempty"` // the fax that is sent again; then there are no files
	Attempted time.Time `json:"attempted,omitzero"`
	Before    []int64   `json:"before,omitempty"` // faxes at the platform to the same people when it was handed over: none is this one
	Error     string    `json:"error,omitempty"`
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
	row, err := d.sealFile(f, faxDraft, u.Body)
	if err != nil {
		return f, err
	}
	err = d.pool.Store.Write(ctx, func(tx store.WidgetTx) error {
		_, err := tx.DeskFile(ctx, d.grantID, f.ID)
		if !errors.Is(err, store.ErrNotFound) {
			return err // nil when it is offered again, because the answer was lost
		}
		if err := d.checkFaxRoom(ctx, tx, f.Size); err != nil {
			return err
		}
		return tx.AddDeskFile(ctx, row)
	})
	if told, ok := errors.AsType[*rc.Error](err); ok {
		return f, told
	}
	if err != nil {
		return f, fmt.Errorf("writing a document down: %w", err)
	}
	return f, nil
}

func (d *Desk) checkFaxRoom(ctx context.Context, tx store.WidgetTx, size int64) error {
	files, err := tx.DeskFiles(ctx, d.grantID, faxDraft)
	if err != nil {
		return err
	}
	if len(files) >= maxFaxFiles {
		return rc.Errorf(rc.Invalid, "A fax holds at most %d documents. Send the others with another one.", maxFaxFiles)
	}
	for _, f := range files {
		size += f.Size
	}
	if size > maxFaxBytes {
		return rc.Errorf(rc.TooLarge, "Together these documents are larger than %d MB. Send some with another fax.", maxFaxBytes>>20)
	}
	kept, err := tx.DeskFileBytes(ctx, d.grantID)
	if err == nil && kept > maxUploads {
		err = rc.Errorf(rc.TooMany, "Too much waits to be sent. Wait until some of it is gone.")
	}
	return err
}

// FaxFiles are the documents of the fax that is being written.
func (d *Desk) FaxFiles(ctx context.Context) ([]File, error) {
	rows, err := d.pool.Store.DeskFiles(ctx, d.grantID, faxDraft)
	if err != nil {
		return nil, fmt.Errorf("reading the documents of a fax: %w", err)
	}
	var files []File
	for _, r := range rows {
		f, err := d.openFacts(r)
		if err != nil {
			d.log.Error("reading a document of a fax", "err", err)
			continue
		}
		files = append(files, f)
	}
	return files, nil
}

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
	for _, id := range o.Files {
		row, err := d.pool.Store.DeskFile(ctx, d.grantID, id)
		if errors.Is(err, store.ErrNotFound) || err == nil && row.Item != "" && row.Item != i.ID {
			return rc.Errorf(rc.Invalid, "A document is not here any more. Remove it and add it again.")
		}
		if err != nil {
			return fmt.Errorf("reading document %s: %w", id, err)
		}
		f, err := d.openFacts(row)
		if err != nil {
			return err
		}
		i.Files = append(i.Files, f)
	}
	return d.acceptFax(ctx, i)
}

// acceptFax writes a fax down and sets it on its way.
func (d *Desk) acceptFax(ctx context.Context, i *faxItem) error {
	row, err := d.sealedFax(i)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeWithin)
	defer cancel()
	err = d.pool.Store.Write(ctx, func(tx store.WidgetTx) error {
		if err := tx.AddOutboxItem(ctx, row); err != nil {
			return err
		}
		return d.take(ctx, tx, row.ID, i.Files)
	})
	if told, ok := errors.AsType[*rc.Error](err); ok {
		return told
	}
	if errors.Is(err, store.ErrExists) { // sent through another server, or in the same moment
		if row, err = d.pool.Store.OutboxItem(ctx, d.grantID, row.ID); err != nil {
			return fmt.Errorf("reading a fax: %w", err)
		}
	} else if err != nil {
		return fmt.Errorf("writing a fax down: %w", err)
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
		waiting += rank(i.State == store.OutboxQueued || i.State == store.OutboxSending)
	}
	switch {
	case o.ID == "" || len(o.ID) > 80:
		return nil, rc.Errorf(rc.Invalid, "The fax has no id. Reload the page and send it again.")
	case d.over || d.ctx.Err() != nil:
		return nil, rc.Errorf(rc.Unavailable, "The phone is restarting. Try again in a moment.")
	case d.identity == nil:
		return nil, rc.Errorf(rc.Unavailable, "Your phone is still getting ready. Try again in a moment.")
	case len(o.Files) == 0 && o.Cover == 0:
		return nil, rc.Errorf(rc.Invalid, "Add a document first, or choose a cover page.")
	case len(o.Files) > maxFaxFiles:
		return nil, rc.Errorf(rc.Invalid, "A fax holds at most %d documents. Send the others with another one.", maxFaxFiles)
	case utf8.RuneCountInString(text) > maxCoverText:
		return nil, rc.Errorf(rc.Invalid, "The cover page holds at most %d characters.", maxCoverText)
	case waiting >= maxFaxWaits:
		return nil, rc.Errorf(rc.TooMany, "%d faxes wait to be sent. Wait until some of them are gone.", waiting)
	}
	to, err := d.faxNumbers(o.To)
	if err != nil {
		return nil, err
	}
	i := d.newFaxItem(o.ID)
	i.To, i.Cover = to, o.Cover
	if o.Cover != 0 {
		i.CoverText = text
	}
	return i, nil
}

func (d *Desk) newFaxItem(id string) *faxItem {
	now := d.pool.Now()
	return &faxItem{OutboxItem: store.OutboxItem{
		GrantID: d.grantID, ID: faxPrefix + id, Position: d.pool.ids.Next(), State: store.OutboxQueued, CreatedAt: now, UpdatedAt: now,
	}}
}

// faxNumbers reads what was typed or chosen. The caller holds mu.
func (d *Desk) faxNumbers(typed []string) ([]string, error) {
	var numbers []string
	for _, s := range typed {
		if strings.TrimSpace(s) == "" {
			continue
		}
		n, err := d.ledger.people.number(s)
		if err != nil {
			return nil, err
		}
		if !strings.HasPrefix(n, "+") {
			return nil, rc.Errorf(rc.Invalid, "%s is no number that a fax can go to. Type a whole phone number.", s)
		}
		if !slices.Contains(numbers, n) {
			numbers = append(numbers, n)
		}
	}
	switch {
	case len(numbers) == 0:
		return nil, rc.Errorf(rc.Invalid, "Choose whom to fax first.")
	case len(numbers) > maxParties:
		return nil, rc.Errorf(rc.Invalid, "A fax goes to at most %d people.", maxParties)
	}
	slices.Sort(numbers)
	return numbers, nil
}

// sealedFax is the item's row.
func (d *Desk) sealedFax(i *faxItem) (store.OutboxItem, error) {
	plain, err := json.Marshal(i.faxLetter)
	if err != nil {
		return store.OutboxItem{}, fmt.Errorf("encoding a fax: %w", err)
	}
	row := i.OutboxItem
	row.UpdatedAt = d.pool.Now()
	row.Sealed = d.pool.Ring.Seal(plain, letterName(d.grantID, i.ID))
	return row, nil
}

// admitFax takes over a row of the outbox. The caller holds mu.
func (d *Desk) admitFax(r store.OutboxItem) {
	known := d.faxes[r.ID]
	if known != nil && (r.Holder == d.pool.Node || !r.UpdatedAt.After(known.UpdatedAt) && (r.State != store.OutboxSent || known.State == store.OutboxSent)) {
		return // ours, or older
	}
	plain, err := d.pool.Ring.Open(r.Sealed, letterName(d.grantID, r.ID))
	var l faxLetter
	if err == nil {
		err = json.Unmarshal(plain, &l)
	}
	if err != nil {
		d.log.Error("opening a fax of the outbox", "err", err)
		return
	}
	if known == nil {
		d.faxes[r.ID] = &faxItem{OutboxItem: r, faxLetter: l}
	} else { // by another server
		known.State, known.MessageID, known.Holder, known.HeldUntil, known.UpdatedAt = r.State, r.MessageID, r.Holder, r.HeldUntil, r.UpdatedAt
		known.Attempted, known.Before, known.Error = l.Attempted, l.Before, l.Error
	}
	if known != nil && r.State == store.OutboxSent {
		d.mailStaleLocked()
	}
	d.tell(Event{Type: EventMail})
	wake(d.wantFax)
}

// mailStaleLocked is mailStale for who holds mu.
func (d *Desk) mailStaleLocked() {
	d.mail.stale = true
	wake(d.wantMail)
}

// faxing reports whether a fax waits to be sent. The caller holds mu.
func (d *Desk) faxing() bool {
	for _, i := range d.faxes {
		if i.State == store.OutboxQueued || i.State == store.OutboxSending {
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
			f.State, f.Error = Failed, i.Error
		}
		for _, n := range i.To {
			f.Parties = append(f.Parties, d.ledger.people.party(n))
		}
		all = append(all, f)
	}
	return all
}

// likeFax reports whether a record went to the same people as an item and, as
// far as it says so, is the same fax.
func likeFax(r *rc.Message, i *faxItem) bool {
	if r.Type != rc.TypeFax || r.Direction != rc.Outbound || len(r.To) != len(i.To) {
		return false
	}
	var to []string
	for _, c := range r.To {
		to = append(to, c.PhoneNumber)
	}
	slices.Sort(to)
	return slices.Equal(to, i.To) && (i.Original != 0 || likePages(r, i))
}

// likePages reports whether a record may be of an item's pages. Each document
// is a page at least; how many it is only the platform knows.
func likePages(r *rc.Message, i *faxItem) bool {
	switch {
	case r.CoverIndex != nil && *r.CoverIndex != i.Cover,
		r.FaxResolution != "" && r.FaxResolution != rc.FaxHigh,
		r.FaxPageCount > 0 && r.FaxPageCount < len(i.Files):
		return false
	}
	text := strings.Fields(r.CoverPageText)
	return len(text) == 0 || slices.Equal(text, strings.Fields(i.CoverText))
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

// faxRequest is what an item asks the platform for.
func faxRequest(i *faxItem) rc.FaxRequest {
	r := rc.FaxRequest{FaxResolution: rc.FaxHigh}
	for _, n := range i.To {
		r.To = append(r.To, rc.Caller{PhoneNumber: n})
	}
	if i.Original != 0 {
		return rc.FaxRequest{To: r.To, OriginalMessageID: json.Number(strconv.FormatInt(i.Original, 10))}
	}
	r.CoverIndex, r.CoverPageText = &i.Cover, i.CoverText
	return r
}

// faxRefusal says why the platform would not take a fax.
func faxRefusal(r *refusal) string {
	switch {
	case r.Status == http.StatusForbidden:
		return "You may not send faxes. Ask your administrator to allow it to this app."
	case r.Message == "":
		return "The phone service refused this fax. Check the number and the documents, and try again."
	}
	return "The phone service refused this fax: " + strings.TrimSuffix(r.Message, ".") + "."
}

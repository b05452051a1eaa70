package messages

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"offhook/internal/platform/api/faxpage"
	"offhook/internal/platform/api/plan"
	"offhook/internal/platform/api/target"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// rendering has a place for each fax whose pages are made at a time: pictures
// take much more memory than they are sent with.
var rendering = make(chan struct{}, 2)

// render makes the PDFs of a fax, and counts their pages: the cover page,
// texts and pictures that stand beside each other make one; what is a PDF
// stays as it is. It ends early when nobody waits for it any more.
func (h *Handler) render(ctx context.Context, p *plan.Plan, m store.Message, from []File) ([]File, int, error) {
	select {
	case rendering <- struct{}{}:
		defer func() { <-rendering }()
	case <-ctx.Done():
		return nil, 0, fmt.Errorf("waiting to make the pages of a fax: %w", ctx.Err())
	}
	f := faxRenderer{at: h.Now()}
	if m.Facts.Cover != nil {
		if err := f.cover(p, m); err != nil {
			return nil, 0, unfaxable("coverPageText", "the cover page", err)
		}
	}
	for _, file := range from {
		if err := f.file(ctx, file); err != nil {
			return nil, 0, unfaxable("attachment", file.Name, err)
		}
	}
	if err := f.flush(); err != nil {
		return nil, 0, err
	}
	return f.files, f.pages, nil
}

// unfaxable tells a document that cannot become pages from a fault of ours.
func unfaxable(parameter, name string, err error) error {
	if p, ok := errors.AsType[*faxpage.Problem](err); ok {
		return target.Invalid(parameter, strings.TrimSpace(name+": "+p.Sentence))
	}
	return fmt.Errorf("making the pages of a fax: %w", err)
}

// A faxRenderer puts the pages of a fax together.
type faxRenderer struct {
	at    time.Time
	open  *faxpage.Document // what the next text or picture goes to
	name  string            // of the first document in it
	files []File
	pages int
}

// document is the open one.
func (f *faxRenderer) document(name string) (*faxpage.Document, error) {
	if f.open == nil {
		d, err := faxpage.New(f.at)
		if err != nil {
			return nil, err
		}
		f.open, f.name = d, name
	}
	return f.open, nil
}

func (f *faxRenderer) cover(p *plan.Plan, m store.Message) error {
	d, err := f.document("")
	if err != nil {
		return err
	}
	var to []string
	for _, c := range m.To {
		to = append(to, strings.TrimSpace(c.Name+" "+c.PhoneNumber))
	}
	from := p.Account.Company
	if e, ok := p.Extension(m.ExtensionID); ok {
		from = e.Name() + ", " + p.Account.Company
	}
	return d.Cover(faxpage.CoverFacts{
		Index: *m.Facts.Cover, To: strings.Join(to, "\n"), From: from, FromLine: m.From.PhoneNumber, At: f.at, Text: m.Facts.CoverText,
	})
}

// file adds a document.
func (f *faxRenderer) file(ctx context.Context, file File) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if file.ContentType == pdfType {
		n, err := faxpage.PDFPages(ctx, file.Body)
		if err != nil {
			return err
		}
		if err := f.flush(); err != nil {
			return err
		}
		return f.put(file.Name, file.Body, n)
	}
	d, err := f.document(file.Name)
	if err != nil {
		return err
	}
	if file.ContentType == textType {
		return d.Text(file.Body)
	}
	return d.Picture(file.Body)
}

// flush ends the open document.
func (f *faxRenderer) flush() error {
	if f.open == nil {
		return nil
	}
	n := f.open.Pages()
	body, err := f.open.Bytes()
	if err != nil {
		return err
	}
	f.open = nil
	return f.put(f.name, body, n)
}

func (f *faxRenderer) put(name string, body []byte, pages int) error {
	if f.pages += pages; f.pages > faxpage.MaxPages {
		return rc.Coded(rc.Invalid, "CMN-101", "A fax has at most %d pages", faxpage.MaxPages)
	}
	if i := strings.LastIndexByte(name, '.'); i > 0 {
		name = name[:i]
	}
	if name == "" {
		name = "fax"
	}
	f.files = append(f.files, File{Type: rc.RenderedDocument, Name: name + ".pdf", ContentType: pdfType, Body: body})
	return nil
}

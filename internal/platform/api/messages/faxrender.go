package messages

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"offhook/internal/platform/api/faxpage"
	"offhook/internal/platform/api/plan"
	"offhook/internal/platform/api/region"
	"offhook/internal/platform/api/target"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// rendering has a place for each fax that is drawn at a time, as PDF or as
// PNG: pictures take much more memory than they are sent with.
var rendering = make(chan struct{}, 2)

// render makes the PDFs of a fax, and counts their pages: the cover page,
// texts and pictures that stand beside each other make one; what is a PDF
// stays as it is. It ends early when nobody waits for it any more.
func (h *Handler) render(ctx context.Context, p *plan.Plan, m store.Message, from []File) ([]File, int, error) {
	done, err := beginRendering(ctx)
	if err != nil {
		return nil, 0, err
	}
	defer done()
	f := faxRenderer{at: h.Now()}
	if m.Facts.Cover != nil {
		l, err := region.Of(ctx, h.Store, m.AccountID, m.ExtensionID)
		if err != nil {
			return nil, 0, err
		}
		if err := f.cover(p, m, region.Settings("", p.Account.MainNumber, l)); err != nil {
			return nil, 0, unfaxable("coverPageText", "the cover page", err)
		}
	}
	for _, file := range from {
		if err := f.file(ctx, file); err != nil {
			return nil, 0, unfaxable("attachment", file.Name, err)
		}
	}
	files, err := f.finish()
	return files, f.pages, err
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
	open  *rendered // what the next text or picture goes to
	all   []rendered
	pages int
}

// A rendered document is a PDF that came as one, or pages that are drawn.
type rendered struct {
	name  string
	body  []byte
	drawn *faxpage.Document
}

// document is the open one, or a new one under a name.
func (f *faxRenderer) document(name string) (*faxpage.Document, error) {
	if f.open == nil {
		d, err := faxpage.New(f.at)
		if err != nil {
			return nil, err
		}
		f.open = &rendered{name: name, drawn: d}
	}
	return f.open.drawn, nil
}

// maxShown bounds the receivers that a cover page names.
const maxShown = 12

// cover adds the cover page, with numbers and time as its sender writes them.
func (f *faxRenderer) cover(p *plan.Plan, m store.Message, s rc.RegionalSettings) error {
	d, err := f.document("")
	if err != nil {
		return err
	}
	var to []string
	for i, c := range m.To {
		if i == maxShown {
			to = append(to, fmt.Sprintf("and %d more", len(m.To)-i))
			break
		}
		to = append(to, strings.TrimSpace(c.Name+"  "+region.National(c.PhoneNumber, s.HomeCountry.ISOCode)))
	}
	from := p.Account.Company
	if e, ok := p.Extension(m.ExtensionID); ok {
		from = e.Name() + ", " + p.Account.Company
	}
	return d.Cover(faxpage.CoverFacts{
		Index: *m.Facts.Cover, To: strings.Join(to, "\n"), From: from + "\n" + region.National(m.From.PhoneNumber, s.HomeCountry.ISOCode),
		Date: region.Moment(f.at, s), Text: m.Facts.CoverText,
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
		return f.put(rendered{name: file.Name, body: file.Body}, n)
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
	d := *f.open
	f.open = nil
	return f.put(d, d.drawn.Pages())
}

func (f *faxRenderer) put(d rendered, pages int) error {
	if f.pages += pages; f.pages > faxpage.MaxPages {
		return rc.Coded(rc.Invalid, "CMN-101", "A fax has at most %d pages", faxpage.MaxPages)
	}
	f.all = append(f.all, d)
	return nil
}

// finish writes the PDFs. Only now the cover page can say how many pages the
// fax has.
func (f *faxRenderer) finish() ([]File, error) {
	if err := f.flush(); err != nil {
		return nil, err
	}
	var files []File
	for _, d := range f.all {
		file := File{Type: rc.RenderedDocument, Name: pdfName(d.name), ContentType: pdfType, Body: d.body}
		if d.drawn != nil {
			d.drawn.FillPages(f.pages)
			body, err := d.drawn.Bytes()
			if err != nil {
				return nil, err
			}
			file.Body, file.Width, file.Height = body, faxpage.Width, faxpage.Height
		}
		files = append(files, file)
	}
	return files, nil
}

// pdfName is what the pages of a document are called.
func pdfName(name string) string {
	if i := strings.LastIndexByte(name, '.'); i > 0 {
		name = name[:i]
	}
	return cmp.Or(name, "fax") + ".pdf"
}

// Package faxpage makes the pages of faxes: a PDF from plain text, pictures
// and a cover page, and the number of pages of a PDF that somebody else made.
package faxpage

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	_ "image/gif" // read as a page
	"image/jpeg"
	_ "image/png" // read as a page
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-pdf/fpdf"
	"golang.org/x/image/draw"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/gobolditalic"
	"golang.org/x/image/font/gofont/goitalic"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/gofont/gosmallcaps"
	"golang.org/x/image/font/sfnt"
)

// A Problem says why something cannot become pages, in a sentence.
type Problem struct{ Sentence string }

func (p *Problem) Error() string { return p.Sentence }

func problem(format string, args ...any) error { return &Problem{fmt.Sprintf(format, args...)} }

// Bounds of what becomes pages.
const (
	MaxPages = 200
	maxText  = 1 << 20
	// A page that is faxed at High has about as many dots.
	pageDots = 1728
)

// Sizes in points.
const (
	margin   = 54
	textSize = 11
	leading  = 15
	letter   = "Letter"
)

// A Document is pages being put together. Its zero value is not ready: see
// New.
type Document struct {
	pdf   *fpdf.Fpdf
	known *sfnt.Font
	fonts map[string]bool // that the PDF has
	n     int             // pictures
	count float64         // how high on the cover page the number of pages stands
}

// New returns a document without pages. What is made of the same is the same
// to the byte.
func New(at time.Time) (*Document, error) {
	known, err := sfnt.Parse(typefaces[plain])
	if err != nil {
		return nil, fmt.Errorf("reading the font: %w", err)
	}
	pdf := fpdf.New("P", "pt", letter, "")
	pdf.SetCreationDate(at)
	pdf.SetModificationDate(at)
	pdf.SetCatalogSort(true)
	pdf.SetMargins(margin, margin, margin)
	pdf.SetAutoPageBreak(true, margin)
	return &Document{pdf: pdf, known: known, fonts: map[string]bool{}}, nil
}

// Names of the fonts, as the PDF has them.
const (
	plain  = "go"
	bold   = "gobold"
	italic = "goitalic"
	jazzy  = "gobolditalic"
	small  = "gosmallcaps"
)

var typefaces = map[string][]byte{plain: goregular.TTF, bold: gobold.TTF, italic: goitalic.TTF, jazzy: gobolditalic.TTF, small: gosmallcaps.TTF}

// font chooses what is written with. A PDF has only the fonts that it needs.
func (d *Document) font(name string, size float64) {
	if !d.fonts[name] {
		d.pdf.AddUTF8FontFromBytes(name, "", typefaces[name])
		d.fonts[name] = true
	}
	d.pdf.SetFont(name, "", size)
}

// Pages is how many there are.
func (d *Document) Pages() int { return d.pdf.PageCount() }

// Bytes ends the document.
func (d *Document) Bytes() ([]byte, error) {
	var b bytes.Buffer
	if err := d.pdf.Output(&b); err != nil {
		return nil, fmt.Errorf("writing a PDF: %w", err)
	}
	return b.Bytes(), nil
}

// check refuses characters that the font does not have: they would be boxes
// on paper.
func (d *Document) check(text string) error {
	var buf sfnt.Buffer
	for _, c := range text {
		if c == '\n' || c == '\t' {
			continue
		}
		if i, err := d.known.GlyphIndex(&buf, c); err != nil || i == 0 {
			return problem("The character %q cannot be faxed as text. Send the page as a PDF or a picture.", c)
		}
	}
	return nil
}

// Text adds pages of plain text.
func (d *Document) Text(body []byte) error {
	switch {
	case len(body) > maxText:
		return problem("A text of more than %d kB cannot be faxed.", maxText>>10)
	case !utf8.Valid(body):
		return problem("The text is not in UTF-8.")
	}
	text := strings.NewReplacer("\r\n", "\n", "\r", "\n", "\f", "\n", "\ufeff", "", "\t", "    ").Replace(string(body))
	if err := d.check(text); err != nil {
		return err
	}
	d.pdf.AddPage()
	d.font(plain, textSize)
	for line := range strings.SplitSeq(strings.TrimRight(text, "\n"), "\n") {
		if line == "" {
			d.pdf.CellFormat(0, leading, "", "", 1, "", false, 0, "") // turns the page, which Ln does not
		} else {
			d.pdf.MultiCell(0, leading, line, "", "L", false)
		}
		if d.pdf.PageCount() > MaxPages {
			return tooMany()
		}
	}
	return d.pdf.Error()
}

func tooMany() error { return problem("A fax has at most %d pages.", MaxPages) }

// Picture adds a page with a picture, in shades of grey and no finer than a
// fax can be.
func (d *Document) Picture(body []byte) error {
	about, kind, err := image.DecodeConfig(bytes.NewReader(body))
	if err != nil {
		return problem("The picture cannot be read. Send a PNG, JPEG or GIF.")
	}
	if err := checkSize(about, kind, body); err != nil {
		return err
	}
	picture, _, err := image.Decode(bytes.NewReader(body))
	if err != nil {
		return problem("The picture is damaged.")
	}
	grey := toGrey(picture)
	var b bytes.Buffer
	if err := jpeg.Encode(&b, grey, &jpeg.Options{Quality: 85}); err != nil {
		return fmt.Errorf("encoding a page: %w", err)
	}
	w, h := float64(grey.Rect.Dx()), float64(grey.Rect.Dy())
	orientation := "P"
	if w > h {
		orientation = "L"
	}
	size := d.pdf.GetPageSizeStr(letter)
	d.pdf.AddPageFormat(orientation, size)
	pageW, pageH := d.pdf.GetPageSize()
	scale := min((pageW-margin)/w, (pageH-margin)/h)
	d.n++
	name := fmt.Sprintf("picture %d", d.n)
	d.pdf.RegisterImageOptionsReader(name, fpdf.ImageOptions{ImageType: "JPG"}, &b)
	d.pdf.ImageOptions(name, (pageW-w*scale)/2, (pageH-h*scale)/2, w*scale, h*scale, false, fpdf.ImageOptions{ImageType: "JPG"}, 0, "")
	return d.pdf.Error()
}

// toGrey shrinks a picture to what a page can show, on white.
func toGrey(from image.Image) *image.Gray {
	w, h := from.Bounds().Dx(), from.Bounds().Dy()
	if longest := max(w, h); longest > pageDots {
		w, h = max(1, w*pageDots/longest), max(1, h*pageDots/longest)
	}
	to := image.NewGray(image.Rect(0, 0, w, h))
	draw.Draw(to, to.Rect, image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.ApproxBiLinear.Scale(to, to.Rect, from, from.Bounds(), draw.Over, nil)
	return to
}

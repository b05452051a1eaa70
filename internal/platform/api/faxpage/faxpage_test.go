package faxpage_test

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"strings"
	"testing"
	"time"

	"offhook/internal/platform/api/faxpage"
)

var at = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func document(t *testing.T) *faxpage.Document {
	t.Helper()
	d, err := faxpage.New(at)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func picture(t *testing.T, w, h int) []byte {
	t.Helper()
	img := image.NewNRGBA64(image.Rect(0, 0, w, h)) // transparent and of 16 bits: what few readers expect
	img.Set(w/2, h/2, color.Black)
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestPagesAreMadeAndCounted(t *testing.T) {
	d := document(t)
	cover := faxpage.CoverFacts{Index: 6, To: "Grüne Gärten  (650) 555-0102", From: "Ada, Acme", Date: "2 January 2026", Text: "Please sign\nand return."}
	for _, err := range []error{
		d.Cover(cover), d.Text([]byte("one\r\n\r\nдва\tτρία\n")), d.Text([]byte(strings.Repeat("line\n", 100))),
		d.Picture(picture(t, 40, 60)), d.Picture(picture(t, 3000, 20)), d.Cover(faxpage.CoverFacts{}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	d.FillPages(9)
	body, err := d.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	if got, err := faxpage.PDFPages(t.Context(), body); err != nil || got != 7 || got != d.Pages() {
		t.Errorf("the PDF has %d pages, %v; the document says %d, want 7", got, err, d.Pages())
	}
}

func TestWhatCannotBecomePagesSaysWhy(t *testing.T) {
	for _, tt := range []struct {
		name string
		try  func(d *faxpage.Document) error
		want string
	}{
		{"characters that the font lacks", func(d *faxpage.Document) error { return d.Text([]byte("日本")) }, "cannot be faxed as text"},
		{"on the cover, too", func(d *faxpage.Document) error { return d.Cover(faxpage.CoverFacts{Index: 1, Text: "日本"}) }, "cannot be faxed as text"},
		{"text of another encoding", func(d *faxpage.Document) error { return d.Text([]byte("Gr\xfc\xdfe")) }, "UTF-8"},
		{"a long text", func(d *faxpage.Document) error { return d.Text(bytes.Repeat([]byte("a\n"), 1<<19+1)) }, "1024 kB"},
		{"more pages than anybody wants", func(d *faxpage.Document) error { return d.Text(bytes.Repeat([]byte("a\n"), 1<<15)) }, "200 pages"},
		{"more empty pages than anybody wants", func(d *faxpage.Document) error { return d.Text(append(bytes.Repeat([]byte("\n"), 1<<15), 'a')) }, "200 pages"},
		{"a picture that is none", func(d *faxpage.Document) error { return d.Picture([]byte("GIF89a")) }, "cannot be read"},
		{"a picture that is cut off", func(d *faxpage.Document) error { return d.Picture(picture(t, 40, 60)[:60]) }, "damaged"},
	} {
		err := tt.try(document(t))
		if p, ok := errors.AsType[*faxpage.Problem](err); !ok || !strings.Contains(p.Sentence, tt.want) {
			t.Errorf("%s: %v, want a problem that says %q", tt.name, err, tt.want)
		}
	}
}

func TestBlankLinesTurnThePage(t *testing.T) {
	d := document(t)
	if err := d.Text([]byte("first\n" + strings.Repeat("\n", 100) + "last")); err != nil || d.Pages() != 3 {
		t.Errorf("102 lines are on %d pages, %v; want 3: 45 lines fit on one", d.Pages(), err)
	}
}

// pdf is a file with one object.
func pdf(object string) []byte { return []byte("%PDF-1.7\n1 0 obj\n" + object + "\nendobj\n%%EOF\n") }

// stream packs objects as newer writers do.
func stream(objects string) []byte {
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	fmt.Fprint(z, objects)
	z.Close()
	return pdf("<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length " + fmt.Sprint(b.Len()) + " >>\nstream\n" + b.String() + "\nendstream")
}

func TestCountingThePagesOfAPDF(t *testing.T) {
	for _, tt := range []struct {
		name string
		body []byte
		want int
		says string
	}{
		{"a tree of pages", pdf("<< /Type /Pages /Kids [2 0 R] /Count 3 >>"), 3, ""},
		{"a tree in packed objects", stream("<< /Type /Catalog >> << /Kids [5 0 R] /Count 12 /Type /Pages >> << /Count 90 /Type /Outlines >>"), 12, ""},
		{"pages without their tree", pdf("<< /Type /Page >> << /Type/Page >> << /Type /PageLabels >>"), 2, ""},
		{"too many", pdf("<< /Type /Pages /Count 201 >>"), 0, "200 pages"},
		{"a password", pdf("<< /Type /Pages /Count 1 >> trailer << /Encrypt 7 0 R >>"), 0, "password"},
		{"nothing in it", pdf("<< >>"), 0, "no pages"},
		{"packed objects that are damaged", pdf("<< /Type /ObjStm >>\nstream\nnonsense\nendstream"), 0, "no pages"},
		{"something else", []byte("<html>"), 0, "not a PDF"},
		{"nothing", nil, 0, "not a PDF"},
	} {
		got, err := faxpage.PDFPages(t.Context(), tt.body)
		if got != tt.want || (tt.says == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %d, %v; want %d, %q", tt.name, got, err, tt.want, tt.says)
		}
	}
}

func FuzzPDFPages(f *testing.F) {
	f.Add(pdf("<< /Type /Pages /Count 3 >>"))
	f.Add(stream("<< /Type /Pages /Count 1 >>"))
	f.Fuzz(func(t *testing.T, body []byte) {
		if n, err := faxpage.PDFPages(t.Context(), body); err == nil && (n < 1 || n > faxpage.MaxPages) {
			t.Errorf("%d pages", n)
		}
	})
}

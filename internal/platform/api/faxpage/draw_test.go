package faxpage_test

import (
	"bytes"
	"compress/zlib"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"strings"
	"testing"

	"offhook/internal/platform/api/faxpage"
)

// drawn is a page of a document as a picture of one dot to a point.
func drawn(t *testing.T, body []byte, page int) *image.Gray {
	t.Helper()
	img, err := faxpage.Render(t.Context(), body, page, 1)
	if err != nil {
		t.Fatalf("page %d: %v", page, err)
	}
	return img
}

// ink is how much of a part of a page is black, in percent. The part is in
// percent of the page, too.
func ink(img *image.Gray, x0, y0, x1, y1 int) int {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	r := image.Rect(w*x0/100, h*y0/100, w*x1/100, h*y1/100)
	sum := 0
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for _, grey := range img.Pix[img.PixOffset(r.Min.X, y):][:r.Dx()] {
			sum += 255 - int(grey)
		}
	}
	return sum * 100 / (255 * r.Dx() * r.Dy())
}

func finished(t *testing.T, errs ...error) {
	t.Helper()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

// halves is a picture that is black on its left and transparent on its right.
func halves(t *testing.T, w, h int) []byte {
	t.Helper()
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w / 2 {
			img.Set(x, y, color.Black)
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestPagesAreDrawn(t *testing.T) {
	d := document(t)
	lines := "(č) \\ Grüße, мир\r\n" + strings.Repeat("and more of it, ", 100)
	finished(t, d.Cover(faxpage.CoverFacts{Index: 13, To: "Bob", From: "Ada", Date: "today", Text: "Hello"}),
		d.Text([]byte(lines)), d.Picture(halves(t, 60, 80)), d.Picture(halves(t, 80, 60)))
	d.FillPages(4)
	body, err := d.Bytes()
	finished(t, err)
	for _, tt := range []struct {
		name           string
		page, w, h     int
		x0, y0, x1, y1 int
		least, most    int
	}{
		{"the bar of the heading", 1, 612, 792, 40, 8, 90, 13, 95, 100},
		{"white letters in it", 1, 612, 792, 10, 8, 30, 13, 50, 90},
		{"the number of pages", 1, 612, 792, 20, 28, 23, 31, 1, 30},
		{"the foot of the cover", 1, 612, 792, 0, 60, 100, 94, 0, 0},
		{"a text", 2, 612, 792, 10, 8, 90, 30, 5, 40},
		{"below the text", 2, 612, 792, 0, 85, 100, 100, 0, 0},
		{"the left of a picture", 3, 612, 792, 10, 30, 45, 70, 98, 100},
		{"the right of a picture", 3, 612, 792, 55, 30, 90, 70, 0, 1},
		{"the left of one that lies", 4, 792, 612, 15, 30, 45, 70, 98, 100},
		{"the right of one that lies", 4, 792, 612, 55, 30, 85, 70, 0, 1},
	} {
		img := drawn(t, body, tt.page)
		got := ink(img, tt.x0, tt.y0, tt.x1, tt.y1)
		if img.Rect.Dx() != tt.w || img.Rect.Dy() != tt.h || got < tt.least || got > tt.most {
			t.Errorf("%s: %d %% black of a page of %v, want %d to %d of %d by %d", tt.name, got, img.Rect.Max, tt.least, tt.most, tt.w, tt.h)
		}
	}
	for _, page := range []int{-1, 0, 5} {
		if _, err := faxpage.PNG(t.Context(), body, page); !errors.Is(err, faxpage.ErrNoPage) {
			t.Errorf("page %d: %v, want that there is none", page, err)
		}
	}
}

func TestEveryCoverIsDrawnAndLooksDifferent(t *testing.T) {
	seen := map[string]string{}
	for i, c := range faxpage.Covers[1:] {
		d := document(t)
		finished(t, d.Cover(faxpage.CoverFacts{Index: i + 1, To: "Bob", From: "Ada", Date: "today"}))
		body, err := d.Bytes()
		finished(t, err)
		img := drawn(t, body, 1)
		upper := string(img.Pix[:len(img.Pix)/4])
		if other, ok := seen[upper]; ok {
			t.Errorf("%s looks like %s", c.Name, other)
		}
		seen[upper] = c.Name
	}
}

func TestDrawingEndsWithItsContext(t *testing.T) {
	d := document(t)
	finished(t, d.Text([]byte("Hello")))
	body, err := d.Bytes()
	finished(t, err)
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := faxpage.PNG(ctx, body, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want that it was cancelled", err)
	}
}

// forged is a PDF of one page with any content, of the form that is read.
func forged(content, box, resource string) []byte {
	var z bytes.Buffer
	w := zlib.NewWriter(&z)
	fmt.Fprint(w, content)
	w.Close()
	var b bytes.Buffer
	b.WriteString("%PDF-1.3\n")
	at := []int{0}
	for i, object := range []string{
		"<</Type /Pages\n/Kids [3 0 R ]\n/Count 1\n/MediaBox [0 0 " + box + "]\n>>\n", "<<\n/Font <<\n/F1 5 0 R\n/I1 6 0 R\n>>\n>>\n",
		"<</Type /Page\n/Parent 1 0 R\n/Resources 2 0 R\n/Contents 4 0 R>>\n",
		fmt.Sprintf("<</Filter /FlateDecode /Length %d>>\nstream\n%s\nendstream\n", z.Len(), z.Bytes()),
		"<</Type /Font\n/BaseFont /utf8go\n/Encoding /Identity-H>>\n", resource,
	} {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%sendobj\n", i+1, object)
	}
	table := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n", len(at))
	for _, offset := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", offset)
	}
	fmt.Fprintf(&b, "trailer\nstartxref\n%d\n%%%%EOF\n", table)
	return b.Bytes()
}

const letterBox = "612.00 792.00"

func TestWhatIsNotOursIsNotDrawn(t *testing.T) {
	if _, err := faxpage.PNG(t.Context(), forged("BT /F1 11.00 Tf ET\nBT 50.00 700.00 Td (\x00H)Tj ET\n10.00 10.00 5.00 -5.00 re f\n", letterBox, ""), 1); err != nil {
		t.Fatalf("what the others differ from: %v", err)
	}
	jpg := photograph(t, 60000, 60000, 0xc0)
	for name, body := range map[string][]byte{
		"nothing": nil, "another file": []byte("<html>"), "a PDF of somebody else's": pdf("<< /Type /Pages /Count 3 >>"),
		"an operator that is never written":  forged("1 0 0 rg\n", letterBox, ""),
		"operands that are missing":          forged("10.00 re f\n", letterBox, ""),
		"many operands":                      forged(strings.Repeat("1 ", 9)+"re f\n", letterBox, ""),
		"a number that is none":              forged("NaN g\n1e999 g\n-. g", letterBox, ""),
		"a text that does not end":           forged("(\x00H", letterBox, ""),
		"half a letter":                      forged("BT /F1 11.00 Tf (\x00)Tj ET", letterBox, ""),
		"letters before their font":          forged("BT (\x00H)Tj ET", letterBox, ""),
		"a font that there is not":           forged("BT /F2 11.00 Tf ET", letterBox, ""),
		"huge letters":                       forged("BT /F1 9999.00 Tf ET", letterBox, ""),
		"states that are never given back":   forged(strings.Repeat("q\n", 20), letterBox, ""),
		"more given back than kept":          forged("Q\n", letterBox, ""),
		"a huge page":                        forged("", "9999.00 9999.00", ""),
		"a page of nothing":                  forged("", "0.00 0.00", ""),
		"a long page":                        forged(strings.Repeat(" ", 5<<20), letterBox, ""),
		"a picture beside the page":          forged("q 900.00 0 0 900.00 0.00 0.00 cm /I1 Do Q\n", letterBox, ""),
		"a picture that is turned":           forged("q 9.00 1 1 9.00 0.00 0.00 cm /I1 Do Q\n", letterBox, ""),
		"a picture that there is not":        forged("q 9.00 0 0 9.00 0.00 0.00 cm /I2 Do Q\n", letterBox, ""),
		"a picture that is larger than told": forged("q 9.00 0 0 9.00 0.00 0.00 cm /I1 Do Q\n", letterBox, fmt.Sprintf("<</Length %d>>\nstream\n%s\nendstream\n", len(jpg), jpg)),
	} {
		err := bounded(t, name, 32<<20, func(ctx context.Context) error { _, err := faxpage.PNG(ctx, body, 1); return err })
		if err == nil {
			t.Errorf("%s was drawn", name)
		}
	}
}

func FuzzPNG(f *testing.F) {
	f.Add(forged("BT /F1 11.00 Tf ET\nBT 50.00 700.00 Td (\x00H)Tj ET\n", "60.00 60.00", ""))
	f.Add(forged("q 9.00 0 0 9.00 0.00 0.00 cm /I1 Do Q\n1.00 g\n", "60.00 60.00", ""))
	f.Fuzz(func(t *testing.T, body []byte) {
		raw, err := faxpage.PNG(t.Context(), body, 1)
		if err != nil {
			return
		}
		if about, err := png.DecodeConfig(bytes.NewReader(raw)); err != nil || about.Width*about.Height > faxpage.Width*faxpage.Height+faxpage.Height {
			t.Errorf("%+v, %v", about, err)
		}
	})
}

package faxpage

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math"

	"golang.org/x/image/draw"
	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// Width and Height are the dots of an upright page, as fine as a fax at High
// is across.
const (
	Width  = pageDots
	Height = pageDots * 792 / 612
)

// PNG draws a page of a PDF that [Document.Bytes] has returned, from 1, in
// shades of grey. A page that there is not is ErrNoPage. It knows what a
// Document writes and nothing else of PDF.
func PNG(ctx context.Context, body []byte, page int) ([]byte, error) {
	picture, err := render(ctx, body, page, float64(Width)/612)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := png.Encode(&b, picture); err != nil {
		return nil, fmt.Errorf("writing page %d as PNG: %w", page, err)
	}
	return b.Bytes(), nil
}

// render draws a page with so many dots to a point.
func render(ctx context.Context, body []byte, page int, dots float64) (*image.Gray, error) {
	r, err := newReader(body)
	if err != nil {
		return nil, err
	}
	s, err := r.sheet(page)
	if err != nil {
		return nil, err
	}
	if s.width*s.height > maxPoints {
		return nil, errForm
	}
	p := &painter{file: r, sheet: s, dots: dots, faces: map[face]font.Face{}}
	p.canvas = image.NewGray(image.Rect(0, 0, int(math.Round(s.width*dots)), int(math.Round(s.height*dots))))
	p.fill(p.canvas.Rect, white)
	if err := p.paint(ctx); err != nil {
		return nil, fmt.Errorf("drawing page %d: %w", page, err)
	}
	return p.canvas, nil
}

// maxPoints is the area of the largest page that is drawn: letter.
const maxPoints = 612 * 792

// A painter draws a page.
type painter struct {
	file *reader
	sheet
	dots   float64 // to a point
	canvas *image.Gray
	now    state
	saved  []state
	faces  map[face]font.Face
}

// A face is a font at a size.
type face struct {
	name string
	size float64
}

// A state is what operators change for those that come (PDF 32000-1, 8.4).
type state struct {
	grey byte // 0 is black
	face face
	area image.Rectangle // of the picture that comes
	x, y float64         // of the text that comes
}

const white = 255

// maxSaved bounds how deep states are kept; two are needed.
const maxSaved = 8

func (p *painter) paint(ctx context.Context) error {
	s := scanner{rest: p.content}
	for {
		operator, err := s.next()
		if err != nil || operator == "" {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		o, ok := operators[operator]
		if !ok || len(s.numbers) != o.numbers {
			return errForm
		}
		if o.do == nil {
			continue
		}
		if err := o.do(p, &s); err != nil {
			return err
		}
	}
}

// operators are what a Document writes, with how many numbers each has. Those
// that do nothing say how lines are drawn, of which there are none.
var operators = map[string]struct {
	numbers int
	do      func(p *painter, s *scanner) error
}{
	"J": {1, nil}, "j": {1, nil}, "w": {1, nil}, "G": {1, nil}, "BT": {0, nil}, "ET": {0, nil}, "f": {0, nil},
	"q":  {0, (*painter).save},
	"Q":  {0, (*painter).restore},
	"g":  {1, (*painter).shade},
	"re": {4, (*painter).rectangle},
	"Tf": {1, (*painter).choose},
	"Td": {2, (*painter).move},
	"Tj": {0, (*painter).write},
	"cm": {6, (*painter).place},
	"Do": {0, (*painter).picture},
}

func (p *painter) save(*scanner) error {
	if len(p.saved) == maxSaved {
		return errForm
	}
	p.saved = append(p.saved, p.now)
	return nil
}

func (p *painter) restore(*scanner) error {
	if len(p.saved) == 0 {
		return errForm
	}
	p.now, p.saved = p.saved[len(p.saved)-1], p.saved[:len(p.saved)-1]
	return nil
}

func (p *painter) shade(s *scanner) error {
	p.now.grey = byte(math.Round(white * min(max(s.numbers[0], 0), 1)))
	return nil
}

// area is where something of a page comes to stand. A PDF counts from below.
func (p *painter) area(x, y, width, height float64) image.Rectangle {
	dot := func(points float64) int { return int(math.Round(points * p.dots)) }
	r := image.Rect(dot(x), dot(p.height-y), dot(x+width), dot(p.height-y-height))
	if r.Dy() == 0 && height != 0 { // a hairline is there, too
		r.Max.Y++
	}
	return r
}

// rectangle fills at once what "f" would fill: nothing comes between.
func (p *painter) rectangle(s *scanner) error {
	p.fill(p.area(s.numbers[0], s.numbers[1], s.numbers[2], s.numbers[3]), p.now.grey)
	return nil
}

func (p *painter) fill(r image.Rectangle, grey byte) {
	r = r.Intersect(p.canvas.Rect)
	for y := r.Min.Y; y < r.Max.Y; y++ {
		row := p.canvas.Pix[p.canvas.PixOffset(r.Min.X, y):][:r.Dx()]
		for i := range row {
			row[i] = grey
		}
	}
}

func (p *painter) choose(s *scanner) error {
	p.now.face = face{s.name, s.numbers[0]}
	if p.faces[p.now.face] != nil {
		return nil
	}
	if p.now.face.size < 1 || p.now.face.size > 100 || len(p.faces) == maxFaces {
		return errForm
	}
	program, err := p.file.font(p.resources[s.name])
	if err != nil {
		return err
	}
	f, err := opentype.Parse(program)
	if err != nil {
		return err
	}
	p.faces[p.now.face], err = opentype.NewFace(f, &opentype.FaceOptions{Size: p.now.face.size, DPI: 72 * p.dots, Hinting: font.HintingNone})
	return err
}

// maxFaces is more than a page has.
const maxFaces = 16

func (p *painter) move(s *scanner) error {
	p.now.x, p.now.y = s.numbers[0], s.numbers[1]
	return nil
}

// write draws the letters of a line, each as far from the last as the PDF has
// it: letters of a pair do not move closer.
func (p *painter) write(s *scanner) error {
	f := p.faces[p.now.face]
	if f == nil {
		return errForm
	}
	at := fixed.Point26_6{X: fixed.Int26_6(p.now.x * p.dots * 64), Y: fixed.Int26_6((p.height - p.now.y) * p.dots * 64)}
	for _, c := range s.text {
		r, mask, from, advance, ok := f.Glyph(at, c)
		if ink, isAlpha := mask.(*image.Alpha); ok && isAlpha {
			p.blend(r, ink, from)
		}
		at.X += advance
	}
	return nil
}

// blend puts a letter onto the page.
func (p *painter) blend(r image.Rectangle, ink *image.Alpha, from image.Point) {
	seen := r.Intersect(p.canvas.Rect)
	for y := seen.Min.Y; y < seen.Max.Y; y++ {
		row := p.canvas.Pix[p.canvas.PixOffset(seen.Min.X, y):][:seen.Dx()]
		cover := ink.Pix[ink.PixOffset(from.X+seen.Min.X-r.Min.X, from.Y+y-r.Min.Y):]
		for i := range row {
			a := int(cover[i])
			row[i] = byte((int(row[i])*(255-a) + int(p.now.grey)*a + 127) / 255)
		}
	}
}

// place says where the next picture comes to stand; it is not turned.
func (p *painter) place(s *scanner) error {
	if s.numbers[1] != 0 || s.numbers[2] != 0 {
		return errForm
	}
	p.now.area = p.area(s.numbers[4], s.numbers[5], s.numbers[0], s.numbers[3])
	return nil
}

func (p *painter) picture(s *scanner) error {
	body, err := p.file.stream(p.resources[s.name])
	if err != nil {
		return err
	}
	about, err := jpeg.DecodeConfig(bytes.NewReader(body))
	if err != nil || about.ColorModel != color.GrayModel || max(about.Width, about.Height) > pageDots || !p.now.area.In(p.canvas.Rect) {
		return errForm
	}
	picture, err := jpeg.Decode(bytes.NewReader(body))
	if err != nil {
		return errForm
	}
	draw.BiLinear.Scale(p.canvas, p.now.area, picture, picture.Bounds(), draw.Src, nil)
	return nil
}

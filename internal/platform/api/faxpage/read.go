package faxpage

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
)

// A reader finds its way in a PDF that a [Document] has written. It knows no
// other form of PDF; whatever differs is an error.
type reader struct {
	body    []byte
	objects []int // where each begins
}

// Bounds of what is read.
const (
	maxDictionary = 64 << 10
	maxContent    = 4 << 20 // of one page
	entrySize     = 20      // of the table of objects (PDF 32000-1, 7.5.4)
)

var errForm = errors.New("the PDF is not as this program writes them")

func newReader(body []byte) (*reader, error) {
	r := &reader{body: body}
	m := startOfTable.FindSubmatch(body[max(0, len(body)-64):])
	if m == nil {
		return nil, errForm
	}
	at, _ := strconv.Atoi(string(m[1]))
	if at >= len(body) {
		return nil, errForm
	}
	if m = headOfTable.FindSubmatch(body[at:min(at+32, len(body))]); m == nil {
		return nil, errForm
	}
	table := body[at+len(m[0]):]
	n, _ := strconv.Atoi(string(m[1]))
	if n > len(table)/entrySize {
		return nil, errForm
	}
	for i := range n {
		offset, err := strconv.Atoi(string(table[i*entrySize:][:10]))
		if err != nil || offset < 0 || offset >= len(body) {
			return nil, errForm
		}
		r.objects = append(r.objects, offset)
	}
	return r, nil
}

var (
	startOfTable = regexp.MustCompile(`startxref\n(\d{1,9})\n%%EOF\n?$`)
	headOfTable  = regexp.MustCompile(`^xref\n0 (\d{1,6})\n`)
	endOfHead    = regexp.MustCompile(`stream\n|endobj\n`)

	kidsOf     = regexp.MustCompile(`/Kids \[([\d R]*)\]`)
	reference  = regexp.MustCompile(`(\d{1,6}) 0 R`)
	box        = regexp.MustCompile(`/MediaBox \[0 0 (\d{1,4}\.\d\d) (\d{1,4}\.\d\d)\]`)
	contentsOf = regexp.MustCompile(`/Contents (\d{1,6}) 0 R`)
	resourceOf = regexp.MustCompile(`/(\w{1,64}) (\d{1,6}) 0 R`)
	baseFont   = regexp.MustCompile(`/BaseFont /utf8(\w{1,32})\n`)
	lengthOf   = regexp.MustCompile(`/Length (\d{1,9})>>`)
)

// object is the dictionary of an object, and where what follows it begins.
func (r *reader) object(id int) (dictionary []byte, end int, err error) {
	if id <= 0 || id >= len(r.objects) {
		return nil, 0, errForm
	}
	at := r.objects[id]
	text := r.body[at:min(at+maxDictionary, len(r.body))]
	head := fmt.Sprintf("%d 0 obj\n", id)
	to := endOfHead.FindIndex(text)
	if to == nil || !bytes.HasPrefix(text, []byte(head)) {
		return nil, 0, errForm
	}
	return text[len(head):to[0]], at + to[1], nil
}

// stream is what an object holds.
func (r *reader) stream(id int) ([]byte, error) {
	dictionary, at, err := r.object(id)
	if err != nil {
		return nil, err
	}
	n, ok := number(lengthOf, dictionary)
	if !ok || n > len(r.body)-at {
		return nil, errForm
	}
	return r.body[at : at+n], nil
}

// number is what an expression finds of a dictionary.
func number(of *regexp.Regexp, dictionary []byte) (int, bool) {
	m := of.FindSubmatch(dictionary)
	if m == nil {
		return 0, false
	}
	n, err := strconv.Atoi(string(m[1]))
	return n, err == nil
}

// A sheet is a page as the PDF has it. Sizes are in points.
type sheet struct {
	width, height float64
	content       []byte
	resources     map[string]int // objects by name
}

// ErrNoPage is of a page that a document does not have.
var ErrNoPage = errors.New("there is no such page")

// The objects that every PDF of a Document begins with.
const (
	pagesObject     = 1
	resourcesObject = 2
)

// sheet reads a page, from 1.
func (r *reader) sheet(page int) (s sheet, err error) {
	root, _, err := r.object(pagesObject)
	if err != nil {
		return s, err
	}
	m := kidsOf.FindSubmatch(root)
	if m == nil {
		return s, errForm
	}
	kids := reference.FindAllSubmatch(m[1], -1)
	if page < 1 || page > len(kids) {
		return s, ErrNoPage
	}
	id, _ := strconv.Atoi(string(kids[page-1][1]))
	dictionary, _, err := r.object(id)
	if err != nil {
		return s, err
	}
	if s.width, s.height, err = size(dictionary, root); err != nil {
		return s, err
	}
	content, ok := number(contentsOf, dictionary)
	if !ok {
		return s, errForm
	}
	if s.content, err = r.inflated(content); err != nil {
		return s, err
	}
	s.resources, err = r.resources()
	return s, err
}

// size is the size of a page: its own, or that of most pages.
func size(page, root []byte) (width, height float64, err error) {
	m := box.FindSubmatch(page)
	if m == nil {
		m = box.FindSubmatch(root)
	}
	if m == nil {
		return 0, 0, errForm
	}
	width, _ = strconv.ParseFloat(string(m[1]), 64)
	height, _ = strconv.ParseFloat(string(m[2]), 64)
	if width < 1 || height < 1 {
		return 0, 0, errForm
	}
	return width, height, nil
}

func (r *reader) inflated(id int) ([]byte, error) {
	packed, err := r.stream(id)
	if err != nil {
		return nil, err
	}
	z, err := zlib.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, errForm
	}
	defer z.Close()
	text, err := io.ReadAll(io.LimitReader(z, maxContent+1))
	if err != nil || len(text) > maxContent {
		return nil, errForm
	}
	return text, nil
}

// resources are the fonts and pictures of all pages.
func (r *reader) resources() (map[string]int, error) {
	dictionary, _, err := r.object(resourcesObject)
	if err != nil {
		return nil, err
	}
	all := map[string]int{}
	for _, m := range resourceOf.FindAllSubmatch(dictionary, -1) {
		all[string(m[1])], _ = strconv.Atoi(string(m[2]))
	}
	return all, nil
}

// font is the program of a font by the name of its resource.
func (r *reader) font(id int) ([]byte, error) {
	dictionary, _, err := r.object(id)
	if err != nil {
		return nil, err
	}
	m := baseFont.FindSubmatch(dictionary)
	if m == nil || typefaces[string(m[1])] == nil {
		return nil, errForm
	}
	return typefaces[string(m[1])], nil
}

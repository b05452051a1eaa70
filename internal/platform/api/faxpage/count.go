package faxpage

import (
	"bytes"
	"compress/zlib"
	"context"
	"io"
	"iter"
	"regexp"
	"strconv"
)

// Bounds of the work that counting takes, whoever made the file.
const (
	// maxInflated is what is read of a PDF's packed objects in all.
	maxInflated = 4 << 20
	// maxParts are the nodes of the tree of pages, the streams of packed
	// objects and the mentions of a password: 200 pages have a few hundred.
	maxParts = 2000
	// window is how far from its type the rest of a dictionary is looked for.
	// 200 references to pages are shorter.
	window = 4 << 10
	// asked is after how many types somebody asks whether the answer is still
	// wanted.
	asked = 1 << 12
)

var (
	pagesCount = regexp.MustCompile(`/Count\s+(\d{1,6})`)
	secret     = regexp.MustCompile(`^/Encrypt\s+\d+\s+\d+\s+R`)
)

// PDFPages counts the pages of a PDF. It looks at what says its type and
// follows no references, so that no file can send it in circles: the root of
// the tree of pages is the one that counts most. It ends early with the
// context's error.
func PDFPages(ctx context.Context, body []byte) (int, error) {
	head := body[:min(len(body), 1024)]
	if !bytes.Contains(head, []byte("%PDF-")) {
		return 0, problem("The file is not a PDF.")
	}
	c := counter{ctx: ctx, parts: maxParts, packed: maxInflated, room: maxInflated}
	if err := c.refuseSecret(body); err != nil {
		return 0, err
	}
	if err := c.count(body, true); err != nil {
		return 0, err
	}
	most := c.most
	if most == 0 && c.full() {
		return 0, tooComplex() // the tree may be in what was not read
	}
	if most == 0 {
		most = c.pages
	}
	switch {
	case most == 0:
		return 0, problem("The PDF has no pages, or is damaged.")
	case most > MaxPages:
		return 0, tooMany()
	}
	return most, nil
}

func tooComplex() error {
	return problem("The PDF has too many parts for its pages to be counted. Print it to a new PDF and fax that.")
}

// A counter looks through a PDF, and stops when that becomes too much work.
type counter struct {
	ctx          context.Context
	parts        int // that may still be looked at closely
	packed, room int // bytes that may still be inflated, and come of it
	types        int // seen
	most, pages  int // the largest count of a node; single pages
}

// part takes one thing to be looked at closely.
func (c *counter) part() error {
	if c.parts--; c.parts < 0 {
		return tooComplex()
	}
	return c.ctx.Err()
}

// full reports whether no more packed objects are read.
func (c *counter) full() bool { return c.room <= 0 || c.packed <= 0 }

func (c *counter) refuseSecret(body []byte) error {
	for at := range mentions(body, "/Encrypt") {
		if err := c.part(); err != nil {
			return err
		}
		if secret.Match(body[at:min(at+64, len(body))]) {
			return problem("The PDF is protected by a password.")
		}
	}
	return nil
}

// count walks through the types in a text once. Only the file itself has
// packed objects; they hold none.
func (c *counter) count(text []byte, file bool) error {
	for at := range mentions(text, "/Type") {
		if c.types++; c.types%asked == 0 && c.ctx.Err() != nil {
			return c.ctx.Err()
		}
		after := at + len("/Type")
		kind := name(text[after:min(after+64, len(text))])
		if kind == "Page" {
			c.pages++
		}
		if kind != "Pages" && (kind != "ObjStm" || !file || c.full()) {
			continue
		}
		if err := c.part(); err != nil {
			return err
		}
		if kind == "Pages" {
			c.most = max(c.most, counted(text, at))
		} else if err := c.count(c.unpacked(text[after:]), false); err != nil {
			return err
		}
	}
	return nil
}

// mentions are the places where a word stands.
func mentions(text []byte, word string) iter.Seq[int] {
	return func(yield func(int) bool) {
		for from := 0; ; {
			i := bytes.Index(text[from:], []byte(word))
			if i < 0 || !yield(from+i) {
				return
			}
			from += i + len(word)
		}
	}
}

// name is the name that a text begins with, without its slash.
func name(text []byte) string {
	text = bytes.TrimLeft(text, "\x00\t\n\f\r ")
	if len(text) == 0 || text[0] != '/' {
		return ""
	}
	text = text[1:]
	if end := bytes.IndexAny(text, "\x00\t\n\f\r ()<>[]{}/%"); end >= 0 { // PDF 32000-1, 7.2.2
		text = text[:end]
	}
	return string(text)
}

// counted is the count of a node of the tree of pages, whose type is at a
// place. In packed objects other dictionaries stand beside it.
func counted(text []byte, at int) int {
	before, after := text[max(0, at-window):at], text[at:min(at+window, len(text))]
	if from := bytes.LastIndex(before, []byte("<<")); from >= 0 {
		before = before[from:]
	}
	if to := bytes.Index(after, []byte(">>")); to >= 0 {
		after = after[:to]
	}
	for _, side := range [][]byte{before, after} {
		if m := pagesCount.FindSubmatch(side); m != nil {
			n, _ := strconv.Atoi(string(m[1]))
			return n
		}
	}
	return 0
}

// unpacked is what is in a stream of packed objects. What it reads counts,
// too: a stream can be long and hold nothing.
func (c *counter) unpacked(from []byte) []byte {
	start := bytes.Index(from[:min(window, len(from))], []byte("stream"))
	if start < 0 {
		return nil
	}
	data := bytes.TrimLeft(from[start+len("stream"):], "\r\n")
	in := bytes.NewReader(data[:min(c.packed, len(data))])
	size := in.Len()
	r, err := zlib.NewReader(in)
	if err != nil {
		return nil
	}
	defer r.Close()
	text, _ := io.ReadAll(io.LimitReader(r, int64(c.room))) // what comes before any damage counts
	c.room -= len(text)
	c.packed -= size - in.Len()
	return text
}

package faxpage

import (
	"bytes"
	"compress/zlib"
	"io"
	"regexp"
	"strconv"
)

// maxInflated bounds what is read of a PDF's packed objects.
const maxInflated = 32 << 20

var (
	pagesCount = regexp.MustCompile(`/Count\s+(\d{1,6})`)
	pagesNode  = regexp.MustCompile(`/Type\s*/Pages\b`)
	onePage    = regexp.MustCompile(`/Type\s*/Page\b`)
	packed     = regexp.MustCompile(`/Type\s*/ObjStm\b`)
	secret     = regexp.MustCompile(`/Encrypt\s+\d+\s+\d+\s+R`)
	object     = regexp.MustCompile(`\d+\s+\d+\s+obj\b`)
)

// PDFPages counts the pages of a PDF. It reads the objects and follows no
// references, so that no file can send it in circles: the root of the tree of
// pages is the one that counts most.
func PDFPages(body []byte) (int, error) {
	head := body[:min(len(body), 1024)]
	if !bytes.Contains(head, []byte("%PDF-")) {
		return 0, problem("The file is not a PDF.")
	}
	if secret.Match(body) {
		return 0, problem("The PDF is protected by a password.")
	}
	most, pages, room := 0, 0, int64(maxInflated)
	for _, o := range objects(body) {
		for _, text := range [][]byte{o, unpacked(o, &room)} {
			most = max(most, counted(text))
			pages += len(onePage.FindAllIndex(text, -1))
		}
	}
	if most == 0 {
		most = pages
	}
	switch {
	case most == 0:
		return 0, problem("The PDF has no pages, or is damaged.")
	case most > MaxPages:
		return 0, tooMany()
	}
	return most, nil
}

// objects cuts a file where its objects begin.
func objects(body []byte) (all [][]byte) {
	at := object.FindAllIndex(body, -1)
	for i, m := range at {
		end := len(body)
		if i+1 < len(at) {
			end = at[i+1][0]
		}
		all = append(all, body[m[0]:end])
	}
	return all
}

// counted is the largest count of a node of the tree of pages.
func counted(text []byte) (most int) {
	for _, at := range pagesNode.FindAllIndex(text, -1) {
		// The dictionary around it: in packed objects others stand beside it.
		from := max(bytes.LastIndex(text[:at[0]], []byte("<<")), 0)
		to := bytes.Index(text[at[1]:], []byte(">>"))
		if to < 0 {
			to = len(text) - at[1]
		}
		if m := pagesCount.FindSubmatch(text[from : at[1]+to]); m != nil {
			n, _ := strconv.Atoi(string(m[1]))
			most = max(most, n)
		}
	}
	return most
}

// unpacked is what is in a stream of packed objects; nil for any other object.
func unpacked(object []byte, room *int64) []byte {
	start := bytes.Index(object, []byte("stream"))
	if start < 0 || !packed.Match(object[:start]) {
		return nil
	}
	data := bytes.TrimLeft(object[start+len("stream"):], "\r\n")
	r, err := zlib.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil
	}
	defer r.Close()
	text, _ := io.ReadAll(io.LimitReader(r, *room)) // what comes before any damage counts
	*room -= int64(len(text))
	return text
}

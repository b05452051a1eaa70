package messages

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	_ "image/gif"  // reads the size of pictures
	_ "image/jpeg" // reads the size of pictures
	_ "image/png"  // reads the size of pictures
	"io"
	"mime/multipart"
	"net/http"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"offhook/internal/platform/api/target"
	"offhook/internal/rc"
)

const (
	maxForm     = 2 * rc.MaxAttachmentBytes // a part may be in base64, and the parts have heads
	maxParts    = rc.MaxAttachments + 2*maxRecipients
	maxField    = 64 << 10
	maxFileName = 200 // characters
)

// A letter is a text as a request has it, with its pictures and files.
type letter struct {
	rc.SMSRequest
	ThreadID string `json:"threadId"` // of what goes into a thread
	files    []File
}

// A File is a picture or file that goes with a text, or the sound or document
// that a message is.
type File struct {
	Type          string // of the attachment, empty for rc.TypeMMS
	Name          string
	ContentType   string // as rc.AttachmentType has it
	Width, Height int    // of a picture whose size is known, or of pages drawn here
	Seconds       int    // of a sound
	Body          []byte
}

func unreadableForm() error {
	return rc.Coded(rc.Invalid, "CMN-104", "Cannot parse request; send multipart/form-data or multipart/mixed with the text as JSON and its attachments")
}

// readForm reads a text with attachments the way clients send them: the
// widget's form has a part "json" and parts "attachment"; multipart/mixed
// has the JSON first and files after it; the specification has the fields
// from, to, text, country and attachments (contract 5.4). What a part is, its
// type and name say.
func readForm(body io.Reader, boundary string) (letter, error) {
	var l letter
	if boundary == "" {
		return l, unreadableForm()
	}
	parts, seen := multipart.NewReader(body, boundary), false
	for n := 0; ; n++ {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return l, nil
		}
		if err != nil {
			return l, formError(err)
		}
		if n == maxParts {
			return l, target.Invalid("attachments", fmt.Sprintf("A text has at most %d attachments.", rc.MaxAttachments))
		}
		switch {
		case !seen && holdsRequest(part, n):
			seen = true
			err = readJSON(part, &l)
		case part.FileName() == "" && isField(part.FormName()):
			err = l.readField(part)
		default:
			err = l.readFile(part)
		}
		if err != nil {
			return l, err
		}
	}
}

// formError tells a form that is too large from one that is broken.
func formError(err error) error {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return tooLarge()
	}
	return unreadableForm()
}

func tooLarge() error {
	return &rc.Error{Kind: rc.TooLarge, Code: "CMN-101", Parameter: "attachments",
		Message: fmt.Sprintf("The attachments of a text may have %d bytes together", rc.MaxAttachmentBytes)}
}

// holdsRequest reports whether a part is the JSON that says who sends what to
// whom: the one named json, or metadata for threads, or the first that is JSON, or, where nothing is
// said of it, the first.
func holdsRequest(part *multipart.Part, n int) bool {
	kind := part.Header.Get("Content-Type")
	return part.FormName() == "json" || part.FormName() == "metadata" || strings.HasPrefix(kind, "application/json") ||
		n == 0 && kind == "" && part.FormName() == "" && part.FileName() == ""
}

func isField(name string) bool {
	switch name {
	case "from", "to", "text", "country":
		return true
	}
	return false
}

func readJSON(r io.Reader, v any) error {
	raw, err := io.ReadAll(io.LimitReader(r, maxField))
	if err != nil {
		return formError(err)
	}
	if json.Unmarshal(raw, v) != nil {
		return rc.Coded(rc.Invalid, "CMN-103", "The JSON of the form is not valid for this operation")
	}
	return nil
}

// readField reads a field of a plain form, whose value is JSON or, for short,
// a phone number or the code of a country.
func (l *letter) readField(part *multipart.Part) error {
	raw, err := io.ReadAll(io.LimitReader(part, maxField))
	if err != nil {
		return formError(err)
	}
	var into any
	var to rc.Caller
	var country rc.Country
	plain := func() {}
	switch part.FormName() {
	case "text":
		l.Text = string(raw)
		return nil
	case "from":
		into, plain = &l.From, func() { l.From.PhoneNumber = string(raw) }
	case "country":
		into, plain = &country, func() { country.ISOCode = string(raw) }
	case "to":
		into, plain = &to, func() { to.PhoneNumber = string(raw) }
		if bytes.HasPrefix(bytes.TrimSpace(raw), []byte("[")) {
			into = &l.To
		}
	}
	if text := bytes.TrimSpace(raw); !bytes.HasPrefix(text, []byte("{")) && !bytes.HasPrefix(text, []byte("[")) {
		plain()
	} else if json.Unmarshal(raw, into) != nil {
		return target.Invalid(part.FormName(), "Send it as JSON.")
	}
	if to != (rc.Caller{}) {
		l.To = append(l.To, to)
	}
	if country.ISOCode != "" {
		l.Country = &country
	}
	return nil
}

// readFile reads a picture or file.
func (l *letter) readFile(part *multipart.Part) error {
	if len(l.files) == rc.MaxAttachments {
		return target.Invalid("attachments", fmt.Sprintf("A text has at most %d attachments.", rc.MaxAttachments))
	}
	f := File{Name: fileName(part.FileName())}
	f.ContentType = rc.AttachmentType(part.Header.Get("Content-Type"), f.Name)
	if f.ContentType == "" {
		return &rc.Error{Kind: rc.Unsupported, Code: "MSG-348", Parameter: "attachments",
			Message: fmt.Sprintf("Unsupported attachment media type, attachment [%d]: [%s]; name the type of each part in its Content-Type", len(l.files), f.Name)}
	}
	room := rc.MaxAttachmentBytes
	for _, other := range l.files {
		room -= len(other.Body)
	}
	var body io.Reader = part
	if strings.EqualFold(part.Header.Get("Content-Transfer-Encoding"), "base64") {
		body = base64.NewDecoder(base64.StdEncoding, part)
	}
	raw, err := io.ReadAll(io.LimitReader(body, int64(room)+1))
	if err != nil {
		return formError(err)
	}
	switch {
	case len(raw) > room:
		return tooLarge()
	case len(raw) == 0:
		return target.Invalid("attachments", "A file is empty.")
	}
	f.Body = raw
	if size, _, err := image.DecodeConfig(bytes.NewReader(raw)); err == nil && strings.HasPrefix(f.ContentType, "image/") {
		f.Width, f.Height = size.Width, size.Height
	}
	l.files = append(l.files, f)
	return nil
}

// fileName is a name as it may be shown and written: no folders, nothing that
// cannot be seen, and not endless.
func fileName(name string) string {
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	name = strings.Map(func(c rune) rune {
		if unicode.IsControl(c) || unicode.Is(unicode.Cf, c) || c == utf8.RuneError {
			return -1
		}
		return c
	}, name)
	if name == "." || name == "/" {
		return ""
	}
	if all := []rune(name); len(all) > maxFileName {
		name = string(all[len(all)-maxFileName:]) // the end says what it is
	}
	return name
}

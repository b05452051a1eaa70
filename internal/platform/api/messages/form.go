package messages

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"offhook/internal/platform/api/target"
	"offhook/internal/rc"
)

const (
	maxField    = 64 << 10
	maxFileName = 200 // characters
)

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

// A form is what differs between the forms that bring texts and faxes.
type form struct {
	parameter string   // what errors call the files
	fields    []string // of a plain form
	maxParts  int
	maxFiles  int
	maxBytes  int                                   // of all files
	kind      func(contentType, name string) string // of a file; empty for what is not taken
	kinds     string                                // what to send instead of that
	what      string                                // the form is to hold
	tooMany   string                                // parts or files
	tooLarge  string
}

// A formReader reads one.
type formReader struct {
	form
	request any // of the JSON
	field   func(name string, raw []byte) error
	files   []File
}

// read reads a form the way clients send them: the JSON as the part "json" or
// as the first one that is JSON, or each of its members as a field; everything
// else is a file (contract 5.4).
func (f *formReader) read(body io.Reader, boundary string) error {
	if boundary == "" {
		return f.unreadable()
	}
	parts, seen := multipart.NewReader(body, boundary), false
	for n := 0; ; n++ {
		part, err := parts.NextPart()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return f.failed(err)
		case n == f.maxParts:
			return target.Invalid(f.parameter, f.tooMany)
		case !seen && holdsRequest(part, n):
			seen = true
			err = f.readJSON(part)
		case part.FileName() == "" && slices.Contains(f.fields, part.FormName()):
			err = f.readField(part)
		default:
			err = f.readFile(part)
		}
		if err != nil {
			return err
		}
	}
}

func (f *formReader) unreadable() error {
	return rc.Coded(rc.Invalid, "CMN-104", "Cannot parse request; send multipart/form-data or multipart/mixed with %s", f.what)
}

// failed tells a form that is too large from one that is broken.
func (f *formReader) failed(err error) error {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return f.large()
	}
	return f.unreadable()
}

func (f *formReader) large() error {
	return &rc.Error{Kind: rc.TooLarge, Code: "CMN-101", Parameter: f.parameter, Message: f.tooLarge}
}

// holdsRequest reports whether a part is the JSON that says who sends what to
// whom: the one named json, or metadata for threads, or the first that is
// JSON, or, where nothing is said of it, the first.
func holdsRequest(part *multipart.Part, n int) bool {
	kind := part.Header.Get("Content-Type")
	return part.FormName() == "json" || part.FormName() == "metadata" || strings.HasPrefix(kind, "application/json") ||
		n == 0 && kind == "" && part.FormName() == "" && part.FileName() == ""
}

func (f *formReader) readJSON(part *multipart.Part) error {
	raw, err := io.ReadAll(io.LimitReader(part, maxField))
	if err != nil {
		return f.failed(err)
	}
	if json.Unmarshal(raw, f.request) != nil {
		return rc.Coded(rc.Invalid, "CMN-103", "The JSON of the form is not valid for this operation")
	}
	return nil
}

func (f *formReader) readField(part *multipart.Part) error {
	raw, err := io.ReadAll(io.LimitReader(part, maxField))
	if err != nil {
		return f.failed(err)
	}
	return f.field(part.FormName(), raw)
}

// readFile reads a picture, file or document.
func (f *formReader) readFile(part *multipart.Part) error {
	if len(f.files) == f.maxFiles {
		return target.Invalid(f.parameter, f.tooMany)
	}
	file := File{Name: fileName(part.FileName())}
	if file.ContentType = f.kind(part.Header.Get("Content-Type"), file.Name); file.ContentType == "" {
		return &rc.Error{Kind: rc.Unsupported, Code: "MSG-348", Parameter: f.parameter,
			Message: fmt.Sprintf("Unsupported attachment media type, attachment [%d]: [%s]; %s", len(f.files), file.Name, f.kinds)}
	}
	room := int64(f.maxBytes) - bytesOf(f.files)
	var body io.Reader = part
	if strings.EqualFold(part.Header.Get("Content-Transfer-Encoding"), "base64") {
		body = base64.NewDecoder(base64.StdEncoding, part)
	}
	var err error
	if file.Body, err = io.ReadAll(io.LimitReader(body, room+1)); err != nil {
		return f.failed(err)
	}
	switch {
	case int64(len(file.Body)) > room:
		return f.large()
	case len(file.Body) == 0:
		return target.Invalid(f.parameter, "A file is empty.")
	}
	f.files = append(f.files, file)
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

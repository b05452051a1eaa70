package messages

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	_ "image/gif"  // reads the size of pictures
	_ "image/jpeg" // reads the size of pictures
	_ "image/png"  // reads the size of pictures
	"io"
	"strings"

	"offhook/internal/platform/api/target"
	"offhook/internal/rc"
)

// maxForm is what a form with a text may have: a part may be in base64, and
// the parts have heads.
const maxForm = 2 * rc.MaxAttachmentBytes

// textForm is the form of a text with attachments: the widget's has a part
// "json" and parts "attachment"; multipart/mixed has the JSON first and files
// after it; the specification has the fields from, to, text, country and
// attachments (contract 5.4). What a part is, its type and name say.
var textForm = form{
	parameter: "attachments", fields: []string{"from", "to", "text", "country"},
	maxParts: rc.MaxAttachments + 2*maxRecipients, maxFiles: rc.MaxAttachments, maxBytes: rc.MaxAttachmentBytes,
	kind: rc.AttachmentType, kinds: "name the type of each part in its Content-Type",
	what:     "the text as JSON and its attachments",
	tooMany:  fmt.Sprintf("A text has at most %d attachments.", rc.MaxAttachments),
	tooLarge: fmt.Sprintf("The attachments of a text may have %d bytes together", rc.MaxAttachmentBytes),
}

// A letter is a text as a request has it, with its pictures and files.
type letter struct {
	rc.SMSRequest
	ThreadID string `json:"threadId"` // of what goes into a thread
	files    []File
}

// readForm reads a text with attachments.
func readForm(body io.Reader, boundary string) (letter, error) {
	var l letter
	f := formReader{form: textForm, request: &l, field: l.readField}
	err := f.read(body, boundary)
	for i := range f.files {
		f.files[i].measure()
	}
	l.files = f.files
	return l, err
}

// measure notes the size of a picture.
func (f *File) measure() {
	if size, _, err := image.DecodeConfig(bytes.NewReader(f.Body)); err == nil && strings.HasPrefix(f.ContentType, "image/") {
		f.Width, f.Height = size.Width, size.Height
	}
}

// readField reads a field of a plain form, whose value is JSON or, for short,
// a phone number or the code of a country.
func (l *letter) readField(name string, raw []byte) error {
	var into any
	var to rc.Caller
	var country rc.Country
	plain := func() {}
	switch name {
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
		return target.Invalid(name, "Send it as JSON.")
	}
	if to != (rc.Caller{}) {
		l.To = append(l.To, to)
	}
	if country.ISOCode != "" {
		l.Country = &country
	}
	return nil
}

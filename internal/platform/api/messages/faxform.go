package messages

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"path"
	"strconv"
	"strings"

	"offhook/internal/platform/api/target"
	"offhook/internal/rc"
)

// faxTypes are what a document may be, by what it is called.
var faxTypes = map[string]string{
	"application/pdf": pdfType, "text/plain": textType, "image/png": "image/png", "image/jpeg": "image/jpeg", "image/jpg": "image/jpeg", "image/gif": "image/gif",
	".pdf": pdfType, ".txt": textType, ".log": textType, ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif",
}

const (
	pdfType  = "application/pdf"
	textType = "text/plain"
)

// faxType is the media type of a document, empty for what cannot be faxed.
// Where nobody has said what it is, its name does.
func faxType(contentType, name string) string {
	kind, _, err := mime.ParseMediaType(contentType)
	if err != nil || kind == "application/octet-stream" {
		return faxTypes[strings.ToLower(path.Ext(name))]
	}
	return faxTypes[kind]
}

// faxForm is the form of a fax: the JSON, or each of its members as a field,
// and documents (contract 5.4).
var faxForm = form{
	parameter: "attachment", fields: []string{"to", "faxResolution", "coverIndex", "coverPageText", "sendTime", "isoCode"},
	maxParts: maxFaxFiles + maxFaxRecipients + 10, maxFiles: maxFaxFiles, maxBytes: maxFax,
	kind: faxType, kinds: "send PDF, plain text, PNG, JPEG or GIF",
	what:     "the recipients and the documents",
	tooMany:  fmt.Sprintf("A fax has at most %d documents.", maxFaxFiles),
	tooLarge: fmt.Sprintf("A fax may have %d MB", maxFax>>20),
}

// readFaxForm reads a fax.
func readFaxForm(body io.Reader, boundary string) (faxLetter, error) {
	var l faxLetter
	f := formReader{form: faxForm, request: &l.FaxRequest, field: l.readField}
	err := f.read(body, boundary)
	l.files = f.files
	return l, err
}

// readField reads a field of a plain form. A recipient is JSON, several as a
// list of them, or a number alone.
func (l *faxLetter) readField(name string, raw []byte) error {
	text := string(bytes.TrimSpace(raw))
	switch name {
	case "faxResolution":
		l.FaxResolution = text
	case "coverPageText":
		l.CoverPageText = text
	case "sendTime":
		l.SendTime = text
	case "isoCode":
		l.ISOCode = text
	case "coverIndex":
		n, err := strconv.Atoi(text)
		if err != nil {
			return target.Invalid("coverIndex", "Send a number.")
		}
		l.CoverIndex = &n
	case "to":
		return l.readRecipients(text)
	}
	return nil
}

func (l *faxLetter) readRecipients(text string) error {
	var many []rc.Caller
	var one rc.Caller
	switch {
	case strings.HasPrefix(text, "["):
		if json.Unmarshal([]byte(text), &many) != nil {
			return target.Invalid("to", "Send it as JSON.")
		}
	case strings.HasPrefix(text, "{"):
		if json.Unmarshal([]byte(text), &one) != nil {
			return target.Invalid("to", "Send it as JSON.")
		}
		many = []rc.Caller{one}
	default:
		many = []rc.Caller{{PhoneNumber: text}}
	}
	l.To = append(l.To, many...)
	return nil
}

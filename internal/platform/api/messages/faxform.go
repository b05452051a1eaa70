package messages

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
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

// readFaxForm reads a fax the way clients send them: the JSON as the part
// "json" or as the first one that is JSON, or each of its members as a field;
// everything else is a document (contract 5.4).
func readFaxForm(body io.Reader, boundary string) (faxLetter, error) {
	var l faxLetter
	if boundary == "" {
		return l, unreadableFax()
	}
	parts, seen := multipart.NewReader(body, boundary), false
	for n := 0; ; n++ {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return l, nil
		}
		if err != nil {
			return l, faxFormError(err)
		}
		if n == maxFaxFiles+maxFaxRecipients+10 {
			return l, target.Invalid("attachment", "The form has too many parts.")
		}
		switch {
		case !seen && holdsRequest(part, n):
			seen = true
			err = readJSON(part, &l.FaxRequest)
		case part.FileName() == "" && isFaxField(part.FormName()):
			err = l.readField(part)
		default:
			err = l.readFile(part)
		}
		if err != nil {
			return l, err
		}
	}
}

func unreadableFax() error {
	return rc.Coded(rc.Invalid, "CMN-104", "Cannot parse request; send multipart/form-data or multipart/mixed with the recipients and the documents")
}

func faxFormError(err error) error {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return &rc.Error{Kind: rc.TooLarge, Code: "CMN-101", Parameter: "attachment", Message: fmt.Sprintf("A fax may have %d MB", maxFax>>20)}
	}
	return unreadableFax()
}

func isFaxField(name string) bool {
	switch name {
	case "to", "faxResolution", "coverIndex", "coverPageText", "sendTime", "isoCode":
		return true
	}
	return false
}

// readField reads a field of a plain form. A recipient is JSON, several as a
// list of them, or a number alone.
func (l *faxLetter) readField(part *multipart.Part) error {
	raw, err := io.ReadAll(io.LimitReader(part, maxField))
	if err != nil {
		return faxFormError(err)
	}
	text := string(bytes.TrimSpace(raw))
	switch part.FormName() {
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

// readFile reads a document.
func (l *faxLetter) readFile(part *multipart.Part) error {
	if len(l.files) == maxFaxFiles {
		return target.Invalid("attachment", fmt.Sprintf("A fax has at most %d documents.", maxFaxFiles))
	}
	f := File{Name: fileName(part.FileName())}
	f.ContentType = faxType(part.Header.Get("Content-Type"), f.Name)
	if f.ContentType == "" {
		return &rc.Error{Kind: rc.Unsupported, Code: "MSG-348", Parameter: "attachment",
			Message: fmt.Sprintf("Unsupported attachment media type, attachment [%d]: [%s]; send PDF, plain text, PNG, JPEG or GIF", len(l.files), f.Name)}
	}
	var body io.Reader = part
	if strings.EqualFold(part.Header.Get("Content-Transfer-Encoding"), "base64") {
		body = base64.NewDecoder(base64.StdEncoding, part)
	}
	raw, err := io.ReadAll(body)
	if err != nil {
		return faxFormError(err)
	}
	if len(raw) == 0 {
		return target.Invalid("attachment", "A document is empty.")
	}
	f.Body = raw
	l.files = append(l.files, f)
	return nil
}

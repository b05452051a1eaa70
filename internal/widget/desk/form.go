package desk

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"mime"
	"mime/multipart"
	"net/textproto"
	"strings"
)

// A form is the body of a text or a fax that carries files, as the contract's
// own widget sends it: a part json, and parts attachment (contract 5.4).
type form struct {
	contentType string
	body        []byte
}

// form writes a request with its files. A file without a name is called by its
// number, which begins with 1.
func (d *Desk) form(ctx context.Context, request any, files []File, nameless func(int, File) string) (form, error) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	text, err := json.Marshal(request)
	if err != nil {
		return form{}, fmt.Errorf("encoding what is to be sent: %w", err)
	}
	if err := addPart(w, "json", "request.json", "application/json", text); err != nil {
		return form{}, err
	}
	for n, f := range files {
		known, body, err := d.Uploaded(ctx, f.ID)
		if err != nil {
			return form{}, err
		}
		if strings.TrimSpace(known.Name) == "" {
			known.Name = nameless(n+1, known)
		}
		if err := addPart(w, "attachment", known.Name, known.ContentType, body); err != nil {
			return form{}, err
		}
	}
	if err := w.Close(); err != nil {
		return form{}, fmt.Errorf("writing a form: %w", err)
	}
	return form{w.FormDataContentType(), b.Bytes()}, nil
}

func addPart(w *multipart.Writer, field, name, kind string, body []byte) error {
	head := textproto.MIMEHeader{}
	head.Set("Content-Disposition", multipart.FileContentDisposition(field, name))
	head.Set("Content-Type", mime.FormatMediaType(kind, nil))
	part, err := w.CreatePart(head)
	if err == nil {
		_, err = part.Write(body)
	}
	if err != nil {
		return fmt.Errorf("writing a form: %w", err)
	}
	return nil
}

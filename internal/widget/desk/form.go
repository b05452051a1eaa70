package desk

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"mime"
	"mime/multipart"
	"net/textproto"
	"strconv"

	"offhook/internal/rc"
)

// A form is the body of a text that carries files, as the contract's own
// widget sends it: a part json, and parts attachment (contract 5.4).
type form struct {
	contentType string
	body        []byte
}

// form writes an item with its files.
func (d *Desk) form(ctx context.Context, i *item) (form, error) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	text, err := json.Marshal(request(i))
	if err != nil {
		return form{}, fmt.Errorf("encoding a text: %w", err)
	}
	if err := addPart(w, "json", "request.json", "application/json", text); err != nil {
		return form{}, err
	}
	for n, f := range i.Files {
		known, body, err := d.Uploaded(ctx, f.ID)
		if err != nil {
			return form{}, err
		}
		if known.Name == "" {
			known.Name = "file-" + strconv.Itoa(n+1) + rc.AttachmentExtension(known.ContentType)
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

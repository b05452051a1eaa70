package messages

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"offhook/internal/platform/api/media"
	"offhook/internal/platform/api/target"
	"offhook/internal/platform/wire"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// attachments writes what belongs to a message: a text, which is an
// attachment under the message's own id, then pictures, files and whatever
// else it is made of.
func attachments(uri string, m store.Message) []rc.Attachment {
	link := func(id int64) string { return uri + "/content/" + strconv.FormatInt(id, 10) }
	all := []rc.Attachment{}
	if isText(m) && (m.Text != "" || len(m.Attachments) == 0) {
		all = append(all, rc.Attachment{ID: m.ID, URI: link(m.ID), Type: "Text", ContentType: "text/plain"})
	}
	for _, a := range m.Attachments {
		all = append(all, rc.Attachment{
			ID: a.ID, URI: link(a.ID), Type: cmp.Or(a.Type, rc.TypeMMS), ContentType: a.ContentType, FileName: a.FileName, Size: a.Size,
			VMDuration: a.Seconds, Width: a.Width, Height: a.Height,
		})
	}
	return all
}

// isText tells texts, outside and inside the company, from what is heard or
// looked at.
func isText(m store.Message) bool { return m.Type == rc.TypeSMS || m.Type == rc.TypePager }

// content answers with an attachment, or the part of it that Range asks for.
// Only what belongs to the message of the path is found, and only by whose
// message it is.
func (h *Handler) content(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	e, err := target.Own(r, c, h.Store)
	if err != nil {
		return err
	}
	m, err := h.message(r, e)
	if err != nil {
		return err
	}
	part, err := h.part(r, e, m)
	if err != nil {
		return err
	}
	if m.Type == rc.TypeFax {
		w.Header().Add("Vary", "Accept")
		if part, err = asAccepted(r, part); err != nil {
			return err
		}
	}
	return media.Serve(w, r, media.Medium{Type: part.kind, Name: part.name, At: m.CreatedAt, Body: part.body})
}

// A part is an attachment as it is answered.
type part struct {
	kind, name string
	drawn      bool // its pages were drawn here
	body       []byte
}

// part finds the attachment that the path names.
func (h *Handler) part(r *http.Request, e store.Extension, m store.Message) (part, error) {
	id := r.PathValue("attachmentId")
	if isText(m) && id == strconv.FormatInt(m.ID, 10) {
		return part{kind: "text/plain; charset=utf-8", body: []byte(m.Text)}, nil
	}
	for _, a := range m.Attachments {
		if id != strconv.FormatInt(a.ID, 10) {
			continue
		}
		body, err := h.Store.AttachmentContent(r.Context(), e.ID, a.ID)
		if errors.Is(err, store.ErrNotFound) { // purged meanwhile
			break
		}
		if err != nil {
			return part{}, fmt.Errorf("reading attachment %d: %w", a.ID, err)
		}
		kind := a.ContentType
		if a.Type == rc.AudioTranscription {
			kind += "; charset=utf-8"
		}
		return part{kind, a.FileName, isDrawn(a), body}, nil
	}
	return part{}, target.Missing("attachmentId")
}

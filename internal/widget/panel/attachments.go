package panel

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"path"
	"strings"
	"time"

	"offhook/internal/rc"
	"offhook/internal/widget/lang"
	"offhook/internal/widget/markup"
	"offhook/internal/widget/visit"
)

// Files are the pictures and files of texts, as the panels need them of a
// desk. What is not there, or is somebody else's, is a NotFound *rc.Error.
type Files interface {
	// Attachment returns a file of a text that the platform has.
	Attachment(ctx context.Context, messageID, id string) (File, []byte, error)
	// Uploaded returns a file that was added here and is not sent yet.
	Uploaded(ctx context.Context, id string) (File, []byte, error)
	// DraftFiles are those of a conversation's draft; an empty id is the page
	// for a new text.
	DraftFiles(ctx context.Context, conversationID string) ([]File, error)
	// AddFile adds a file to a draft; the same ID twice adds it once.
	AddFile(ctx context.Context, u Upload) (File, error)
	RemoveFile(ctx context.Context, id string) error
}

// A File is a picture or file of a text.
type File struct {
	ID            string
	Name          string // may be empty
	ContentType   string
	Size          int64 // 0 when nobody has said
	Width, Height int   // of a picture, 0 when nobody has said
	Upload        bool  // not sent yet
}

// An Upload is a file that is being added to a draft.
type Upload struct {
	ID             string // made by the browser, a UUID
	ConversationID string
	Name           string
	ContentType    string
	Body           []byte
}

// shownTypes are what a browser may show or play from our address. Anything
// else is only ever saved: bytes of strangers that a browser would run (SVG,
// HTML) must not be a document of ours.
var shownTypes = map[string]bool{
	"image/jpeg": true, "image/png": true, "image/gif": true, "image/bmp": true, "image/webp": true,
	"audio/mpeg": true, "audio/mp4": true, "audio/wav": true, "audio/ogg": true,
	"video/mp4": true, "video/mpeg": true, "video/3gpp": true, "video/webm": true,
}

// Bounds of the box that a picture has in a conversation, in pixels.
const (
	boxWidth  = 240
	boxHeight = 260
	boxLeast  = 72
)

// A fileView is a file as a bubble or the composer shows it.
type fileView struct {
	File
	Kind          string // picture, video, audio, card or file
	Title         string
	Sub           string // what it is, and how large
	URL           string
	Width, Height int // of the box; 0 where nobody knows
	Held          bool
}

func (p page) fileViews(messageID string, files []File) []fileView {
	var all []fileView
	for _, f := range files {
		v := fileView{File: f, Kind: fileKind(f.ContentType), Title: markup.Line(f.Name), Held: p.Held}
		v.URL = p.Path("messages", messageID, "attachments", f.ID)
		if f.Upload {
			v.URL = p.Path("files", f.ID)
		}
		v.Width, v.Height = box(f.Width, f.Height)
		v.Sub = p.Lang.Say(typeWord(f.ContentType))
		if v.Title == "" {
			v.Title = v.Sub
		}
		if f.Size > 0 {
			v.Sub += " · " + markup.Size(p.Lang, f.Size)
		}
		all = append(all, v)
	}
	return all
}

// CardName is what a contact card is called: its file's name without the end.
func (v fileView) CardName() string {
	return strings.TrimSuffix(strings.TrimSuffix(v.Title, path.Ext(v.Title)), ".")
}

// JSON is how the composer's module learns of a file that is there already.
func (v fileView) JSON() (string, error) {
	text, err := json.Marshal(map[string]any{"id": v.ID, "name": v.Title, "type": v.ContentType, "size": v.Size, "url": v.URL})
	return string(text), err
}

func fileKind(contentType string) string {
	family, _, _ := strings.Cut(contentType, "/")
	switch {
	case contentType == "text/vcard":
		return "card"
	case !shownTypes[contentType]:
		return "file"
	case family == "image":
		return "picture"
	}
	return family
}

// box is how large a picture is drawn: as large as fits, and never so thin
// that it cannot be pressed.
func box(width, height int) (int, int) {
	if width <= 0 || height <= 0 {
		return 0, 0
	}
	scale := min(1, float64(boxWidth)/float64(width), float64(boxHeight)/float64(height))
	return max(boxLeast, int(float64(width)*scale)), max(boxLeast, int(float64(height)*scale))
}

func typeWord(contentType string) string {
	words := map[string]string{
		"text/vcard": lang.Mark("Contact card"), "application/zip": lang.Mark("ZIP archive"), "application/gzip": lang.Mark("GZIP archive"), "application/rtf": lang.Mark("RTF document"),
		"application/pdf": lang.Mark("PDF document"), "image/svg+xml": lang.Mark("SVG drawing"), "image/tiff": lang.Mark("TIFF picture"),
	}
	if w := words[contentType]; w != "" {
		return w
	}
	family, _, _ := strings.Cut(contentType, "/")
	switch family {
	case "image":
		return lang.Mark("Picture")
	case "video":
		return lang.Mark("Video")
	case "audio":
		return lang.Mark("Audio")
	}
	return lang.Mark("File")
}

// mountFiles registers what pictures and files are shown from and added by.
func (h *Handler) mountFiles(mux *http.ServeMux) {
	h.onDesk(mux, "GET /p/{key}/panel/messages/{id}/attachments/{file}", h.attachment)
	h.onDesk(mux, "GET /p/{key}/panel/files/{file}", h.uploaded)
	h.onDesk(mux, "POST /p/{key}/panel/files", h.addFile)
	h.onDesk(mux, "POST /p/{key}/panel/files/{file}/delete", h.removeFile)
}

func (h *Handler) attachment(w http.ResponseWriter, r *http.Request, p page) error {
	f, body, err := p.desk.Attachment(r.Context(), r.PathValue("id"), r.PathValue("file"))
	if err != nil {
		return err
	}
	serveFile(w, r, f, body)
	return nil
}

func (h *Handler) uploaded(w http.ResponseWriter, r *http.Request, p page) error {
	f, body, err := p.desk.Uploaded(r.Context(), r.PathValue("file"))
	if err != nil {
		return err
	}
	serveFile(w, r, f, body)
	return nil
}

// serveFile answers with a stranger's bytes. The rest of the protection is
// the visit's: nosniff, a policy that allows nothing, and no other origin may
// load them. A browser keeps none of it beyond the page.
func serveFile(w http.ResponseWriter, r *http.Request, f File, body []byte) {
	kind, disposition := f.ContentType, "inline"
	if !shownTypes[kind] {
		kind, disposition = "application/octet-stream", "attachment"
	}
	if r.FormValue("save") != "" {
		disposition = "attachment"
	}
	name := f.Name
	if name == "" {
		name = "file" + rc.AttachmentExtension(f.ContentType)
	}
	head := w.Header()
	head.Set("Content-Type", kind)
	if value := mime.FormatMediaType(disposition, map[string]string{"filename": name}); value != "" {
		disposition = value
	}
	head.Set("Content-Disposition", disposition)
	head.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; sandbox")
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
}

// added are the files of a draft.
func (h *Handler) added(ctx context.Context, p page, conversationID string) ([]fileView, error) {
	files, err := p.desk.DraftFiles(ctx, conversationID)
	return p.fileViews("", files), err
}

// addFile takes a file for a draft.
func (h *Handler) addFile(w http.ResponseWriter, r *http.Request, p page) error {
	r.Body = http.MaxBytesReader(w, r.Body, rc.MaxAttachmentBytes+64<<10)
	if err := r.ParseMultipartForm(rc.MaxAttachmentBytes + 64<<10); err != nil {
		return rc.Errorf(rc.Invalid, "This file could not be read, or is larger than 1.5 MB.")
	}
	defer r.MultipartForm.RemoveAll() //nolint:errcheck // it is all in memory
	part, head, err := r.FormFile("file")
	if err != nil {
		return rc.Errorf(rc.Invalid, "There is no file in this request. Reload the page and add it again.")
	}
	defer part.Close()
	body, err := io.ReadAll(part)
	if err != nil {
		return rc.Errorf(rc.Invalid, "This file could not be read. Add it again.")
	}
	f, err := p.desk.AddFile(r.Context(), Upload{
		ID: r.FormValue("id"), ConversationID: r.FormValue("conversation"), Name: head.Filename, ContentType: head.Header.Get("Content-Type"), Body: body,
	})
	if err != nil {
		return err
	}
	text, err := p.fileViews("", []File{f})[0].JSON()
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	_, err = io.WriteString(w, text)
	return err
}

func (h *Handler) removeFile(w http.ResponseWriter, r *http.Request, p page) error {
	return done(w, p.desk.RemoveFile(r.Context(), r.PathValue("file")))
}

// isHeld reports whether the browser refuses our cookies: then nothing that a
// page loads by itself is known as its user's, and its module asks for it.
func isHeld(r *http.Request) bool { return r.Header.Get(visit.SessionHeader) != "" }

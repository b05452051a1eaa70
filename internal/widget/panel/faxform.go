package panel

import (
	"context"
	"io"
	"net/http"
	"strconv"

	"offhook/internal/rc"
	"offhook/internal/widget/markup"
)

// SendingFaxes is what the panels need to send faxes. What cannot be done is
// an *rc.Error with a sentence.
type SendingFaxes interface {
	// FaxFiles are the documents of the fax that is being written.
	FaxFiles(ctx context.Context) ([]File, error)
	// AddFaxFile adds one; the same ID twice adds it once. RemoveFile takes
	// it back.
	AddFaxFile(ctx context.Context, u Upload) (File, error)
	// CoverPages waits for what a fax can begin with.
	CoverPages(ctx context.Context) ([]rc.FaxCoverPage, error)
	// SendFax keeps a fax to be sent; the same ID twice sends once.
	SendFax(ctx context.Context, o OutgoingFax) error
	// RetryFax sends one again that was not sent, DropFax forgets one that the
	// platform refused.
	RetryFax(ctx context.Context, id string) error
	DropFax(ctx context.Context, id string) error
}

// An OutgoingFax is a fax to send.
type OutgoingFax struct {
	ID        string // made by the browser, a UUID
	To        []string
	Files     []string // ids of what was added
	Cover     int
	CoverText string
}

// Bounds of the form. The desk has the last word.
const (
	faxDraft   = "fax" // the key of what is written and not sent
	faxBytes   = 15 << 20
	coverLimit = 1024
)

// A faxFormView is the page for a new fax.
type faxFormView struct {
	page
	Draft  string // as the page's module keeps it
	Added  []fileView
	Covers []coverView
	Failed string // why there are no cover pages
	Limit  int
	Found  recipientsView
}

// A coverView is one cover page to choose.
type coverView struct {
	Index int
	Name  string
}

func (h *Handler) mountFaxForm(mux *http.ServeMux) {
	for pattern, f := range map[string]deskFunc{
		"GET /p/{key}/panel/fax/new":         h.faxForm,
		"POST /p/{key}/panel/fax/new":        h.sendFax,
		"POST /p/{key}/panel/fax/new/files":  h.addFaxFile,
		"POST /p/{key}/panel/fax/new/draft":  h.saveFaxDraft,
		"POST /p/{key}/panel/fax/{id}/retry": h.retryFax,
		"POST /p/{key}/panel/fax/{id}/drop":  h.dropFax,
	} {
		h.onDesk(mux, pattern, f)
	}
}

func mayFax(ctx context.Context, p page) error {
	if p.desk.Mailbox(ctx).CanFax {
		return nil
	}
	return rc.Errorf(rc.Denied, "Your phone service does not let this app send faxes. Ask your administrator to allow it.")
}

func (h *Handler) faxForm(w http.ResponseWriter, r *http.Request, p page) error {
	if err := mayFax(r.Context(), p); err != nil {
		return err
	}
	draft, err := p.desk.Draft(r.Context(), faxDraft)
	if err != nil {
		return err
	}
	files, err := p.desk.FaxFiles(r.Context())
	if err != nil {
		return err
	}
	covers, err := p.desk.CoverPages(r.Context())
	v := newFaxForm(p, draft, files, covers)
	if err != nil {
		v.Failed = p.Lang.Say("The cover pages cannot be had right now. The fax can go without one.")
	}
	return render(w, http.StatusOK, "fax-form", v)
}

func newFaxForm(p page, draft string, files []File, covers []rc.FaxCoverPage) faxFormView {
	v := faxFormView{page: p, Draft: draft, Added: p.fileViews("", files), Limit: coverLimit}
	for _, c := range covers {
		if n, err := strconv.Atoi(c.ID); err == nil && n > 0 {
			v.Covers = append(v.Covers, coverView{n, markup.Cut(markup.Line(c.Name), 60)})
		}
	}
	return v
}

func (h *Handler) sendFax(w http.ResponseWriter, r *http.Request, p page) error {
	if err := mayFax(r.Context(), p); err != nil {
		return err
	}
	if err := readForm(w, r); err != nil {
		return err
	}
	cover, _ := strconv.Atoi(r.PostForm.Get("cover"))
	err := p.desk.SendFax(r.Context(), OutgoingFax{
		ID: r.PostForm.Get("id"), To: r.PostForm["to"], Files: r.PostForm["file"], Cover: cover, CoverText: r.PostForm.Get("text"),
	})
	if err == nil {
		err = p.desk.SaveDraft(r.Context(), faxDraft, "")
	}
	return done(w, err)
}

// addFaxFile takes a document for the fax that is being written.
func (h *Handler) addFaxFile(w http.ResponseWriter, r *http.Request, p page) error {
	if err := mayFax(r.Context(), p); err != nil {
		return err
	}
	r.Body = http.MaxBytesReader(w, r.Body, faxBytes+64<<10)
	if err := r.ParseMultipartForm(faxBytes + 64<<10); err != nil {
		return rc.Errorf(rc.TooLarge, "This document could not be read, or is larger than 15 MB.")
	}
	defer r.MultipartForm.RemoveAll() //nolint:errcheck // it is all in memory
	part, head, err := r.FormFile("file")
	if err != nil {
		return rc.Errorf(rc.Invalid, "There is no document in this request. Reload the page and add it again.")
	}
	defer part.Close()
	body, err := io.ReadAll(part)
	if err != nil {
		return rc.Errorf(rc.Invalid, "This document could not be read. Add it again.")
	}
	f, err := p.desk.AddFaxFile(r.Context(), Upload{ID: r.FormValue("id"), Name: head.Filename, ContentType: head.Header.Get("Content-Type"), Body: body})
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

func (h *Handler) saveFaxDraft(w http.ResponseWriter, r *http.Request, p page) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	text := r.PostForm.Get("text")
	if len(text) > 16<<10 {
		return rc.Errorf(rc.TooLarge, "This draft is too long to keep.")
	}
	return done(w, p.desk.SaveDraft(r.Context(), faxDraft, text))
}

func (h *Handler) retryFax(w http.ResponseWriter, r *http.Request, p page) error {
	if err := mayFax(r.Context(), p); err != nil {
		return err
	}
	return done(w, p.desk.RetryFax(r.Context(), r.PathValue("id")))
}

func (h *Handler) dropFax(w http.ResponseWriter, r *http.Request, p page) error {
	if err := mayFax(r.Context(), p); err != nil {
		return err
	}
	return done(w, p.desk.DropFax(r.Context(), r.PathValue("id")))
}

package panel

import (
	"context"
	"encoding/json"
	"errors"
	"mime"
	"net/http"
	"strings"
	"unicode/utf8"

	"offhook/internal/rc"
	"offhook/internal/widget/markup"
)

// nameLimit is the longest name of a template that people give here.
const nameLimit = 100

// A Template is a text to begin from.
type Template struct {
	ID      string
	Name    string
	Text    string
	Company bool // everybody's, and not the user's to delete
}

// Templates is the part of a desk that keeps templates. All methods wait for
// the platform, and may say no by an *rc.Error.
type Templates interface {
	// Templates returns the user's own, then the company's.
	Templates(ctx context.Context) ([]Template, error)
	AddTemplate(ctx context.Context, name, text string) (Template, error)
	// RemoveTemplate deletes one of the user's own; any other stays.
	RemoveTemplate(ctx context.Context, id string) error
}

// A templatesView is the picker of templates.
type templatesView struct {
	page
	Own, Company []filled
	Failed       string // a sentence instead of the templates
	NameLimit    int
}

func (h *Handler) templates(w http.ResponseWriter, r *http.Request, p page) error {
	all, err := p.desk.Templates(r.Context())
	v := newTemplates(p, all, p.values(r.FormValue("conversation"), r.FormValue("number")))
	if err != nil {
		e, ok := errors.AsType[*rc.Error](err)
		if !ok || e.Kind == rc.Unauthenticated {
			return err
		}
		v.Failed = e.Message
	}
	return render(w, http.StatusOK, "templates", v)
}

func newTemplates(p page, all []Template, values map[string]string) templatesView {
	v := templatesView{page: p, NameLimit: nameLimit}
	for _, t := range all {
		t.Name = markup.Cut(markup.Line(t.Name), nameLimit)
		t.Text = markup.NoOverrides(t.Text)
		if t.Company {
			v.Company = append(v.Company, fill(t, values))
		} else {
			v.Own = append(v.Own, fill(t, values))
		}
	}
	return v
}

// Help names places that are filled in.
func (v templatesView) Help() string {
	return v.Lang.Say("%s, %s, %s and %s are filled in when it is used.", "{{firstName}}", "{{lastName}}", "{{company}}", "{{myName}}")
}

// A templateForm is what addTemplate takes, as a form or as JSON, the way
// host pages say it.
type templateForm struct {
	DisplayName string `json:"displayName"`
	Text        string `json:"text"`
}

func (h *Handler) addTemplate(w http.ResponseWriter, r *http.Request, p page) error {
	var f templateForm
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind == "application/json" {
		if json.NewDecoder(http.MaxBytesReader(w, r.Body, 64<<10)).Decode(&f) != nil {
			return rc.Errorf(rc.Invalid, "This request is not JSON with displayName and text as text.")
		}
	} else {
		if err := readForm(w, r); err != nil {
			return err
		}
		f = templateForm{r.PostForm.Get("displayName"), r.PostForm.Get("text")}
	}
	f.DisplayName = markup.Line(f.DisplayName)
	switch {
	case f.DisplayName == "":
		return rc.Errorf(rc.Invalid, "Give the template a name.")
	case utf8.RuneCountInString(f.DisplayName) > nameLimit:
		return rc.Errorf(rc.Invalid, "This name is too long. Use at most %d characters.", nameLimit)
	case strings.TrimSpace(f.Text) == "":
		return rc.Errorf(rc.Invalid, "Write the text first, then keep it as a template.")
	case utf8.RuneCountInString(f.Text) > textLimit:
		return rc.Errorf(rc.Invalid, "This text is too long for a template. Use at most %d characters.", textLimit)
	}
	t, err := p.desk.AddTemplate(r.Context(), f.DisplayName, f.Text)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(w).Encode(map[string]string{"id": t.ID})
}

func (h *Handler) removeTemplate(w http.ResponseWriter, r *http.Request, p page) error {
	return done(w, p.desk.RemoveTemplate(r.Context(), r.PathValue("id")))
}

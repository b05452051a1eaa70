package desk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"offhook/internal/rc"
	"offhook/internal/widget/lang"
)

// A Template is a text to begin from.
type Template struct {
	ID      string
	Name    string
	Text    string
	Company bool // everybody's; only administrators change it
}

const templatesPath = extensionPath + "/message-store-templates"

// templatesAge is how old a list of templates may be before it is asked for
// again; nothing tells when they change.
const templatesAge = time.Minute

// templates are what the desk knows of them.
type templates struct {
	At  time.Time  `json:"at"` // when they were asked for
	All []Template `json:"all"`
}

// Templates are the user's own, then the company's. It waits for the platform
// when what is known is old; without an answer it returns what is known, and
// an *rc.Error with a sentence when that is nothing.
func (d *Desk) Templates(ctx context.Context) ([]Template, error) {
	d.mu.Lock()
	known, now := d.templates, d.pool.Now()
	d.mu.Unlock()
	if !known.At.IsZero() && now.Sub(known.At) < templatesAge {
		return slices.Clone(known.All), nil
	}
	ctx, cancel := context.WithTimeout(ctx, setPatience)
	defer cancel()
	list, err := get[rc.MessageTemplates](ctx, d, rc.Light, acting, templatesPath, nil)
	switch {
	case err == nil:
	case !known.At.IsZero():
		return slices.Clone(known.All), nil
	default:
		return nil, notRead(err)
	}
	all := make([]Template, 0, len(list.Records))
	for _, r := range list.Records {
		all = append(all, newTemplate(r))
	}
	slices.SortStableFunc(all, func(a, b Template) int { return rank(a.Company) - rank(b.Company) })
	d.mu.Lock()
	defer d.mu.Unlock()
	d.knowTemplates(templates{now, all})
	return slices.Clone(all), nil
}

func newTemplate(r rc.MessageTemplate) Template {
	return Template{r.ID, r.DisplayName, r.Body.Text, r.Scope == rc.CompanyTemplate}
}

// notRead says why there are no templates to show.
func notRead(err error) error {
	if _, refused := errors.AsType[*refusal](err); refused {
		return rc.Errorf(rc.Denied, "Your phone service does not let this app use templates. Ask your administrator to allow it.")
	}
	if errors.Is(err, errEnded) {
		return signedOut()
	}
	return rc.Errorf(rc.Unavailable, "The phone service does not answer. Try again in a moment.")
}

// AddTemplate keeps a template of the user's own and waits for the platform.
// The error is an *rc.Error with a sentence.
func (d *Desk) AddTemplate(ctx context.Context, name, text string) (Template, error) {
	a, err := d.changeTemplates(ctx, http.MethodPost, templatesPath, rc.MessageTemplate{
		DisplayName: name, Body: rc.MessageTemplateBody{Text: text}, Scope: rc.PersonalTemplate,
	})
	if err != nil {
		return Template{}, err
	}
	var r rc.MessageTemplate
	if err := json.Unmarshal(a.body, &r); err != nil {
		return Template{}, fmt.Errorf("reading the answer to a new template: %w", err)
	}
	made := newTemplate(r)
	d.mu.Lock()
	defer d.mu.Unlock()
	if known := d.templates; !known.At.IsZero() {
		at := slices.IndexFunc(known.All, func(t Template) bool { return t.Company })
		if at < 0 {
			at = len(known.All)
		}
		d.knowTemplates(templates{known.At, slices.Insert(slices.Clone(known.All), at, made)})
	}
	return made, nil
}

// RemoveTemplate deletes one of the user's own and waits for the platform.
// One that is gone already is removed.
func (d *Desk) RemoveTemplate(ctx context.Context, id string) error {
	d.mu.Lock()
	known := d.templates.All
	d.mu.Unlock()
	// Only what the platform has named goes into an address of ours.
	if !slices.ContainsFunc(known, func(t Template) bool { return t.ID == id && !t.Company }) {
		return nil
	}
	_, err := d.changeTemplates(ctx, http.MethodDelete, templatesPath+"/"+id, nil)
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	rest := slices.DeleteFunc(slices.Clone(d.templates.All), func(t Template) bool { return t.ID == id })
	d.knowTemplates(templates{d.templates.At, rest})
	return nil
}

func (d *Desk) changeTemplates(ctx context.Context, method, path string, body any) (answer, error) {
	ctx, cancel := context.WithTimeout(ctx, setPatience)
	defer cancel()
	a, err := d.do(ctx, call{group: rc.Medium, priority: acting, method: method, path: path, body: body})
	if r, ok := errors.AsType[*refusal](err); ok && method == http.MethodDelete && r.Status == http.StatusNotFound {
		err = nil
	}
	if err != nil {
		return a, notDone(err, lang.Mark("The template was not changed."))
	}
	return a, nil
}

// knowTemplates replaces what is known. The caller holds mu.
func (d *Desk) knowTemplates(t templates) {
	d.templates = t
	d.dirty(rowKey{rowTemplates, ""})
}

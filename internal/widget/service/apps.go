package service

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"maps"
	"net/http"
	"slices"

	"offhook/internal/rc"
	"offhook/internal/widget/form"
	"offhook/internal/widget/lang"
	"offhook/internal/widget/markup"
)

// maxApps bounds the call widgets of one service.
const maxApps = 20

// An App is a call widget: pages of the service beside a person or number
// (contract/service.md 11.2). What it shows is asked of the host page when it
// is opened, and kept by the frame alone.
type App struct {
	ID          string
	Name        string
	Description string
	Icon        template.URL
	fields      message
	place       int
}

// Stored is what the host page gets back in requests: its own words.
func (a *App) Stored() string {
	text, err := json.Marshal(a.fields)
	if err != nil {
		return "{}" // it was parsed before
	}
	return string(text)
}

// registerApp takes rc-adapter-register-widget-app; a known id is merged.
func (c call) registerApp(m message) ([]string, []Change) {
	var fields message
	var id string
	if err := json.Unmarshal(m["app"], &fields); err != nil || json.Unmarshal(fields["id"], &id) != nil || id == "" || len(id) > 200 {
		return []string{"An app needs an `id`, a string of up to 200 characters, and a `name` and `pagePath`. Nothing was done."}, nil
	}
	s := c.service
	s.mu.Lock()
	defer s.mu.Unlock()
	before := s.apps[id]
	if before == nil && len(s.apps) >= maxApps {
		return []string{fmt.Sprintf("The phone keeps up to %d apps of a service; the app %q was left out.", maxApps, clip(id))}, nil
	}
	next, warnings, ok := newApp(id, before, fields, c.embed.AssetOrigins)
	if !ok {
		return warnings, nil
	}
	if s.apps == nil {
		s.apps = map[string]*App{}
	}
	if before == nil {
		next.place = s.placed
		s.placed++
	}
	s.apps[id] = next
	return warnings, []Change{{What: "app", ID: id}}
}

func newApp(id string, before *App, fields message, origins []string) (*App, []string, bool) {
	a := &App{ID: id, fields: message{}}
	if before != nil {
		a.fields, a.place = maps.Clone(before.fields), before.place
	}
	maps.Copy(a.fields, fields)
	var raw struct {
		ID               string `json:"id"`
		IconURI          string `json:"iconUri"`
		Name             string
		Description      string
		PagePath         string
		InputChangedPath string
		SubmitPath       string
		ButtonEventPath  string
	}
	warnings := decode(a.fields, &raw)
	if raw.Name == "" || raw.PagePath == "" {
		return nil, append(warnings, fmt.Sprintf("The app %q needs a `name` and a `pagePath`, strings. Nothing was done.", clip(id))), false
	}
	a.Name, a.Description = markup.Cut(markup.Line(raw.Name), 60), markup.Cut(markup.Line(raw.Description), 200)
	if a.Icon = markup.Picture(raw.IconURI, origins); raw.IconURI != "" && a.Icon == "" {
		warnings = append(warnings, markup.PictureWarning("iconUri"))
	}
	return a, warnings, true
}

// unregisterApp takes rc-adapter-unregister-widget-app.
func (c call) unregisterApp(m message) ([]string, []Change) {
	var id string
	_ = json.Unmarshal(m["appId"], &id)
	s := c.service
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.apps[id] == nil {
		return []string{fmt.Sprintf("There is no app %q.", clip(id))}, nil
	}
	delete(s.apps, id)
	return nil, []Change{{What: "app", ID: id}}
}

// Apps are the call widgets in the order in which they came.
func (s *Service) Apps() []*App {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.SortedFunc(maps.Values(s.apps), func(a, b *App) int { return cmp.Compare(a.place, b.place) })
}

// listApps answers GET /p/{key}/service/apps with what a contact's or
// number's page shows of them; nothing when there are none.
func (h *Handler) listApps(w http.ResponseWriter, _ *http.Request, c call) error {
	return render(w, "apps", c.service.Apps())
}

// shown is what a host page answered for an app, and what was filled in.
type shown struct {
	filled
	Page    message `json:"page"`
	Actions []struct {
		ID    string `json:"id"`
		Label string `json:"label"`
		Color string `json:"color"`
	} `json:"actions"`
	App    string `json:"app"`
	Submit bool   `json:"submit"` // the app hears of submits
}

// drawApp answers POST /p/{key}/service/apps: the page that the host page
// answered, as a form. It is kept nowhere.
func (h *Handler) drawApp(w http.ResponseWriter, r *http.Request, c call) error {
	var in shown
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxFilled)).Decode(&in)
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return rc.Errorf(rc.TooLarge, "The page of an app may have up to 256 kB.")
	case err != nil:
		return rc.Errorf(rc.Invalid, "The page of an app must be an object: {type: \"json-schema\", schema, uiSchema, formData}.")
	}
	p, err := form.Parse(in.Page)
	if err != nil {
		return err
	}
	if len(in.FormData) > 0 {
		if p, err = p.With(in.FormData); err != nil {
			return err
		}
	}
	v := form.App{Language: lang.Of(w), ID: in.App, Page: p, Images: c.embed.AssetOrigins, Turn: in.Turn, Check: in.Check, Submit: in.Submit}
	for _, a := range in.Actions {
		if a.ID != "" && a.Label != "" && len(v.Actions) < 20 {
			v.Actions = append(v.Actions, form.MenuAction{ID: a.ID, Label: markup.Line(a.Label), Tone: form.Tone(a.Color)})
		}
	}
	out, err := v.HTML()
	if err != nil {
		return err
	}
	return writeHTML(w, out)
}

package logbook

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"offhook/internal/rc"
	"offhook/internal/widget/form"
	"offhook/internal/widget/markup"
	"offhook/internal/widget/visit"
)

// formID is the reserved id of the form (contract/service.md 10.4).
const formID = "$LOG-MESSAGES"

// unknown stands for nobody among the contacts.
const unknown = "unknown"

// maxFilled bounds what somebody has filled in.
const maxFilled = 1 << 20

// form answers GET and POST /p/{key}/panel/log/messages/{id}: the form of a
// log, with the page's values or with those that somebody has filled in.
func (h *Handler) form(w http.ResponseWriter, r *http.Request, c call) error {
	if !c.logs() {
		return rc.Errorf(rc.NotFound, "The page around the phone does not log messages.")
	}
	t, err := h.thread(r, c)
	if err != nil {
		return err
	}
	f := h.Services.Form(c.visit)
	if f == nil || f.Page == nil {
		if f, err = h.ownForm(c, t, f); err != nil {
			return err
		}
	}
	panel := form.Panel{
		ID: formID, Kind: "log", Title: cmp.Or(f.Title, words(c.loggers, false)), About: about(t), Back: true, Turn: f.Turn, Stored: f.Stored, Page: f.Page, Images: c.images,
	}
	if r.Method == http.MethodPost {
		if err := fill(w, r, &panel); err != nil {
			return err
		}
	}
	out, err := panel.HTML()
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, err = w.Write([]byte(out))
	return err
}

// fill puts what somebody has filled in into the form, unless the page has
// set the values since.
func fill(w http.ResponseWriter, r *http.Request, p *form.Panel) error {
	var in struct {
		FormData json.RawMessage `json:"formData"`
		Turn     int64           `json:"turn"`
		Check    bool            `json:"check"`
	}
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxFilled)).Decode(&in)
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return rc.Errorf(rc.TooLarge, "That is more than a form can hold.")
	case err != nil:
		return rc.Errorf(rc.Invalid, "The phone sent something that its server does not understand. Reload the page.")
	}
	p.Check = in.Check
	if in.Turn >= p.Turn {
		p.Page, err = p.Page.With(in.FormData)
	}
	return err
}

// ownForm is the phone's own: whom the log is for, and a note.
func (h *Handler) ownForm(c call, t Thread, titled *Form) (*Form, error) {
	choices := []map[string]string{}
	if len(t.Others) == 1 {
		for _, p := range h.Services.People(c.visit, t.ID, t.Others[0].Number) {
			choices = append(choices, map[string]string{"const": p.ID, "title": p.Name, "description": p.About})
		}
	}
	choices = append(choices, map[string]string{"const": unknown, "title": "Unknown"})
	schema := map[string]any{"type": "object", "required": []string{"contactId"}, "properties": map[string]any{
		"contactId": map[string]any{"type": "string", "title": "Contact", "oneOf": choices},
		"note":      map[string]any{"type": "string", "title": "Note"},
	}}
	page := map[string]json.RawMessage{}
	for name, part := range map[string]any{
		"schema":   schema,
		"uiSchema": map[string]any{"note": map[string]any{"ui:widget": "textarea"}, "ui:order": []string{"contactId", "note"}, "submitButtonOptions": map[string]any{"submitText": "Save"}},
		"formData": map[string]any{"contactId": choices[0]["const"]},
	} {
		data, err := json.Marshal(part)
		if err != nil {
			return nil, err
		}
		page[name] = data
	}
	parsed, err := form.Parse(page)
	if err != nil {
		return nil, fmt.Errorf("drawing the form of a log: %w", err)
	}
	f := &Form{Page: parsed, Stored: "{}"}
	if titled != nil {
		f.Title = titled.Title
	}
	return f, nil
}

// about says which conversation the form is for.
func about(t Thread) string {
	with := "Conversation"
	for i, p := range t.Others {
		with += map[bool]string{true: " with ", false: ", "}[i == 0] + markup.Line(cmp.Or(p.Name, p.Number))
	}
	if len(t.Messages) == 1 {
		return markup.Cut(with, 200) + " · 1 message"
	}
	return fmt.Sprintf("%s · %d messages", markup.Cut(with, 200), len(t.Messages))
}

// items answers GET /p/{key}/log/messages/{id} with every day of a
// conversation by its date, as the page gets it with events of its form
// (contract/service.md 8.2).
func (h *Handler) items(w http.ResponseWriter, r *http.Request, c call) error {
	s, err := h.settings(r.Context(), c.target)
	if err != nil {
		return err
	}
	t, err := h.thread(r, c)
	if err != nil {
		return err
	}
	at, all := placeOf(s), map[string]item{}
	for _, g := range at.groups(t) {
		it, err := h.item(r.Context(), c.target.owner, at, g)
		if err != nil {
			return err
		}
		all[it.Date] = it
	}
	visit.JSON(w, http.StatusOK, all)
	return nil
}

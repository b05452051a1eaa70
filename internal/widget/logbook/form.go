package logbook

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"offhook/internal/rc"
	"offhook/internal/widget/form"
)

// formIDs are the reserved ids of the forms (contract/service.md 10.4).
var formIDs = map[string]string{kindMessage: "$LOG-MESSAGES", kindCall: "$LOG-CALL"}

// unknown stands for nobody among the contacts.
const unknown = "unknown"

// maxFilled bounds what somebody has filled in.
const maxFilled = 1 << 20

// form answers GET and POST /p/{key}/panel/log/{kind}/{id}: the form of a
// log, with the page's values or with those that somebody has filled in.
func (h *Handler) form(w http.ResponseWriter, r *http.Request, c visitor) error {
	sub, err := h.subjectOf(r, c)
	if err != nil {
		return err
	}
	if !c.logs(sub) {
		return rc.Errorf(rc.NotFound, "The page around the phone does not log this.")
	}
	t, err := sub.thing(r.Context(), c, r.PathValue("id"))
	if err != nil {
		return err
	}
	f := sub.form(c.visit)
	if f == nil || f.Page == nil {
		if f, err = h.ownForm(c, sub, t, f); err != nil {
			return err
		}
	}
	panel := form.Panel{
		ID: formIDs[sub.kind()], Kind: "log", Title: cmp.Or(f.Title, words(c, sub, false)), About: t.about(), Back: true, Turn: f.Turn, Stored: f.Stored, Page: f.Page, Images: c.images,
		Save: sub.kind() == kindCall, // contract/service.md 10.4
	}
	if r.Method == http.MethodPost {
		if err := fill(w, r, &panel); err != nil {
			return err
		}
	}
	panel.Language = c.visit.Language
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

// ownForm is the phone's own: whom the log is for, and a note. What the page
// has logged of it before is where it begins.
func (h *Handler) ownForm(c visitor, sub subject, t thing, titled *Form) (*Form, error) {
	l, choices := c.visit.Language, []map[string]string{}
	for _, p := range t.people() {
		choices = append(choices, map[string]string{"const": p.ID, "title": p.Name, "description": p.About})
	}
	choices = append(choices, map[string]string{"const": unknown, "title": l.Say("Unknown")})
	chosen, note := h.before(shelf{c.page(), sub.kind()}, t.logID())
	if !slices.ContainsFunc(choices, func(c map[string]string) bool { return c["const"] == chosen }) {
		chosen = choices[0]["const"]
	}
	schema := map[string]any{"type": "object", "required": []string{"contactId"}, "properties": map[string]any{
		"contactId": map[string]any{"type": "string", "title": l.Say("Contact"), "oneOf": choices},
		"note":      map[string]any{"type": "string", "title": l.Say("Note")},
	}}
	page := map[string]json.RawMessage{}
	for name, part := range map[string]any{
		"schema":   schema,
		"uiSchema": map[string]any{"note": map[string]any{"ui:widget": "textarea"}, "ui:order": []string{"contactId", "note"}, "submitButtonOptions": map[string]any{"submitText": l.Say("Save")}},
		"formData": map[string]any{"contactId": chosen, "note": note},
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

// before is the contact and the note of a log that the page has
// (contract/service.md 7).
func (h *Handler) before(at shelf, logID string) (contact, note string) {
	for _, raw := range h.entities(at, logID) {
		var e struct {
			Type      string
			Note      string
			ContactID string
			Contact   json.RawMessage
		}
		if json.Unmarshal(raw, &e) != nil || e.Type == "status" {
			continue
		}
		var id string
		if json.Unmarshal(e.Contact, &id) != nil {
			var c struct{ ID string }
			_ = json.Unmarshal(e.Contact, &c) // one without an id is none
			id = c.ID
		}
		return cmp.Or(id, e.ContactID), e.Note
	}
	return "", ""
}

package service

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"offhook/internal/rc"
	"offhook/internal/widget/markup"
	"offhook/internal/widget/visit"
)

// An Item is one entry that a service adds to the settings, by the contract's
// names (contract/service.md 9). The page gets it back as it sent it, with
// the value that the user chose.
type Item struct {
	ID      string `json:"id"`
	Type    string `json:"type"`
	Name    string `json:"name"`
	GroupID string `json:"groupId"`

	Description    string  `json:"description"`
	Warning        string  `json:"warning"`
	ReadOnly       bool    `json:"readOnly"`
	ReadOnlyReason string  `json:"readOnlyReason"`
	ButtonLabel    string  `json:"buttonLabel"`
	ButtonType     string  `json:"buttonType"`
	URI            string  `json:"uri"`
	Placeholder    string  `json:"placeholder"`
	Helper         string  `json:"helper"`
	Required       bool    `json:"required"`
	Multiple       bool    `json:"multiple"`
	Checkbox       bool    `json:"checkbox"`
	MaxItems       int     `json:"maxItems"`
	Variant        string  `json:"variant"`
	Color          string  `json:"color"`
	Severity       string  `json:"severity"`
	Order          float64 `json:"order"`

	Options []Option        `json:"options"`
	Value   json.RawMessage `json:"value"`
	Items   []Item          `json:"-"`

	raw message // as the page sent it
}

// An Option is one that the user can choose.
type Option struct {
	ID          any    `json:"id"` // a string or a number
	Name        string `json:"name"`
	Description string `json:"description"`
	Disabled    bool   `json:"disabled"`
}

// Key is the option's id as the browser sends it back.
func (o Option) Key() string { return fmt.Sprint(o.ID) }

// Number reports whether the page's id is a number.
func (o Option) Number() bool { _, ok := o.ID.(float64); return ok }

// maxItems bounds the settings of one service, groups and sections included.
const maxItems = 200

// where says which types may stand at the root, in a group and in a section.
var where = map[string][]string{
	"":        {"boolean", "button", "option", "section", "group", "externalLink"},
	"group":   {"boolean", "button", "option", "section", "externalLink"},
	"section": {"boolean", "option", "string", "text", "array", "typography", "admonition"},
}

// setItems takes `settings`, which replaces the whole list. The caller holds
// mu.
func (s *Service) setItems(raw json.RawMessage) []string {
	if s.reg.SettingsPath == "" {
		return []string{"`settings` needs `settingsPath`, which hears of changes. The settings were left out."}
	}
	n := 0
	items, warnings := readItems(raw, "", &n)
	s.items = items
	return warnings
}

// updateSettings takes rc-adapter-update-third-party-settings.
func (c call) updateSettings(m message) ([]string, []Change) {
	s := c.service
	s.mu.Lock()
	defer s.mu.Unlock()
	raw := m["settings"]
	if falsy(raw) {
		raw = json.RawMessage("[]")
	}
	return s.setItems(raw), []Change{{What: "settings"}}
}

// readItems reads a list of items inside a parent's type. n counts all.
func readItems(raw json.RawMessage, parent string, n *int) (items []Item, warnings []string) {
	var list []message
	if err := json.Unmarshal(raw, &list); err != nil {
		return nil, []string{"`settings` must be a list of objects. It was left out."}
	}
	for _, m := range list {
		if *n++; *n > maxItems {
			return items, append(warnings, fmt.Sprintf("`settings` has more than %d items. The rest were left out.", maxItems))
		}
		it, why := readItem(m, parent, n, &warnings)
		if why != "" {
			warnings = append(warnings, fmt.Sprintf("The setting %q was left out: %s", clip(it.ID), why))
			continue
		}
		items = append(items, it)
	}
	slices.SortStableFunc(items, func(a, b Item) int {
		if parent != "group" {
			return 0 // at the root they stand as they came (contract/service.md 9)
		}
		return int(a.Order - b.Order)
	})
	return items, warnings
}

// readItem reads one item. Its second result says why it cannot be used.
func readItem(m message, parent string, n *int, warnings *[]string) (it Item, why string) {
	data, _ := json.Marshal(m)
	if err := json.Unmarshal(data, &it); err != nil {
		_ = json.Unmarshal(m["id"], &it.ID)
		return it, "a field has the wrong type."
	}
	it.raw = m
	if it.ID == "" && it.Type == "" && parent == "" && it.boolean() {
		it.ID, it.Type = it.Name, "boolean" // the form before there were types
	}
	if it.ID == "" || it.Name == "" {
		return it, "it needs `id` and `name`, strings."
	}
	if !slices.Contains(where[parent], it.Type) {
		return it, fmt.Sprintf("its type %q is not one of %s.", clip(it.Type), strings.Join(where[parent], ", "))
	}
	if it.Type == "section" || it.Type == "group" {
		var more []string
		it.Items, more = readItems(m["items"], it.Type, n)
		*warnings = append(*warnings, more...)
		if len(it.Items) == 0 {
			return it, "it has no item that can be shown."
		}
		return it, ""
	}
	return it, it.wrong()
}

// wrong says why an item's own fields cannot be used; empty is good.
func (it Item) wrong() string {
	switch it.Type {
	case "boolean":
		if !it.boolean() {
			return "its `value` must be true or false."
		}
	case "option":
		return it.wrongOption()
	case "externalLink":
		if !strings.HasPrefix(string(markup.Link(it.URI)), "http") {
			return "its `uri` must be an https address."
		}
	case "string", "text", "typography", "admonition":
		var s string
		if len(it.Value) > 0 && json.Unmarshal(it.Value, &s) != nil {
			return "its `value` must be a string."
		}
	case "array":
		var list []string
		if len(it.Value) > 0 && json.Unmarshal(it.Value, &list) != nil {
			return "its `value` must be a list of strings."
		}
	}
	return ""
}

func (it Item) wrongOption() string {
	if len(it.Options) == 0 {
		return "it has no `options`."
	}
	for _, o := range it.Options {
		switch o.ID.(type) {
		case string, float64:
		default:
			return "an option's `id` must be a string or a number."
		}
	}
	for _, key := range it.Chosen() {
		if !slices.ContainsFunc(it.Options, func(o Option) bool { return o.Key() == key }) && (it.Multiple || key != "") {
			return "its `value` is not among its options."
		}
	}
	var list []any
	if it.Multiple && json.Unmarshal(it.Value, &list) != nil {
		return "its `value` must be a list, because `multiple` is set."
	}
	return ""
}

func (it Item) boolean() bool {
	v := strings.TrimSpace(string(it.Value))
	return v == "true" || v == "false"
}

// On reports whether a switch is on.
func (it Item) On() bool { return strings.TrimSpace(string(it.Value)) == "true" }

// Text is the value of a text.
func (it Item) Text() string {
	var s string
	_ = json.Unmarshal(it.Value, &s)
	return s
}

// Lines are the value of a list of texts.
func (it Item) Lines() string {
	var list []string
	_ = json.Unmarshal(it.Value, &list)
	return strings.Join(list, "\n")
}

// Chosen are the keys of the options that are chosen.
func (it Item) Chosen() []string {
	var v any
	_ = json.Unmarshal(it.Value, &v)
	switch v := v.(type) {
	case nil:
		return nil
	case []any:
		keys := make([]string, len(v))
		for i, one := range v {
			keys[i] = fmt.Sprint(one)
		}
		return keys
	}
	return []string{fmt.Sprint(v)}
}

// Is reports whether an option is chosen.
func (it Item) Is(o Option) bool { return slices.Contains(it.Chosen(), o.Key()) }

// MarshalJSON gives the page what it sent, with the user's value.
func (it Item) MarshalJSON() ([]byte, error) {
	out := message{}
	for name, raw := range it.raw {
		out[name] = raw
	}
	if it.Items != nil {
		items, err := json.Marshal(it.Items)
		if err != nil {
			return nil, err
		}
		out["items"] = items
	}
	if len(it.Value) > 0 {
		out["value"] = it.Value
	}
	return json.Marshal(map[string]json.RawMessage(out))
}

// An edit is what the user did to a setting: the value of a switch or a
// choice, or with a section's id all of its values.
type edit struct {
	ID     string
	Value  json.RawMessage
	Values map[string]json.RawMessage
}

// edited is what the page is to be told (contract/service.md 9, events).
type edited struct {
	Settings []Item `json:"settings"`
	Setting  Item   `json:"setting"`
}

// editSetting answers POST /p/{key}/service/settings: the value is kept here,
// and the frame tells the page, which sends the list again to refuse it.
func (h *Handler) editSetting(w http.ResponseWriter, r *http.Request, c call) error {
	var e edit
	if err := visit.Body(w, r, &e); err != nil {
		return err
	}
	changed, err := c.service.edit(e)
	if err != nil {
		return err
	}
	h.announce(r.Context(), c.service, Change{What: "settings"})
	visit.JSON(w, http.StatusOK, changed)
	return nil
}

func (s *Service) edit(e edit) (edited, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	next := clone(s.items)
	it := find(next, e.ID)
	if it == nil {
		return edited{}, rc.Errorf(rc.NotFound, "This setting is not there any more.")
	}
	values := e.Values
	if values == nil {
		values = map[string]json.RawMessage{e.ID: e.Value}
	}
	for id, value := range values {
		at := it
		if id != e.ID {
			at = find(it.Items, id)
		}
		if at == nil || at.ReadOnly {
			return edited{}, rc.Errorf(rc.Conflict, "This setting cannot be changed.")
		}
		at.Value = value
		if at.wrong() != "" {
			return edited{}, rc.Errorf(rc.Invalid, "“%s” cannot be saved like this. Reload the page and try again.", at.Name)
		}
		if at.Required && falsy(value) {
			return edited{}, rc.Errorf(rc.Invalid, "“%s” is needed.", at.Name)
		}
	}
	s.items = next
	return edited{next, *it}, nil
}

// find looks an item up, in groups and sections too.
func find(items []Item, id string) *Item {
	for i := range items {
		if items[i].ID == id {
			return &items[i]
		}
		if it := find(items[i].Items, id); it != nil {
			return it
		}
	}
	return nil
}

func clone(items []Item) []Item {
	out := slices.Clone(items)
	for i := range out {
		out[i].Items = clone(out[i].Items)
	}
	return out
}

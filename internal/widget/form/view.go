package form

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"html/template"
	"slices"
	"strings"

	"offhook/internal/widget/lang"
	"offhook/internal/widget/markup"
)

// A field is one entry of the form as its template draws it. Kind names the
// template; whatever ends up in a class or an id is a word of ours.
type field struct {
	Kind  string
	ID    string // from the path, so that a field is the same after a redraw
	Path  string // the way to the value, as JSON
	Class string

	Label     string
	HideLabel bool
	About     []markup.Span
	Help      string
	Problems  []string
	Required  bool
	Disabled  bool
	ReadOnly  bool
	Focus     bool

	Value       string
	Type        string // how the page reads the value: string, number, integer, boolean, json
	Empty       string // JSON that an emptied field stands for, when the page says so
	Input       string // the type of an <input>
	Mode        string // inputmode, from the type
	Complete    string // autocomplete
	Placeholder string
	Min         string
	Max         string
	Step        string
	MaxLength   string
	Rows        int
	Examples    []string

	Choices  []choice
	Inline   bool
	Multiple bool
	Open     bool
	Picked   []choice // of an autocomplete field, in their order

	Variant string
	Tone    string
	Bullets bool
	Href    template.URL
	Picture template.URL
	Press   string // the id that a click tells
	Items   []item
	Size    int
	More    []choice // filters that are not shown at first
	Filter  string   // path of the filter

	Fields []*field
	Add    string // JSON of a new entry, when entries can be added
	Key    string // of a field that the schema does not name
	Tools  tools
	Accept string
	Files  []file
	Limit  string
	Parts  [2]string // hours and minutes of a duration
	Units  [4]string // their labels and the words behind them
}

// ErrorID and HelpID are what describes the control.
func (f *field) ErrorID() string { return f.ID + "-e" }
func (f *field) HelpID() string  { return f.ID + "-h" }
func (f *field) AboutID() string { return f.ID + "-a" }

// DescribedBy are the ids of the sentences that belong to the control.
func (f *field) DescribedBy() string {
	var ids []string
	if len(f.Problems) > 0 {
		ids = append(ids, f.ErrorID())
	}
	if len(f.About) > 0 {
		ids = append(ids, f.AboutID())
	}
	if f.Help != "" {
		ids = append(ids, f.HelpID())
	}
	return strings.Join(ids, " ")
}

// A choice is an entry of a select, radio group or the like.
type choice struct {
	ID       string
	Value    string // JSON
	Label    string
	About    []markup.Span
	Picked   bool
	Disabled bool
	Tone     string
}

// tools are what can be done with an entry of a list.
type tools struct {
	Up, Down, Copy, Remove bool
	Index                  int
	List                   string // the path of the list
}

// A file is one that has been chosen.
type file struct{ Name, Size string }

// A drawer makes the fields of one drawing.
type drawer struct {
	*resolver
	language *lang.Language // of what the page leaves to the phone to say
	origins  []string
	problems map[string][]string
	warnings []string
	fields   int
}

// plain is a simple value as its reader's language has it.
func (d *drawer) plain(v any) string {
	switch v {
	case true:
		return d.language.Say("Yes")
	case false:
		return d.language.Say("No")
	}
	return plain(v)
}

// warn notes a sentence for the page's developer, once.
func (d *drawer) warn(format string, args ...any) {
	sentence := fmt.Sprintf(format, args...)
	if len(d.warnings) < 20 && !slices.Contains(d.warnings, sentence) {
		d.warnings = append(d.warnings, sentence)
	}
}

// A path is the way to a value: names, and places in lists.
type path []any

func (p path) with(step any) path { return append(slices.Clip(p), step) }

func (p path) id() string {
	sum := sha256.Sum256([]byte(p.key()))
	return "f-" + base64.RawURLEncoding.EncodeToString(sum[:8])
}

func (p path) json() string {
	if p == nil {
		return "[]"
	}
	return text([]any(p))
}

// key is the path as the checker names it.
func (p path) key() string {
	steps := make([]string, len(p))
	for i, step := range p {
		steps[i] = plain(step)
	}
	return strings.Join(steps, "\x00")
}

// labelOf is what a field is called: by the uiSchema, its schema, its name.
func labelOf(s, ui *object, name string) string {
	for _, v := range []any{option(ui, "title"), s.get("title")} {
		if v, ok := v.(string); ok && v != "" {
			return v
		}
	}
	return name
}

// field makes the field of one value; nil when there is nothing to show.
func (d *drawer) field(name string, s, ui *object, value any, at path, required bool) *field {
	if d.fields++; d.fields > MaxFields || len(at) > 2*MaxDepth {
		d.warn("The form shows at most %d fields in %d levels; the others were left out.", MaxFields, MaxDepth)
		return nil
	}
	s = d.resolve(s, value)
	f := d.base(name, s, ui, at, required)
	if widgetName(option(ui, "widget")) == "hidden" {
		return nil
	}
	if own, ok := option(ui, "field").(string); ok {
		if draw, ok := special[own]; ok {
			return draw(d, f, s, ui, value, at)
		}
		d.warn("`%s` asks for the ui:field %q, which does not exist; it is drawn as a plain field. Names are lower case: typography, admonition, link, button, search, list, image.", short(name), short(own))
	}
	switch typeOf(s) {
	case "object":
		return d.object(f, s, ui, value, at)
	case "array":
		return d.array(f, s, ui, value, at)
	case "boolean":
		return d.boolean(f, s, ui, value)
	case "number", "integer":
		return d.number(f, s, ui, value)
	case "null":
		f.Kind = "words"
		f.Variant = "body1"
		if len(f.About) == 0 {
			return nil
		}
		return f
	}
	return d.string(f, s, ui, value)
}

func (d *drawer) base(name string, s, ui *object, at path, required bool) *field {
	f := &field{
		ID: at.id(), Path: at.json(), Label: markup.Line(labelOf(s, ui, name)), HideLabel: option(ui, "label") == false,
		About: markup.Markdown(words(option(ui, "description"), s.get("description"))), Help: markup.NoOverrides(words(option(ui, "help"))),
		Required: required, Disabled: option(ui, "disabled") == true, ReadOnly: option(ui, "readonly") == true || s.get("readOnly") == true,
		Focus: option(ui, "autofocus") == true, Placeholder: markup.Line(words(option(ui, "placeholder"))),
		Type: "string",
	}
	if f.Label == "" {
		f.Label = markup.Line(name)
	}
	if option(ui, "hideError") != true {
		f.Problems = d.problems[at.key()]
	}
	if v := option(ui, "emptyValue"); v != nil {
		f.Empty = text(v)
	}
	if len(s.list("examples")) > 0 {
		for _, e := range s.list("examples") {
			f.Examples = append(f.Examples, markup.Line(plain(e)))
		}
	}
	d.dress(f, name, ui)
	return f
}

// dress turns ui:style and its like into classes of ours.
func (d *drawer) dress(f *field, name string, ui *object) {
	style, _ := option(ui, "style").(*object)
	class, left := styled(style)
	f.Class = class
	if len(left) > 0 {
		d.warn("`%s`: ui:style cannot set %s here; the phone's own looks hold.", short(name), short(strings.Join(left, ", ")))
	}
	if option(ui, "classNames") != nil {
		d.warn("`%s`: ui:classNames does nothing, because a page has no style sheet here.", short(name))
	}
}

// words is the first of some values that is a string with something in it.
func words(vs ...any) string {
	for _, v := range vs {
		if s, ok := v.(string); ok && s != "" {
			return s
		}
	}
	return ""
}

// Package form draws the forms that a host page describes as JSON Schema,
// uiSchema and formData (contract/service.md 10) and checks what people fill
// in. It is pure: no request, no clock, no state. What a page sends is
// hostile (guide/design.md 10): it becomes text and attribute values only,
// within limits, and costs at worst the page that it describes.
package form

import (
	"encoding/json"
	"fmt"
	"strings"

	"offhook/internal/rc"
	"offhook/internal/widget/lang"
	"offhook/internal/widget/markup"
)

// The limits of a page (guide/design.md 10).
const (
	MaxBytes  = 256 << 10
	MaxDepth  = 12
	MaxFields = 500
)

// A Page is a form as a host page described it: schema, looks and values.
type Page struct {
	Title string

	schema *object
	ui     *object
	data   any
}

// Parse reads a page's title, schema, uiSchema and formData. The error is a
// rc.Invalid or rc.TooLarge sentence that names the field; smaller mistakes
// cost a part of the form and are told by Warnings.
func Parse(page map[string]json.RawMessage) (*Page, error) {
	size := 0
	for _, raw := range page {
		size += len(raw)
	}
	if size > MaxBytes {
		return nil, rc.Errorf(rc.TooLarge, "A page may be at most %d kB; this one has %d.", MaxBytes>>10, size>>10)
	}
	p := &Page{}
	_ = json.Unmarshal(page["title"], &p.Title)
	var err error
	if p.schema, err = objectAt(page, "schema"); err != nil {
		return nil, err
	}
	if p.ui, err = objectAt(page, "uiSchema"); err != nil {
		return nil, err
	}
	if p.data, err = valueAt(page, "formData"); err != nil {
		return nil, err
	}
	if err := p.measure(); err != nil {
		return nil, err
	}
	return p, nil
}

func valueAt(page map[string]json.RawMessage, field string) (any, error) {
	if len(page[field]) == 0 {
		return nil, nil
	}
	v, err := decode(page[field])
	if err == errNesting {
		return nil, rc.Errorf(rc.Invalid, "`%s` is nested too deeply.", field)
	}
	if err != nil {
		return nil, rc.Errorf(rc.Invalid, "`%s` is not JSON: %v.", field, err)
	}
	return v, nil
}

func objectAt(page map[string]json.RawMessage, field string) (*object, error) {
	v, err := valueAt(page, field)
	if err != nil || v == nil {
		return nil, err
	}
	o, ok := v.(*object)
	if !ok {
		return nil, rc.Errorf(rc.Invalid, "`%s` must be an object.", field)
	}
	return o, nil
}

// With is the page with other values; nothing else of it changes. They come
// from the phone's own page and are bounded by whoever reads them.
func (p *Page) With(formData json.RawMessage) (*Page, error) {
	data, err := valueAt(map[string]json.RawMessage{"formData": formData}, "formData")
	if err != nil {
		return nil, err
	}
	other := *p
	other.data = data
	return &other, nil
}

// Data is the page's values with the schema's defaults filled in.
func (p *Page) Data() json.RawMessage { return json.RawMessage(text(p.values())) }

// Validate checks the values as a submit does and says in a language, nil for
// English, what is wrong with them, in the order of the form.
func (p *Page) Validate(l *lang.Language) []Problem {
	c := &checker{resolver: p.resolver(), language: l}
	c.value(p.schema, p.values(), nil, p.Title)
	for i, problem := range c.problems {
		c.problems[i].Label = p.label(problem)
	}
	return c.problems
}

// label is what the form calls a field: the uiSchema may name it otherwise.
func (p *Page) label(problem Problem) string {
	ui := p.ui
	for _, step := range problem.Path {
		ui = ui.obj(step)
	}
	if title, ok := option(ui, "title").(string); ok && title != "" {
		return markup.Line(title)
	}
	return markup.Line(problem.Label)
}

func (p *Page) resolver() *resolver { return &resolver{root: p.schema, left: steps} }

func (p *Page) values() any {
	return p.resolver().defaults(p.schema, p.data, 0)
}

// measure holds a schema against the limits, in all of its branches.
func (p *Page) measure() error {
	m := &measure{root: p.schema}
	return m.schema(p.schema, "schema", 0)
}

// A measure counts what a schema describes.
type measure struct {
	root   *object
	fields int
}

func (m *measure) schema(s *object, at string, depth int) error {
	if depth > MaxDepth {
		return rc.Errorf(rc.Invalid, "`%s` is more than %d levels deep. Flatten the schema.", short(at), MaxDepth)
	}
	if ref := s.str("$ref"); s.has("$ref") && !strings.HasPrefix(ref, "#") {
		return rc.Errorf(rc.Invalid, "`%s.$ref` leads outside of the schema; only addresses that begin with # are followed.", short(at))
	}
	for _, word := range s.names() {
		if err := m.word(s, word, at, depth); err != nil {
			return err
		}
	}
	return nil
}

func (m *measure) word(s *object, word, at string, depth int) error {
	at = at + "." + word
	switch word {
	case "properties", "patternProperties", "definitions", "$defs", "dependencies", "dependentSchemas":
		named := s.obj(word)
		for _, name := range named.names() {
			if word == "properties" {
				m.fields++
			}
			if m.fields > MaxFields {
				return rc.Errorf(rc.Invalid, "The schema has more than %d fields; `%s.%s` is the first too many.", MaxFields, short(at), short(name))
			}
			if err := m.child(named.get(name), at+"."+name, depth+1); err != nil {
				return err
			}
		}
	case "items", "additionalItems", "additionalProperties", "allOf", "anyOf", "oneOf", "not", "if", "then", "else", "contains":
		return m.child(s.get(word), at, depth+1)
	}
	return nil
}

func (m *measure) child(v any, at string, depth int) error {
	switch v := v.(type) {
	case *object:
		return m.schema(v, at, depth)
	case []any:
		for i, part := range v {
			part, _ := part.(*object)
			if err := m.schema(part, fmt.Sprintf("%s[%d]", at, i), depth); err != nil {
				return err
			}
		}
	}
	return nil
}

// short makes a page's own word fit for a sentence about it.
func short(s string) string { return markup.Cut(markup.Line(s), 80) }

// option is what the uiSchema says: `ui:x`, or x in `ui:options`.
func option(ui *object, name string) any {
	if ui.has("ui:" + name) {
		return ui.get("ui:" + name)
	}
	return ui.obj("ui:options").get(name)
}

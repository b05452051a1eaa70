package form

import (
	"cmp"
	"embed"
	"fmt"
	"html/template"
	"slices"
	"strings"

	"offhook/internal/widget/lang"
	"offhook/internal/widget/markup"
)

//go:embed templates/*.html
var templateFiles embed.FS

var templates = markup.Templates(templateFiles, nil)

// A Drawing says how a page is drawn.
type Drawing struct {
	Language *lang.Language // of what is ours on it; nil is English
	Images   []string       // origins that pictures may come from
	Check    bool           // say what is wrong with the values
	Submit   bool           // with a wide submit button under the fields, as a tab has it
	Default  string         // what the submit button is called when the page does not say; empty means Save, in the reader's language
}

// A view is the whole form as its template draws it.
type view struct {
	*field
	Data     string // all values, also those that no field shows
	Needs    string // the names that a submit needs
	Reactive bool   // what is shown depends on the values
	Checked  bool
	Problems []problem
	Submit   string
}

// A problem is a line of the summary above a form.
type problem struct{ ID, Label, Sentence string }

// HTML draws the form as a fragment with one <form id="page-form">.
func (p *Page) HTML(how Drawing) (template.HTML, error) {
	v, _ := p.view(how)
	out, err := templates.Fragment(how.Language, "form", v)
	if err != nil {
		return "", fmt.Errorf("drawing a form: %w", err)
	}
	return out, nil
}

// Warnings are sentences about what of the page does nothing here.
func (p *Page) Warnings(how Drawing) []string {
	_, warnings := p.view(how)
	return warnings
}

// SubmitText is what the submit button says, which is otherwise where the page
// says nothing; "" when there is none (contract/service.md 10.3).
func (p *Page) SubmitText(otherwise string) string {
	options := p.ui.obj("submitButtonOptions")
	if options == nil || options.get("norender") == true {
		return ""
	}
	return markup.Line(words(options.get("submitText"), otherwise))
}

func (p *Page) view(how Drawing) (*view, []string) {
	data := p.values()
	d := &drawer{resolver: p.resolver(), language: how.Language, origins: how.Images, problems: map[string][]string{}}
	v := &view{Data: text(data), Checked: how.Check}
	if how.Check {
		for _, problem := range p.Validate(how.Language) {
			d.problems[strings.Join(problem.Path, "\x00")] = append(d.problems[strings.Join(problem.Path, "\x00")], problem.Sentence)
			v.Problems = append(v.Problems, newProblem(problem))
		}
	}
	if how.Submit {
		v.Submit = p.SubmitText(cmp.Or(how.Default, how.Language.Say("Save")))
	}
	full := d.resolve(p.schema, data)
	v.Needs, v.Reactive = text(listOf(full.list("required"))), reacts(p.schema)
	v.field = d.root(p, full, data)
	return v, append(d.warnings, p.patternWarnings()...)
}

func newProblem(p Problem) problem {
	at := path{}
	for _, step := range p.Path {
		at = at.with(step)
	}
	return problem{at.id(), p.Label, p.Sentence}
}

// root is the form itself: its title is the page's, not a field's.
func (d *drawer) root(p *Page, s *object, data any) *field {
	f := d.field(p.Title, s, p.ui, data, nil, false)
	if f == nil {
		return &field{Kind: "group", Path: "[]"}
	}
	f.HideLabel = f.Label == "" || f.Label == markup.Line(p.Title)
	return f
}

// reacts reports whether a schema has conditions.
func reacts(v any) bool {
	switch v := v.(type) {
	case *object:
		for _, word := range []string{"if", "dependencies", "dependentSchemas", "dependentRequired"} {
			if v.has(word) {
				return true
			}
		}
		for _, word := range []string{"oneOf", "anyOf"} {
			if haveFields(v.list(word)) {
				return true
			}
		}
		return slices.ContainsFunc(v.names(), func(k string) bool { return k != "default" && reacts(v.at[k]) })
	case []any:
		return slices.ContainsFunc(v, reacts)
	}
	return false
}

// patternWarnings names patterns that Go's expressions do not know.
func (p *Page) patternWarnings() (out []string) {
	c := &checker{resolver: p.resolver()}
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case *object:
			if s := v.str("pattern"); s != "" && c.pattern(s) == nil && len(out) < 5 {
				out = append(out, fmt.Sprintf("The pattern %q is not checked: it is longer than %d characters, or has parts such as look-arounds that the phone does not know.", short(s), maxPattern))
			}
			for _, k := range v.names() {
				walk(v.at[k])
			}
		case []any:
			for _, e := range v {
				walk(e)
			}
		}
	}
	walk(p.schema)
	return out
}

package form

import (
	"fmt"
	"html/template"

	"offhook/internal/widget/lang"
	"offhook/internal/widget/markup"
)

// A Panel is a form as a panel of its own: with a header, the way back and a
// submit button (contract/service.md 10.1 and 10.3).
type Panel struct {
	ID      string // the page's own
	Kind    string // page, tab or log
	Title   string
	About   string // a line above the form, such as whose call it is about
	Back    bool
	Turn    int64  // grows whenever the host page sets the values
	Stored  string // JSON of the page as the host page described it, for its events
	Actions []Action
	Page    *Page
	Check   bool     // say what is wrong with the values
	Save    bool     // it has a submit button where the page says nothing of one
	Images  []string // origins that pictures may come from

	Language *lang.Language // of what is ours on it; nil is English
}

// An Action is an icon in the header of a tab.
type Action struct{ ID, Icon, Title string }

// A panelView is what the template gets besides.
type panelView struct {
	Panel
	Submit  string
	Wanting bool // something that is needed is not filled in
	Form    template.HTML
}

// HTML draws the panel. A tab has its submit button under the form and checks
// all values, any other has it in the header and needs what is required only.
func (p Panel) HTML() (template.HTML, error) {
	v := panelView{Panel: p, Wanting: p.Page.wanting()}
	v.Title = markup.Line(p.Title)
	how := Drawing{Language: p.Language, Images: p.Images, Check: p.Check}
	if p.Kind == "tab" {
		how.Submit, how.Default = true, p.Language.Say("Submit")
	} else {
		v.Submit = p.Page.SubmitText(p.Language.Say("Save"))
		if p.Save && p.Page.ui.obj("submitButtonOptions") == nil {
			v.Submit = p.Language.Say("Save")
		}
	}
	var err error
	if v.Form, err = p.Page.HTML(how); err != nil {
		return "", err
	}
	out, err := templates.Fragment(p.Language, "page", v)
	if err != nil {
		return "", fmt.Errorf("drawing a page: %w", err)
	}
	return out, nil
}

// wanting reports whether a field that is required at the top has no value.
func (p *Page) wanting() bool {
	data := p.values()
	values, _ := data.(*object)
	for _, name := range p.resolver().resolve(p.schema, data).list("required") {
		name, _ := name.(string)
		if v := values.get(name); v == nil || v == "" {
			return true
		}
	}
	return false
}

// An App is the form of a call widget: part of another panel, with a menu
// instead of a header (contract/service.md 11.2).
type App struct {
	Language *lang.Language
	ID       string
	Page     *Page
	Turn     int64
	Check    bool
	Submit   bool // there is somebody to submit to
	Actions  []MenuAction
	Images   []string
}

// A MenuAction is an entry of an app's menu.
type MenuAction struct{ ID, Label, Tone string }

// HTML draws the app's page.
func (a App) HTML() (template.HTML, error) {
	out, err := a.Page.HTML(Drawing{Language: a.Language, Images: a.Images, Check: a.Check, Submit: a.Submit, Default: a.Language.Say("Submit")})
	if err != nil {
		return "", err
	}
	whole, err := templates.Fragment(a.Language, "app", struct {
		App
		Form template.HTML
	}{a, out})
	if err != nil {
		return "", fmt.Errorf("drawing an app: %w", err)
	}
	return whole, nil
}

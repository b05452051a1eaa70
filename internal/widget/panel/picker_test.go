package panel

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"offhook/internal/rc"
)

func (d *recordingDesk) AddTemplate(_ context.Context, name, text string) (Template, error) {
	d.told = append(d.told, "template "+name+": "+text)
	return Template{ID: "9"}, d.err
}

func (d *recordingDesk) RemoveTemplate(_ context.Context, id string) error {
	d.told = append(d.told, "remove template "+id)
	return d.err
}

func (d *recordingDesk) Templates(ctx context.Context) ([]Template, error) {
	if d.err != nil {
		return nil, d.err
	}
	return d.fixtureDesk.Templates(ctx)
}

func TestThePickerOfTemplates(t *testing.T) {
	f := newFixture(t, nil)
	body := f.do("GET", "/templates", nil).Body.String()
	if !strings.Contains(body, `data-template="I am on my way and will be there in ten minutes."`) || strings.Count(body, "data-delete=") != 2 || strings.Contains(body, "<script") {
		t.Errorf("the picker: %s", body)
	}
	if body := f.do("GET", "/conversations/42", nil).Body.String(); !strings.Contains(body, "data-templates") {
		t.Error("the composer has no way to the picker")
	}
	f.desk.err = rc.Errorf(rc.Denied, "Ask your administrator to allow it.")
	if w := f.do("GET", "/templates", nil); w.Code != 200 || !strings.Contains(w.Body.String(), "Ask your administrator") || strings.Contains(w.Body.String(), "<form") {
		t.Errorf("without permission: %d %s", w.Code, w.Body)
	}
}

func TestKeepingAndDeletingTemplates(t *testing.T) {
	for _, tt := range []struct {
		name, path string
		form       url.Values
		status     int
		told       string
	}{
		{"one is kept", "/templates", url.Values{"displayName": {" Late "}, "text": {"I am\nlate."}}, 200, "template Late: I am\nlate."},
		{"one needs a name", "/templates", url.Values{"text": {"x"}}, 400, ""},
		{"a name has its limit", "/templates", url.Values{"displayName": {strings.Repeat("x", 101)}, "text": {"x"}}, 400, ""},
		{"one needs a text", "/templates", url.Values{"displayName": {"x"}, "text": {" "}}, 400, ""},
		{"a text has its limit", "/templates", url.Values{"displayName": {"x"}, "text": {strings.Repeat("x", textLimit+1)}}, 400, ""},
		{"one is deleted", "/templates/7/delete", nil, 204, "remove template 7"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := newFixture(t, nil)
			if w := f.do("POST", tt.path, tt.form); w.Code != tt.status || strings.Join(f.desk.told, ";") != tt.told {
				t.Errorf("status %d, want %d; told %q, want %q\n%s", w.Code, tt.status, f.desk.told, tt.told, w.Body)
			}
		})
	}
}

func TestTemplatesAreFilledForWhomTheTextIs(t *testing.T) {
	f := newFixture(t, nil)
	ownStory(f.desk.fixtureDesk)
	f.handler.Books = newFixtureBooks(0)
	nils := Party{Number: "+14155550177", Display: "(415) 555-0177", Name: "Nils Nordgren"}
	heard := Party{Number: "+13105550155", Display: "(310) 555-0155", Name: "WIRELESS CALLER", Heard: true}
	f.desk.conversations = append(f.desk.conversations,
		Conversation{ID: "own", Parties: []Party{dana, nils}}, Conversation{ID: "heard", Parties: []Party{dana, heard}})
	for name, tt := range map[string]struct{ conversation, text, want, open string }{
		"one's own contact":      {"own", "Hi {{firstName}} {{Last name}} of {{company}}!", "Hi Nils Nordgren of Nordgren Tak!", ""},
		"a colleague":            {"41", "{{ first_name }}, {{jobTitle}}", "Priya, Buyer", ""},
		"the page's application": {"46", "Dear {{name}} ({{firstName}})", "Dear Lumen Interiors ({{firstName}})", "{{firstName}}"},
		"oneself":                {"own", "{{myFirstName}} of {{My company}}, {{myNumber}}", "Dana of Harbor Supply, (650) 555-0101", ""},
		"nobody knows who it is": {"heard", "Hi {{firstName}}", "Hi {{firstName}}", "{{firstName}}"},
		"several people":         {"43", "Hi {{firstName}}", "Hi {{firstName}}", "{{firstName}}"},
		"what only Ada knows":    {"own", "Order {{order number}}", "Order {{order number}}", "{{order number}}"},
		"braces of their own":    {"own", "{{}} {{ }} {x} {{a{b}}", "{{}} {{ }} {x} {{a{b}}", ""},
	} {
		t.Run(name, func(t *testing.T) {
			f.desk.texts = []Template{{ID: "1", Name: "T", Text: tt.text}}
			body := f.do("GET", "/templates?conversation="+tt.conversation, nil).Body.String()
			if !strings.Contains(body, `data-template="`+tt.want+`"`) {
				t.Errorf("want %q:\n%s", tt.want, body)
			}
			if marked := strings.Contains(body, `<mark class="pick__open">`+tt.open+`</mark>`); marked != (tt.open != "") {
				t.Errorf("marked: %v\n%s", marked, body)
			}
		})
	}
	f.desk.texts = []Template{{ID: "1", Name: "T", Text: "Hi {{firstName}}"}}
	if body := f.do("GET", "/templates?number="+url.QueryEscape(priya.Number), nil).Body.String(); !strings.Contains(body, `data-template="Hi Priya"`) {
		t.Errorf("a new text to one person:\n%s", body)
	}
}

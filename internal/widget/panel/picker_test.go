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

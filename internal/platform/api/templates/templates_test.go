package templates_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/platform/api/apitest"
	"offhook/internal/platform/api/templates"
	"offhook/internal/rc"
	"offhook/internal/store"
)

const (
	company = "/restapi/v1.0/account/~/message-store-templates"
	own     = "/restapi/v1.0/account/~/extension/~/message-store-templates"
)

func newWorld(t *testing.T) *apitest.World {
	t.Helper()
	w := apitest.New(t)
	(&templates.Handler{Face: w.Face, Store: w.Store, IDs: &store.IDs{Now: w.Now}, Now: w.Now}).Mount(w.Mux)
	return w
}

func body(name, text, scope string) rc.MessageTemplate {
	return rc.MessageTemplate{DisplayName: name, Body: rc.MessageTemplateBody{Text: text}, Scope: scope}
}

func add(w *apitest.World, as, name, scope string) rc.MessageTemplate {
	w.T.Helper()
	return apitest.Decode[rc.MessageTemplate](w.T, w.Do(as, "POST", own, body(name, name+"!", scope)), 201)
}

func names(w *apitest.World, as, path string) string {
	w.T.Helper()
	var all []string
	for _, t := range apitest.Get[rc.MessageTemplates](w, as, path).Records {
		all = append(all, t.DisplayName)
	}
	return strings.Join(all, " ")
}

func TestATemplatesLife(t *testing.T) {
	w := newWorld(t)
	made := add(w, "ada", "Late", "")
	want := rc.MessageTemplate{ID: made.ID, DisplayName: "Late", Body: rc.MessageTemplateBody{Text: "Late!"}, Scope: rc.PersonalTemplate}
	if diff := cmp.Diff(want, made); diff != "" || made.ID == "" {
		t.Errorf("made (-want +got):\n%s", diff)
	}
	changed := apitest.Decode[rc.MessageTemplate](t, w.Do("ada", "PUT", own+"/"+made.ID, body("Delayed", "Ten minutes.", "Personal")), 200)
	if changed.DisplayName != "Delayed" || changed.Body.Text != "Ten minutes." || changed.ID != made.ID {
		t.Errorf("changed: %+v", changed)
	}
	if got := names(w, "ada", own); got != "Delayed" {
		t.Errorf("list: %s", got)
	}
	if rec := w.Do("ada", "DELETE", own+"/"+made.ID, nil); rec.Code != 204 {
		t.Errorf("deleting: %d %s", rec.Code, rec.Body)
	}
	apitest.Refused(t, w.Do("ada", "DELETE", own+"/"+made.ID, nil), 404, "CMN-102", "templateId")
	apitest.Refused(t, w.Do("ada", "PUT", own+"/"+made.ID, body("x", "x", "")), 404, "CMN-102", "templateId")
	apitest.Refused(t, w.Do("ada", "PUT", own+"/none", body("x", "x", "")), 404, "CMN-102", "templateId")
}

func TestWhoSeesAndChangesWhich(t *testing.T) {
	w := newWorld(t)
	hers, shared := add(w, "ada", "Hers", "Personal"), add(w, "ada", "Everybodys", "Company")
	if shared.Site == nil || shared.Scope != rc.CompanyTemplate {
		t.Errorf("a company's template: %+v", shared)
	}
	add(w, "bob", "His", "")
	for _, tt := range []struct{ as, path, want string }{
		{"ada", own, "Hers Everybodys"}, {"bob", own, "His Everybodys"}, {"bob", own + "?scope=Personal", "His"},
		{"bob", own + "?scope=Company", "Everybodys"}, {"bob", company, "Everybodys"}, {"eve", own, ""}, {"eve", company, ""},
		{"bob", company + "?siteIds=main-site", "Everybodys"}, {"bob", own + "?siteIds=elsewhere", "His"},
	} {
		if got := names(w, tt.as, tt.path); got != tt.want {
			t.Errorf("%s %s: %q, want %q", tt.as, tt.path, got, tt.want)
		}
	}
	apitest.Refused(t, w.Do("bob", "PUT", own+"/"+hers.ID, body("x", "x", "")), 404, "CMN-102", "templateId")
	apitest.Refused(t, w.Do("eve", "DELETE", own+"/"+shared.ID, nil), 404, "CMN-102", "templateId")
	apitest.Refused(t, w.Do("bob", "DELETE", own+"/"+shared.ID, nil), 403, "CMN-402", "")
	apitest.Refused(t, w.Do("bob", "PUT", own+"/"+shared.ID, body("x", "x", "")), 403, "CMN-402", "")
	apitest.Refused(t, w.Do("bob", "POST", own, body("x", "x", "Company")), 403, "CMN-402", "")
	apitest.Refused(t, w.Do("bob", "GET", strings.Replace(own, "extension/~", "extension/101001", 1), nil), 403, "CMN-404", "")
	apitest.Refused(t, w.Do("ada?ReadMessages", "GET", own, nil), 403, "CMN-401", "")
	apitest.Refused(t, w.Do("ada?ReadAccounts", "POST", own, body("x", "x", "")), 403, "CMN-401", "")
}

func TestWhatIsNoTemplate(t *testing.T) {
	w := newWorld(t)
	made := add(w, "ada", "Late", "")
	for _, tt := range []struct {
		name      string
		body      rc.MessageTemplate
		parameter string
	}{
		{"no name", body(" ", "x", ""), "displayName"},
		{"a long name", body(strings.Repeat("ü", 101), "x", ""), "displayName"},
		{"no text", body("x", "\n", ""), "body.text"},
		{"a long text", body("x", strings.Repeat("ü", 1001), ""), "body.text"},
		{"a scope that is none", body("x", "x", "Team"), "scope"},
		{"another site", rc.MessageTemplate{DisplayName: "x", Body: rc.MessageTemplateBody{Text: "x"}, Site: &rc.Site{ID: "7"}}, "site"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			apitest.Refused(t, w.Do("ada", "POST", own, tt.body), 400, "CMN-101", tt.parameter)
			apitest.Refused(t, w.Do("ada", "PUT", own+"/"+made.ID, tt.body), 400, "CMN-101", tt.parameter)
		})
	}
	apitest.Refused(t, w.Do("ada", "PUT", own+"/"+made.ID, body("x", "x", "Company")), 400, "CMN-101", "scope")
	other := body("x", "x", "")
	other.ID = "7"
	apitest.Refused(t, w.Do("ada", "PUT", own+"/"+made.ID, other), 400, "CMN-108", "id")
	apitest.Refused(t, w.Do("ada", "GET", own+"?scope=Team", nil), 400, "CMN-101", "scope")
}

func TestEverybodyHasTwentyFive(t *testing.T) {
	w := newWorld(t)
	for i := range 25 {
		add(w, "ada", fmt.Sprint("own", i), "Personal")
		add(w, "ada", fmt.Sprint("all", i), "Company")
	}
	apitest.Refused(t, w.Do("ada", "POST", own, body("x", "x", "")), 403, "CMN-109", "")
	apitest.Refused(t, w.Do("ada", "POST", own, body("x", "x", "Company")), 403, "CMN-109", "")
	add(w, "bob", "his first", "")
}

package panel

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAGroupSaysWhoIsInIt(t *testing.T) {
	d := newFixtureDesk()
	jonas := Party{Name: "Jonas Weber", Number: "ext:199", Display: "Ext. 199", Internal: true}
	c := Conversation{ID: "43", Parties: []Party{priya, marta, cold, jonas}}
	books := newFixtureBooks(0)
	type row struct{ Name, Sub, Href, Text string }
	draw := func(p page) (rows []row) {
		for _, m := range newMembers(p, c).Rows {
			rows = append(rows, row{m.Name, m.Sub, m.Href, m.Text})
		}
		return rows
	}
	want := []row{
		{"Priya Raman", "(650) 555-0102", "#/contacts/company/1002", "+16505550102"},
		{"Marta Lindqvist", "(415) 555-0144", "#/number/+14155550144", "+14155550144"},
		{"(310) 555-0177", "", "#/number/+13105550177", "+13105550177"},
		{"Jonas Weber", "Ext. 199", "", "ext:199"}, // who has left the company has no page
		{"You", "(650) 555-0101", "", ""},
	}
	if diff := cmp.Diff(want, draw(storyPage(d))); diff != "" {
		t.Errorf("who is in the group (-want +got):\n%s", diff)
	}
	// Two of the application's contacts have Marta's number: the page of the
	// number asks which one it is.
	if diff := cmp.Diff(want, draw(crmPage(storyPage(d), books))); diff != "" {
		t.Errorf("with contacts of the page (-want +got):\n%s", diff)
	}
	c.Parties = []Party{priya, lumen}
	want = []row{want[0], {"Lumen Interiors", "(212) 555-0166", "#/contacts/HarborCRM/c2", "+12125550166"}, want[4]}
	if diff := cmp.Diff(want, draw(crmPage(storyPage(d), books))); diff != "" {
		t.Errorf("one of the page's contacts (-want +got):\n%s", diff)
	}
}

func TestTheHeaderOfAGroupLeadsToItsPeople(t *testing.T) {
	f := newFixture(t, nil)
	for path, want := range map[string]string{
		"/conversations/43":             `href="#/conversations/43/people"`,
		"/conversations/43/people":      `data-panel="members"`,
		"/conversations/43/people/list": `href="#/contacts/company/1003"`,
	} {
		if w := f.do("GET", path, nil); w.Code != 200 || !strings.Contains(w.Body.String(), want) {
			t.Errorf("GET %s: status %d, without %s:\n%s", path, w.Code, want, w.Body)
		}
	}
	if w := f.do("GET", "/conversations/41", nil); strings.Contains(w.Body.String(), "/people") {
		t.Error("a conversation of two leads to a page of its people")
	}
	if w := f.do("GET", "/conversations/999/people", nil); w.Code != 404 {
		t.Errorf("people of an unknown conversation: status %d, want 404", w.Code)
	}
}

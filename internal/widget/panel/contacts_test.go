package panel

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/widget/contact"
	"offhook/internal/widget/visit"
)

// strangers is a desk with people that the phone service does not know.
func strangers() *fixtureDesk {
	d := newFixtureDesk()
	heard := Party{Name: "WIRELESS CALLER", Number: marta.Number, Display: marta.Display, Initials: "WC", Heard: true}
	known := Party{Name: "Priya Raman", Number: "+12125550166", Display: "(212) 555-0166", Initials: "PR"}
	d.conversations = []Conversation{
		{ID: "1", Parties: []Party{heard}, Title: heard.Name, Preview: "first", At: storyTime},
		{ID: "2", Parties: []Party{known}, Title: known.Name, Preview: "second", At: ago(day)},
		{ID: "3", Parties: []Party{dana, heard, cold}, Title: "x", Preview: "third", At: ago(2 * day)},
	}
	d.messages["1"] = []Message{theirs("m", heard, storyTime, "first")}
	return d
}

func titles(all []Conversation) (out []string) {
	for _, c := range all {
		out = append(out, c.Title)
	}
	return out
}

func TestNumbersGetTheNamesOfThePagesContacts(t *testing.T) {
	d := namedDesk{strangers(), visit.Visit{}, newFixtureBooks(0)}
	want := []string{"Marta Lindqvist", "Priya Raman", "Marta Lindqvist, (310) 555-0177"}
	if diff := cmp.Diff(want, titles(d.Conversations("", 9))); diff != "" {
		t.Error(diff)
	}
	c, messages, err := d.Conversation("1")
	if err != nil || c.Title != "Marta Lindqvist" || messages[0].From.Initials != "ML" {
		t.Errorf("%+v %+v %v", c, messages, err)
	}
	if _, _, err := d.Conversation("nowhere"); err == nil {
		t.Error("a conversation that is not there")
	}
}

func TestConversationsAreFoundByThoseNames(t *testing.T) {
	d := namedDesk{strangers(), visit.Visit{}, newFixtureBooks(0)}
	for query, want := range map[string][]string{
		"lindq mar": {"Marta Lindqvist", "Marta Lindqvist, (310) 555-0177"},
		"second":    {"Priya Raman"},
		"nobody":    nil,
	} {
		if diff := cmp.Diff(want, titles(d.Conversations(query, 9))); diff != "" {
			t.Errorf("%q: %s", query, diff)
		}
	}
	if got := d.Conversations("mar", 1); len(got) != 1 {
		t.Errorf("%d for one", len(got))
	}
}

func TestOnlyTheWindowThatIsLookedAtIsDrawn(t *testing.T) {
	v := newPeople(t.Context(), crmPage(storyPage(newFixtureDesk()), newFixtureBooks(1000)), "", "", 550)
	drawn, count, heads := []int{}, 0, 0
	for _, w := range v.Shown {
		if len(w.Rows) > 0 {
			drawn = append(drawn, w.At)
		}
		for i, r := range w.Rows {
			if (r.Head != "") != (v.List.Head(w.At+i) != "") {
				t.Errorf("the letter above %d", w.At+i)
			}
		}
		count, heads = count+w.Count, heads+w.Heads
	}
	if diff := cmp.Diff([]int{500, 600}, drawn); diff != "" {
		t.Error(diff)
	}
	if count != v.List.Len() || heads != len(v.List.Letters()) {
		t.Errorf("%d contacts of %d, %d letters of %d", count, v.List.Len(), heads, len(v.List.Letters()))
	}
}

func TestTheListIsNarrowedToOneSource(t *testing.T) {
	p := crmPage(storyPage(newFixtureDesk()), newFixtureBooks(0))
	all := newPeople(t.Context(), p, "", "", 0).List.Len()
	company := newPeople(t.Context(), p, "", contact.Company, 0)
	app := newPeople(t.Context(), p, "", application, 0)
	if company.Chosen != contact.Company || app.Chosen != application || company.List.Len() == 0 || app.List.Len() != 6 || company.List.Len()+app.List.Len() > all {
		t.Errorf("all %d, company %d, application %d", all, company.List.Len(), app.List.Len())
	}
	if v := newPeople(t.Context(), p, "", "elsewhere", 0); v.Chosen != "" || v.List.Len() != all {
		t.Errorf("a source that is not there: %q, %d", v.Chosen, v.List.Len())
	}
	alone := newPeople(t.Context(), storyPage(newFixtureDesk()), "", application, 0)
	if strings.Contains(fmt.Sprint(alone.Sources), "HarborCRM") || alone.App.Name != "" {
		t.Errorf("%+v", alone.Sources)
	}
}

func TestTheCallsOfAContactAreTheirs(t *testing.T) {
	d := newFixtureDesk()
	p := crmPage(storyPage(d), newFixtureBooks(0))
	own, _ := d.Colleagues().Get("1002")
	stranger, _ := newFixtureBooks(0).Book.Get("c1")
	for _, tt := range []struct {
		who  contact.Contact
		want string
	}{{own, "8"}, {stranger, "9"}} {
		var got []string
		for _, c := range newContactCalls(p, tt.who).Calls {
			got = append(got, c.ID)
		}
		if diff := cmp.Diff([]string{tt.want}, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.who.Name, diff)
		}
	}
}

func TestAContactThatIsNotThereIsNotFound(t *testing.T) {
	p := crmPage(storyPage(newFixtureDesk()), newFixtureBooks(0))
	for _, at := range [][2]string{{contact.Company, "c1"}, {"HarborCRM", "9"}, {"Other", "c1"}, {contact.Personal, "c1"}} {
		r := httptest.NewRequest("GET", "/", nil)
		r.SetPathValue("type", at[0])
		r.SetPathValue("id", at[1])
		if err := new(Handler).contact(httptest.NewRecorder(), r, p); err == nil || !strings.Contains(err.Error(), "not here any more") {
			t.Errorf("%v: %v", at, err)
		}
	}
}

func TestWhoWritesATextIsOfferedThePagesContacts(t *testing.T) {
	v := newRecipients(storyPage(newFixtureDesk()), "lindqvist", []Party{marta})
	v.add(newFixtureBooks(0).Source)
	var got []string
	for _, o := range v.Options {
		got = append(got, o.Name+" "+o.Number)
	}
	want := []string{"Marta Lindqvist +14155550144", "Marta Lindqvist +14155550145"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestWhomCompanyAndApplicationKnowIsOfferedOnceWithBothFaces(t *testing.T) {
	app := contact.Source{Name: "HarborCRM", Icon: harborIcon, Book: bookOf("HarborCRM",
		`{"id":"a","name":"priya raman","phoneNumbers":[{"phoneNumber":"(650) 555-0102"},{"phoneNumber":"+16505550198"}]}`,
		`{"id":"b","name":"Priya's desk","phoneNumbers":[{"phoneNumber":"+16505550103"}]}`,
	)}
	omar := Party{Name: "Omar Haddad", Number: "+16505550103", Display: "(650) 555-0103"}
	v := newRecipients(storyPage(newFixtureDesk()), "priya", []Party{priya, omar})
	v.add(app)
	var got []string
	for _, o := range v.Options {
		got = append(got, fmt.Sprint(o.Name, " ", o.Number, " ", o.Icon != ""))
	}
	want := []string{"Priya Raman +16505550102 true", "Omar Haddad +16505550103 false", "priya raman +16505550198 true"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

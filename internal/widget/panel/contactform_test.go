package panel

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/rc"
	"offhook/internal/widget/contact"
	"offhook/internal/widget/lang"
)

func (d *recordingDesk) AddContact(_ context.Context, c rc.PersonalContact) (string, error) {
	d.saved = c
	return "9", d.err
}

func (d *recordingDesk) ChangeContact(_ context.Context, id string, was, now rc.PersonalContact) error {
	d.saved, d.was = now, was
	d.told = append(d.told, "change "+id)
	return d.err
}

func (d *recordingDesk) RemoveContact(_ context.Context, id string) error {
	d.told = append(d.told, "remove "+id)
	return d.err
}

// typedContact is a form with a contact's numbers and what else is typed.
func typedContact(more url.Values) url.Values {
	v := url.Values{"firstName": {" Zoë  "}, "phoneKind": {"mobile", "business", "business"}, "phoneNumber": {"(415) 555-0171", "415 555 0172", "+1 415 555 0173"}, "email": {"zoe@pine.example", ""}}
	for name, values := range more {
		v[name] = values
	}
	return v
}

func TestAContactIsMadeOfWhatWasTyped(t *testing.T) {
	f := newFixture(t, nil)
	w := f.do("POST", "/contacts/personal", typedContact(url.Values{"webPage": {"pine.example/zoe"}, "birthday": {"1990-12-31"}, "notes": {"One\r\ntwo "}}))
	if w.Code != 200 || !strings.Contains(w.Body.String(), `"/contacts/personal/9"`) {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	born, _ := rc.ParseTime("1990-12-31")
	want := rc.PersonalContact{
		FirstName: "Zoë", MobilePhone: "+14155550171", BusinessPhone: "+14155550172", BusinessPhone2: "+14155550173",
		Email: "zoe@pine.example", WebPage: "https://pine.example/zoe", Birthday: born, Notes: "One\ntwo",
	}
	if diff := cmp.Diff(want, f.desk.saved); diff != "" {
		t.Error(diff)
	}
	if last := f.desk.told[len(f.desk.told)-1]; last != `draft "contact:new": ` {
		t.Errorf("what was typed is not forgotten: %q", last)
	}
}

func TestWhatCannotBeIsSaidAtItsField(t *testing.T) {
	for name, tt := range map[string]struct {
		typed url.Values
		want  string
	}{
		"nothing":           {url.Values{"phoneKind": {"mobile"}, "phoneNumber": {" "}}, "Write a name, a company"},
		"no number":         {typedContact(url.Values{"phoneNumber": {"tea", "", ""}}), "“tea” is not a phone number."},
		"one too many":      {typedContact(url.Values{"phoneKind": {"mobile", "mobile", "home"}}), "no room for another number of the type “Mobile”"},
		"no e-mail address": {typedContact(url.Values{"email": {"zoe at pine"}}), "Write it as name@example.com."},
		"no web page":       {typedContact(url.Values{"webPage": {"javascript:alert(1)"}}), "not the address of a web page"},
		"no date":           {typedContact(url.Values{"birthday": {"tomorrow"}}), "This is not a date."},
		"too long":          {typedContact(url.Values{"company": {strings.Repeat("x", 251)}}), "at most 250 characters"},
		"long notes":        {typedContact(url.Values{"notes": {strings.Repeat("x", 4001)}}), "at most 4,000 characters"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, nil)
			w := f.do("POST", "/contacts/personal", tt.typed)
			if w.Code != 422 || !strings.Contains(w.Body.String(), tt.want) || !strings.Contains(w.Body.String(), `aria-invalid="true"`) {
				t.Errorf("%d, want %q\n%s", w.Code, tt.want, w.Body)
			}
			if cmp.Diff(rc.PersonalContact{}, f.desk.saved) != "" || len(f.desk.told) > 0 {
				t.Errorf("it was saved: %+v %q", f.desk.saved, f.desk.told)
			}
		})
	}
}

func TestAChangeLeavesWhatTheFormDoesNotShow(t *testing.T) {
	f := newFixture(t, nil)
	_, record := ownStory(f.desk.fixtureDesk)
	record.HomeAddress, record.AssistantPhone, record.RingtoneIndex = &rc.ContactAddress{City: "Oslo"}, "+14155550179*12", "3"
	f.desk.records["7"] = record
	body := f.do("GET", "/contacts/personal/7/edit", nil).Body.String()
	was := record
	was.URI = ""
	raw, _ := json.Marshal(was)
	if !strings.Contains(body, `value="(415) 555-0177"`) || !strings.Contains(body, `value="&#43;14155550179*12"`) {
		t.Errorf("the numbers are not there as people write them:\n%s", body)
	}
	w := f.do("POST", "/contacts/personal/7", url.Values{
		"was": {string(raw)}, "firstName": {"Nisse"}, "lastName": {record.LastName}, "company": {record.Company}, "jobTitle": {record.JobTitle}, "notes": {record.Notes},
		"webPage": {record.WebPage}, "phoneKind": {"mobile", "assistant"}, "phoneNumber": {"(415) 555-0177", "+14155550179*12"}, "email": {record.Email},
	})
	if w.Code != 200 {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	changes := contact.Changes(f.desk.was, f.desk.saved)
	want := map[string]json.RawMessage{"firstName": json.RawMessage(`"Nisse"`), "businessPhone": json.RawMessage(`""`)}
	if diff := cmp.Diff(want, changes); diff != "" {
		t.Error(diff)
	}
}

func TestARefusalKeepsWhatWasTyped(t *testing.T) {
	for name, tt := range map[string]struct {
		err  error
		want []string
	}{
		"by the platform":   {&rc.Error{Kind: rc.Invalid, Message: "Not this company.", Parameter: "company"}, []string{"Not this company.", `id="contact-company-wrong"`}},
		"deleted elsewhere": {rc.Errorf(rc.NotFound, "It was deleted."), []string{"save it as a new contact", `data-gone="/p/k1/panel/contacts/personal"`}},
		"no answer":         {rc.Errorf(rc.Unavailable, "No answer."), []string{"No answer."}},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, nil)
			f.desk.err = tt.err
			w := f.do("POST", "/contacts/personal/7", typedContact(url.Values{"company": {"Pine & Co"}}))
			for _, want := range append(tt.want, `value="Pine &amp; Co"`, `value="(415) 555-0171"`) {
				if w.Code != 422 || !strings.Contains(w.Body.String(), want) {
					t.Errorf("%d, want %q\n%s", w.Code, want, w.Body)
				}
			}
		})
	}
}

func TestOnlyAnAppThatMayChangesContacts(t *testing.T) {
	f := newFixture(t, nil)
	ownStory(f.desk.fixtureDesk)
	f.desk.readOnly = true
	for path, never := range map[string]string{"/contacts": "New contact", "/contacts/personal/7": "data-delete-contact", "/number/" + url.PathEscape(cold.Number): "Save contact"} {
		if w := f.do("GET", path, nil); w.Code != 200 || strings.Contains(w.Body.String(), never) {
			t.Errorf("GET %s: %d with %q", path, w.Code, never)
		}
	}
	for _, at := range []string{"GET /contacts/personal/new/edit", "POST /contacts/personal", "POST /contacts/personal/7", "POST /contacts/personal/7/delete", "POST /contacts/personal/7/restore"} {
		method, path, _ := strings.Cut(at, " ")
		if w := f.do(method, path, typedContact(nil)); w.Code != 403 {
			t.Errorf("%s: %d", at, w.Code)
		}
	}
	if len(f.desk.told) > 0 {
		t.Errorf("the desk was told %q", f.desk.told)
	}
}

func TestAnUnknownNumberIsSavedOrAdded(t *testing.T) {
	f := newFixture(t, nil)
	ownStory(f.desk.fixtureDesk)
	at := "/edit/" + url.PathEscape(cold.Number)
	for path, want := range map[string]string{
		"/number/" + url.PathEscape(cold.Number):                 "/contacts/personal/new" + at,
		"/contacts/personal/new" + at:                            "#/contacts/personal/7" + at,
		"/contacts/personal/7" + at:                              `value="(310) 555-0177"`,
		"/contacts/personal/pick?q=nils&number=%2B13105550177":   "#/contacts/personal/7" + at,
		"/contacts/personal/pick?q=nobody&number=%2B13105550177": "None of your contacts",
		"/number/" + url.PathEscape("+14155550177"):              "#/contacts/personal/7",
	} {
		w := f.do("GET", path, nil)
		if w.Code != 200 || !strings.Contains(strings.ReplaceAll(w.Body.String(), "&#43;", "+"), want) {
			t.Errorf("GET %s: %d, want %q\n%s", path, w.Code, want, w.Body)
		}
	}
	if w := f.do("GET", "/contacts/personal/8/edit", nil); w.Code != 404 {
		t.Errorf("somebody who is not there: %d", w.Code)
	}
	if body := f.do("GET", "/number/"+url.PathEscape(priya.Number), nil).Body.String(); strings.Contains(body, "Save contact") {
		t.Error("a colleague can be saved")
	}
}

func TestWhatWasTypedIsThereAgain(t *testing.T) {
	f := newFixture(t, nil)
	typed := typedContact(url.Values{"company": {"Unsaved Ltd"}})
	f.do("POST", "/contacts/personal/new/draft", typed)
	told := f.desk.told[0]
	key, text, _ := strings.Cut(strings.TrimPrefix(told, "draft "), ": ")
	if key != `"contact:new"` {
		t.Fatalf("kept as %s", told)
	}
	f.desk.drafts = map[string]string{"contact:new": text}
	if body := f.do("GET", "/contacts/personal/new/edit", nil).Body.String(); !strings.Contains(body, `value="Unsaved Ltd"`) || !strings.Contains(body, "Start over") {
		t.Errorf("it is not there:\n%s", body)
	}
	f.do("POST", "/contacts/personal/new/draft", nil)
	if got := fmt.Sprint(f.desk.told[1]); got != `draft "contact:new": ` {
		t.Errorf("an empty form is kept: %s", got)
	}
}

func (d *recordingDesk) SetFavorite(_ context.Context, who contact.Key, on bool) error {
	d.told = append(d.told, fmt.Sprint("favorite ", who, on))
	return d.err
}

func TestColleaguesAndOnesOwnContactsAreFavorites(t *testing.T) {
	f := newFixture(t, nil)
	ownStory(f.desk.fixtureDesk)
	if body := f.do("GET", "/contacts", nil).Body.String(); strings.Contains(body, "data-favorite") {
		t.Error("somebody can be marked where the platform knows no favorites")
	}
	f.desk.favorites = []contact.Key{{Type: contact.Personal, ID: "7"}}
	body := f.do("GET", "/contacts", nil).Body.String()
	if _, list, _ := strings.Cut(body, `aria-label="Favorites"`); !strings.Contains(strings.Split(list, "</ul>")[0], "Nils Nordgren") {
		t.Errorf("the favorites do not stand above:\n%s", body)
	}
	if found := f.do("GET", "/contacts?q=priya", nil).Body.String(); strings.Contains(found, `aria-label="Favorites"`) {
		t.Error("they stand above what was searched")
	}
	for _, tt := range []struct {
		path string
		on   string
		code int
	}{{"/contacts/company/1002/favorite", "true", 204}, {"/contacts/personal/7/favorite", "false", 204}, {"/contacts/personal/8/favorite", "true", 404}, {"/contacts/HarborCRM/c1/favorite", "true", 404}} {
		if w := f.do("POST", tt.path, url.Values{"on": {tt.on}}); w.Code != tt.code {
			t.Errorf("%s: %d, want %d", tt.path, w.Code, tt.code)
		}
	}
	if diff := cmp.Diff([]string{"favorite {company 1002} true", "favorite {personal 7} false"}, f.desk.told); diff != "" {
		t.Error(diff)
	}
}

func TestAContactHasItsConversations(t *testing.T) {
	f := newFixture(t, nil)
	f.handler.Books = newFixtureBooks(0)
	for path, want := range map[string][]string{
		"/contacts/company/1002/texts": {"#/conversations/41", "#/conversations/43"},
		"/contacts/HarborCRM/c1/texts": {"#/conversations/42"},
		"/contacts/HarborCRM/c4/texts": {"No texts with", "Write a text"},
	} {
		w := f.do("GET", path, nil)
		for _, want := range want {
			if w.Code != 200 || !strings.Contains(w.Body.String(), want) {
				t.Errorf("GET %s: %d, want %q\n%s", path, w.Code, want, w.Body)
			}
		}
		if n := strings.Count(w.Body.String(), "#/conversations/"); n > 2 || n == 0 && !strings.Contains(w.Body.String(), "No texts") {
			t.Errorf("GET %s: %d conversations", path, n)
		}
	}
	if w := f.do("GET", "/contacts/personal/9/texts", nil); w.Code != 404 {
		t.Errorf("somebody who is not there: %d", w.Code)
	}
}

func TestTheFormAsksForTheFamilysNameWhereReadersWriteIt(t *testing.T) {
	for code, want := range map[string]string{"en-US": "firstName lastName company jobTitle", "ja-JP": "lastName firstName company jobTitle", "zh-TW": "lastName firstName company jobTitle"} {
		p := storyPage(newFixtureDesk())
		p.Lang = lang.Find(code)
		var fields []string
		for _, f := range newContactForm(p, newContactID, rc.PersonalContact{}).Fields {
			fields = append(fields, f.Name)
		}
		if got := strings.Join(fields, " "); got != want {
			t.Errorf("%s: the form asks for %s, want %s", code, got, want)
		}
	}
}

func TestANameIsDividedAsItIsWritten(t *testing.T) {
	for name, want := range map[string][2]string{"Ada King Lovelace": {"Ada", "King Lovelace"}, "鈴木 慎太郎": {"慎太郎", "鈴木"}, "王伟": {}, "Room 7": {}} {
		if first, last := split(name); [2]string{first, last} != want {
			t.Errorf("%q is divided into %q and %q, want %q", name, first, last, want)
		}
	}
}

package contact_test

import (
	"encoding/json"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/widget/contact"
)

// book makes a book of Acme's from contacts as JSON.
func book(t testing.TB, contacts ...string) *contact.Book {
	t.Helper()
	var entries []contact.Entry
	for _, raw := range contacts {
		c, why := contact.Parse(json.RawMessage(raw), "Acme")
		if c.ID == "" {
			t.Fatal(why)
		}
		entries = append(entries, contact.NewEntry(c))
	}
	return contact.NewBook(entries)
}

func named(id, name string) string { return fmt.Sprintf(`{"id":%q,"name":%q}`, id, name) }

func names(all []contact.Contact) []string {
	out := []string{}
	for _, c := range all {
		out = append(out, c.Name)
	}
	return out
}

func TestAContactIsReadAsItsSourceWroteIt(t *testing.T) {
	for _, tt := range []struct {
		name, raw string
		want      contact.Contact
		why       string
	}{
		{"everything", `{"id":"c9","type":"Acme","name":"Ada Example","phoneNumbers":[{"phoneNumber":"+16505550142","phoneType":"mobilePhone"},{"phoneNumber":"12","phoneType":"pager"},{"phoneNumber":"13"}],
			"emails":["a@x.test"],"email":"b@x.test","company":"Example Ltd","jobTitle":"CEO","profileImageUrl":"https://p.test/a.png"}`,
			contact.Contact{ID: "c9", Type: "Acme", Name: "Ada Example", Numbers: []contact.Number{{"+16505550142", "mobile"}, {"12", "other"}, {"13", "unknown"}},
				Emails: []string{"a@x.test", "b@x.test"}, Company: "Example Ltd", JobTitle: "CEO", Picture: "https://p.test/a.png"}, ""},
		{"a first and a last name", `{"id":"1","firstName":"Ada","lastName":"Example"}`, contact.Contact{ID: "1", Type: "Acme", Name: "Ada Example"}, ""},
		{"an id that is a number", `{"id":17,"name":"A"}`, contact.Contact{ID: "17", Type: "Acme", Name: "A"}, ""},
		{"no name", `{"id":"1","emails":["a@x.test"]}`, contact.Contact{ID: "1", Type: "Acme", Name: "a@x.test", Emails: []string{"a@x.test"}}, ""},
		{"fields of wrong types cost themselves", `{"id":"1","name":"A","company":7,"phoneNumbers":"x","emails":[{}, "a"],"deleted":"no"}`, contact.Contact{ID: "1", Type: "Acme", Name: "A", Emails: []string{"a"}}, ""},
		{"a name that turns text around", "{\"id\":\"1\",\"name\":\"\u202eevil\\n<b>\"}", contact.Contact{ID: "1", Type: "Acme", Name: "evil <b>"}, ""},
		{"nothing to call it by", `{"id":"1"}`, contact.Contact{}, "nothing to call it by"},
		{"no id", `{"name":"A"}`, contact.Contact{}, "needs an `id`"},
		{"no object", `"A"`, contact.Contact{}, "must be an object"},
		{"too much", `{"id":"1","name":"A","others":"` + strings.Repeat("x", 9000) + `"}`, contact.Contact{}, "larger than 8 kB"},
		{"too large a picture", `{"id":"1","name":"A","profileImageUrl":"data:image/png;base64,` + strings.Repeat("x", 9000) + `"}`, contact.Contact{ID: "1", Type: "Acme", Name: "A"}, "picture"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, why := contact.Parse(json.RawMessage(tt.raw), "Acme")
			if tt.want.ID != "" && !strings.Contains(string(got.Raw), got.ID) {
				t.Errorf("what came is not kept: %s", got.Raw)
			}
			got.Raw = nil
			if diff := cmp.Diff(tt.want, got); diff != "" || !strings.Contains(why, tt.why) || (tt.why == "") != (why == "") {
				t.Errorf("%s: %q\n%s", tt.raw, why, diff)
			}
		})
	}
}

func TestAListIsInOrderWithLetters(t *testing.T) {
	b := book(t, named("1", "Zoë"), named("2", "ábel"), named("3", "Anna"), named("4", "4 Seasons"), named("5", "Жанна"), named("6", "王伟"))
	l := contact.Search("", b)
	if diff := cmp.Diff([]string{"ábel", "Anna", "Zoë", "Жанна", "王伟", "4 Seasons"}, names(l.Window(0, 10))); diff != "" {
		t.Error(diff)
	}
	want := []contact.Letter{{"A", 0}, {"Z", 2}, {"Ж", 3}, {"王", 4}, {"#", 5}}
	if diff := cmp.Diff(want, l.Letters()); diff != "" {
		t.Error(diff)
	}
}

func TestSomebodyOfTwoSourcesIsInAListOnce(t *testing.T) {
	company := book(t, `{"id":"1","name":"Priya Raman","phoneNumbers":[{"phoneNumber":"+16505550102"}]}`)
	app := book(t, `{"id":"c1","name":"Priya R.","company":"Harbor","phoneNumbers":[{"phoneNumber":"+1 650 555 0102"}]}`, `{"id":"c2","name":"Sam","phoneNumbers":[{"phoneNumber":"+16505550142"}]}`)
	for query, want := range map[string][]string{"": {"Priya Raman", "Sam"}, "priya": {"Priya Raman"}, "harbor": {"Priya R."}, "sam": {"Sam"}} {
		if diff := cmp.Diff(want, names(contact.Search(query, company, app).Once(app.Twins(company)).Window(0, 9))); diff != "" {
			t.Errorf("%q (-want +got):\n%s", query, diff)
		}
	}
	if got := contact.Search("", app).Once(app.Twins(nil)).Len(); got != 2 {
		t.Errorf("without colleagues: %d", got)
	}
}

func TestListsAreDividedAsTheirScriptsAre(t *testing.T) {
	b := book(t, named("1", "김민준"), named("2", "강서연"), named("3", "까치"), named("4", "박지훈"), named("5", "アサヒ"), named("6", "いとう"), named("7", "ガリレオ"), named("8", "やまだ"), named("9", "ゃ"), named("10", "わたなべ"), named("11", "んば"))
	var got []string
	for _, l := range contact.Search("", b).Letters() {
		got = append(got, l.Text)
	}
	if diff := cmp.Diff([]string{"ㄱ", "ㅂ", "あ", "か", "や", "わ"}, got); diff != "" {
		t.Error(diff)
	}
	for query, want := range map[string]string{"あさひ": "アサヒ", "민준": "김민준", "ｶﾞﾘ": "ガリレオ"} {
		if found := names(contact.Search(query, b).Window(0, 9)); len(found) != 1 || found[0] != want {
			t.Errorf("%q finds %q", query, found)
		}
	}
}

func TestEverythingAboutAContactIsFound(t *testing.T) {
	acme := book(t,
		`{"id":"1","name":"Zoë Müller-Österreich","company":"Pine & Co","phoneNumbers":[{"phoneNumber":"+49 171 1234567"}],"emails":["zoe@pine.test"]}`,
		`{"id":"2","name":"王伟","phoneNumbers":[{"phoneNumber":"(650) 555-0142 ext. 9"}]}`,
		`{"id":"3","name":"Олена Коваль","jobTitle":"Broker"}`,
		`{"id":"4","name":"Pinelli"}`,
	)
	other := book(t, named("5", "Anna Pine"))
	for query, want := range map[string][]string{
		"muller":       {"Zoë Müller-Österreich"},
		"ÖSTER zoe":    {"Zoë Müller-Österreich"},
		"伟":            {"王伟"},
		"коваль олена": {"Олена Коваль"},
		"broker":       {"Олена Коваль"},
		"zoe@pi":       {"Zoë Müller-Österreich"},
		"0171 123":     {"Zoë Müller-Österreich"},
		"0049171":      {"Zoë Müller-Österreich"},
		"650-555":      {"王伟"},
		"0142 9":       {},
		"nobody":       {},
		"pine":         {"Pinelli", "Anna Pine", "Zoë Müller-Österreich"},
	} {
		if diff := cmp.Diff(want, names(contact.Search(query, acme, nil, other).Window(0, 10))); diff != "" {
			t.Errorf("%q: %s", query, diff)
		}
	}
	if got := contact.Search("pine", acme, other).Letters(); got != nil {
		t.Errorf("what was found has letters: %v", got)
	}
}

func TestWhoseNumberItIs(t *testing.T) {
	b := book(t,
		`{"id":"1","name":"Plus","phoneNumbers":[{"phoneNumber":"+1 (650) 555-0142"}]}`,
		`{"id":"2","name":"Local","phoneNumbers":[{"phoneNumber":"650.555.0143"}]}`,
		`{"id":"3","name":"German","phoneNumbers":[{"phoneNumber":"0171 1234567"}]}`,
		`{"id":"4","name":"Short","phoneNumbers":[{"phoneNumber":"103"}]}`,
		`{"id":"5","name":"Shared","phoneNumbers":[{"phoneNumber":"+16505550142"},{"phoneNumber":"6505550142"}]}`,
	)
	for number, want := range map[string][]string{
		"+16505550142": {"Plus", "Shared"}, "+16505550143": {"Local"}, "+491711234567": {"German"}, "103": {"Short"},
		"+16505550103": {}, "+555550143": {}, "": {}, "+441505550142": {},
	} {
		if diff := cmp.Diff(want, names(b.Whose(number))); diff != "" {
			t.Errorf("%s: %s", number, diff)
		}
	}
}

func TestABookAfterAChange(t *testing.T) {
	b := book(t, named("1", "A"), named("2", "B"), named("3", "C"))
	more, _ := contact.Parse(json.RawMessage(named("2", "Bee")), "Acme")
	again, _ := contact.Parse(json.RawMessage(named("3", "Sea")), "Acme")
	b = contact.NewBook(b.With([]contact.Entry{contact.NewEntry(more), contact.NewEntry(again)}, map[string]bool{"1": true}))
	if diff := cmp.Diff([]string{"Bee", "Sea"}, names(contact.Search("", b).Window(0, 9))); diff != "" {
		t.Error(diff)
	}
	if _, ok := b.Get("1"); ok {
		t.Error("what was deleted is still there")
	}
	if c, ok := b.Get("2"); !ok || c.Name != "Bee" {
		t.Errorf("%+v", c)
	}
}

// large is a service with this many contacts, as CRMs write them.
func large(n int) []contact.Entry {
	entries := make([]contact.Entry, n)
	for i := range n {
		raw := fmt.Sprintf(`{"id":"003-%06d","type":"Acme","name":"%s %s %d","phoneNumbers":[{"phoneNumber":"+1650%07d","phoneType":"mobile"},{"phoneNumber":"+1415%07d","phoneType":"business"}],"emails":["person%d@example.test"],"company":"Company %d Ltd","jobTitle":"Buyer"}`,
			i, []string{"Ada", "Zoë", "Олена", "王伟"}[i%4], []string{"Archer", "Müller", "Коваль", "Ng"}[i%4], i, i, i, i, i%900)
		c, _ := contact.Parse(json.RawMessage(raw), "Acme")
		entries[i] = contact.NewEntry(c)
	}
	return entries
}

func TestTwentyFiveThousandContactsFitAndAreFound(t *testing.T) {
	const most = 40 << 20
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	b := contact.NewBook(large(25_000))
	runtime.GC()
	runtime.ReadMemStats(&after)
	if held := int64(after.HeapAlloc) - int64(before.HeapAlloc); held > most {
		t.Errorf("25,000 contacts hold %d MB, more than %d", held>>20, most>>20)
	}
	for query, want := range map[string]int{"": 25_000, "zoe muller": 6250, "person24999@": 1, "4150012345": 1, "24999 ng": 1} {
		l := contact.Search(query, b)
		if l.Len() != want {
			t.Errorf("%q finds %d, want %d", query, l.Len(), want)
		}
		if n := len(l.Window(l.Len()-1, 100)); n != 1 {
			t.Errorf("%q: the last window has %d", query, n)
		}
	}
	if got := names(b.Whose("+16500012345")); len(got) != 1 || got[0] != "Zoë Müller 12345" {
		t.Errorf("%q", got)
	}
	runtime.KeepAlive(b)
}

func TestABookHoldsNoMoreThanItMay(t *testing.T) {
	entries := make([]contact.Entry, contact.Most+10)
	for i := range entries {
		entries[i] = contact.NewEntry(contact.Contact{ID: fmt.Sprint(i), Name: "N"})
	}
	if n := contact.NewBook(entries).Len(); n != contact.Most {
		t.Errorf("%d contacts", n)
	}
}

func BenchmarkSearch(b *testing.B) {
	all := contact.NewBook(large(25_000))
	for b.Loop() {
		contact.Search("company 17", all).Window(0, 100)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"id":"1","name":"A","phoneNumbers":[{"phoneNumber":"+1"}]}`))
	f.Add([]byte(`{"id":1e9,"name":"\u202e","email":"x","deleted":true}`))
	f.Add([]byte(`{"id":"x","name":"\ud800 "}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		c, why := contact.Parse(raw, "Acme")
		if c.ID == "" {
			if why == "" {
				t.Error("left out without a word")
			}
			return
		}
		b := contact.NewBook([]contact.Entry{contact.NewEntry(c)})
		if got, ok := b.Get(c.ID); !ok || got.Name != c.Name {
			t.Errorf("%q became %q", c.Name, got.Name)
		}
		for _, n := range c.Numbers {
			b.Whose(n.Number)
		}
		contact.Search(c.Name, b).Letters()
	})
}

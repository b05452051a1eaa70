package service_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/store"
	"offhook/internal/widget/contact"
	"offhook/internal/widget/service"
	"offhook/internal/widget/visit"
)

// Numbers are whom the user writes with, in every world the same.
func (w *world) Numbers(context.Context, string) ([]service.Correspondent, error) {
	return []service.Correspondent{{Number: "+1001", Caller: "WIRELESS CALLER"}, {Number: "+1002"}, {Number: "+1003", Known: true}}, nil
}

// ours is the one frame that is signed in.
var ours = visit.Visit{Frame: store.Frame{Key: "k"}, Session: &store.Session{GrantID: "g"}}

// with returns a world whose page has registered.
func with(t *testing.T, fields string) *world {
	w := newWorld(t)
	w.Handler.Numbers = w
	w.post(register(`"name":"Acme","contactsPath":"/c","contactMatchPath":"/m"` + fields))
	return w
}

// answer asks and decodes; the status is returned with nothing when it is not
// 200.
func (w *world) json(path, body string) (int, map[string]any) {
	w.t.Helper()
	status, text := w.ask("POST", path, body)
	var out map[string]any
	if status == 200 {
		if err := json.Unmarshal([]byte(text), &out); err != nil {
			w.t.Fatal(err)
		}
	}
	return status, out
}

// begin begins a run, which must be possible.
func (w *world) begin(why string) map[string]any {
	w.t.Helper()
	status, got := w.json("/contacts/run", `{"why":"`+why+`"}`)
	if got["run"] == nil {
		w.t.Fatalf("no run: %d %v", status, got)
	}
	return got
}

// brings sends a page of a run.
func (w *world) brings(run map[string]any, response string) map[string]any {
	w.t.Helper()
	status, got := w.json("/contacts", fmt.Sprintf(`{"run":%q,"response":%s}`, run["run"], response))
	if status != 200 {
		w.t.Fatal(status)
	}
	return got
}

func (w *world) names() []string {
	w.t.Helper()
	src, _ := w.Contacts(ours)
	out := []string{}
	for _, c := range contact.Search("", src.Book).Window(0, 1000) {
		out = append(out, c.Name)
	}
	return out
}

func TestContactsOfAnAccountWithoutANameGoWithItsAuthorization(t *testing.T) {
	for account, kept := range map[string]int{`""`: 0, `"ada"`: 1} {
		w := with(t, `,"authorizationPath":"/a","authorized":true,"authorizedAccount":`+account)
		w.brings(w.begin("known"), `{"data":[{"id":"a","name":"Ada's"}],"syncTimestamp":1}`)
		for _, authorized := range []string{"false", "true"} {
			w.post(`{"type":"rc-adapter-update-authorization-status","authorized":` + authorized + `,"authorizedAccount":` + account + `}`)
		}
		if names := w.names(); len(names) != kept {
			t.Errorf("account %s: the next one sees %v", account, names)
		}
	}
}

func TestOfContactsThatAreGoneARunRemembersOnlySoMany(t *testing.T) {
	if n := service.Forget(5 * contact.Most); n > 4*contact.Most {
		t.Errorf("%d are remembered", n)
	}
}

func TestContactsComeInPagesAndShowWhenTheyAreWhole(t *testing.T) {
	w := with(t, "")
	run := w.begin("known")
	want := map[string]any{"run": run["run"], "page": 1.0, "syncTimestamp": nil}
	if diff := cmp.Diff(want, run); diff != "" {
		t.Error(diff)
	}
	got := w.brings(run, `{"data":[{"id":"1","name":"A"},{"name":"no id"}],"nextPage":"two","syncTimestamp":7}`)
	if got["nextPage"] != "two" || !strings.Contains(fmt.Sprint(got["warnings"]), "needs an `id`") {
		t.Errorf("%v", got)
	}
	if src, _ := w.Contacts(ours); !src.Syncing || src.SoFar != 1 || src.Book.Len() != 0 {
		t.Errorf("%+v", src)
	}
	if got := w.brings(run, `{"data":[{"id":"2","name":"B"}],"syncTimestamp":9}`); got["nextPage"] != nil {
		t.Errorf("%v", got)
	}
	if diff := cmp.Diff([]string{"A", "B"}, w.names()); diff != "" {
		t.Error(diff)
	}
	if again := w.begin("manual"); again["syncTimestamp"] != 7.0 || again["type"] != "manual" {
		t.Errorf("only the first page's stamp counts: %v", again)
	}
}

func TestContactsAreMergedOnlyBetweenTwoStamps(t *testing.T) {
	for _, tt := range []struct {
		name, first, second string
		want                []string
		next                any
	}{
		{"both sides have a stamp", `,"syncTimestamp":1`, `,"syncTimestamp":2`, []string{"Bee", "C", "D"}, 2.0},
		{"the second has none: all is new", `,"syncTimestamp":1`, ``, []string{"Bee", "D"}, nil},
		{"the first had none: all is new", ``, `,"syncTimestamp":2`, []string{"Bee", "D"}, 2.0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := with(t, "")
			w.brings(w.begin("known"), `{"data":[{"id":"a","name":"A"},{"id":"b","name":"B"},{"id":"c","name":"C"}]`+tt.first+`}`)
			w.brings(w.begin("manual"), `{"data":[{"id":"a","deleted":true},{"id":"b","name":"Bee"},{"id":"d","name":"D"}]`+tt.second+`}`)
			if diff := cmp.Diff(tt.want, w.names()); diff != "" {
				t.Error(diff)
			}
			if got := w.begin("manual")["syncTimestamp"]; got != tt.next {
				t.Errorf("next stamp %v, want %v", got, tt.next)
			}
		})
	}
}

func TestOneFrameAsksAndAnotherFollowsWhenItsTabIsGone(t *testing.T) {
	w := with(t, "")
	first := w.begin("known")
	if _, got := w.json("/contacts/run", `{"why":"manual"}`); got["wait"] == nil {
		t.Fatalf("a second frame asks as well: %v", got)
	}
	w.now = w.now.Add(15 * time.Second)
	if status, _ := w.json("/contacts", fmt.Sprintf(`{"run":%q,"waits":true}`, first["run"])); status != 204 {
		t.Error(status)
	}
	w.now = w.now.Add(15 * time.Second)
	if _, got := w.json("/contacts/run", `{"why":"known"}`); got["wait"] == nil {
		t.Fatalf("a frame that says it waits lost its turn: %v", got)
	}
	w.now = w.now.Add(30 * time.Second)
	second := w.begin("known")
	if status, _ := w.json("/contacts", fmt.Sprintf(`{"run":%q,"response":{"data":[]}}`, first["run"])); status != 409 {
		t.Errorf("the first frame's page came too late: %d", status)
	}
	w.brings(second, `{"data":[{"id":"1","name":"A"}]}`)
	if status, _ := w.json("/contacts/run", `{"why":"known"}`); status != 204 {
		t.Errorf("what has just come is asked for again: %d", status)
	}
	w.now = w.now.Add(time.Minute)
	w.begin("visit")
}

func TestARunThatBreaksOffKeepsTheContacts(t *testing.T) {
	for name, response := range map[string]string{"no answer": `null`, "no list": `{"data":"ok"}`, "nothing": `{}`} {
		t.Run(name, func(t *testing.T) {
			w := with(t, "")
			w.brings(w.begin("known"), `{"data":[{"id":"1","name":"A"}]}`)
			w.brings(w.begin("manual"), response)
			src, _ := w.Contacts(ours)
			if src.Trouble == "" || src.Syncing || src.Book.Len() != 1 {
				t.Errorf("%+v", src)
			}
			w.brings(w.begin("manual"), `{"data":[]}`)
			if src, _ := w.Contacts(ours); src.Trouble != "" || src.Book.Len() != 0 {
				t.Errorf("%+v", src)
			}
		})
	}
}

func TestAPageThatNeverEndsIsNotAskedForEver(t *testing.T) {
	w := with(t, "")
	got := w.brings(w.begin("known"), `{"data":[{"id":"1","name":"A"}],"nextPage":1}`)
	if got["nextPage"] != nil || !strings.Contains(fmt.Sprint(got["warnings"]), "another page each time") {
		t.Errorf("%v", got)
	}
	if len(w.names()) != 1 {
		t.Error("what came is lost")
	}
}

func TestMoreContactsThanFitAreLeftOutWithASentence(t *testing.T) {
	w := with(t, "")
	run := w.begin("known")
	var warnings string
	for page, left := 1, contact.Most+10; left > 0; page++ {
		var all []string
		for range min(left, 10_000) {
			left--
			all = append(all, fmt.Sprintf(`{"id":"%d","name":"N"}`, left))
		}
		got := w.brings(run, fmt.Sprintf(`{"data":[%s],"nextPage":%d}`, strings.Join(all, ","), page+1))
		warnings += fmt.Sprint(got["warnings"])
		if got["nextPage"] == nil {
			break
		}
	}
	if src, _ := w.Contacts(ours); src.Book.Len() != contact.Most || strings.Count(warnings, "The rest were left out") != 1 {
		t.Errorf("%d contacts, %s", src.Book.Len(), warnings)
	}
}

func TestContactsAreHiddenWithoutAuthorizationAndGoWithTheAccount(t *testing.T) {
	w := with(t, `,"authorizationPath":"/a","authorized":true,"authorizedAccount":"ada"`)
	w.brings(w.begin("known"), `{"data":[{"id":"1","name":"A","phoneNumbers":[{"phoneNumber":"+1001"}]}]}`)
	if got := w.Whose(ours, "", "+1001"); len(got) != 1 {
		t.Fatalf("%v", got)
	}
	run := w.begin("manual")
	w.post(`{"type":"rc-adapter-update-authorization-status","authorized":false}`)
	if src, _ := w.Contacts(ours); src.Book.Len() != 0 || src.Syncs || src.Matches {
		t.Errorf("%+v", src)
	}
	if got := w.Whose(ours, "", "+1001"); got != nil {
		t.Errorf("%v", got)
	}
	if _, ok := w.Contact(ours, "1"); ok {
		t.Error("a contact is shown")
	}
	if status, _ := w.json("/contacts", fmt.Sprintf(`{"run":%q,"response":{"data":[{"id":"9","name":"late"}]}}`, run["run"])); status != 409 {
		t.Error(status)
	}
	if status, _ := w.json("/contacts/run", `{"why":"manual"}`); status != 204 {
		t.Error(status)
	}
	w.post(`{"type":"rc-adapter-update-authorization-status","authorized":true,"authorizedAccount":"ada"}`)
	if diff := cmp.Diff([]string{"A"}, w.names()); diff != "" {
		t.Error(diff)
	}
	w.post(`{"type":"rc-adapter-update-authorization-status","authorized":true,"authorizedAccount":"sam"}`)
	if diff := cmp.Diff([]string{}, w.names()); diff != "" {
		t.Error(diff)
	}
}

func TestThePageAsksToBeAskedOnce(t *testing.T) {
	w := with(t, "")
	if status, _ := w.json("/contacts/run", `{"why":"wanted"}`); status != 204 {
		t.Error("nobody wanted it")
	}
	w.post(`{"type":"rc-adapter-sync-third-party-contacts"}`)
	run := w.begin("wanted")
	if run["type"] != "api" {
		t.Errorf("%v", run)
	}
	w.brings(run, `{"data":[]}`)
	if status, _ := w.json("/contacts/run", `{"why":"wanted"}`); status != 204 {
		t.Error("a second tab asks again")
	}
	for _, page := range []string{`"name":"A"`, `"name":"A","contactsPath":"/c","authorizationPath":"/a"`} {
		w := newWorld(t)
		w.post(register(page))
		if got := w.post(`{"type":"rc-adapter-sync-third-party-contacts"}`); len(got.Warnings) != 1 {
			t.Errorf("%s: %v", page, got.Warnings)
		}
	}
}

func TestOnlyAUsersOwnFrameSeesTheContacts(t *testing.T) {
	w := with(t, "")
	w.brings(w.begin("known"), `{"data":[{"id":"1","name":"A","phoneNumbers":["+1001"]}]}`)
	for _, v := range []visit.Visit{
		{Frame: store.Frame{Key: "k"}, Session: &store.Session{GrantID: "other"}},
		{Frame: store.Frame{Key: "elsewhere"}, Session: &store.Session{GrantID: "g"}},
		{Frame: store.Frame{Key: "k"}},
	} {
		if _, ok := w.Contacts(v); ok {
			t.Errorf("%+v sees contacts", v)
		}
		if w.Whose(v, "", "+1001") != nil {
			t.Errorf("%+v sees names", v)
		}
		if _, ok := w.Contact(v, "1"); ok {
			t.Errorf("%+v sees a contact", v)
		}
	}
}

func TestTheContactsOfAllServicesTogetherAreBounded(t *testing.T) {
	w := with(t, "")
	w.BookBytes = 450
	w.brings(w.begin("known"), `{"data":[{"id":"1","name":"A"}]}`)
	before := w.names()
	w.now = w.now.Add(time.Minute)
	w.grant = "other"
	w.post(register(`"name":"Acme","contactsPath":"/c"`))
	w.brings(w.begin("known"), `{"data":[{"id":"1","name":"B"},{"id":"2","name":"C"},{"id":"3","name":"D"}]}`)
	if src, _ := w.Contacts(visit.Visit{Frame: ours.Frame, Session: &store.Session{GrantID: "other"}}); src.Book.Len() != 3 {
		t.Errorf("the newest has %d", src.Book.Len())
	}
	if after := w.names(); len(before) != 1 || len(after) != 0 {
		t.Errorf("the oldest had %v and has %v", before, after)
	}
	w.grant = "g"
	w.brings(w.begin("visit"), `{"data":[{"id":"1","name":"A"}]}`)
	if diff := cmp.Diff([]string{"A"}, w.names()); diff != "" {
		t.Error(diff)
	}
}

func TestAPageOfContactsThatIsTooLargeEndsTheRunWithASentence(t *testing.T) {
	w := with(t, "")
	w.brings(w.begin("known"), `{"data":[{"id":"1","name":"A"}]}`)
	run := w.begin("manual")
	status, got := w.json("/contacts", fmt.Sprintf(`{"run":%q,"tooLarge":true}`, run["run"]))
	if status != 200 || got["nextPage"] != nil || !strings.Contains(fmt.Sprint(got["warnings"]), "up to 1 MB") {
		t.Errorf("%d %v", status, got)
	}
	if src, _ := w.Contacts(ours); src.Syncing || !strings.Contains(src.Trouble, "more contacts at once") || src.Book.Len() != 1 {
		t.Errorf("%+v", src)
	}
}

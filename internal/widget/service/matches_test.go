package service_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// question begins a match and returns its run and body; nothing when there is
// nothing to ask.
func (w *world) question(body string) (run string, q map[string]any) {
	w.t.Helper()
	_, got := w.json("/matches/run", body)
	if got["run"] == nil {
		return "", nil
	}
	return got["run"].(string), got["body"].(map[string]any)
}

func (w *world) replies(run, response string) int {
	w.t.Helper()
	status, _ := w.json("/matches", fmt.Sprintf(`{"run":%q,"response":%s}`, run, response))
	return status
}

func (w *world) whose(conversation, number string) (out []string) {
	for _, c := range w.Whose(ours, conversation, number) {
		out = append(out, c.Name)
	}
	return out
}

func TestNumbersThatNobodyKnowsAreAskedForOnce(t *testing.T) {
	w := with(t, "")
	run, q := w.question(`{}`)
	want := map[string]any{"phoneNumbers": []any{"+1001", "+1002"}, "callerIds": map[string]any{"+1001": "WIRELESS CALLER"}}
	if diff := cmp.Diff(want, q); diff != "" {
		t.Error(diff)
	}
	if _, got := w.json("/matches/run", `{}`); got["wait"] == nil {
		t.Errorf("a second frame asks as well: %v", got)
	}
	if status := w.replies(run, `{"data":{"+1001":[{"id":"1","name":"A"}],"+1002":"x","+1003":[{"id":"3","name":"not asked"}]}}`); status != 200 {
		t.Error(status)
	}
	if status := w.replies(run, `{"data":{}}`); status != 409 {
		t.Errorf("the same answer twice: %d", status)
	}
	if diff := cmp.Diff([]string{"A"}, w.whose("", "+1001")); diff != "" {
		t.Error(diff)
	}
	if got := append(w.whose("", "+1002"), w.whose("", "+1003")...); got != nil {
		t.Errorf("%v", got)
	}
	if run, q := w.question(`{}`); run != "" {
		t.Errorf("asked again: %v", q)
	}
}

func TestMatchesAgeAsTheRegistrationSays(t *testing.T) {
	w := with(t, `,"contactMatchTtl":600000,"contactNoMatchTtl":60000`)
	run, _ := w.question(`{}`)
	w.replies(run, `{"data":{"+1001":[{"id":"1","name":"A"}]}}`)
	w.now = w.now.Add(59 * time.Second)
	if run, _ := w.question(`{}`); run != "" {
		t.Error("asked again too early")
	}
	w.now = w.now.Add(2 * time.Second)
	run, q := w.question(`{}`)
	if len(q["phoneNumbers"].([]any)) != 2 {
		t.Errorf("%v", q)
	}
	w.replies(run, `null`) // the page did not answer: what was known stays its time
	if diff := cmp.Diff([]string{"A"}, w.whose("", "+1001")); diff != "" {
		t.Error(diff)
	}
	w.now = w.now.Add(10 * time.Minute)
	if got := w.whose("", "+1001"); got != nil {
		t.Errorf("%v", got)
	}
}

func TestAPageAndAUserCanAskAgain(t *testing.T) {
	w := with(t, "")
	run, _ := w.question(`{}`)
	w.replies(run, `{"data":{}}`)
	w.post(`{"type":"rc-adapter-trigger-contact-match","phoneNumbers":["+1001","+1003","+9999"]}`)
	run, q := w.question(`{}`)
	if diff := cmp.Diff([]any{"+1001", "+1003"}, q["phoneNumbers"]); diff != "" {
		t.Errorf("only numbers that the phone shows: %s", diff)
	}
	w.replies(run, `{"data":{}}`)
	if run, _ := w.question(`{}`); run != "" {
		t.Error("asked again")
	}
	run, q = w.question(`{"number":"+1002"}`)
	want := map[string]any{"phoneNumbers": []any{"+1002"}, "callerIds": map[string]any{}, "triggerFrom": "manual"}
	if diff := cmp.Diff(want, q); diff != "" {
		t.Error(diff)
	}
	w.replies(run, `{"data":{}}`)
	if got := w.post(`{"type":"rc-adapter-trigger-contact-match","phoneNumbers":7}`); len(got.Warnings) != 1 {
		t.Errorf("%v", got)
	}
}

func TestOfSeveralTheUserPicksOne(t *testing.T) {
	w := with(t, "")
	run, _ := w.question(`{}`)
	w.replies(run, `{"data":{"+1001":[{"id":"1","name":"A"},{"id":"2","name":"B"},{"id":"3","name":"C"}]}}`)
	pick := func(conversation, id string) int {
		status, _ := w.ask("POST", "/matches/choice", fmt.Sprintf(`{"conversation":%q,"number":"+1001","id":%q}`, conversation, id))
		return status
	}
	if status := pick("one", "2"); status != 204 {
		t.Fatal(status)
	}
	if status := pick("two", "3"); status != 204 {
		t.Fatal(status)
	}
	for conversation, want := range map[string]string{"one": "B A C", "two": "C A B", "new": "C A B", "": "C A B"} {
		if got := strings.Join(w.whose(conversation, "+1001"), " "); got != want {
			t.Errorf("in %q: %s, want %s", conversation, got, want)
		}
	}
	if status := pick("one", "nobody"); status != 404 {
		t.Error(status)
	}
}

func TestMatchesWaitForAuthorization(t *testing.T) {
	w := with(t, `,"authorizationPath":"/a"`)
	if run, q := w.question(`{}`); run != "" {
		t.Errorf("%v", q)
	}
	w.post(`{"type":"rc-adapter-update-authorization-status","authorized":true}`)
	run, _ := w.question(`{}`)
	w.post(`{"type":"rc-adapter-update-authorization-status","authorized":false}`)
	if status := w.replies(run, `{"data":{"+1001":[{"id":"1","name":"A"}]}}`); status != 409 {
		t.Error(status)
	}
}

func TestWhatThePageFindsIsLookedThroughAndDrawnAsWords(t *testing.T) {
	w := with(t, "")
	status, html := w.ask("POST", "/search", `{"query":"ada","data":[{"id":"1","name":"Ada <b>","phoneNumbers":[{"phoneNumber":"+1 1"},{"phoneNumber":"+1 2","phoneType":7}]},{"id":"2","name":"Bob","phoneNumbers":[{"phoneNumber":"3"}]},{"id":"3","name":"Adam"},7]}`)
	if status != 200 || strings.Count(html, `role="option"`) != 2 || !strings.Contains(html, "Ada &lt;b&gt;") || strings.Contains(html, "Bob") {
		t.Errorf("%d %s", status, html)
	}
}

func TestActivitiesAreDrawnAsWords(t *testing.T) {
	w := with(t, "")
	status, html := w.ask("POST", "/activities", `{"data":[{"id":1,"subject":"<i>Call</i>","time":1785000000000},{"subject":7},{"subject":"B","time":"1785000000000"},{"subject":"C","time":"soon"}]}`)
	for _, want := range []string{"&lt;i&gt;Call", `data-activity="0"`, `data-activity="2"`, `datetime="2026-07-25T17:20:00Z"`, `data-activity="3"`} {
		if !strings.Contains(html, want) {
			t.Errorf("lacks %q: %s", want, html)
		}
	}
	if status != 200 || strings.Contains(html, `data-activity="1"`) {
		t.Errorf("%d %s", status, html)
	}
	if _, html := w.ask("POST", "/activities", `{"data":[]}`); !strings.Contains(html, "Nothing yet") {
		t.Error(html)
	}
}

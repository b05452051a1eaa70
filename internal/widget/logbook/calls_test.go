package logbook

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/rc"
	"offhook/internal/store"
)

// callWorld is a world whose page logs calls.
func callWorld(t *testing.T) *world {
	w := newWorld(t)
	w.page.Message, w.asked = Logger{}, true
	w.page.Call = Logger{Path: "/call", Title: "Log to Acme CRM"}
	return w
}

// autoCalls switches the logging of calls on or off.
func (w *world) autoCalls(on bool) {
	w.t.Helper()
	if status, text := w.ask("POST", "/settings", map[string]any{"Call": on}); status != 200 {
		w.t.Fatalf("%d %s", status, text)
	}
}

// bodies are what a tab gets to log, acknowledged.
func (w *world) bodies() (all []map[string]any) {
	w.t.Helper()
	for {
		jobs := w.turnOf("one").Items
		if len(jobs) == 0 {
			return all
		}
		for _, j := range jobs {
			var b map[string]any
			if err := json.Unmarshal(j.Body, &b); err != nil {
				w.t.Fatal(err)
			}
			all = append(all, b)
			w.answer("one", j.Key, true)
		}
	}
}

func sessionOf(b map[string]any) any { return b["call"].(map[string]any)["sessionId"] }

func TestACallIsLoggedByAPress(t *testing.T) {
	w := callWorld(t)
	w.known = map[string]json.RawMessage{"+16505550142": json.RawMessage(`{"id":"c9","name":"Sam"}`)}
	w.desk.call("1", noon, func(r *rc.CallRecord) {
		r.Recording = &rc.RecordingOfACall{ID: "9", Type: rc.RecordedAutomatic, ContentURI: "https://platform.example/recording/9/content?access_token=SECRET"}
		r.Extension = &rc.CallExtension{ID: 9007199254740993}
	})
	got := w.work("/things/call/1", map[string]any{"Tab": "one", "Press": "p"})
	if len(got.Items) != 1 || got.Items[0].Kind != "call" || got.Items[0].Key != got.Pressed[0] {
		t.Fatalf("%+v", got)
	}
	body := string(got.Items[0].Body)
	for _, want := range []string{
		`"triggerType":"createLog"`, `"redirect":true`, `"sessionId":"1"`, `"telephonySessionId":"t1"`, `"fromEntity":{"id":"c9","name":"Sam"}`, `"toNumberEntity":"c9"`,
		`"fromMatches":[{"id":"c9","name":"Sam"}]`, `"toMatches":[]`, `"activityMatches":[]`, `"fromName":"SAM SAMPLE"`, `"toName":""`, `"result":"Accepted"`,
		`"startTime":1782993540000`, `"contentUri":"https://platform.example/recording/9/content"`, `"id":9007199254740993`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("%s is not in %s", want, body)
		}
	}
	if strings.Contains(body, "SECRET") || strings.Contains(body, "platform.example/call") || strings.Contains(body, `"link"`) {
		t.Errorf("an address that no page should have: %s", body)
	}
	w.answer("one", got.Items[0].Key, true)

	// Without a matcher what was acknowledged is logged.
	html, err := w.CallButtons(t.Context(), w.visit(), "1")
	if err != nil || !strings.Contains(string(html), "Edit the log in Acme") || !strings.Contains(string(html), "View the log in Acme") {
		t.Errorf("%s, %v", html, err)
	}
	for trigger, q := range map[string]map[string]any{
		"editLog": {"Press": "q"}, "viewLog": {"Press": "r", "View": true}, "logForm": {"Press": "s", "FormData": map[string]any{"note": "Called back", "contactId": "c9"}},
	} {
		q["Tab"] = "one"
		got := w.work("/things/call/1", q)
		if body := string(got.Items[0].Body); !strings.Contains(body, `"triggerType":"`+trigger+`"`) || (trigger == "logForm") != strings.Contains(body, `"note":"Called back","redirect"`) {
			t.Errorf("%s: %s", trigger, body)
		}
		w.answer("one", got.Items[0].Key, true)
	}
	picked := map[string]any{"Tab": "one", "Press": "t", "Chosen": true}
	if got := w.work("/things/call/1", picked); len(got.Items) > 0 {
		t.Errorf("another contact, while nothing is logged by itself: %s", got.Items[0].Body)
	}
	w.autoCalls(true)
	if got := w.work("/things/call/1", picked); len(got.Items) != 1 || !strings.Contains(string(got.Items[0].Body), `"redirect":false,"triggerType":"contactUpdated"`) {
		t.Errorf("another contact: %+v", got.Items)
	}
	if status, _ := w.ask("POST", "/things/call/2", map[string]any{"Tab": "one", "Press": "p"}); status != 404 {
		t.Errorf("an unknown call: %d", status)
	}
	w.page.Call.Path = ""
	if status, _ := w.ask("POST", "/things/call/1", map[string]any{"Tab": "one", "Press": "x"}); status != 409 {
		t.Errorf("without a logger: %d", status)
	}
}

func TestCallsAreLoggedByThemselvesOnceAndFromTheSwitchOn(t *testing.T) {
	w := callWorld(t)
	w.desk.call("before", noon.Add(-time.Second), nil)
	w.turnOf("one")
	w.autoCalls(true)
	if w.settled(); len(w.bodies()) > 0 {
		t.Error("a call of before was logged")
	}
	w.pass(time.Hour)
	w.desk.call("1", noon.Add(time.Minute), nil)
	w.desk.call("fax", noon.Add(time.Minute), func(r *rc.CallRecord) { r.Type = rc.Fax })
	w.desk.call("on", noon.Add(time.Minute), func(r *rc.CallRecord) { r.Result = rc.CallInProgress })
	w.settled()
	got := w.bodies()
	if len(got) != 1 || sessionOf(got[0]) != "1" || got[0]["triggerType"] != "callLogSync" {
		t.Fatalf("%v", got)
	}
	if _, ok := got[0]["redirect"]; ok {
		t.Error("a page would open what nobody asked for")
	}
	w.settled()
	w.restart()
	w.turnOf("one")
	if w.settled(); len(w.bodies()) > 0 {
		t.Error("it was logged twice")
	}

	// What comes to be known later is told, also when the switch is off.
	w.autoCalls(false)
	w.desk.call("1", noon.Add(time.Minute), func(r *rc.CallRecord) {
		r.Recording = &rc.RecordingOfACall{ID: "9", ContentURI: "https://platform.example/recording/9/content"}
	})
	w.desk.call("2", noon.Add(30*time.Minute), nil)
	w.settled()
	if got = w.bodies(); len(got) != 1 || sessionOf(got[0]) != "1" || got[0]["call"].(map[string]any)["recording"] == nil {
		t.Errorf("%v", got)
	}
	w.autoCalls(true)
	if w.settled(); len(w.bodies()) > 0 {
		t.Error("what came while the switch was off was logged")
	}
	w.desk.closed = true
	w.desk.call("3", noon.Add(2*time.Hour), nil)
	if w.settled(); len(w.bodies()) > 0 {
		t.Error("a call that may not be read was logged")
	}
}

func TestACallWaitsForWhatThePageKnowsOfIt(t *testing.T) {
	w := callWorld(t)
	w.page.Call.Matcher, w.asked = "/match", false
	w.turnOf("one")
	w.autoCalls(true)
	w.desk.call("1", noon, nil)
	if w.settled(); len(w.bodies()) > 0 {
		t.Error("it did not wait")
	}
	w.pass(time.Second)
	w.asked = true
	if w.settled(); len(w.bodies()) > 0 {
		t.Error("it waited for the contact alone")
	}
	if status, text := w.ask("POST", "/matches", map[string]any{"Calls": true, "Asked": []string{"1"}, "Found": map[string]any{"1": []any{map[string]any{"id": "n1"}}}}); status != 204 {
		t.Fatal(status, text)
	}
	w.settled()
	if got := w.bodies(); len(got) != 1 || len(got[0]["call"].(map[string]any)["activityMatches"].([]any)) != 1 {
		t.Errorf("%v", got)
	}
	w.asked = false
	w.desk.call("2", noon, nil)
	w.settled()
	w.pass(asking)
	w.settled()
	if got := w.bodies(); len(got) != 1 || sessionOf(got[0]) != "2" {
		t.Errorf("a page that does not answer: %v", got)
	}
}

func TestManyCallsAtOnceHaveTheirTimeToo(t *testing.T) {
	w := callWorld(t)
	watcher := &watcher{first: map[string]time.Time{}}
	look := func() (ready int) {
		for i := range 2 * callsShown {
			if w.Now().Sub(w.firstSeen(watcher, strconv.Itoa(i))) >= asking {
				ready++
			}
		}
		return ready
	}
	look()
	w.pass(asking)
	if got := look(); got != 2*callsShown {
		t.Errorf("%d of %d calls have had their time", got, 2*callsShown)
	}
	w.pass(2 * asking)
	if w.firstSeen(watcher, "new"); len(watcher.first) != 1 {
		t.Errorf("%d calls are remembered, want the new one alone", len(watcher.first))
	}
}

func TestThePageSaysWhichCallsAreLogged(t *testing.T) {
	w := callWorld(t)
	w.page.Call.Matcher = "/match"
	w.pass(time.Minute)
	w.desk.call("1", noon, nil)
	w.desk.call("2", noon.Add(-time.Hour), nil)
	w.desk.call("3", noon.Add(50*time.Second), nil) // has just ended
	if diff := cmp.Diff([]string{"2", "3", "1"}, w.work("/next", map[string]any{"Tab": "one", "OpenCall": "2"}).Calls); diff != "" {
		t.Fatalf("asked for (-want +got):\n%s", diff)
	}
	found := map[string]any{"1": []any{map[string]any{"id": "n1", "note": "Wants a quote", "contact": map[string]any{"id": "c9"}}}, "2": []any{map[string]any{"type": "status", "status": "failed", "message": "Is <locked>"}}}
	if status, text := w.ask("POST", "/matches", map[string]any{"Calls": true, "Asked": []string{"1", "2", "3"}, "Found": found}); status != 204 {
		t.Fatal(status, text)
	}
	rows, err := w.CallRows(t.Context(), w.visit(), false)
	if err != nil {
		t.Fatal(err)
	}
	for session, want := range map[string]string{"1": "Edit the log in Acme", "2": "Log to Acme CRM", "3": "Log to Acme CRM"} {
		if _, do := rows("r"+session, session); !strings.Contains(string(do), want) || !strings.Contains(string(do), `aria-describedby="call-r`+session+`-name"`) {
			t.Errorf("%s: %s", session, do)
		}
	}
	if mark, _ := rows("r2", "2"); !strings.Contains(string(mark), "Is &lt;locked&gt;") || !strings.Contains(string(mark), "logmark--failed") {
		t.Errorf("%s", mark)
	}
	w.page.Call.HideEdit, w.page.Call.Modal = true, true
	rows, _ = w.CallRows(t.Context(), w.visit(), true)
	if _, do := rows("r1", "1"); !strings.Contains(string(do), "View the log in Acme") || !strings.Contains(string(do), "data-log-view") {
		t.Errorf("a log that may not be changed: %s", do)
	}
	if _, do := rows("r2", "2"); !strings.Contains(string(do), `data-log-form="/log/call/2"`) {
		t.Errorf("a logger with the phone's form: %s", do)
	}

	status, text := w.ask("GET", "/calls?perPage=1", nil)
	if status != 200 || !strings.Contains(text, `"sessionId":"2"`) || strings.Contains(text, `"sessionId":"1"`) || !strings.Contains(text, `"hasMore":false`) {
		t.Errorf("not logged: %d %s", status, text)
	}
	if _, text := w.ask("GET", "/calls/one?telephonySessionId=t1", nil); !strings.Contains(text, `"activityMatches":[{"contact":{"id":"c9"},"id":"n1","note":"Wants a quote"}]`) {
		t.Error(text)
	}
	if _, text := w.ask("GET", "/calls/one?sessionId=9", nil); text != `{"call":null}`+"\n" {
		t.Error(text)
	}
	if status, _ := w.ask("POST", "/matches/again", map[string]any{"SessionIDs": []string{"2", "other"}}); status != 204 {
		t.Error(status)
	}
	if diff := cmp.Diff([]string{"2"}, w.turnOf("one").Calls); diff != "" {
		t.Errorf("asked again for (-want +got):\n%s", diff)
	}

	// The phone's own form begins with what the page has.
	w.known = map[string]json.RawMessage{"+16505550142": json.RawMessage(`{"id":"c9"}`)}
	if status, text := w.askAt("ada", "GET", "/p/k/panel/log/call/1", nil); status != 200 || !strings.Contains(text, "Wants a quote") || !strings.Contains(text, "Call from Sam · Accepted · 1:00") {
		t.Errorf("%d %s", status, text)
	}
}

func TestCallsNeedTheirOwnCapability(t *testing.T) {
	w := callWorld(t)
	w.page.Message = Logger{Path: "/log"}
	w.desk.call("1", noon, nil)
	w.desk.text("7", "Hello", noon)
	w.caps = []string{"service", "messages"}
	for _, path := range []string{"/calls", "/calls/one?sessionId=1", "/things/call/1", "/marks/call/1"} {
		if status, text := w.ask("GET", path, nil); status != 403 || !strings.Contains(text, `"calls"`) {
			t.Errorf("%s without it: %d %s", path, status, text)
		}
	}
	got := w.turnOf("one")
	if got.Loggers.Call || !got.Loggers.Message {
		t.Errorf("%+v", got.Loggers)
	}
	w.autoCalls(true)
	if n := w.settled(); n > 0 {
		t.Errorf("%d entries", n)
	}
	w.caps = []string{"service", "calls"}
	for _, path := range []string{"/things/messages/7", "/marks/messages/7", "/rows/7"} {
		if status, _ := w.ask("GET", path, nil); status != 403 {
			t.Errorf("%s without the capability of texts: %d", path, status)
		}
	}
	if status, _ := w.ask("GET", "/things/other/1", nil); status != 404 {
		t.Errorf("a kind that is none: %d", status)
	}
}

func TestAnEntryThatIsNotAcknowledgedIsSeenAtItsCall(t *testing.T) {
	w := callWorld(t)
	w.desk.call("1", noon, nil)
	key := w.work("/things/call/1", map[string]any{"Tab": "one", "Press": "p"}).Pressed[0]
	w.answer("one", key, false)
	state := func() string {
		html, err := w.CallButtons(t.Context(), w.visit(), "1")
		if err != nil {
			t.Fatal(err)
		}
		return string(html)
	}
	if html := state(); !strings.Contains(html, "Waits to be logged") || !strings.Contains(html, "logmark--waiting") {
		t.Error(html)
	}
	w.pass(stuckAt)
	w.until("one")
	w.answer("one", key, false)
	if html := state(); !strings.Contains(html, "Not logged") || !strings.Contains(html, "logmark--failed") {
		t.Error(html)
	}
	if status, _ := w.ask("POST", "/discard", nil); status != 204 {
		t.Error(status)
	}
	if html := state(); strings.Contains(html, "logmark") || !strings.Contains(html, "Log to Acme CRM") {
		t.Error(html)
	}
}

func TestCallsGoToTheWebhookWithoutATab(t *testing.T) {
	w := callWorld(t)
	err := w.Store.Write(t.Context(), func(tx store.WidgetTx) error {
		return tx.PutLogHook(t.Context(), store.LogHook{Platform: platform, ClientID: "app", URL: "http://127.0.0.1:1/", SealedSecret: []byte("s"), CreatedAt: noon})
	})
	if err != nil {
		t.Fatal(err)
	}
	w.autoCalls(true)
	w.restart() // nobody is there any more
	w.round(t.Context())
	w.desk.call("1", noon, nil)
	if n := w.settled(); n != 1 {
		t.Errorf("%d entries, want 1", n)
	}
	w.caps = []string{"service", "messages"}
	w.round(t.Context())
	w.desk.call("2", noon.Add(time.Minute), nil)
	w.pass(time.Minute)
	if n := w.settled(); n != 1 {
		t.Errorf("%d entries after the capability was taken away, want 1", n)
	}
}

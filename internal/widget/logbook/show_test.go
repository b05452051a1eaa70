package logbook

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/store"
	"offhook/internal/widget/visit"
)

// visit is Ada's, for what the panels draw.
func (w *world) visit() visit.Visit {
	return visit.Visit{Frame: store.Frame{Key: "k", Platform: platform, ClientID: "app", Origin: origin}, Session: &store.Session{GrantID: "ada"}}
}

// card is what the settings show.
func (w *world) card() string {
	w.t.Helper()
	html, err := w.Settings(w.t.Context(), w.visit())
	if err != nil {
		w.t.Fatal(err)
	}
	return string(html)
}

func (w *world) button(conversation string) string {
	w.t.Helper()
	html, err := w.Button(w.t.Context(), w.visit(), conversation)
	if err != nil {
		w.t.Fatal(err)
	}
	return string(html)
}

func TestTheSwitchSaysWhatThePageSays(t *testing.T) {
	yes := true
	w := newWorld(t)
	if card := w.card(); !strings.Contains(card, "Auto log messages") || strings.Contains(card, " checked") || strings.Contains(card, "calls") {
		t.Error(card)
	}
	w.page.Message.Label, w.page.Message.Description = "Log <texts>", "Into **Acme**"
	w.auto(true)
	if card := w.card(); !strings.Contains(card, "Log &lt;texts&gt;") || !strings.Contains(card, "<strong>Acme</strong>") || !strings.Contains(card, " checked") {
		t.Error(card)
	}
	w.auto(false)
	w.page.Message.ReadOnly, w.page.Message.Reason, w.page.Message.Value = true, "Your admin decided", &yes
	if got := w.turnOf("one"); !got.Auto.Message {
		t.Error("a switch that is read only has not the value that the page gave it")
	}
	if card := w.card(); !strings.Contains(card, "Your admin decided") || !strings.Contains(card, " checked disabled") {
		t.Error(card)
	}
	if status, _ := w.ask("POST", "/settings", map[string]any{"Message": false}); status != 409 {
		t.Errorf("a switch that is read only was changed: %d", status)
	}
	if status, text := w.ask("POST", "/settings", map[string]any{"Message": false, "Host": true}); status != 200 {
		t.Error(status, text)
	}
	if got := w.turnOf("one"); got.Auto.Message {
		t.Error("the page could not change its switch")
	}
	w.page.Message.Hidden = true
	if card := w.card(); card != "" {
		t.Error(card)
	}
}

func TestADefaultHoldsUntilSomebodyChooses(t *testing.T) {
	w := newWorld(t)
	ask := func(on bool) work {
		return w.work("/next", map[string]any{"Tab": "one", "Defaults": map[string]any{"Message": on}})
	}
	for _, on := range []bool{false, true, false, true} {
		if got := ask(on).Auto.Message; got != on {
			t.Errorf("default %v: %v", on, got)
		}
	}
	w.auto(false)
	if ask(true).Auto.Message {
		t.Error("the default undid the user's choice")
	}
	w.restart()
	if ask(true).Auto.Message {
		t.Error("the choice did not outlive a restart")
	}
}

func TestMarksShowWhatThePageHasLogged(t *testing.T) {
	w := newWorld(t)
	w.page.Message.Matcher, w.page.Message.Title = "/match", "Log to Acme CRM"
	w.desk.text("7", "Hello", noon)
	w.desk.text("8", "Hello", noon)
	w.desk.text("8", "Hello", noon)
	ids := w.turnOf("one").Match
	if len(ids) != 2 {
		t.Fatalf("asked for %q", ids)
	}
	if again := w.turnOf("one").Match; len(again) > 0 {
		t.Errorf("asked twice for %q", again)
	}
	found := map[string]any{"7/7/2/2026": []any{map[string]any{"id": "n1"}}, "8/7/2/2026": []any{map[string]any{"type": "status", "status": "pending", "message": "On its <way>"}}}
	if status, text := w.ask("POST", "/matches", map[string]any{"Asked": ids, "Found": found}); status != 204 {
		t.Fatal(status, text)
	}
	marks, err := w.Marks(t.Context(), w.visit())
	if err != nil {
		t.Fatal(err)
	}
	if mark := string(marks("7", noon)); !strings.Contains(mark, "Logged") {
		t.Error(mark)
	}
	if mark := string(marks("8", noon)); !strings.Contains(mark, "On its &lt;way&gt;") || !strings.Contains(mark, "logmark--pending") {
		t.Error(mark)
	}
	if mark := marks("9", noon); mark != "" {
		t.Error(mark)
	}
	if b := w.button("7"); !strings.Contains(b, "Edit the log in Acme") || strings.Contains(b, " disabled") {
		t.Error(b)
	}
	if b := w.button("8"); !strings.Contains(b, "Log to Acme CRM") || !strings.Contains(b, " disabled") {
		t.Error(b)
	}
	// The entities go with what is logged next.
	if got := w.work("/things/messages/7", map[string]any{"Tab": "one", "Press": "p"}); !strings.Contains(string(got.Items[0].Body), `"conversationLogMatches":[{"id":"n1"}]`) {
		t.Errorf("%s", got.Items[0].Body)
	} else {
		w.answer("one", got.Items[0].Key, true)
	}
	if diff := cmp.Diff([]string{"7/7/2/2026"}, w.turnOf("one").Match); diff != "" {
		t.Errorf("after an answer (-want +got):\n%s", diff)
	}
	w.pass(30 * time.Second)
	if got := w.turnOf("one").Match; len(got) != 2 {
		t.Errorf("after a while: %q", got)
	}
	w.pass(30 * time.Minute)
	if mark := marks("8", noon); mark != "" {
		t.Errorf("an old answer is still shown: %s", mark)
	}
	w.page.Authorized = false
	w.pass(30 * time.Second)
	if got := w.turnOf("one").Match; len(got) > 0 {
		t.Errorf("asked before the user has authorized: %q", got)
	}
	if w.button("7") == "" {
		t.Error("the button waits for the authorization")
	}
}

func TestWithoutAMatcherWhatWasAcknowledgedIsLogged(t *testing.T) {
	w := newWorld(t)
	w.desk.text("7", "Hello", noon)
	w.turnOf("one")
	if b := w.button("7"); !strings.Contains(b, `aria-label="Log to Acme"`) {
		t.Error(b)
	}
	key := w.work("/things/messages/7", map[string]any{"Tab": "one", "Press": "p"}).Items[0].Key
	if b := w.button("7"); strings.Contains(b, "Edit") {
		t.Error("it counts as logged before the page has answered")
	}
	w.answer("one", key, true)
	if b := w.button("7"); !strings.Contains(b, "Edit the log in Acme") {
		t.Error(b)
	}
}

func TestDaysAreWrittenAsTheUserWritesThem(t *testing.T) {
	at := time.Date(2026, 7, 2, 0, 0, 0, 0, time.UTC)
	for locale, want := range map[string]string{
		"en-US": "7/2/2026", "en-GB": "02/07/2026", "de-DE": "2.7.2026", "de": "2.7.2026", "fr-CA": "2026-07-02", "ja-JP": "2026/7/2", "": "7/2/2026", "xx-YY": "7/2/2026",
	} {
		if got := writeDate(at, locale); got != want {
			t.Errorf("%s: %s, want %s", locale, got, want)
		}
	}
}

func TestASwitchBelongsToThePageItWasSetOn(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	err := w.Store.Write(ctx, func(tx store.WidgetTx) error {
		return tx.PutFrame(ctx, store.Frame{Key: "l", Platform: platform, ClientID: "app", Origin: "https://other.example"})
	})
	if err != nil {
		t.Fatal(err)
	}
	if status, body := w.ask("POST", "/settings", map[string]any{"Message": true, "Host": true}); status != 200 {
		t.Fatalf("%d %s", status, body)
	}
	for frame, want := range map[string]bool{"k": true, "l": false} {
		_, body := w.askAt("ada", "POST", "/p/"+frame+"/log/next", map[string]any{"Tab": "t"})
		if got := strings.Contains(body, `"auto":{"message":true`); got != want {
			t.Errorf("page %s: %s", frame, body)
		}
	}
	_, body := w.askAs("bob", "POST", "/next", map[string]any{"Tab": "t"})
	if strings.Contains(body, `"auto":{"message":true`) {
		t.Errorf("the next user: %s", body)
	}
}

func TestARowCanBeLoggedAndHandedToThePage(t *testing.T) {
	w := newWorld(t)
	w.known = map[string]json.RawMessage{"+16505550142": json.RawMessage(`{"id":"c9","name":"Sam <Sample>"}`)}
	w.desk.text("7", "First", noon.Add(-time.Hour))
	w.desk.text("7", "Hello", noon)
	rows, err := w.Rows(t.Context(), w.visit(), false)
	if err != nil {
		t.Fatal(err)
	}
	if _, do := rows("7", noon); !strings.Contains(string(do), `data-log="7"`) || !strings.Contains(string(do), `aria-label="Log to Acme" aria-describedby="n-7"`) {
		t.Errorf("%s", do)
	}
	status, body := w.ask("GET", "/rows/7", nil)
	if status != 200 {
		t.Fatalf("%d %s", status, body)
	}
	var got map[string]any
	if err := json.Unmarshal([]byte(body), &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"id": 2.0, "subject": "Hello", "direction": "Inbound", "type": "SMS", "conversationId": "7", "conversationLogId": "7/7/2/2026", "creationTime": float64(noon.UnixMilli()), "unreadCounts": 0.0}
	for field, value := range want {
		if diff := cmp.Diff(value, got[field]); diff != "" {
			t.Errorf("%s: %s", field, diff)
		}
	}
	if diff := cmp.Diff([]any{map[string]any{"id": "c9", "name": "Sam <Sample>"}}, got["correspondentMatches"]); diff != "" {
		t.Error(diff)
	}
	if got["uri"] != nil || got["conversation"] != nil {
		t.Errorf("addresses of the platform: %s", body)
	}
	if status, body := w.ask("GET", "/rows/8", nil); status != 404 {
		t.Errorf("a conversation that is not there: %d %s", status, body)
	}
	w.caps = []string{"service"}
	if status, _ := w.ask("GET", "/rows/7", nil); status != 403 {
		t.Errorf("a page that may not read texts: %d", status)
	}
	if rows, err := w.Rows(t.Context(), w.visit(), false); rows != nil || err != nil {
		t.Errorf("a page that may not log: %v", err)
	}
}

func TestALogKeepsItsDateWhateverLanguageThePhoneSpeaks(t *testing.T) {
	r := httptest.NewRequest("POST", "/", nil)
	r.Header.Set("Accept-Language", "de-DE")
	if got := localeOf(r); got != "de-DE" {
		t.Errorf("a browser that says nothing else: %q", got)
	}
	r.Header.Set("X-Locale", "en-NZ")
	if got := localeOf(r); got != "en-NZ" {
		t.Errorf("a German phone in a browser from New Zealand writes dates as in %q", got)
	}
}

package logbook

import (
	"encoding/json"
	"strings"
	"testing"

	"offhook/internal/widget/form"
)

func TestALogWithoutAFormOfThePageHasOne(t *testing.T) {
	w := newWorld(t)
	w.known = map[string]json.RawMessage{"+16505550142": json.RawMessage(`{"id":"c9"}`)}
	w.desk.text("7", "Hello", noon)
	status, html := w.panel("GET", "7", nil)
	for _, want := range []string{`data-kind="log"`, "Conversation with Sam · 1 message", "Contact", "Sam &lt;Sample&gt;", "Unknown", "Note", ">Save<"} {
		if status != 200 || !strings.Contains(html, want) {
			t.Errorf("%d: the form lacks %q:\n%s", status, want, html)
		}
	}
	if status, _ := w.panel("GET", "unknown", nil); status != 404 {
		t.Errorf("an unknown conversation: %d", status)
	}
	w.page = Loggers{}
	if status, _ := w.panel("GET", "7", nil); status != 404 {
		t.Errorf("without a logger: %d", status)
	}
}

func TestALogHasThePagesForm(t *testing.T) {
	w := newWorld(t)
	w.desk.text("7", "Hello", noon)
	page, err := form.Parse(map[string]json.RawMessage{
		"schema":   json.RawMessage(`{"type":"object","required":["deal"],"properties":{"deal":{"type":"string","title":"Deal"}}}`),
		"uiSchema": json.RawMessage(`{"submitButtonOptions":{"submitText":"Log it"}}`),
	})
	if err != nil {
		t.Fatal(err)
	}
	w.own = &Form{Title: "Log to Acme", Turn: 5, Stored: "{}", Page: page}
	if _, html := w.panel("GET", "7", nil); !strings.Contains(html, "Log to Acme") || !strings.Contains(html, "Deal") || !strings.Contains(html, ">Log it<") {
		t.Error(html)
	}
	if _, html := w.panel("POST", "7", map[string]any{"formData": map[string]any{"deal": "D-17"}, "turn": 5}); !strings.Contains(html, "D-17") {
		t.Error(html)
	}
	if _, html := w.panel("POST", "7", map[string]any{"formData": map[string]any{"deal": "D-17"}, "turn": 4}); strings.Contains(html, "D-17") {
		t.Errorf("what was filled in before the page set the values is back: %s", html)
	}
}

func TestAFormsEventsHaveEveryDay(t *testing.T) {
	w := newWorld(t)
	w.turnOf("one") // says where the user is
	w.desk.text("7", "Old", noon.AddDate(0, 0, -1))
	w.desk.text("7", "New", noon)
	status, body := w.ask("GET", "/things/messages/7", nil)
	var got map[string]item
	if err := json.Unmarshal([]byte(body), &got); err != nil {
		t.Fatal(status, body)
	}
	if len(got) != 2 || got["7/2/2026"].ConversationLogID != "7/7/2/2026" || len(got["7/1/2026"].Messages) != 1 {
		t.Errorf("%s", body)
	}
}

// panel asks for the form of a conversation's log.
func (w *world) panel(method, conversation string, body any) (int, string) {
	w.t.Helper()
	return w.askAt("ada", method, "/p/k/panel/log/messages/"+conversation, body)
}

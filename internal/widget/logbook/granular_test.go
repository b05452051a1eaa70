package logbook

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestTextsAreLoggedOneByOne(t *testing.T) {
	w := newWorld(t)
	w.page.Message.Matcher, w.page.Message.Granular = "/match", true
	one, two := w.desk.text("7", "First", noon), w.desk.text("7", "Second", noon)
	ids := []string{strconv.FormatInt(two, 10), strconv.FormatInt(one, 10)}
	ask := func() *wantedTexts { return w.work("/next", map[string]any{"Tab": "one", "Open": "7"}).Texts }
	if diff := cmp.Diff(&wantedTexts{"7", ids}, ask()); diff != "" {
		t.Fatalf("asked for (-want +got):\n%s", diff)
	}
	if got := ask(); got != nil {
		t.Errorf("asked twice for %v", got)
	}
	drawn := func(id string) string {
		texts, err := w.Texts(t.Context(), w.visit())
		if err != nil || texts == nil {
			t.Fatalf("not one by one: %v", err)
		}
		return string(texts(id))
	}
	if got := drawn(ids[0]); !strings.Contains(got, `type="checkbox" data-log-pick="`+ids[0]+`"`) {
		t.Error(got)
	}
	if got := drawn("unsent"); got != "" {
		t.Error(got)
	}
	if b := w.button("7"); !strings.Contains(b, `data-log-chosen="7"`) || !strings.Contains(b, " disabled") {
		t.Error(b)
	}
	if status, text := w.ask("POST", "/texts", map[string]any{"Found": map[string]any{ids[0]: map[string]any{"LogID": "n<7>"}, "x": map[string]any{"LogID": "n9"}}}); status != 204 {
		t.Fatal(status, text)
	}
	if got := drawn(ids[0]); !strings.Contains(got, `data-log-open="n&lt;7&gt;"`) {
		t.Error(got)
	}
	w.pass(pickAgain)
	if diff := cmp.Diff(&wantedTexts{"7", ids[1:]}, ask()); diff != "" {
		t.Errorf("what is logged is asked for again, or the other is not (-want +got):\n%s", diff)
	}

	got := w.work("/things/messages/7", map[string]any{"Tab": "one", "Press": "p", "Messages": []int64{one}})
	if len(got.Items) != 1 {
		t.Fatalf("%+v", got.Items)
	}
	body := string(got.Items[0].Body)
	for _, want := range []string{`"triggerType":"selectedLog"`, `"selectedMessageIds":["` + ids[1] + `"]`, `"subject":"First"`, `"conversationId":"7"`, `"self":`, `"correspondents":`, `"type":"SMS"`} {
		if !strings.Contains(body, want) {
			t.Errorf("%s is not in %s", want, body)
		}
	}
	if strings.Contains(body, "Second") {
		t.Errorf("a text that nobody chose: %s", body)
	}
	if status, text := w.ask("POST", "/items/"+got.Items[0].Key, map[string]any{"Tab": "one", "OK": true, "LogID": "n8"}); status != 204 {
		t.Fatal(status, text)
	}
	if got := drawn(ids[1]); !strings.Contains(got, `data-log-open="n8"`) {
		t.Error(got)
	}

	w.auto(true)
	if texts, err := w.Texts(t.Context(), w.visit()); texts != nil || err != nil {
		t.Errorf("one by one while all is logged by itself, %v", err)
	}
	if status, _ := w.ask("POST", "/things/messages/7", map[string]any{"Tab": "one", "Press": "q", "Messages": []int64{one}}); status != 409 {
		t.Errorf("chosen texts while all is logged by itself: %d", status)
	}
	w.pass(time.Hour)
	if got := ask(); got != nil {
		t.Errorf("asked for %v", got)
	}
}

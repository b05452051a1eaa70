package logbook

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/store"
)

func TestATextIsLoggedOnceByItself(t *testing.T) {
	w := newWorld(t)
	w.auto(true)
	w.turnOf("one")
	w.desk.text("7", "Hello", noon)
	jobs := w.until("one")
	var got map[string]any
	if err := json.Unmarshal(jobs[0].Body, &got); err != nil {
		t.Fatal(err)
	}
	ms := float64(noon.UnixMilli())
	want := map[string]any{
		"triggerType": "auto", "idempotencyKey": jobs[0].Key, "correspondentEntity": nil,
		"conversation": map[string]any{
			"conversationLogId": "7/7/2/2026", "conversationId": "7", "date": "7/2/2026", "creationTime": ms, "type": "SMS",
			"self":                   map[string]any{"phoneNumber": "+16505550100", "name": "Ada"},
			"correspondents":         []any{map[string]any{"phoneNumber": "+16505550142", "name": "Sam", "location": "San Mateo, CA"}},
			"conversationLogMatches": []any{},
			"messages": []any{map[string]any{
				"id": 1.0, "type": "SMS", "direction": "Inbound", "availability": "", "readStatus": "", "messageStatus": "Received", "subject": "Hello",
				"creationTime": ms, "lastModifiedTime": ms, "conversationId": "7", "attachments": []any{},
				"from": map[string]any{"phoneNumber": "+16505550142", "location": "San Mateo, CA"}, "to": []any{map[string]any{"phoneNumber": "+16505550100", "name": "Ada"}},
			}},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the item (-want +got):\n%s", diff)
	}
	w.answer("one", jobs[0].Key, true)
	w.answer("one", jobs[0].Key, true)
	w.pass(time.Hour)
	for range 2 {
		if n := w.settled(); n != 1 {
			t.Errorf("%d entries for one text", n)
		}
		if got := w.turnOf("one").Items; len(got) > 0 {
			t.Errorf("an acknowledged entry came again: %s", got[0].Body)
		}
		w.restart()
	}
}

func TestNothingIsLoggedUnlessItIsSwitchedOn(t *testing.T) {
	w := newWorld(t)
	w.desk.text("7", "Hello", noon)
	w.turnOf("one")
	if n := w.settled(); n != 0 {
		t.Errorf("%d entries", n)
	}
	w.auto(true) // looks at today's texts again
	w.desk.text("8", "Yesterday", noon.AddDate(0, 0, -1))
	if n := w.settled(); n != 1 {
		t.Errorf("%d entries, want that of today", n)
	}
}

func TestATextAroundMidnightIsLogged(t *testing.T) {
	w := newWorld(t)
	w.auto(true)
	w.turnOf("one")
	midnight := time.Date(2026, 7, 3, 0, 0, 0, 0, time.UTC).Add(-2 * time.Hour) // in Berlin
	w.desk.text("7", "Late", midnight.Add(-time.Second))
	w.pass(midnight.Add(time.Minute).Sub(noon))
	w.settled()
	if got := string(w.until("one")[0].Body); !strings.Contains(got, `"7/7/2/2026"`) {
		t.Errorf("%s", got)
	}
}

func TestADayThatIsNotTakenYetIsToldAsAWhole(t *testing.T) {
	w := newWorld(t)
	w.auto(true)
	for _, words := range []string{"One", "Two", "Three"} {
		w.turnOf("other")
		w.page.Name = "" // nobody could deliver
		w.desk.text("7", words, w.clock())
		w.settled()
	}
	w.page.Name = "Acme"
	jobs := w.until("one")
	if len(jobs) != 1 || !strings.Contains(string(jobs[0].Body), "One") || !strings.Contains(string(jobs[0].Body), "Three") {
		t.Errorf("%d: %s", len(jobs), jobs[0].Body)
	}
}

func TestOneTabDeliversAndTheNextTakesOver(t *testing.T) {
	w := newWorld(t)
	w.auto(true)
	frame := store.Frame{Key: "k", Origin: origin}
	leave := w.Join("ada", frame, "one")
	defer w.Join("ada", frame, "two")()
	w.turnOf("one")
	w.turnOf("two")
	w.desk.text("7", "Hello", noon)
	w.settled()
	if got := w.turnOf("two").Items; len(got) > 0 {
		t.Fatal("a second tab got work")
	}
	first := w.turnOf("one").Items
	if len(first) != 1 {
		t.Fatalf("%d items", len(first))
	}
	leave() // the tab dies with the work in its hand
	if got := w.turnOf("two").Items; len(got) > 0 {
		t.Error("a tab whose socket is changed for another lost its work at once")
	}
	w.pass(grace)
	second := w.turnOf("two").Items
	if len(second) != 1 || second[0].Key != first[0].Key {
		t.Fatalf("the other tab got %v, want %s again", second, first[0].Key)
	}
	w.answer("two", second[0].Key, true)
	w.pass(time.Hour)
	if got := w.turnOf("two").Items; len(got) > 0 {
		t.Error("an acknowledged entry came again")
	}
}

func TestATabThatSaysNothingLosesItsTurn(t *testing.T) {
	w := newWorld(t)
	w.auto(true)
	frame := store.Frame{Key: "k", Origin: origin}
	defer w.Join("ada", frame, "one")()
	defer w.Join("ada", frame, "two")()
	w.turnOf("one")
	w.turnOf("two")
	w.desk.text("7", "Hello", noon)
	w.settled()
	key := w.turnOf("one").Items[0].Key
	w.pass(claimed)
	if got := w.turnOf("two").Items; len(got) != 1 || got[0].Key != key {
		t.Fatalf("the other tab got %v", got)
	}
	// The first one wakes up: the page did answer there.
	w.answer("one", key, true)
	w.pass(time.Hour)
	if got := append(w.turnOf("one").Items, w.turnOf("two").Items...); len(got) > 0 {
		t.Error("an acknowledged entry came again")
	}
}

func TestAServerThatDiesForgetsNothing(t *testing.T) {
	w := newWorld(t)
	w.auto(true)
	w.desk.text("7", "Hello", noon)
	w.turnOf("one")
	w.settled()
	key := w.turnOf("one").Items[0].Key
	w.restart()
	if got := w.turnOf("one").Items; len(got) > 0 {
		t.Error("an entry that a tab has in its hand was handed out again")
	}
	w.pass(claimed)
	if got := w.turnOf("two").Items; len(got) > 0 && got[0].Key != key {
		t.Errorf("another key: %v", got)
	}
	w.pass(breath + claimed)
	if got := w.until("two"); got[0].Key != key {
		t.Errorf("another key: %v", got)
	}
}

func TestAPageThatDoesNotAnswerIsAskedAgainUntilItIsStuck(t *testing.T) {
	w := newWorld(t)
	w.auto(true)
	w.desk.text("7", "Hello", noon)
	w.turnOf("one")
	w.settled()
	key := w.turnOf("one").Items[0].Key
	w.answer("one", key, false)
	if got := w.turnOf("one").Items; len(got) > 0 {
		t.Error("it was asked again at once")
	}
	w.pass(firstWait)
	if got := w.turnOf("one").Items; len(got) != 1 || got[0].Key != key {
		t.Fatalf("%v", got)
	}
	w.answer("one", key, false)
	card := w.card()
	for _, want := range []string{"Logs that wait: 1", "Acme did not answer within 15 seconds.", "by itself", "data-logs-retry"} {
		if !strings.Contains(card, want) {
			t.Errorf("the settings lack %q:\n%s", want, card)
		}
	}
	w.pass(stuckAt)
	w.turnOf("one")
	w.answer("one", key, false)
	w.pass(stuckAt)
	if got := w.turnOf("one").Items; len(got) > 0 {
		t.Error("a stuck entry was tried")
	}
	if card := w.card(); !strings.Contains(card, "when you press Retry") {
		t.Error(card)
	}
	if status, text := w.ask("POST", "/retry", nil); status != 204 {
		t.Fatal(status, text)
	}
	if got := w.turnOf("one").Items; len(got) != 1 || got[0].Key != key {
		t.Fatalf("after Retry: %v", got)
	}
	w.answer("one", key, false)
	if status, text := w.ask("POST", "/discard", nil); status != 204 {
		t.Fatal(status, text)
	}
	w.pass(time.Hour)
	if got := w.turnOf("one").Items; len(got) > 0 || strings.Contains(w.card(), "wait") || w.settled() != 1 {
		t.Errorf("after Discard: %v", got)
	}
}

func TestAClickLogsEveryDayInTheTabOfTheClick(t *testing.T) {
	w := newWorld(t)
	w.desk.text("7", "Old", noon.AddDate(0, 0, -1))
	w.desk.text("7", "New", noon)
	frame := store.Frame{Key: "k", Origin: origin}
	defer w.Join("ada", frame, "one")()
	defer w.Join("ada", frame, "two")()
	w.turnOf("one")
	w.turnOf("two")
	w.known = map[string]json.RawMessage{"+16505550142": json.RawMessage(`{"id":"c9"}`)}
	click := map[string]any{"Tab": "two", "Press": "p1"}
	got := w.work("/things/messages/7", click)
	if len(got.Items) == 0 || !strings.Contains(string(got.Items[0].Body), `"correspondentEntity":{"id":"c9"}`) {
		t.Errorf("%+v lacks the contact", got)
	}
	if len(got.Items) != 2 || !cmp.Equal(got.Pressed, []string{got.Items[0].Key, got.Items[1].Key}) {
		t.Fatalf("%+v", got)
	}
	for i, want := range []string{`"7/7/2/2026"`, `"7/7/1/2026"`} {
		body := string(got.Items[i].Body)
		redirect := map[bool]string{true: `"redirect":true`, false: `"redirect":false`}[i == 0]
		if !strings.Contains(body, want) || !strings.Contains(body, redirect) || !strings.Contains(body, `"manual"`) {
			t.Errorf("item %d: %s", i, body)
		}
	}
	// The same click again, after a lost answer, is the same entries.
	if again := w.work("/things/messages/7", click); len(again.Items) > 0 || !cmp.Equal(got.Pressed, again.Pressed) {
		t.Errorf("%+v", again)
	}
	for _, job := range got.Items {
		w.answer("two", job.Key, true)
	}
	// Another click is another wish.
	other := w.work("/things/messages/7", map[string]any{"Tab": "two", "Press": "p2", "FormData": map[string]any{"note": "Called back"}})
	if len(other.Items) != 2 || !strings.Contains(string(other.Items[0].Body), `"logForm"`) || !strings.Contains(string(other.Items[0].Body), `"Called back"`) {
		t.Errorf("%+v", other)
	}
	for path, status := range map[string]int{"/things/messages/unknown": 404} {
		if got, text := w.ask("POST", path, click); got != status {
			t.Errorf("%s: %d %s", path, got, text)
		}
	}
}

func TestWhatIsLoggedIsKeptUpToDateAlsoWhenTheSwitchIsOff(t *testing.T) {
	w := newWorld(t)
	w.desk.text("7", "Hello", noon)
	w.turnOf("one")
	for _, job := range w.work("/things/messages/7", map[string]any{"Tab": "one", "Press": "p"}).Items {
		w.answer("one", job.Key, true)
	}
	if n := w.settled(); n != 1 {
		t.Fatalf("%d entries: what was logged by a click is logged again", n)
	}
	w.desk.text("7", "More", noon.Add(time.Minute))
	w.desk.text("8", "Nobody logs me", noon.Add(time.Minute))
	if n := w.settled(); n != 2 {
		t.Errorf("%d entries", n)
	}
}

func TestAnotherUsersEntriesAreOutOfReach(t *testing.T) {
	w := newWorld(t)
	w.auto(true)
	w.desk.text("7", "Hello", noon)
	w.turnOf("one")
	w.settled()
	key := w.turnOf("one").Items[0].Key
	if status, _ := w.askAs("bob", "POST", "/items/"+key, map[string]any{"Tab": "one", "OK": true}); status != 404 {
		t.Errorf("Bob acknowledged Ada's entry: %d", status)
	}
	w.pass(claimed)
	if _, text := w.askAs("bob", "POST", "/next", map[string]any{"Tab": "bobs"}); strings.Contains(text, "Hello") {
		t.Errorf("Bob got Ada's entry: %s", text)
	}
}

func TestWithoutTheCapabilitiesNothingIsLogged(t *testing.T) {
	for _, caps := range [][]string{nil, {"service"}, {"messages"}, {"calls"}} {
		w := newWorld(t)
		w.caps = caps
		if status, text := w.ask("POST", "/next", map[string]any{"Tab": "one"}); status != 403 || !strings.Contains(text, "capabilit") {
			t.Errorf("%v: %d %s", caps, status, text)
		}
		if card := w.card(); card != "" {
			t.Errorf("%v: %s", caps, card)
		}
	}
}

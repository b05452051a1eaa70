package panel

import (
	"context"
	"encoding/json"
	"errors"
	"html/template"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/store"
	"offhook/internal/widget/contact"
	"offhook/internal/widget/visit"
)

// A guarded service wants to be asked before anybody is contacted.
type guarded struct{ Services }

func (guarded) Settings(visit.Visit) (template.HTML, error) { return "", nil }
func (guarded) MessageButtons(visit.Visit) []contact.Button { return nil }
func (guarded) Guard(context.Context, visit.Visit) (string, error) {
	return "Acme", nil
}

type trail struct{ entries []store.AuditEntry }

func (t *trail) Record(_ context.Context, e store.AuditEntry) { t.entries = append(t.entries, e) }

func TestATextWaitsForThePagesApplication(t *testing.T) {
	f := newFixture(t, nil)
	written := new(trail)
	f.handler.Services, f.handler.Audit = guarded{}, written
	text := url.Values{"id": {"x"}, "text": {"Hello"}}

	w := f.do("POST", "/conversations/42/messages", text)
	if w.Code != 200 || w.Header().Get("X-Offhook-Guard") == "" {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	var got guardView
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(guardView{"Acme", []guardRecipient{{marta.Number, marta.Name}}}, got); diff != "" {
		t.Error(diff)
	}
	w = f.do("POST", "/composeText", url.Values{"id": {"x"}, "text": {"Hello"}, "to": {"+13105550177"}})
	if w.Code != 200 || w.Header().Get("X-Offhook-Guard") == "" || !strings.Contains(w.Body.String(), "+13105550177") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if len(f.desk.told) > 0 {
		t.Errorf("sent without a verdict: %q", f.desk.told)
	}
}

// An unregistered page is one that the server does not know any more.
type unregistered struct{ guarded }

func (unregistered) Guard(context.Context, visit.Visit) (string, error) { return "", nil }

func TestAServerThatHasForgottenThePageTakesTheFramesWord(t *testing.T) {
	f := newFixture(t, nil)
	f.handler.Services, f.handler.Audit = unregistered{}, new(trail)
	w := f.do("POST", "/conversations/42/messages", url.Values{"id": {"x"}, "text": {"Hello"}, "guarded": {"1"}})
	if w.Code != 200 || w.Header().Get("X-Offhook-Guard") == "" || len(f.desk.told) > 0 {
		t.Errorf("%d %s, sent %q", w.Code, w.Body, f.desk.told)
	}
}

// A broken one cannot say whether it wants to be asked.
type broken struct{ guarded }

func (broken) Guard(context.Context, visit.Visit) (string, error) {
	return "", errors.New("the database is gone")
}

func TestNothingIsSentWhileNobodyCanSayWhoIsToBeAsked(t *testing.T) {
	f := newFixture(t, nil)
	f.handler.Services, f.handler.Audit = broken{}, new(trail)
	w := f.do("POST", "/conversations/42/messages", url.Values{"id": {"x"}, "text": {"Hello"}, "checked": {"allowed"}})
	if w.Code != 500 || len(f.desk.told) > 0 {
		t.Errorf("%d %s, sent %q", w.Code, w.Body, f.desk.told)
	}
}

func TestAVerdictLetsTheTextGo(t *testing.T) {
	for verdict, want := range map[string]int{"allowed": 0, "no answer": 1} {
		f := newFixture(t, nil)
		written := new(trail)
		f.handler.Services, f.handler.Audit = guarded{}, written
		w := f.do("POST", "/conversations/42/messages", url.Values{"id": {"x"}, "text": {"Hello"}, "checked": {verdict}})
		if w.Code != 200 || len(f.desk.told) != 1 {
			t.Errorf("%s: %d %q", verdict, w.Code, f.desk.told)
		}
		if len(written.entries) != want {
			t.Errorf("%s: %v", verdict, written.entries)
		}
		for _, e := range written.entries {
			if e.Kind != store.AuditContact || !strings.Contains(e.Detail, marta.Number) || !strings.Contains(e.Detail, "no answer") {
				t.Errorf("%+v", e)
			}
		}
	}
}

func TestTheQuestionNamesWhomANewTextIsTo(t *testing.T) {
	f := newFixture(t, nil)
	f.handler.Services, f.handler.Audit = guarded{}, new(trail)
	w := f.do("POST", "/composeText", url.Values{"id": {"x"}, "text": {"Hello"}, "to": {priya.Number, "+16505550199"}})
	var got guardView
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	want := []guardRecipient{{priya.Number, priya.Name}, {PhoneNumber: "+16505550199"}}
	if diff := cmp.Diff(want, got.Recipients); diff != "" {
		t.Error(diff)
	}
}

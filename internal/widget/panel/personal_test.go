package panel

import (
	"strings"
	"testing"
)

func TestPersonalContactsStandAmongTheOthers(t *testing.T) {
	f := newFixture(t, nil)
	if body := f.do("GET", "/contacts", nil).Body.String(); strings.Contains(body, "Personal") {
		t.Error("a source without anybody is offered")
	}
	f.desk.personal = []string{`{"id":"7","name":"Zoe Zimmer","company":"Zimmer & Co","phoneNumbers":[{"phoneNumber":"+14155550171","phoneType":"mobile"}]}`}
	for path, want := range map[string]string{
		"/contacts": "Zoe Zimmer", "/contacts?source=personal": "Zoe Zimmer", "/contacts?q=zimm": "Zoe Zimmer", "/contacts/personal/7": "Zimmer &amp; Co",
	} {
		if w := f.do("GET", path, nil); w.Code != 200 || !strings.Contains(w.Body.String(), want) {
			t.Errorf("GET %s: %d, want %q\n%s", path, w.Code, want, w.Body)
		}
	}
	if body := f.do("GET", "/contacts?source=personal", nil).Body.String(); strings.Contains(body, "Priya Raman") {
		t.Error("a source shows another's people")
	}
	if w := f.do("GET", "/contacts/personal/8", nil); w.Code != 404 {
		t.Errorf("somebody who is not there: %d", w.Code)
	}
}

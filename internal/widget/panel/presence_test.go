package panel

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/rc"
	"offhook/internal/widget/visit"
)

func (d *recordingDesk) SetPresence(_ context.Context, c PresenceChange) (Presence, error) {
	said := "presence"
	for _, f := range []struct {
		name  string
		value *string
	}{{"userStatus", c.UserStatus}, {"dndStatus", c.DNDStatus}, {"message", c.Message}} {
		if f.value != nil {
			said += " " + f.name + "=" + *f.value
		}
	}
	d.told = append(d.told, said)
	return Presence{UserStatus: rc.Busy, DNDStatus: rc.TakeAllCalls}, d.err
}

func (d *recordingDesk) AskPresence(number string) { d.told = append(d.told, "ask presence "+number) }

func TestPresenceIsShownWhereItBelongs(t *testing.T) {
	f := newFixture(t, nil)
	for _, tt := range []struct{ name, path, want string }{
		{"the user's own above the list", "/messages", `<span class="unseen">Your status: Available. Change it</span>`},
		{"a colleague's at their face", "/messages/list", `data-ext="1002" data-reach="busy"`},
		{"and in words for who cannot see it", "/messages/list", `data-ext="1002" data-word>Busy<`},
		{"above a conversation, with their message", "/conversations/41", "In the warehouse until three"},
		{"at a number", "/number/+16505550102", "In the warehouse until three"},
		{"among the people to text", "/recipients?q=priya", `data-reach="busy"`},
		{"in the settings", "/settings", "data-presence"},
		{"alone, for a fresh look", "/presence/of/+16505550102", "Busy"},
		{"one's own alone", "/presence/own/wide", "Available"},
		{"the menu marks what holds", "/presence", `aria-checked="true" tabindex="-1" data-user="Available" data-dnd="TakeAllCalls"`},
	} {
		if w := f.do("GET", tt.path, nil); w.Code != 200 || !strings.Contains(w.Body.String(), tt.want) {
			t.Errorf("%s: GET %s: status %d, want %q\n%s", tt.name, tt.path, w.Code, tt.want, w.Body)
		}
	}
	// Somebody outside has none.
	if w := f.do("GET", "/conversations/42", nil); strings.Contains(w.Body.String(), "data-ext") {
		t.Errorf("presence of a stranger: %s", w.Body)
	}
	// Events do not carry messages, so looking at a colleague asks for theirs.
	if diff := cmp.Diff([]string{"ask presence +16505550102", "ask presence +16505550102", "ask presence +16505550102"}, f.desk.told); diff != "" {
		t.Errorf("the desk was told (-want +got):\n%s", diff)
	}
}

func TestPresenceThatIsNotKnownHasNoControl(t *testing.T) {
	f := newFixture(t, nil)
	f.desk.presence = Presence{}
	for _, path := range []string{"/messages", "/settings", "/presence/own/small", "/presence/own/wide"} {
		if body := f.do("GET", path, nil).Body.String(); strings.Contains(body, "Your status") || strings.Contains(body, "data-presence") {
			t.Errorf("GET %s shows a presence that nobody knows", path)
		}
	}
	f.desk.presence = Presence{ExtensionID: "1001", Reach: "busy"}
	f.desk.me.CanSetPresence = false
	if body := f.do("GET", "/messages", nil).Body.String(); !strings.Contains(body, "Your status: Busy") || strings.Contains(body, "<button class=\"own\"") {
		t.Error("who may not change their status does not see it, or gets a button")
	}
}

func TestWhoTakesNoQueueCallsGoesOnSo(t *testing.T) {
	f := newFixture(t, nil)
	f.desk.presence.DNDStatus = rc.DoNotAcceptDepartmentCalls
	body := f.do("GET", "/presence", nil).Body.String()
	if strings.Contains(body, `data-dnd="TakeAllCalls"`) || strings.Count(body, `data-dnd="DoNotAcceptDepartmentCalls"`) != 3 || !strings.Contains(body, `data-dnd="DoNotAcceptAnyCalls"`) {
		t.Errorf("the menu changes more than it says:\n%s", body)
	}
}

func TestChangingPresence(t *testing.T) {
	post := func(f *fixture, kind, body string) *httptest.ResponseRecorder {
		r := httptest.NewRequest("POST", "/p/k1/panel/presence", strings.NewReader(body))
		r.AddCookie(&http.Cookie{Name: "in", Value: "1"})
		r.Header.Set("Content-Type", kind)
		r.Header.Set(visit.Header, "1")
		w := httptest.NewRecorder()
		f.mux.ServeHTTP(w, r)
		return w
	}
	const form, asJSON = "application/x-www-form-urlencoded", "application/json"
	for _, tt := range []struct {
		name, kind, body string
		status           int
		told             string
	}{
		{"a form", form, url.Values{"userStatus": {"Busy"}, "dndStatus": {"DoNotAcceptAnyCalls"}}.Encode(), 200, "presence userStatus=Busy dndStatus=DoNotAcceptAnyCalls"},
		{"JSON", asJSON, `{"userStatus":"Offline","unknown":1}`, 200, "presence userStatus=Offline"},
		{"a message on one line", form, url.Values{"message": {"Back\nat  two"}}.Encode(), 200, "presence message=Back at two"},
		{"no message", form, "message=", 200, "presence message="},
		{"nothing", form, "", 400, ""},
		{"a status that is none", asJSON, `{"userStatus":"Away"}`, 400, ""},
		{"a dndStatus that is none", asJSON, `{"dndStatus":"Unknown"}`, 400, ""},
		{"a message that is too long", form, url.Values{"message": {strings.Repeat("x", 81)}}.Encode(), 400, ""},
		{"something else than text", asJSON, `{"userStatus":{"toString":1}}`, 400, ""},
		{"something else than JSON", asJSON, `userStatus=Busy`, 400, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := newFixture(t, nil)
			w := post(f, tt.kind, tt.body)
			if told := strings.Join(f.desk.told, "; "); w.Code != tt.status || told != tt.told {
				t.Errorf("status %d, want %d; told %q, want %q\n%s", w.Code, tt.status, told, tt.told, w.Body)
			}
		})
	}
	f := newFixture(t, nil)
	f.desk.err = rc.Errorf(rc.Denied, "Ask your administrator to allow it.")
	if w := post(f, asJSON, `{"userStatus":"Busy"}`); w.Code != 403 || !strings.Contains(w.Body.String(), "administrator") {
		t.Errorf("a refusal: %d %s", w.Code, w.Body)
	}
}

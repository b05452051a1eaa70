package panel

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"offhook/internal/rc"
	"offhook/internal/store"
	"offhook/internal/widget/call"
	"offhook/internal/widget/visit"
)

func (d *recordingDesk) SetPreferences(_ context.Context, values map[string]string) error {
	if d.err == nil {
		d.preferences.Theme, d.preferences.Volume = values["theme"], values["volume"]
	}
	return d.err
}

func TestPreferencesAreTheDesks(t *testing.T) {
	f := newFixture(t, nil)
	w := f.do("POST", "/preferences", url.Values{"theme": {"dark"}, "volume": {"35"}})
	if w.Code != 204 || f.desk.preferences.Theme != "dark" || f.desk.preferences.Volume != "35" {
		t.Errorf("status %d, and the desk has %+v", w.Code, f.desk.preferences)
	}
	if w := f.do("POST", "/preferences", url.Values{}); w.Code != 400 {
		t.Errorf("nothing chosen: status %d, want 400", w.Code)
	}
	f.desk.err = rc.Errorf(rc.Invalid, "The phone has no such theme.")
	if w := f.do("POST", "/preferences", url.Values{"theme": {"neon"}}); w.Code != 400 || !strings.Contains(w.Body.String(), "no such theme") {
		t.Errorf("a theme that there is not: status %d, %s", w.Code, w.Body)
	}
	if w := f.do("POST", "/preferences", url.Values{"theme": {"dark"}}, "X-Offhook", ""); w.Code != 403 {
		t.Errorf("without the proof that our own page asks: status %d, want 403", w.Code)
	}
}

func TestWhyNobodyCanCallIsSaid(t *testing.T) {
	f := newFixture(t, nil)
	phone := &onePhone{}
	f.handler.Phones = phone
	for _, tt := range []struct {
		line call.Line
		good string
		want string
	}{
		{call.Line{State: call.Registered}, "true", "you can call and be called"},
		{call.Line{State: call.Connecting}, "false", "Connecting to your phone service"},
		{call.Line{State: call.Broken, Sentence: "The phone service cannot be reached."}, "false", "The phone service cannot be reached."},
		{call.Line{State: call.None}, "false", "does not let this app place calls"},
	} {
		phone.now.Line = tt.line
		body := f.do("GET", "/settings/why", nil).Body.String()
		before, item, _ := strings.Cut(body, "<h2 class=\"why__name\">Calls</h2>")
		if item, _, _ = strings.Cut(item, "</li>"); !strings.Contains(item, tt.want) || !strings.Contains(before[strings.LastIndex(before, "<li"):], `data-good="`+tt.good+`"`) {
			t.Errorf("with the line %+v: %s", tt.line, item)
		}
	}
}

func TestTheSettingsHaveTheContractsPagesAndNoOthers(t *testing.T) {
	f := newFixture(t, nil)
	for _, tt := range []struct {
		page string
		want string
	}{
		{"region", `data-panel="settings-region"`},
		{"theme", `data-panel="settings-theme"`},
		{"calling", "no such page"}, // without phones to call with
		{"audio", `data-panel="settings-audio"`},
		{"ringtone", `data-panel="settings-notifications"`}, // the same
		{"nowhere", "no such page"},
	} {
		if w := f.do("GET", "/settings/"+tt.page, nil); !strings.Contains(w.Body.String(), tt.want) {
			t.Errorf("/settings/%s lacks %q: %d %s", tt.page, tt.want, w.Code, w.Body)
		}
	}
}

func TestKeysForCallsAreListedWhereThereAreCalls(t *testing.T) {
	f := newFixture(t, nil)
	lists := func() bool {
		return strings.Contains(f.do("GET", "/settings/keyboard", nil).Body.String(), "Answer the call that rings")
	}
	if lists() {
		t.Error("they are listed where nobody can call")
	}
	f.handler.Phones = &onePhone{}
	if !lists() {
		t.Error("they are not listed where somebody can call")
	}
}

func TestTheFileForSupportNamesNobody(t *testing.T) {
	f := newFixture(t, nil)
	f.desk.preferences = Preferences{Sender: "+16505550100", AreaCode: "650"}
	w := f.do("GET", "/support", nil)
	var b bundle
	if err := json.Unmarshal(w.Body.Bytes(), &b); err != nil || b.State != Ready || b.Conversations == 0 || len(b.Checks) == 0 || len(b.Sounds) != 1 || b.Sounds[0].Here.MOS != 4.2 {
		t.Fatalf("the file: %+v, %v", b, err)
	}
	for _, secret := range []string{"Dana", "dana@", "Harbor Supply", "Priya", "555", "650", "delivery", "s-secret", f.desk.me.ExtensionNumber + `"`} {
		if strings.Contains(w.Body.String(), secret) {
			t.Errorf("it has %q:\n%s", secret, w.Body)
		}
	}
}

func TestAPlanThatLacksSomethingIsSaidWithWhatToDo(t *testing.T) {
	d := newFixtureDesk()
	d.me.Features = map[string]bool{"SMSSending": false, "EditPresenceStatus": true}
	d.status = Status{Offline, "The phone system does not answer."}
	all := checks(storyPage(d))
	if len(all) != 3 || all[0].Good || all[0].Text != "The phone system does not answer." || all[1].Good || !strings.Contains(all[1].Text, "Ask your administrator") || !all[2].Good {
		t.Errorf("checks: %+v", all)
	}
}

func TestTheShellIsDrawnInTheThemeOfWhoIsSignedIn(t *testing.T) {
	f := newFixture(t, nil)
	f.desk.preferences.Theme = "contrast"
	for _, tt := range []struct {
		name string
		in   bool
		want string
	}{
		{"signed in", true, `<html lang="en-US" dir="ltr" data-theme="contrast">`},
		{"signed out", false, `<html lang="en-US" dir="ltr">`},
	} {
		w, r := httptest.NewRecorder(), httptest.NewRequest("GET", "/app.html", nil)
		if tt.in {
			r.AddCookie(&http.Cookie{Name: "in", Value: "1"})
		}
		f.handler.Shell(w, r, visit.ShellView{Frame: store.Frame{Key: "k1"}, SignedIn: tt.in})
		if !strings.Contains(w.Body.String(), tt.want) {
			t.Errorf("%s: the shell lacks %s", tt.name, tt.want)
		}
	}
}

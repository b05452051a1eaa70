package panel

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"offhook/internal/store"
	"offhook/internal/widget/call"
	"offhook/internal/widget/visit"
)

func TestThePhoneSpeaksTheLanguageThatIsWished(t *testing.T) {
	for _, tt := range []struct {
		name                  string
		chosen, page, browser string
		want                  string
	}{
		{"nobody wishes anything", "", "", "", `lang="en-US" dir="ltr">`},
		{"the browser", "", "", "fr-BE,fr;q=0.9,en;q=0.5", `lang="fr-FR" dir="ltr" data-words="`},
		{"the page before the browser", "", "he", "fr", `lang="he-IL" dir="rtl" data-words="`},
		{"the user before the page", "ja-JP", "he", "fr", `lang="ja-JP" dir="ltr" data-words="`},
		{"the page names none that there is", "", `"><script>`, "it", `lang="it-IT" dir="ltr" data-words="`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := newFixture(t, nil)
			f.desk.preferences.Language = tt.chosen
			w, r := httptest.NewRecorder(), httptest.NewRequest("GET", "/app.html", nil)
			r.Header.Set("Accept-Language", tt.browser)
			r.AddCookie(&http.Cookie{Name: "in", Value: "1"})
			f.handler.Shell(w, r, visit.ShellView{Frame: store.Frame{Key: "k1"}, SignedIn: true, Query: url.Values{"language": {tt.page}}})
			if !strings.Contains(w.Body.String(), "<html "+tt.want) {
				t.Errorf("the shell begins with %.200s, want %s", w.Body, tt.want)
			}
		})
	}
}

func TestAPageComesBackToACallBeforeAnythingElse(t *testing.T) {
	for _, tt := range []struct {
		name  string
		calls []call.Call
		want  bool
	}{
		{"no call", nil, false},
		{"one that rings", []call.Call{{ID: "c-1", Direction: call.Inbound, State: call.Ringing}}, false},
		{"one that is over", []call.Call{{ID: "c-1", State: call.Ended}}, false},
		{"one that is dialled", []call.Call{{ID: "c-1", Direction: call.Outbound, State: call.Dialing}}, true},
		{"one that goes on", []call.Call{{ID: "c-1", Direction: call.Inbound, State: call.Held}}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := newFixture(t, nil)
			f.handler.Phones = &onePhone{now: call.Snapshot{Calls: tt.calls, Microphone: "tab-7"}}
			w, r := httptest.NewRecorder(), httptest.NewRequest("GET", "/app.html", nil)
			r.AddCookie(&http.Cookie{Name: "in", Value: "1"})
			f.handler.Shell(w, r, visit.ShellView{Frame: store.Frame{Key: "k1"}, SignedIn: true})
			page := w.Body.String()
			first, style, rest, sound, app := strings.Index(page, `widget/lend.js"></script>`), strings.Index(page, `rel="stylesheet"`), strings.Index(page, `<template id="rest">`), strings.Index(page, `widget/audio.js"></script>`), strings.Index(page, `widget/app.js"></script>`)
			if got := 0 <= first && first < style && style < rest && rest < sound && sound < app && app < strings.Index(page, "</template>") && strings.Count(page[:rest], "<script") == 1 && strings.Contains(page, " data-key=\"k1\" data-microphone=\"tab-7\">\n<head>"); got != tt.want {
				t.Errorf("with %s, sound begins first: %t, want %t\n%.2000s", tt.name, got, tt.want, page)
			}
		})
	}
}

// relaysOf tells whose relays it was asked for.
type relaysOf struct{}

func (relaysOf) JSON(grantID string) string { return `{"of":"` + grantID + `"}` }

func TestAPageKnowsTheRelaysOfItsUser(t *testing.T) {
	for _, tt := range []struct {
		name     string
		signedIn bool
		relays   Relays
		want     string
	}{
		{"none", true, nil, ""},
		{"somebody signed in", true, relaysOf{}, ` data-relays="{&#34;of&#34;:&#34;g1&#34;}"`},
		{"nobody signed in yet", false, relaysOf{}, ` data-relays="{&#34;of&#34;:&#34;&#34;}"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := newFixture(t, nil)
			f.handler.Relays = tt.relays
			w, r := httptest.NewRecorder(), httptest.NewRequest("GET", "/app.html", nil)
			r.AddCookie(&http.Cookie{Name: "in", Value: "1"})
			f.handler.Shell(w, r, visit.ShellView{Frame: store.Frame{Key: "k1"}, SignedIn: tt.signedIn})
			root, _, _ := strings.Cut(w.Body.String(), "<head>")
			if !strings.Contains(root, tt.want) || strings.Contains(root, "data-relays") != (tt.want != "") {
				t.Errorf("the page begins with %s, want %s", root, tt.want)
			}
		})
	}
}

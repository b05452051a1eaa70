package panel

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"offhook/internal/store"
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

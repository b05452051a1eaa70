package embed_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/store"
	"offhook/internal/widget/embed"
	"offhook/internal/widget/protocol"
	"offhook/internal/widget/visit"
)

const cdn = "https://cdn.example"

// styled is the registry with an app whose operator has named asset origins.
func styled(t *testing.T) *embed.Registry {
	g := newRegistry(t)
	if err := g.Register(t.Context(), embed.Spec{Platform: local, ClientID: "styled", Origins: []string{crm}, AssetOrigins: []string{cdn, "https://img.example"}}); err != nil {
		t.Fatal(err)
	}
	return g
}

// opened is the frame as a page of crm opens it with some parameters.
func opened(g *embed.Registry, clientID, parameters string) (*httptest.ResponseRecorder, *shell) {
	return serve(g, "/app.html?clientId="+clientID+"&"+parameters, http.Header{"Referer": {crm + "/contacts"}, "Sec-Fetch-Dest": {"iframe"}})
}

func TestAStyleSheetComesFromWhereTheOperatorSays(t *testing.T) {
	g := styled(t)
	for _, tt := range []struct {
		name, client, address string
		sheet, note           string
	}{
		{"from an asset origin", "styled", cdn + "/phone.css?v=1", cdn + "/phone.css?v=1", ""},
		{"from another", "styled", "https://evil.example/phone.css", "", "--asset-origin https://evil.example"},
		{"from one that only looks like it", "styled", "https://cdn.example.evil.example/x.css", "", "--asset-origin https://cdn.example.evil.example"},
		{"with a name in front", "styled", "https://cdn.example@evil.example/x.css", "", "not an address"},
		{"without encryption", "styled", "http://cdn.example/x.css", "", "--asset-origin http://cdn.example"},
		{"by script", "styled", "javascript:alert(1)", "", "must be a full address"},
		{"by data", "styled", "data:text/css,*{}", "", "must be a full address"},
		{"by a path", "styled", "/phone.css", "", "must be a full address"},
		{"of an app without asset origins", "app", cdn + "/phone.css", "", "--asset-origin " + cdn},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w, s := opened(g, tt.client, "stylesUri="+url.QueryEscape(tt.address))
			if s.view == nil || s.view.Styles != tt.sheet {
				t.Fatalf("stylesUri=%s: view %+v, want the sheet %q", tt.address, s.view, tt.sheet)
			}
			if notes := strings.Join(s.view.Notes, " "); tt.note == "" && notes != "" || !strings.Contains(notes, tt.note) {
				t.Errorf("stylesUri=%s: told %q, want %q", tt.address, notes, tt.note)
			}
			policy := directives(w)
			wantStyle := "style-src 'self'"
			if tt.sheet != "" {
				wantStyle += " " + cdn + " https://img.example"
			}
			if policy["style-src"] != wantStyle {
				t.Errorf("stylesUri=%s: %q, want %q", tt.address, policy["style-src"], wantStyle)
			}
		})
	}
}

func TestAPageLearnsThatThePhoneDoesNotSpeakALanguage(t *testing.T) {
	for language, notes := range map[string]int{"": 0, "de-DE": 0, "pt": 0, "german!": 1} {
		if _, s := opened(styled(t), "styled", "language="+url.QueryEscape(language)); s.view == nil || len(s.view.Notes) != notes {
			t.Errorf("language=%s: view %+v, want %d notes", language, s.view, notes)
		}
	}
}

func TestAPageSaysHowUsersCallWhoHaveNotChosen(t *testing.T) {
	for _, tt := range []struct{ wish, way, note string }{
		{"", "", ""},
		{"browser", "browser", ""},
		{"ringout", "ringout", ""},
		{"callingOptions-ringout", "ringout", ""},
		{"callingOptions-browser", "browser", ""},
		{"softphone", "", "hands no calls to the app"},
		{"jupiter", "", "hands no calls to the app"},
		{"callingOptions-jupiter", "", "hands no calls to the app"},
		{"carrier pigeon", "", "no such way to call"},
	} {
		_, s := opened(styled(t), "styled", "defaultCallWith="+url.QueryEscape(tt.wish))
		if s.view == nil || s.view.CallWith != tt.way {
			t.Errorf("defaultCallWith=%s: view %+v, want %q", tt.wish, s.view, tt.way)
		} else if notes := strings.Join(s.view.Notes, " "); (tt.note == "") != (notes == "") || !strings.Contains(notes, tt.note) {
			t.Errorf("defaultCallWith=%s: told %q, want %q", tt.wish, notes, tt.note)
		}
	}
}

func TestPicturesComeFromTheAssetOriginsAndNothingElseDoes(t *testing.T) {
	g := styled(t)
	plain, _ := opened(g, "app", "")
	w, _ := opened(g, "styled", "")
	want := directives(plain)
	want["img-src"] += " " + cdn + " https://img.example"
	want["img-src"] = strings.Replace(want["img-src"], "'self' data: blob: "+cdn+" https://img.example", "'self' "+cdn+" https://img.example data: blob:", 1)
	got := directives(w)
	got["frame-ancestors"], want["frame-ancestors"] = "", "" // another app's
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the policy with asset origins (-want +got):\n%s", diff)
	}
	if got := w.Header().Get("Cross-Origin-Embedder-Policy"); got != "credentialless" {
		t.Errorf("embedder policy %q with asset origins: their servers know nothing of resource policies", got)
	}
	if got := plain.Header().Get("Cross-Origin-Embedder-Policy"); got != "require-corp" {
		t.Errorf("embedder policy %q without asset origins", got)
	}
}

func directives(w *httptest.ResponseRecorder) map[string]string {
	all := map[string]string{}
	for d := range strings.SplitSeq(w.Header().Get("Content-Security-Policy"), "; ") {
		name, _, _ := strings.Cut(d, " ")
		all[name] = d
	}
	return all
}

func TestWhatAPageTakesAwayIsGone(t *testing.T) {
	g := newRegistry(t)
	for _, tt := range []struct {
		parameters string
		want       []string
	}{
		{"", nil},
		{"disableMessages=1", []string{"text"}},
		{"disableReadText=true", []string{"text"}},
		{"disableContacts=1", []string{"contacts"}},
		{"disableContacts=0&disableMessages=false", []string{"text", "contacts"}}, // being there is enough
		{"disableContacts=", []string{"contacts"}},
		{"disableCallHistory=", []string{"history"}},
		{"disableCall=1", []string{"calls"}},
	} {
		_, s := opened(g, "app", tt.parameters)
		if diff := cmp.Diff(tt.want, s.view.Hidden); diff != "" {
			t.Errorf("%q hides (-want +got):\n%s", tt.parameters, diff)
		}
	}
}

func TestAnalyticsAreOnByAnyValueButAnEmptyOne(t *testing.T) {
	g := newRegistry(t)
	for value, want := range map[string]bool{"": false, "1": true, "0": true, "false": true} {
		if _, s := opened(g, "app", "enableAnalytics="+value); s.view.Analytics != want {
			t.Errorf("enableAnalytics=%s: %v, want %v", value, s.view.Analytics, want)
		}
	}
}

func TestEveryParameterThatDoesNothingIsSaidWhy(t *testing.T) {
	g := newRegistry(t)
	for _, p := range protocol.Parameters {
		if p.Secret != "" {
			continue // taken out before
		}
		_, s := opened(g, "app", p.Name+"=1")
		if s.view == nil {
			continue // a value that this parameter refuses with a sentence
		}
		told := strings.Contains(strings.Join(s.view.Notes, " "), "The parameter "+p.Name+" does nothing")
		if told == p.Done {
			t.Errorf("%s=1: told %v, although the list says done %v", p.Name, s.view.Notes, p.Done)
		}
	}
}

func TestAnApplicationIsNamedCleanly(t *testing.T) {
	g := newRegistry(t)
	for _, tt := range []struct{ parameters, agent, version string }{
		{"userAgent=Acme%2F1.0&appVersion=2.1", "Acme/1.0", "2.1"},
		{"userAgent=Acme%0D%0AAuthorization:%20x", "AcmeAuthorization x", ""},
		{"userAgent=%3Cscript%3E&appVersion=%3Cb%3E2", "script", "b2"},
		{"userAgent=" + strings.Repeat("a", 200), strings.Repeat("a", 64), ""},
		{"", "", ""},
	} {
		apps := new(visit.Apps)
		face := &visit.Face{Store: g.Store, Sessions: somebody{}, Apps: apps}
		mux := http.NewServeMux()
		(&embed.Handler{Registry: g, Sessions: somebody{}, Shell: new(shell), Visits: face, Now: now}).Mount(mux)
		face.Open(mux, "GET /p/{key}/ask", func(w http.ResponseWriter, _ *http.Request, v visit.Visit) error {
			visit.JSON(w, http.StatusOK, v.App)
			return nil
		})
		r := httptest.NewRequest("GET", own+"/app.html?clientId=app&"+tt.parameters, nil)
		r.Header.Set("Referer", crm+"/")
		mux.ServeHTTP(httptest.NewRecorder(), r)
		w := httptest.NewRecorder()
		key := embed.Key(store.Frame{Platform: local, ClientID: "app", Origin: crm})
		mux.ServeHTTP(w, httptest.NewRequest("GET", own+"/p/"+key+"/ask", nil))
		if want := `{"Agent":"` + tt.agent + `","Version":"` + tt.version + `"}`; strings.TrimSpace(w.Body.String()) != want {
			t.Errorf("%s: the panels know %s, want %s", tt.parameters, w.Body, want)
		}
		if got := apps.Agent("grant"); got != tt.agent {
			t.Errorf("%s: the platform is told %q, want %q", tt.parameters, got, tt.agent)
		}
	}
}

// somebody is signed in.
type somebody struct{ nobody }

func (somebody) Session(*http.Request, store.Frame) (*store.Session, error) {
	return &store.Session{GrantID: "grant"}, nil
}

package configurator_test

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"offhook/internal/sqlstore"
	"offhook/internal/widget/configurator"
	"offhook/internal/widget/embed"
	"offhook/internal/widget/protocol"
	"offhook/internal/widget/seal"
)

const (
	own   = "http://phone.example" // httptest.NewRequest's host, see ask
	local = "http://localhost:8070"
	crm   = "https://crm.example"
)

// serve is a server with one registered embed.
func serve(t *testing.T) *http.ServeMux {
	ring, err := seal.New(map[uint32][]byte{1: make([]byte, 32)})
	if err != nil {
		t.Fatal(err)
	}
	registry := &embed.Registry{
		Store: sqlstore.OpenTest(t).Widget(), Ring: ring, Now: time.Now,
		Records: append(embed.Records{{Name: "Local", Origin: local, AllowPrivate: true}}, embed.RingCentral...),
	}
	if err := registry.Register(t.Context(), embed.Spec{Platform: local, ClientID: "registered-app", Origins: []string{crm}, Secret: "s3cret"}); err != nil {
		t.Fatal(err)
	}
	h := &configurator.Handler{Embeds: &embed.Handler{Registry: registry}, Log: slog.New(slog.DiscardHandler)}
	for _, p := range registry.Records {
		h.Platforms = append(h.Platforms, configurator.Platform{Origin: p.Origin, Name: p.Name})
	}
	mux := http.NewServeMux()
	h.Mount(mux)
	return mux
}

func ask(mux *http.ServeMux, target string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, httptest.NewRequest("GET", own+target, nil))
	return w
}

func TestEveryParameterIsChosenOrSaidWhyNot(t *testing.T) {
	page := ask(serve(t), "/").Body.String()
	for _, p := range protocol.Parameters {
		mark := `data-parameter="` + p.Name + `"`
		switch {
		case p.Secret != "":
			mark = `data-secret="` + p.Name + `"`
		case !p.Done:
			mark = `data-idle="` + p.Name + `"`
		case p.Group == "":
			continue // set by our own scripts
		}
		if n := strings.Count(page, mark); n != 1 {
			t.Errorf("the page has %s %d times, want once", mark, n)
		}
	}
	for _, p := range embed.RingCentral {
		if !strings.Contains(page, `value="`+p.Origin+`"`) {
			t.Errorf("the page does not offer the platform %s", p.Origin)
		}
	}
}

func TestAStrangerLearnsNothingOfWhatIsRegistered(t *testing.T) {
	mux := serve(t)
	for _, target := range []string{"/", "/configurator/stage", "/configurator/check", "/configurator/check?page=" + url.QueryEscape(crm)} {
		w := ask(mux, target)
		for _, hidden := range []string{"registered-app", "crm.example/", crm + `"`, "s3cret"} {
			if strings.Contains(strings.ReplaceAll(w.Body.String(), `placeholder="`+crm, ""), hidden) {
				t.Errorf("GET %s tells %q", target, hidden)
			}
		}
	}
}

func TestTheCheckSaysWhatTheFrameWouldSay(t *testing.T) {
	mux := serve(t)
	for _, tt := range []struct {
		name        string
		query       url.Values
		here, there string // what the sentences contain
	}{
		{name: "in order", query: url.Values{"clientId": {"registered-app"}, "page": {crm}}},
		{name: "without a page, this server's own", query: url.Values{"clientId": {"registered-app"}}},
		{name: "by the old name", query: url.Values{"appKey": {"registered-app"}, "page": {crm}}},
		{name: "an app that is not known", query: url.Values{"clientId": {"other"}, "page": {crm}}, here: "not registered here", there: "not registered here"},
		{name: "a page that is not known", query: url.Values{"clientId": {"registered-app"}, "page": {"https://evil.example"}}, there: "--origin https://evil.example"},
		{name: "a page that is none", query: url.Values{"clientId": {"registered-app"}, "page": {"javascript:alert(1)"}}, there: "not an origin"},
		{name: "a platform that is not allowed", query: url.Values{"clientId": {"registered-app"}, "appServer": {"https://evil.example"}}, here: "not one that this server works with"},
		{name: "a prefix that would break ids", query: url.Values{"clientId": {"registered-app"}, "prefix": {"<b>"}}, here: "prefix"},
		{name: "a redirect page that is not registered", query: url.Values{"clientId": {"registered-app"}, "redirectUri": {"https://evil.example/r"}}, here: "redirectUri"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := ask(mux, "/configurator/check?"+tt.query.Encode())
			var got struct{ Here, There string }
			if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != http.StatusOK {
				t.Fatalf("status %d, %v: %s", w.Code, err, w.Body)
			}
			for _, part := range []struct{ got, want string }{{got.Here, tt.here}, {got.There, tt.there}} {
				if part.want == "" && part.got != "" || !strings.Contains(part.got, part.want) {
					t.Errorf("check %v = %+v, want here %q and there %q", tt.query, got, tt.here, tt.there)
				}
			}
		})
	}
}

func TestThePagesAreFramedByThisServerAlone(t *testing.T) {
	mux := serve(t)
	for _, target := range []string{"/", "/configurator/stage", "/configurator/check"} {
		head := ask(mux, target).Header()
		policy := head.Get("Content-Security-Policy")
		if !strings.Contains(policy, "frame-ancestors 'self'") || strings.Contains(policy, "unsafe") || head.Get("Referrer-Policy") != "no-referrer" || head.Get("Cache-Control") != "no-store" {
			t.Errorf("GET %s: headers %v", target, head)
		}
	}
}

func TestPagesAroundAPhoneBringNothingThatSignsSomebodyIn(t *testing.T) {
	mux := serve(t)
	for _, path := range []string{"/popup.html", "/configurator/stage"} {
		query := url.Values{"clientId": {"registered-app"}, "disableContacts": {"1"}}
		if w := ask(mux, path+"?"+query.Encode()); w.Code != http.StatusOK {
			t.Errorf("GET %s with what can be chosen: status %d", path, w.Code)
		}
		for _, name := range []string{"jwt", "clientSecret", "appSecret", "authorizationCode", "authorizationCodeVerifier", "ticket", "intake", "removed", "embedOrigin"} {
			dirty := url.Values{"clientId": {"registered-app"}, "disableContacts": {"1"}, name: {"x"}}
			w := ask(mux, path+"?"+dirty.Encode())
			if got, want := w.Header().Get("Location"), path+"?"+query.Encode(); w.Code != http.StatusSeeOther || got != want {
				t.Errorf("GET %s with %s: status %d, to %q; want %q", path, name, w.Code, got, want)
			}
		}
	}
}

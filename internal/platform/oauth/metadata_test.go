package oauth_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"offhook/internal/rc"
)

func TestDiscovery(t *testing.T) {
	s := newServer(t)
	for _, path := range []string{rc.DiscoveryPath, "/.well-known/oauth-authorization-server"} {
		a := s.browser().do(s.request("GET", path, "", "Origin", "https://app.example"))
		for _, want := range []string{`"issuer":"` + s.url + `"`, s.url + rc.TokenPath, "S256", `"authorization_response_iss_parameter_supported":true`} {
			if !strings.Contains(a.body, want) {
				t.Errorf("%s lacks %s: %s", path, want, a.body)
			}
		}
		s.exists(a)
		if a.header.Get("Access-Control-Allow-Origin") != "https://app.example" {
			t.Errorf("%s has no CORS", path)
		}
	}
	if a := s.use("x"); a.status != http.StatusUnauthorized {
		t.Errorf("a bad token: %d", a.status)
	}
	if a := s.browser().do(s.request("GET", "/.well-known/entry-points/external", "")); a.status != http.StatusUnauthorized {
		t.Errorf("external entry points without a token: %d", a.status)
	}
	b := s.browser()
	info := s.signedIn(b)
	a := s.browser().do(s.request("GET", "/.well-known/entry-points/external", "", "Authorization", "Bearer "+info.AccessToken))
	if a.status != http.StatusOK || a.header.Get("Discovery-Tag") == "" {
		t.Errorf("external entry points: %d %s", a.status, a.body)
	}
	found := b.authorize(with(s.asked(s.public), "prompt", "none", "discovery", "true"))
	if got := found.location.Query(); got.Get("token_uri") != s.url+rc.TokenPath || got.Get("discovery_uri") == "" {
		t.Errorf("with discovery the app is told %v", got)
	}
}

// exists asks at every address that a discovery document names.
func (s *server) exists(document answer) {
	s.t.Helper()
	var names map[string]any
	check(s.t, json.Unmarshal([]byte(document.body), &names))
	found := 0
	for name, value := range names {
		if !strings.HasSuffix(name, "_endpoint") && !strings.HasSuffix(name, "_uri") {
			continue
		}
		path, ours := strings.CutPrefix(value.(string), s.url)
		method := http.MethodPost
		if strings.HasSuffix(name, "_uri") {
			method = http.MethodGet
		}
		if a := s.browser().do(s.request(method, path, "")); !ours || a.status == http.StatusNotFound || a.status == http.StatusMethodNotAllowed {
			s.t.Errorf("%s is %v, which answers %d", name, value, a.status)
		}
		found++
	}
	if found != 7 {
		s.t.Errorf("the document names %d addresses, want all seven", found)
	}
}

package oauth_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"offhook/internal/platform/console"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// register adds an app.
func (s *server) register(spec console.AppSpec) store.App {
	s.t.Helper()
	if spec.RedirectURIs == nil {
		spec.RedirectURIs = []string{callback}
	}
	app, _, err := (&console.Console{Store: s.store, Now: s.clock.Now}).RegisterApp(s.t.Context(), spec)
	check(s.t, err)
	return app
}

func (s *server) implicit() store.App {
	return s.register(console.AppSpec{Name: "Old", Scopes: []string{"ReadAccounts", "SMS"}, Grants: []string{rc.GrantImplicit}})
}

// fragment reads the answer that a browser keeps to itself.
func (s *server) fragment(a answer) url.Values {
	s.t.Helper()
	if a.location == nil || a.location.RawQuery != "" {
		s.t.Fatalf("status %d to %v, want an answer in the fragment alone", a.status, a.location)
	}
	v, err := url.ParseQuery(a.location.EscapedFragment())
	check(s.t, err)
	return v
}

func TestImplicitGrant(t *testing.T) {
	s := newServer(t)
	app := s.implicit()
	b := s.browser()
	asked := with(s.asked(s.public), "client_id", app.ClientID, "response_type", "token", "code_challenge", "", "code_challenge_method", "", "scope", "openid ReadAccounts")
	first := s.fragment(b.signIn(asked, "ada@example.com"))
	for name, want := range map[string]string{
		"token_type": "bearer", "expires_in": "3600", "scope": "ReadAccounts", "state": "st&ate", "iss": s.url, "refresh_token": "", "id_token": "", "code": "",
	} {
		if got := first.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if first.Get("endpoint_id") == "" {
		t.Error("there is no endpoint_id")
	}
	if a := s.use(first.Get("access_token")); a.status != http.StatusOK {
		t.Errorf("using the token: %d %s", a.status, a.body)
	}
	renewed := s.fragment(b.authorize(with(asked, "prompt", "none")))
	if a := s.use(renewed.Get("access_token")); a.status != http.StatusOK {
		t.Errorf("using the token of a silent renewal: %d %s", a.status, a.body)
	}
	s.clock.Advance(time.Hour)
	if a := s.use(renewed.Get("access_token")); a.status != http.StatusUnauthorized || !strings.Contains(a.body, "OAU-128") {
		t.Errorf("an hour later: %d %s", a.status, a.body)
	}
	if strings.Contains(s.log.String(), first.Get("access_token")) {
		t.Error("the log holds the token")
	}
}

// TestImplicitSessionsCount: they are sessions like any other, so the sixth
// ends the first.
func TestImplicitSessionsCount(t *testing.T) {
	s := newServer(t)
	b := s.browser()
	asked := url.Values{"response_type": {"token"}, "client_id": {s.implicit().ClientID}}
	first := s.fragment(b.signIn(asked, "ada@example.com"))
	for range 5 {
		s.clock.Advance(time.Second)
		s.fragment(b.authorize(with(asked, "prompt", "none")))
	}
	if a := s.use(first.Get("access_token")); a.status != http.StatusUnauthorized {
		t.Errorf("the first of six tokens: %d, want 401", a.status)
	}
	if len(s.ended) != 1 {
		t.Errorf("%d sessions were announced as ended, want 1", len(s.ended))
	}
}

func TestImplicitRefusals(t *testing.T) {
	s := newServer(t)
	app := s.implicit()
	good := url.Values{"response_type": {"token"}, "client_id": {app.ClientID}, "redirect_uri": {callback}, "state": {"st&ate"}}
	for _, tt := range []struct {
		name  string
		v     url.Values
		error string
	}{
		{"a token in the query", with(good, "response_mode", "query"), "invalid_request"},
		{"a token by form", with(good, "response_mode", "form_post"), "invalid_request"},
		{"nobody signed in", with(good, "prompt", "none"), "login_required"},
		{"an app that is registered for codes only", with(good, "client_id", s.public.ClientID), "unauthorized_client"},
		{"none of the scopes", with(good, "scope", "VoipCalling"), "invalid_scope"},
	} {
		got := s.fragment(s.browser().authorize(tt.v))
		if got.Get("error") != tt.error || got.Get("state") != "st&ate" || got.Get("iss") != s.url || got.Has("access_token") {
			t.Errorf("%s: %v, want error %s with state and iss", tt.name, got, tt.error)
		}
	}
	code := s.browser().authorize(with(good, "response_type", "code", "code_challenge", challenge(verifier), "code_challenge_method", "S256"))
	if got := code.location.Query().Get("error"); got != "unauthorized_client" {
		t.Errorf("a code for an implicit-only app: %v, want unauthorized_client", code.location)
	}
	both := s.browser().authorize(with(good, "response_type", "code token"))
	if got := both.location.Query().Get("error"); got != "unsupported_response_type" {
		t.Errorf("code and token at once: %v, want unsupported_response_type", both.location)
	}
}

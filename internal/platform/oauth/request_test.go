package oauth_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"offhook/internal/platform/console"
	"offhook/internal/rc"
)

// TestRedirectURITricks: whatever is not the registered text, byte for byte,
// is answered here and never redirected (RFC 9700 section 4.1.3).
func TestRedirectURITricks(t *testing.T) {
	s := newServer(t)
	for _, uri := range []string{
		"https://app.example/cb/", "https://app.example/cb?", "https://app.example/cb?x=1", "https://app.example/cb#", "https://app.example/cb#f",
		"https://app.example/cb/..", "https://app.example/x/../cb", "https://app.example/./cb", "https://app.example//cb", "https://app.example/%63b",
		"https://app.example%2fcb", "https://app.example/cb%00", "https://app.example/cb%0d%0a", "https://app.example\\cb", "https:\\\\app.example\\cb",
		"https://user@app.example/cb", "https://app.example@evil.example/cb", "https://app.example.evil.example/cb", "https://evil.example/https://app.example/cb",
		"https://APP.example/cb", "HTTPS://app.example/cb", "https://app.example:443/cb", "https://app.example:444/cb", "http://app.example/cb",
		"//app.example/cb", "/cb", "javascript:alert(1)", "data:text/html,x", "https://app.example/CB", " https://app.example/cb", "https://app.example/cb ",
		"http://127.0.0.1/cb", "http://2130706433/cb", "http://localhost.evil.example/cb", "null", "*",
	} {
		for _, prompt := range []string{"", "none"} {
			v := with(s.asked(s.public), "prompt", prompt, "redirect_uri", uri)
			a := s.browser().authorize(v, "Accept", "application/json")
			name, code := fault(a)
			if a.location != nil || a.status != http.StatusForbidden || name != "invalid_grant" || code != "OAU-109" {
				t.Errorf("redirect_uri %q with prompt=%q: %d to %v, %s %s; want 403 OAU-109 and no redirect", uri, prompt, a.status, a.location, name, code)
			}
		}
	}
}

func TestRequestsThatAreAnsweredHere(t *testing.T) {
	s := newServer(t)
	good := s.asked(s.public)
	c := &console.Console{Store: s.store, Now: s.clock.Now}
	nowhere, _, err := c.RegisterApp(t.Context(), console.AppSpec{Name: "No redirect", Grants: []string{rc.GrantJWTBearer}})
	check(t, err)
	for _, tt := range []struct {
		name, query, error, code string
		status                   int
	}{
		{"unknown app", with(good, "client_id", "x' OR 1=1 --").Encode(), "invalid_client", "OAU-153", 400},
		{"no app", with(good, "client_id", "").Encode(), "invalid_client", "OAU-153", 400},
		{"app without redirect URIs", with(good, "client_id", nowhere.ClientID).Encode(), "invalid_client", "OAU-113", 403},
		{"no redirect URI where several are registered", with(good, "client_id", s.other.ClientID, "redirect_uri", "").Encode(), "invalid_grant", "OAU-109", 403},
		{"two redirect URIs", good.Encode() + "&redirect_uri=https%3A%2F%2Fevil.example%2F", "invalid_request", "OAU-111", 400},
		{"two states", good.Encode() + "&state=2", "invalid_request", "OAU-111", 400},
		{"NUL", with(good, "state", "a\x00b").Encode(), "invalid_request", "CMN-101", 400},
		{"bad UTF-8", with(good, "state", "a\xff").Encode(), "invalid_request", "CMN-101", 400},
		{"bad escape", good.Encode() + "&x=%zz", "invalid_request", "CMN-101", 400},
		{"a huge state", with(good, "state", strings.Repeat("s", 20000)).Encode(), "invalid_request", "CMN-101", 413},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := s.browser().do(s.request("GET", rc.AuthorizePath+"?"+tt.query, "", "Accept", "application/json"))
			if name, code := fault(a); a.status != tt.status || name != tt.error || code != tt.code || a.location != nil {
				t.Errorf("got %d %s %s to %v, want %d %s %s and no redirect", a.status, name, code, a.location, tt.status, tt.error, tt.code)
			}
			page := s.browser().do(s.request("GET", rc.AuthorizePath+"?"+tt.query, "", "Accept", "text/html"))
			if page.status != tt.status || !strings.Contains(page.body, "cannot go on") || page.location != nil {
				t.Errorf("as a page: %d\n%s", page.status, page.body)
			}
		})
	}
}

func TestRequestsThatAreSentBack(t *testing.T) {
	s := newServer(t)
	public, secret := s.asked(s.public), s.asked(s.secretApp)
	for _, tt := range []struct {
		name  string
		v     url.Values
		error string
	}{
		{"implicit grant", with(public, "response_type", "token"), "unauthorized_client"},
		{"unknown response type", with(public, "response_type", "code id_token"), "unsupported_response_type"},
		{"no response type", with(public, "response_type", ""), "invalid_request"},
		{"form_post", with(public, "response_mode", "form_post"), "invalid_request"},
		{"request object", with(public, "request", "e30.e30."), "request_not_supported"},
		{"request by reference", with(public, "request_uri", "https://evil.example/r"), "request_uri_not_supported"},
		{"public app without PKCE", with(public, "code_challenge", "", "code_challenge_method", ""), "invalid_request"},
		{"method without challenge", with(secret, "code_challenge_method", "S256"), "invalid_request"},
		{"unknown method", with(public, "code_challenge_method", "S512"), "invalid_request"},
		{"short challenge", with(public, "code_challenge", strings.Repeat("a", 42)), "invalid_request"},
		{"long S256 challenge", with(public, "code_challenge", strings.Repeat("a", 44)), "invalid_request"},
		{"long plain challenge", with(public, "code_challenge", strings.Repeat("a", 129), "code_challenge_method", "plain"), "invalid_request"},
		{"challenge with other characters", with(public, "code_challenge", strings.Repeat("ä", 43)), "invalid_request"},
		{"unknown prompt", with(public, "prompt", "maybe"), "invalid_request"},
		{"prompt none and login", with(public, "prompt", "none login"), "invalid_request"},
		{"none of the scopes", with(public, "scope", "VoipCalling CallControl"), "invalid_scope"},
		{"prompt none and nobody signed in", with(public, "prompt", "none"), "login_required"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := s.browser().authorize(tt.v)
			if a.location == nil || a.status != http.StatusSeeOther {
				t.Fatalf("status %d without a redirect\n%s", a.status, a.body)
			}
			got := a.location.Query()
			if tt.v.Get("response_type") == "token" {
				got, _ = url.ParseQuery(a.location.EscapedFragment())
			}
			if got.Get("error") != tt.error || got.Get("error_description") == "" || got.Get("state") != "st&ate" || got.Get("iss") != s.url || got.Has("code") {
				t.Errorf("sent back %v, want error %s with state and iss", got, tt.error)
			}
		})
	}
}

func TestEmptyParametersCountAsAbsent(t *testing.T) {
	s := newServer(t)
	query := s.asked(s.public).Encode() + "&prompt=&ui_locales=&brand_id=&ui_options=hide_tos&ui_options=hide_remember_me&localeId=en-US&display=page"
	a := s.browser().do(s.request("GET", rc.AuthorizePath+"?"+query, ""))
	if a.status != http.StatusOK || !strings.Contains(a.body, "Password") {
		t.Errorf("the SDK's request: %d\n%s", a.status, a.body)
	}
	posted := s.browser().do(s.request("POST", rc.AuthorizePath, s.asked(s.public).Encode()))
	if posted.status != http.StatusSeeOther || posted.location.Path != rc.AuthorizePath || posted.location.Query().Has("state") {
		t.Fatalf("a posted request: %d to %v, want the same by GET, without its parameters in the address", posted.status, posted.location)
	}
	b := s.browser()
	if page := b.authorize(posted.location.Query()); page.status != http.StatusOK || !strings.Contains(page.body, "Password") {
		t.Errorf("after a posted request: %d\n%s", page.status, page.body)
	}
	if a := b.signIn(posted.location.Query(), "ada@example.com"); a.location.Query().Get("state") != "st&ate" || a.location.Query().Get("code") == "" {
		t.Errorf("the answer to a posted request: %v", a.location)
	}
	both := s.browser().do(s.request("POST", rc.AuthorizePath+"?"+s.asked(s.public).Encode(), s.asked(s.public).Encode(), "Accept", "application/json"))
	if _, code := fault(both); code != "OAU-150" {
		t.Errorf("parameters in query and body: %d %s", both.status, both.body)
	}
}

func TestRedirectURIKeepsItsQuery(t *testing.T) {
	s := newServer(t)
	b := s.browser()
	a := b.signIn(with(s.asked(s.other), "redirect_uri", "https://app.example/two?x=1"), "ada@example.com")
	if !strings.HasPrefix(a.location.String(), "https://app.example/two?x=1&") {
		t.Errorf("redirected to %v", a.location)
	}
}

// TestIssuerIsInEveryAnswer: RFC 9207 section 2, success and error, query
// and fragment.
func TestIssuerIsInEveryAnswer(t *testing.T) {
	s := newServer(t)
	b := s.browser()
	app := s.implicit()
	token := url.Values{"response_type": {"token"}, "client_id": {app.ClientID}, "prompt": {"none"}}
	answers := map[string]answer{"error": b.authorize(with(s.asked(s.public), "prompt", "none")), "error in the fragment": b.authorize(token)}
	answers["code"] = b.signIn(s.asked(s.public), "ada@example.com")
	answers["token"] = b.authorize(token)
	answers["cancelled"] = b.submit(b.authorize(with(s.asked(s.public), "prompt", "consent")), "do", "cancel")
	for name, a := range answers {
		got := a.location.Query()
		if a.location.Fragment != "" {
			got = s.fragment(a)
		}
		if len(got["iss"]) != 1 || got.Get("iss") != s.url {
			t.Errorf("%s: iss is %v, want %s once", name, got["iss"], s.url)
		}
	}
}

// TestSQLInEveryParameter: it is text like any other.
func TestSQLInEveryParameter(t *testing.T) {
	s := newServer(t)
	b := s.browser()
	b.signIn(s.asked(s.public), "ada@example.com")
	const evil = `'; DROP TABLE apps; --" OR ''='`
	for _, name := range []string{
		"client_id", "redirect_uri", "response_type", "response_mode", "state", "scope", "prompt", "display", "ui_locales", "localeId", "ui_options", "max_age",
		"login_hint", "nonce", "brand_id", "code_challenge", "code_challenge_method", "request", "request_uri", "endpoint_id", "discovery", "force", "unknown",
	} {
		for _, v := range []url.Values{with(s.asked(s.public), name, evil), with(s.asked(s.public), name, evil, "prompt", "none")} {
			if a := b.authorize(v); a.status >= 500 || a.location != nil && a.location.Query().Get("error") == "server_error" {
				t.Errorf("%s: %d to %v\n%s", name, a.status, a.location, a.body)
			}
		}
	}
	page := b.authorize(with(s.asked(s.public), "prompt", "login"))
	for _, field := range []string{"username", "password", "do", "user", "step"} {
		if a := b.submit(page, "username", "ada@example.com", "password", "x", field, evil); a.status >= 500 || a.location != nil {
			t.Errorf("%s in the form: %d to %v", field, a.status, a.location)
		}
	}
	if a := b.submit(page, "username", "ada@example.com", "password", typed); seen(a) != "code" {
		t.Errorf("afterwards: %s\n%s", seen(a), a.body)
	}
	if strings.Contains(s.log.String(), "level=ERROR") {
		t.Errorf("the log has errors:\n%s", s.log)
	}
}

// TestForgedProxyHeaders: what a request says about its own address changes
// nothing that others are told.
func TestForgedProxyHeaders(t *testing.T) {
	s := newServer(t)
	forged := []string{"X-Forwarded-Host", "evil.example", "X-Forwarded-Proto", "https", "Forwarded", "host=evil.example", "X-Forwarded-For", "10.0.0.1"}
	for _, path := range []string{rc.DiscoveryPath, "/.well-known/oauth-authorization-server", "/.well-known/entry-points/initial", rc.AuthorizePath + "?" + with(s.asked(s.public), "prompt", "none").Encode()} {
		a := s.browser().do(s.request("GET", path, "", forged...))
		all := a.body
		if a.location != nil {
			all = a.location.Query().Get("iss")
		}
		if strings.Contains(all, "evil.example") || !strings.Contains(all, s.url) {
			t.Errorf("GET %s: %s", path, all)
		}
	}
	r := s.request("GET", rc.DiscoveryPath, "")
	r.Host = "evil.example"
	if a := s.browser().do(r); a.status != http.StatusMisdirectedRequest {
		t.Errorf("a foreign Host: %d, want 421", a.status)
	}
}

package oauth_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"offhook/internal/platform/console"
	"offhook/internal/rc"
)

func TestSignIn(t *testing.T) {
	s := newServer(t)
	b := s.browser()

	page := b.authorize(s.asked(s.public))
	for _, want := range []string{"Phone &lt;b&gt;&amp;", "app.example", `autocomplete="username"`, `autocomplete="current-password"`} {
		if !strings.Contains(page.body, want) {
			t.Errorf("the sign-in page does not show %s:\n%s", want, page.body)
		}
	}
	a := b.submit(page, "username", "Ada@Example.com", "password", typed)
	got := a.location.Query()
	if a.status != http.StatusSeeOther || !strings.HasPrefix(a.location.String(), callback+"?") {
		t.Fatalf("after the form: %d to %v, want 303 to the app", a.status, a.location)
	}
	if got.Get("state") != "st&ate" || got.Get("expires_in") != "60" || got.Get("iss") != s.url || !strings.HasPrefix(got.Get("code"), "RCAC_") {
		t.Errorf("the app is told %v", got)
	}

	info := s.info(s.token(s.exchange(s.public, got.Get("code"))))
	if info.TokenType != "bearer" || info.ExpiresIn != 3600 || info.RefreshTokenExpiresIn != 604800 || info.Scope != "ReadAccounts SMS" {
		t.Errorf("token answer: type %s, %d s, %d s, scope %s", info.TokenType, info.ExpiresIn, info.RefreshTokenExpiresIn, info.Scope)
	}
	if a := s.use(info.AccessToken); a.status != http.StatusOK || !strings.Contains(a.body, info.OwnerID) || !strings.Contains(a.body, info.SessionID) {
		t.Errorf("using the token: %d %s", a.status, a.body)
	}
}

func TestSignInNames(t *testing.T) {
	s := newServer(t)
	for _, tt := range []struct {
		name, username string
		ok             bool
	}{
		{"e-mail address", " ADA@example.com ", true},
		{"direct number", s.adaPhoneNumber, true},
		{"direct number as people write it", "(650) 555-0101", true},
		{"main number and extension", s.accountMain + "*101", true},
		{"main number alone is nobody's", s.accountMain, false},
		{"main number and an extension that nobody has", s.accountMain + "*999", false},
		{"unknown number", "+14155550100", false},
		{"SQL", "' OR 1=1 --", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := s.browser()
			a := b.submit(b.authorize(s.asked(s.public)), "username", tt.username, "password", typed)
			if ok := a.status == http.StatusSeeOther; ok != tt.ok {
				t.Errorf("signing in as %q: status %d, want success %v", tt.username, a.status, tt.ok)
			}
		})
	}
}

func TestWrongPasswordTellsNobodyWhoExists(t *testing.T) {
	s := newServer(t)
	b := s.browser()
	page := b.authorize(s.asked(s.public))
	known := b.submit(page, "username", "ada@example.com", "password", "wrong")
	unknown := b.submit(page, "username", "eve@example.com", "password", "wrong")
	if known.status != http.StatusForbidden || known.status != unknown.status {
		t.Errorf("status for a known user %d, for an unknown one %d; want 403 for both", known.status, unknown.status)
	}
	if strings.ReplaceAll(known.body, "ada@", "eve@") != unknown.body {
		t.Errorf("the pages differ:\n%s\n%s", known.body, unknown.body)
	}
	if strings.Contains(known.body, "wrong") || !strings.Contains(known.body, `role="alert"`) {
		t.Errorf("the page repeats the password or says nothing:\n%s", known.body)
	}
	empty := b.submit(page, "username", "ada@example.com")
	if !strings.Contains(empty.body, "Enter your") {
		t.Errorf("a form without a password: %d\n%s", empty.status, empty.body)
	}
	reload := b.do(s.request("GET", strings.TrimPrefix(actionOf(s, page), s.url), ""))
	if reload.location == nil || reload.location.Path != rc.AuthorizePath {
		t.Errorf("reloading after a failed attempt: %d to %v, want the sign-in page", reload.status, reload.location)
	}
}

func actionOf(s *server, page answer) string {
	action, _ := s.form(page)
	return action
}

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

func TestPrompts(t *testing.T) {
	s := newServer(t)
	b := s.browser()
	good := s.asked(s.public)
	b.signIn(good, "ada@example.com")

	if a := b.authorize(with(good, "prompt", "none")); a.location == nil || a.location.Query().Get("code") == "" {
		t.Errorf("prompt=none with a live session: %d to %v", a.status, a.location)
	}
	page := b.authorize(good)
	if page.status != http.StatusOK || !strings.Contains(page.body, "Continue as Ada Lovelace") {
		t.Fatalf("a signed-in browser is not asked: %d\n%s", page.status, page.body)
	}
	if a := b.submit(page, "do", "continue"); a.location == nil || a.location.Query().Get("code") == "" {
		t.Errorf("Continue: %d to %v", a.status, a.location)
	}
	again := b.authorize(with(good, "prompt", "login"))
	if !strings.Contains(again.body, `type="password"`) {
		t.Errorf("prompt=login does not ask for the password:\n%s", again.body)
	}
	if a := b.submit(again, "do", "continue"); a.location != nil {
		t.Errorf("prompt=login was answered without a password: %v", a.location)
	}

	out := b.submit(page, "do", "other")
	if out.location == nil || out.location.Path != rc.AuthorizePath {
		t.Fatalf("Use another account: %d to %v", out.status, out.location)
	}
	if a := b.authorize(with(good, "prompt", "none")); a.location.Query().Get("error") != "login_required" {
		t.Errorf("after Use another account the browser is still signed in: %v", a.location)
	}
}

func TestBrowserSessionExpires(t *testing.T) {
	s := newServer(t)
	b := s.browser()
	b.signIn(s.asked(s.public), "ada@example.com")
	s.clock.advance(25 * 3600 * 1e9)
	if a := b.authorize(with(s.asked(s.public), "prompt", "none")); a.location.Query().Get("error") != "login_required" {
		t.Errorf("a day later: %v, want login_required", a.location)
	}
}

// TestLoginCSRF: another site cannot sign a visitor in as somebody else.
func TestLoginCSRF(t *testing.T) {
	s := newServer(t)
	for _, tt := range []struct {
		name   string
		header []string
		token  func(own string) string
		cookie bool
	}{
		{"from another site", []string{"Sec-Fetch-Site", "cross-site"}, nil, true},
		{"from a sibling site", []string{"Sec-Fetch-Site", "same-site"}, nil, true},
		{"typed into the address bar", []string{"Sec-Fetch-Site", "none"}, nil, true},
		{"foreign Origin in an old browser", []string{"Origin", "https://evil.example"}, nil, true},
		{"no token", nil, func(string) string { return "" }, true},
		{"a token of another browser", nil, func(string) string {
			_, token := s.form(s.browser().authorize(s.asked(s.public)))
			return token
		}, true},
		{"no cookie", nil, nil, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := s.browser()
			action, token := s.form(b.authorize(s.asked(s.public)))
			if tt.token != nil {
				token = tt.token(token)
			}
			if !tt.cookie {
				b = s.browser()
			}
			for _, do := range []string{"", "continue", "allow", "other", "cancel"} {
				form := url.Values{"form": {token}, "username": {"bob@example.com"}, "password": {typed}, "do": {do}}
				a := b.do(s.request("POST", action, form.Encode(), tt.header...))
				if a.status != http.StatusForbidden || a.location != nil || strings.Contains(strings.Join(a.header.Values("Set-Cookie"), " "), "signin") {
					t.Errorf("do=%s: status %d to %v, cookies %v; want 403 and nobody signed in or out", do, a.status, a.location, a.header.Values("Set-Cookie"))
				}
			}
		})
	}
}

// TestSessionFixation: an id that was planted before signing in is worth
// nothing after, and signing in again ends the id before.
func TestSessionFixation(t *testing.T) {
	s := newServer(t)
	b := s.browser()
	u, _ := url.Parse(s.url)
	planted := &http.Cookie{Name: "__Host-rc-signin", Value: "planted", Path: "/", Secure: true}
	b.jar.SetCookies(u, []*http.Cookie{planted})
	b.signIn(s.asked(s.public), "ada@example.com")
	first := cookie(b, u)
	if first.Value == "planted" {
		t.Fatal("signing in kept the planted id")
	}
	b.submit(b.authorize(with(s.asked(s.public), "prompt", "login")), "username", "ada@example.com", "password", typed)
	for _, old := range []string{"planted", first.Value} {
		thief := s.browser()
		thief.jar.SetCookies(u, []*http.Cookie{{Name: "__Host-rc-signin", Value: old, Path: "/", Secure: true}})
		if a := thief.authorize(with(s.asked(s.public), "prompt", "none")); a.location.Query().Has("code") {
			t.Errorf("the id %s from before signing in is signed in", old)
		}
	}
}

func cookie(b *browser, u *url.URL) *http.Cookie {
	for _, c := range b.jar.Cookies(u) {
		if c.Name == "__Host-rc-signin" {
			return c
		}
	}
	return &http.Cookie{}
}

func TestPagesAreKeptOutOfFramesCachesAndReferrers(t *testing.T) {
	s := newServer(t)
	b := s.browser()
	for name, a := range map[string]answer{
		"sign-in page": b.authorize(s.asked(s.public)),
		"refusal":      b.authorize(with(s.asked(s.public), "redirect_uri", "https://evil.example")),
		"redirect":     b.signIn(s.asked(s.public), "ada@example.com"),
		"choice":       b.authorize(s.asked(s.public)),
		"consent":      b.authorize(with(s.asked(s.public), "prompt", "consent")),
		"leave":        b.authorize(with(s.asked(s.foreign()), "scope", "VoipCalling")),
		"token":        b.authorize(with(s.asked(s.implicit()), "response_type", "token", "prompt", "none")),
		"posted":       b.do(s.request("POST", rc.AuthorizePath, s.asked(s.public).Encode())),
	} {
		for header, want := range map[string]string{
			"Cache-Control": "no-store", "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff",
			"Content-Security-Policy": "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'",
			// Both would break the way back from the pop-up.
			"Cross-Origin-Opener-Policy": "", "Access-Control-Allow-Origin": "",
		} {
			if got := a.header.Get(header); got != want {
				t.Errorf("%s: %s is %q, want %q", name, header, got, want)
			}
		}
		if strings.Contains(a.body, "<script") || strings.Contains(a.body, "style=") {
			t.Errorf("%s holds script or inline style, which its policy blocks", name)
		}
		for _, line := range a.header.Values("Set-Cookie") {
			site := "; SameSite=Lax"
			if strings.HasPrefix(line, "__Host-rc-frame=") {
				site = "; SameSite=None"
			}
			for _, want := range []string{"__Host-", "; Path=/", "; HttpOnly", "; Secure", site} {
				if !strings.Contains(line, want) {
					t.Errorf("%s sets a cookie without %s", name, want)
				}
			}
		}
	}
}

// TestEveryRedirectForgetsTheForm: 307 and 308 would hand the password, or
// the token of the form, to the app (RFC 9700 section 4.12).
func TestEveryRedirectForgetsTheForm(t *testing.T) {
	s := newServer(t)
	b := s.browser()
	consent := with(s.asked(s.public), "prompt", "consent")
	for _, step := range []struct {
		name string
		do   func() answer
	}{
		{"password", func() answer { return b.signIn(s.asked(s.public), "ada@example.com") }},
		{"Continue", func() answer { return b.submit(b.authorize(s.asked(s.public)), "do", "continue") }},
		{"Allow", func() answer { return b.submit(b.authorize(consent), "do", "allow") }},
		{"Cancel", func() answer { return b.submit(b.authorize(consent), "do", "cancel") }},
		{"a posted request", func() answer { return b.do(s.request("POST", rc.AuthorizePath, s.asked(s.public).Encode())) }},
		{"prompt=none", func() answer { return b.authorize(with(s.asked(s.public), "prompt", "none")) }},
		{"Use another account", func() answer { return b.submit(b.authorize(consent), "do", "other") }},
	} {
		if a := step.do(); a.status != http.StatusSeeOther {
			t.Errorf("%s: %d, want 303", step.name, a.status)
		}
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

func TestStyleIsServedForGood(t *testing.T) {
	s := newServer(t)
	page := s.browser().authorize(s.asked(s.public)).body
	_, rest, _ := strings.Cut(page, `<link rel="stylesheet" href="`)
	path, _, _ := strings.Cut(rest, `"`)
	a := s.browser().do(s.request("GET", path, ""))
	if a.status != http.StatusOK || !strings.HasPrefix(a.header.Get("Content-Type"), "text/css") || !strings.Contains(a.header.Get("Cache-Control"), "immutable") {
		t.Errorf("GET %s: %d %v", path, a.status, a.header)
	}
}

func TestHostileTextIsEscaped(t *testing.T) {
	s := newServer(t)
	b := s.browser()
	const evil = `"><script>alert(1)</script>`
	v := with(s.asked(s.public), "state", evil+"\r\nSet-Cookie: x=1", "login_hint", evil, "ui_locales", evil)
	page := b.authorize(v)
	failed := b.submit(page, "username", evil, "password", "wrong")
	refused := b.authorize(with(v, "client_id", evil))
	for name, a := range map[string]answer{"sign-in page": page, "failed attempt": failed, "refusal": refused} {
		if strings.Contains(a.body, "<script") {
			t.Errorf("%s: the text got through:\n%s", name, a.body)
		}
	}
	a := b.submit(page, "username", "ada@example.com", "password", typed)
	if a.header.Get("Location") == "" || strings.ContainsAny(a.header.Get("Location"), "\r\n<>\"") || a.location.Query().Get("state") != evil+"\r\nSet-Cookie: x=1" {
		t.Errorf("Location %q", a.header.Get("Location"))
	}
	for _, line := range a.header.Values("Set-Cookie") {
		if strings.HasPrefix(line, "x=") {
			t.Errorf("state set a cookie: %s", line)
		}
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

func TestGuessingPasswordsIsSlowedDown(t *testing.T) {
	s := newServer(t)
	b := s.browser()
	page := b.authorize(s.asked(s.public))
	var got []int
	for range 6 {
		got = append(got, b.submit(page, "username", "ada@example.com", "password", "wrong").status)
	}
	if !slices.Equal(got, []int{403, 403, 403, 403, 403, 429}) {
		t.Errorf("six wrong passwords: %v", got)
	}
	blocked := b.submit(page, "username", "ada@example.com", "password", typed)
	if blocked.status != http.StatusTooManyRequests || blocked.header.Get("Retry-After") == "" {
		t.Errorf("the right password while waiting: %d", blocked.status)
	}
	if a := b.submit(page, "username", "bob@example.com", "password", typed); a.status != http.StatusSeeOther {
		t.Errorf("another user at the same address: %d", a.status)
	}
	s.clock.advance(16e9)
	if a := b.submit(page, "username", "ada@example.com", "password", typed); a.status != http.StatusSeeOther {
		t.Errorf("the right password after waiting: %d\n%s", a.status, a.body)
	}
}

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

func TestNoCORSOnPages(t *testing.T) {
	s := newServer(t)
	for _, path := range []string{rc.AuthorizePath, "/signin"} {
		r := s.request("OPTIONS", path, "", "Origin", "https://evil.example", "Access-Control-Request-Method", "POST")
		if a := s.browser().do(r); a.header.Get("Access-Control-Allow-Origin") != "" || a.status == http.StatusNoContent {
			t.Errorf("preflight of %s: %d %v", path, a.status, a.header)
		}
	}
	r := s.request("OPTIONS", rc.TokenPath, "", "Origin", "https://app.example", "Access-Control-Request-Method", "POST")
	if a := s.browser().do(r); a.header.Get("Access-Control-Allow-Origin") != "https://app.example" {
		t.Errorf("preflight of the token endpoint: %d %v", a.status, a.header)
	}
}

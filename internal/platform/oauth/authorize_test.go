package oauth_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

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
	s.clock.Advance(25 * 3600 * 1e9)
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
	s.clock.Advance(16e9)
	if a := b.submit(page, "username", "ada@example.com", "password", typed); a.status != http.StatusSeeOther {
		t.Errorf("the right password after waiting: %d\n%s", a.status, a.body)
	}
}

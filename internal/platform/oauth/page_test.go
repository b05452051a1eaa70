package oauth_test

import (
	"net/http"
	"strings"
	"testing"

	"offhook/internal/rc"
)

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

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

// seen says in a word what a browser was shown or sent.
func seen(a answer) string {
	switch {
	case a.location != nil && a.location.Query().Has("code"):
		return "code"
	case a.location != nil:
		return a.location.Query().Get("error")
	case strings.Contains(a.body, `value="allow"`):
		return "consent"
	case strings.Contains(a.body, `value="continue"`):
		return "choice"
	case strings.Contains(a.body, `type="password"`):
		return "password"
	case strings.Contains(a.body, "card__way"):
		return "leave"
	}
	return http.StatusText(a.status)
}

func TestPromptTable(t *testing.T) {
	s := newServer(t)
	signedIn := s.browser()
	signedIn.signIn(s.asked(s.public), "ada@example.com")
	for _, tt := range []struct{ prompt, nobody, somebody string }{
		{"", "password", "choice"},
		{"login sso", "password", "choice"},
		{"sso login", "password", "choice"},
		{"login", "password", "password"},
		{"sso", "password", "code"},
		{"consent", "password", "consent"},
		{"sso consent", "password", "consent"},
		{"login sso consent", "password", "consent"},
		{"login consent", "password", "password"},
		{"none", "login_required", "code"},
		{"none sso", "invalid_request", "invalid_request"},
		{"LOGIN", "invalid_request", "invalid_request"},
	} {
		v := with(s.asked(s.public), "prompt", tt.prompt)
		if got := seen(s.browser().authorize(v)); got != tt.nobody {
			t.Errorf("prompt=%q with nobody signed in: %s, want %s", tt.prompt, got, tt.nobody)
		}
		if got := seen(signedIn.authorize(v)); got != tt.somebody {
			t.Errorf("prompt=%q with somebody signed in: %s, want %s", tt.prompt, got, tt.somebody)
		}
	}
	if got := seen(signedIn.authorize(with(s.asked(s.public), "force", "true"))); got != "password" {
		t.Errorf("force=true: %s, want the password", got)
	}
	if got := seen(signedIn.authorize(with(s.asked(s.public), "force", "true", "prompt", "none"))); got != "code" {
		t.Errorf("force=true with prompt=none: %s, want code", got)
	}
}

func TestMaxAge(t *testing.T) {
	s := newServer(t)
	b := s.browser()
	b.signIn(s.asked(s.public), "ada@example.com")
	s.clock.Advance(10 * time.Minute)
	for _, tt := range []struct{ age, prompt, want string }{
		{"601", "none", "code"},
		{"600", "none", "login_required"},
		{"601", "", "choice"},
		{"600", "", "password"},
		{"0", "sso", "password"},
		{"-1", "", "invalid_request"},
		{"soon", "", "invalid_request"},
	} {
		if got := seen(b.authorize(with(s.asked(s.public), "max_age", tt.age, "prompt", tt.prompt))); got != tt.want {
			t.Errorf("max_age=%s prompt=%q ten minutes after the password: %s, want %s", tt.age, tt.prompt, got, tt.want)
		}
	}
	page := b.authorize(with(s.asked(s.public), "max_age", "0"))
	if got := seen(b.submit(page, "do", "continue")); got != "password" {
		t.Errorf("max_age=0 was answered without a password: %s", got)
	}
	if got := seen(b.submit(page, "username", "ada@example.com", "password", typed)); got != "code" {
		t.Errorf("max_age=0 after the password: %s, want code", got)
	}
}

func TestLoginHintNamesWhoMayAnswerSilently(t *testing.T) {
	s := newServer(t)
	b := s.browser()
	b.signIn(s.asked(s.public), "ada@example.com")
	for _, tt := range []struct{ hint, prompt, want string }{
		{"ADA@example.com", "none", "code"},
		{s.adaPhoneNumber, "none", "code"},
		{"bob@example.com", "none", "login_required"},
		{"nobody@example.com", "none", "login_required"},
		{"bob@example.com", "sso", "choice"},
		{"bob@example.com", "", "choice"},
	} {
		if got := seen(b.authorize(with(s.asked(s.public), "login_hint", tt.hint, "prompt", tt.prompt))); got != tt.want {
			t.Errorf("login_hint=%s prompt=%q while Ada is signed in: %s, want %s", tt.hint, tt.prompt, got, tt.want)
		}
	}
	page := s.browser().authorize(with(s.asked(s.public), "login_hint", "bob@example.com"))
	if !strings.Contains(page.body, `value="bob@example.com"`) {
		t.Errorf("the hint is not filled in:\n%s", page.body)
	}
}

// TestContinueIsForWhoeverWasShown: another tab may have signed somebody
// else in since.
func TestContinueIsForWhoeverWasShown(t *testing.T) {
	s := newServer(t)
	b := s.browser()
	b.signIn(s.asked(s.public), "ada@example.com")
	page := b.authorize(s.asked(s.public))
	b.signIn(with(s.asked(s.public), "prompt", "login"), "bob@example.com")
	a := b.submit(page, "do", "continue")
	if seen(a) != "choice" || !strings.Contains(a.body, "Continue as Bob") {
		t.Errorf("Continue as Ada, with Bob signed in: %s\n%s", seen(a), a.body)
	}
}

func TestCancelIsToldToTheApp(t *testing.T) {
	s := newServer(t)
	b := s.browser()
	a := b.submit(b.authorize(s.asked(s.public)), "do", "cancel")
	if a.status != http.StatusSeeOther || seen(a) != "access_denied" || a.location.Query().Get("state") != "st&ate" || a.location.Query().Get("iss") != s.url {
		t.Errorf("cancelled: %d to %v", a.status, a.location)
	}
}

func TestCodesCarryWhatTheIDTokenNeeds(t *testing.T) {
	s := newServer(t)
	b := s.browser()
	v := with(s.asked(s.public), "scope", "SMS profile openid", "nonce", "n-0S6")
	at := s.clock.Now()
	b.signIn(v, "ada@example.com")
	s.clock.Advance(time.Minute)
	raw := b.code(v)
	err := s.store.Write(t.Context(), func(tx store.PlatformTx) error {
		c, _, err := tx.UseAuthCode(t.Context(), kept(raw), s.public.ClientID, s.clock.Now())
		if c.Nonce != "n-0S6" || strings.Join(c.OpenID, " ") != "openid profile" || !c.AuthTime.Equal(at) || rc.JoinScopes(c.Scopes) != "SMS" {
			t.Errorf("the code keeps nonce %q, OpenID scopes %v, permissions %v and a password typed at %v, want %v", c.Nonce, c.OpenID, c.Scopes, c.AuthTime, at)
		}
		return err
	})
	check(t, err)
}

func TestBrandAndDisplay(t *testing.T) {
	s := newServer(t)
	for _, bad := range []string{"att", "1210x", "12345678901"} {
		for _, name := range []string{"brand_id", "brandId"} {
			if got := seen(s.browser().authorize(with(s.asked(s.public), name, bad))); got != "invalid_request" {
				t.Errorf("%s=%s: %s, want invalid_request", name, bad, got)
			}
		}
	}
	for display, class := range map[string]string{"popup": "page page--popup", "touch": "page page--touch", "mobile": "page page--touch", "page": "page ", "other": "page ", "": "page "} {
		if page := s.browser().authorize(with(s.asked(s.public), "display", display, "brand_id", "1210")); !strings.Contains(page.body, `<body class="`+class+`">`) {
			t.Errorf("display=%s does not have the class %q:\n%s", display, class, page.body)
		}
	}
}

// TestPrivateUseSchemes: any program on a device may claim a scheme, so a
// request with one never gets an answer that nobody looked at (RFC 8252
// sections 7.1, 8.1 and 8.6). A web address is its owner's.
func TestPrivateUseSchemes(t *testing.T) {
	s := newServer(t)
	const native = "com.example.app:/cb"
	app := s.register(console.AppSpec{Name: "Native", RedirectURIs: []string{native, callback, "http://127.0.0.1:8090/cb"}})
	b := s.browser()
	asked := func(uri, prompt string) url.Values {
		return with(s.asked(app), "redirect_uri", uri, "prompt", prompt)
	}
	b.signIn(s.asked(app), "ada@example.com")
	for _, tt := range []struct{ uri, prompt, want string }{
		{native, "none", "interaction_required"},
		{native, "sso", "choice"},
		{native, "", "choice"},
		{callback, "none", "code"},
		{"http://127.0.0.1:8090/cb", "none", "code"},
	} {
		if got := seen(b.authorize(asked(tt.uri, tt.prompt))); got != tt.want {
			t.Errorf("%s with prompt=%q: %s, want %s", tt.uri, tt.prompt, got, tt.want)
		}
	}
	a := b.submit(b.authorize(asked(native, "")), "do", "continue")
	if seen(a) != "code" || a.location.Scheme != "com.example.app" {
		t.Errorf("Continue: %d to %v", a.status, a.location)
	}
	for _, uri := range []string{
		"com.example.app://cb", "com.example.app:/cb/", "COM.example.app:/cb", "com.example.app.evil:/cb", "com.example:/cb",
		"http://127.0.0.1:8091/cb", "http://127.0.0.1/cb", "http://localhost:8090/cb", "http://127.0.0.1:8090@evil.example/cb", "https://127.0.0.1:8090/cb",
	} {
		if a := b.authorize(asked(uri, "none")); a.location != nil || a.status != http.StatusForbidden {
			t.Errorf("%s: %d to %v, want a refusal", uri, a.status, a.location)
		}
	}
}

package oauth_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"offhook/internal/rc"
)

// framed is what of a browser reaches a hidden frame of another site's page.
func framed(b *browser) *browser {
	u, _ := url.Parse(b.s.url)
	in := b.s.browser()
	for _, c := range b.jar.Cookies(u) {
		if c.Name == "__Host-rc-frame" {
			in.jar.SetCookies(u, []*http.Cookie{{Name: c.Name, Value: c.Value, Path: "/", Secure: true}})
		}
	}
	return in
}

// TestTheFramesCookieAnswersSilently: it is good for prompt=none and for
// nothing that a click could do, because a page of any site can cause a
// request that carries it.
func TestTheFramesCookieAnswersSilently(t *testing.T) {
	s := newServer(t)
	b := s.browser()
	b.signIn(s.asked(s.public), "ada@example.com")
	in := framed(b)

	a := in.authorize(with(s.asked(s.public), "prompt", "none"))
	if a.location == nil || a.location.Query().Get("code") == "" || a.header.Get("Cross-Origin-Resource-Policy") != "cross-origin" {
		t.Errorf("prompt=none in a frame: %d to %v, policy %q; want a code", a.status, a.location, a.header.Get("Cross-Origin-Resource-Policy"))
	}
	for _, prompt := range []string{"", "login", "sso", "login sso", "consent"} {
		a := in.authorize(with(s.asked(s.public), "prompt", prompt))
		if a.location != nil || !strings.Contains(a.body, `type="password"`) {
			t.Errorf("prompt=%q with the frame's cookie alone: %d to %v; want the sign-in page", prompt, a.status, a.location)
		}
	}
	// Forms are not the frame's to post, even with a token of its own.
	page := in.authorize(with(s.asked(s.public), "prompt", "sso"))
	for _, do := range []string{"continue", "allow", "other"} {
		if a := in.submit(page, "do", do); a.location != nil && a.location.Query().Has("code") {
			t.Errorf("do=%s with the frame's cookie alone gives a code", do)
		}
	}

	// It ends with the session that it belongs to.
	b.submit(b.authorize(with(s.asked(s.public), "prompt", "login")), "username", "bob@example.com", "password", typed)
	if a := in.authorize(with(s.asked(s.public), "prompt", "none")); a.location.Query().Get("error") != "login_required" {
		t.Errorf("the frame's cookie of a session that has ended: %v, want login_required", a.location)
	}
	if a := framed(b).do(s.request("GET", rc.AuthorizePath+"?"+with(s.asked(s.public), "prompt", "none", "login_hint", "ada@example.com").Encode(), "")); a.location.Query().Has("code") {
		t.Error("another user than the one that was asked for is answered")
	}
}

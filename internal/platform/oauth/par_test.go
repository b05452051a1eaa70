package oauth_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"offhook/internal/platform/oauth"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// push asks the PAR endpoint.
func (s *server) push(v url.Values, header ...string) answer {
	s.t.Helper()
	return s.browser().do(s.request("POST", oauth.ParPath, v.Encode(), header...))
}

// pushed is what a browser brings for a request of an app.
func (s *server) pushed(app store.App, v url.Values, header ...string) url.Values {
	s.t.Helper()
	a := s.push(v, header...)
	var got struct {
		URI     string `json:"request_uri"`
		Expires int    `json:"expires_in"`
	}
	if err := json.Unmarshal([]byte(a.body), &got); err != nil || a.status != http.StatusCreated || got.Expires != 60 || a.header.Get("Cache-Control") != "no-store" {
		s.t.Fatalf("pushing: %d %v %s", a.status, a.header, a.body)
	}
	return url.Values{"client_id": {app.ClientID}, "request_uri": {got.URI}}
}

func TestPushedRequest(t *testing.T) {
	s := newServer(t)
	b := s.browser()
	v := s.pushed(s.public, s.asked(s.public))
	page := b.authorize(v)
	if seen(page) != "password" || strings.Contains(page.body, "st&amp;ate") {
		t.Fatalf("a pushed request: %s\n%s", seen(page), page.body)
	}
	s.clock.Advance(5 * time.Minute) // the person reads, and mistypes
	b.submit(page, "username", "ada@example.com", "password", "wrong")
	if again := b.authorize(v); seen(again) != "password" {
		t.Errorf("the same browser reloads: %s", seen(again))
	}
	a := b.submit(page, "username", "ada@example.com", "password", typed)
	if seen(a) != "code" || a.location.Query().Get("state") != "st&ate" {
		t.Fatalf("the answer: %d to %v", a.status, a.location)
	}
	s.info(s.token(s.exchange(s.public, a.location.Query().Get("code"))))

	secret := s.pushed(s.secretApp, s.asked(s.secretApp), s.basic()...)
	if a := b.authorize(with(secret, "prompt", "none")); seen(a) != "choice" {
		t.Errorf("a parameter beside request_uri counted: %s, want choice", seen(a))
	}
}

// TestPushedRequestAttacks: RFC 9126 sections 2.1, 4 and 7.
func TestPushedRequestAttacks(t *testing.T) {
	s := newServer(t)
	signedIn := func() *browser {
		b := s.browser()
		b.signIn(s.asked(s.public), "ada@example.com")
		return b
	}
	silent := with(s.asked(s.public), "prompt", "none")
	refused := func(name string, a answer) {
		t.Helper()
		if a.location != nil || a.status != http.StatusBadRequest || !strings.Contains(a.body, "has expired or was used before") {
			t.Errorf("%s: %d to %v\n%s", name, a.status, a.location, a.body)
		}
	}

	other := s.pushed(s.public, silent)
	refused("another app's request", signedIn().authorize(with(other, "client_id", s.other.ClientID)))

	b := signedIn()
	v := s.pushed(s.public, silent)
	if got := seen(b.authorize(v)); got != "code" {
		t.Fatalf("the first use: %s", got)
	}
	refused("a replay in the same browser", b.authorize(v))
	refused("a replay in another browser", signedIn().authorize(v))

	v = s.pushed(s.public, s.asked(s.public))
	s.browser().authorize(v)
	refused("a request that another browser has opened", signedIn().authorize(v))

	v = s.pushed(s.public, silent)
	s.clock.Advance(time.Minute)
	refused("a minute later", signedIn().authorize(v))

	b = s.browser()
	v = s.pushed(s.public, s.asked(s.public))
	page := b.authorize(v)
	s.clock.Advance(16 * time.Minute)
	refused("a page that was left for too long", b.submit(page, "username", "ada@example.com", "password", typed))

	refused("a made-up request_uri", signedIn().authorize(with(v, "request_uri", "urn:ietf:params:oauth:request_uri:' OR 1=1 --")))

	b = signedIn()
	v = s.pushed(s.public, silent)
	beside := with(v, "redirect_uri", "https://evil.example/", "scope", "VoipCalling", "state", "forged", "response_type", "token", "code_challenge", challenge("another verifier, another verifier, another"))
	a := b.authorize(beside)
	if seen(a) != "code" || a.location.Query().Get("state") != "st&ate" || !strings.HasPrefix(a.location.String(), callback+"?") {
		t.Errorf("parameters beside request_uri: %v", a.location)
	}
	s.info(s.token(s.exchange(s.public, a.location.Query().Get("code"))))
}

func TestPushedRequestIsAnsweredOnceAtTheSameMoment(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, s *server) {
		b := s.browser()
		b.signIn(s.asked(s.public), "ada@example.com")
		page := b.authorize(s.pushed(s.public, s.asked(s.public)))
		var codes atomic.Int32
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				if seen(b.submit(page, "do", "continue")) == "code" {
					codes.Add(1)
				}
			})
		}
		wg.Wait()
		if codes.Load() != 1 {
			t.Errorf("one pushed request gave %d codes, want 1", codes.Load())
		}
	})
}

func TestPushingRefusals(t *testing.T) {
	s := newServer(t)
	good := s.asked(s.public)
	for _, tt := range []struct {
		name   string
		v      url.Values
		header []string
		status int
		error  string
	}{
		{"a request_uri inside", with(good, "request_uri", "urn:ietf:params:oauth:request_uri:x"), nil, 400, "invalid_request"},
		{"nobody", with(good, "client_id", ""), nil, 401, "invalid_client"},
		{"an unknown app", with(good, "client_id", "nobody"), nil, 400, "invalid_client"},
		{"an app that has a secret, without it", s.asked(s.secretApp), nil, 401, "invalid_client"},
		{"an app with another's id", good, s.basic(), 400, "invalid_request"},
		{"a foreign redirect URI", with(good, "redirect_uri", "https://evil.example/"), nil, 403, "invalid_grant"},
		{"no PKCE", with(good, "code_challenge", "", "code_challenge_method", ""), nil, 400, "invalid_request"},
		{"a request object", with(good, "request", "e30."), nil, 400, "request_not_supported"},
		{"a bad scope", with(good, "scope", "VoipCalling"), nil, 400, "invalid_scope"},
	} {
		a := s.push(tt.v, tt.header...)
		if name, _ := fault(a); a.status != tt.status || name != tt.error || strings.Contains(a.body, "request_uri:") {
			t.Errorf("%s: %d %s, want %d %s", tt.name, a.status, a.body, tt.status, tt.error)
		}
	}
	if a := s.browser().do(s.request("POST", oauth.ParPath+"?"+good.Encode(), "")); a.status != http.StatusBadRequest {
		t.Errorf("parameters in the address: %d", a.status)
	}
	if a := s.browser().do(s.request("GET", oauth.ParPath, "")); a.status != http.StatusMethodNotAllowed {
		t.Errorf("GET: %d", a.status)
	}
}

// TestPostedRequestsSeeTheBrowsersSession: browsers send no Lax cookie with a
// form of another site, so the form becomes a link.
func TestPostedRequestsSeeTheBrowsersSession(t *testing.T) {
	s := newServer(t)
	b := s.browser()
	b.signIn(s.asked(s.public), "ada@example.com")
	posted := s.browser().do(s.request("POST", rc.AuthorizePath, with(s.asked(s.public), "prompt", "none").Encode(), "Sec-Fetch-Site", "cross-site"))
	if posted.location == nil {
		t.Fatalf("posted: %d %s", posted.status, posted.body)
	}
	if a := b.authorize(posted.location.Query()); seen(a) != "code" {
		t.Errorf("the browser then brings its session: %s", seen(a))
	}
	bad := s.browser().do(s.request("POST", rc.AuthorizePath, with(s.asked(s.public), "scope", "VoipCalling").Encode()))
	if seen(bad) != "invalid_scope" {
		t.Errorf("a bad posted request: %s", seen(bad))
	}
}

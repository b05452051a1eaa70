package oauth_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"offhook/internal/platform/console"
	"offhook/internal/rc"
	"offhook/internal/store"
)

func TestCodeExchange(t *testing.T) {
	s := newServer(t)
	b := s.browser()
	b.signIn(s.asked(s.public), "ada@example.com")
	plain := with(s.asked(s.public), "code_challenge", verifier, "code_challenge_method", "")
	for _, tt := range []struct {
		name        string
		asked       url.Values
		change      []string // of the good exchange
		header      []string
		error, code string // empty when it works
	}{
		{"S256", s.asked(s.public), nil, nil, "", ""},
		{"plain", plain, nil, nil, "", ""},
		{"confidential app without PKCE", s.asked(s.secretApp), nil, s.basic(), "", ""},
		{"confidential app with an equal client_id in the body", s.asked(s.secretApp), []string{"client_id", s.secretApp.ClientID}, s.basic(), "", ""},
		{"redirect URI left out of the exchange", s.asked(s.public), []string{"redirect_uri", ""}, nil, "invalid_grant", "OAU-109"},
		{"redirect URI left out of both", with(s.asked(s.public), "redirect_uri", ""), []string{"redirect_uri", ""}, nil, "", ""},
		{"redirect URI left out of the request", with(s.asked(s.public), "redirect_uri", ""), nil, nil, "", ""},
		{"another redirect URI", s.asked(s.public), []string{"redirect_uri", "https://app.example/two?x=1"}, nil, "invalid_grant", "OAU-109"},
		{"no verifier", s.asked(s.public), []string{"code_verifier", ""}, nil, "invalid_grant", "OAU-106"},
		{"wrong verifier", s.asked(s.public), []string{"code_verifier", verifier + "x"}, nil, "invalid_grant", "OAU-106"},
		{"the challenge as verifier", s.asked(s.public), []string{"code_verifier", challenge(verifier)}, nil, "invalid_grant", "OAU-106"},
		{"short verifier", s.asked(s.public), []string{"code_verifier", "short"}, nil, "invalid_grant", "OAU-106"},
		{"verifier without challenge", s.asked(s.secretApp), []string{"code_verifier", verifier}, s.basic(), "invalid_grant", "OAU-106"},
		{"another app", s.asked(s.public), []string{"client_id", s.other.ClientID}, nil, "invalid_grant", "OAU-106"},
		{"no code", s.asked(s.public), []string{"code", ""}, nil, "invalid_request", "CMN-101"},
		{"unknown code", s.asked(s.public), []string{"code", "RCAC_x' OR 1=1 --"}, nil, "invalid_grant", "OAU-106"},
		{"no grant type", s.asked(s.public), []string{"grant_type", ""}, nil, "invalid_request", "CMN-101"},
		{"password grant", s.asked(s.public), []string{"grant_type", "password", "username", "ada@example.com", "password", typed}, nil, "unsupported_grant_type", "OAU-112"},
		{"scope that the app does not have", s.asked(s.public), []string{"scope", "VoipCalling"}, nil, "invalid_scope", "OAU-117"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			app := s.public
			if tt.asked.Get("client_id") == s.secretApp.ClientID {
				app = s.secretApp
			}
			code := b.code(tt.asked)
			a := s.token(with(s.exchange(app, code), tt.change...), tt.header...)
			name, errorCode := fault(a)
			if name != tt.error || errorCode != tt.code || (tt.error == "") != (a.status == http.StatusOK) {
				t.Errorf("status %d, %s %s; want %s %s", a.status, name, errorCode, tt.error, tt.code)
			}
			if a.header.Get("Cache-Control") != "no-store" {
				t.Error("the answer may be stored")
			}
		})
	}
}

func TestCodeExpires(t *testing.T) {
	s := newServer(t)
	b := s.browser()
	b.signIn(s.asked(s.public), "ada@example.com")
	code := b.code(s.asked(s.public))
	s.clock.Advance(60 * time.Second)
	if _, got := fault(s.token(s.exchange(s.public, code))); got != "OAU-108" {
		t.Errorf("a code after 60 seconds: %s, want OAU-108", got)
	}
}

// TestACodeOfAnotherAppIsNotSpent: who holds a stolen code cannot spoil it
// with an app of their own.
func TestACodeOfAnotherAppIsNotSpent(t *testing.T) {
	s := newServer(t)
	b := s.browser()
	b.signIn(s.asked(s.public), "ada@example.com")
	code := b.code(s.asked(s.public))
	s.token(with(s.exchange(s.public, code), "client_id", s.other.ClientID))
	s.info(s.token(s.exchange(s.public, code)))
}

func TestCodeReplayEndsItsSession(t *testing.T) {
	s := newServer(t)
	b := s.browser()
	b.signIn(s.asked(s.public), "ada@example.com")
	code := b.code(s.asked(s.public))
	info := s.info(s.token(s.exchange(s.public, code)))
	if _, got := fault(s.token(s.exchange(s.public, code))); got != "OAU-106" {
		t.Errorf("replay: %s, want OAU-106", got)
	}
	if a := s.use(info.AccessToken); a.status != http.StatusUnauthorized {
		t.Errorf("the access token of a replayed code: %d, want 401", a.status)
	}
	if _, got := fault(s.token(s.refresh(info.RefreshToken))); got != "OAU-213" {
		t.Errorf("the refresh token of a replayed code: %s, want OAU-213", got)
	}
	if ended := <-s.ended; !strings.Contains(ended, info.SessionID) {
		t.Errorf("announced %s, want session %s", ended, info.SessionID)
	}
}

func TestManyExchangesOfOneCodeAtOnce(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, s *server) {
		b := s.browser()
		b.signIn(s.asked(s.public), "ada@example.com")
		answers := atOnce(24, s.exchange(s.public, b.code(s.asked(s.public))), s)
		good := 0
		for _, a := range answers {
			if a.status == http.StatusOK {
				good++
				if used := s.use(s.info(a).AccessToken); used.status != http.StatusUnauthorized {
					t.Errorf("the tokens outlived the replays: %d", used.status)
				}
			}
		}
		if good != 1 {
			t.Errorf("%d of 24 exchanges worked, want 1", good)
		}
	})
}

func atOnce(n int, form url.Values, s *server) []answer {
	answers := make([]answer, n)
	var wg sync.WaitGroup
	for i := range answers {
		wg.Go(func() { answers[i] = s.token(form) })
	}
	wg.Wait()
	return answers
}

func TestClientAuthentication(t *testing.T) {
	s := newServer(t)
	b := s.browser()
	b.signIn(s.asked(s.public), "ada@example.com")
	basic := func(id, secret string) []string {
		return []string{"Authorization", "Basic " + base64.StdEncoding.EncodeToString([]byte(id+":"+secret))}
	}
	secret := s.secretApp.ClientID
	for _, tt := range []struct {
		name        string
		app         store.App
		change      []string
		header      []string
		status      int
		error, code string
	}{
		{"wrong secret", s.secretApp, nil, basic(secret, "wrong"), 401, "invalid_client", "OAU-146"},
		{"unknown id", s.secretApp, nil, basic("nobody", "x"), 401, "invalid_client", "OAU-146"},
		{"no authentication", s.secretApp, nil, nil, 401, "invalid_client", "OAU-123"},
		{"id without secret", s.secretApp, []string{"client_id", secret}, nil, 401, "invalid_client", "OAU-123"},
		{"secret in the body", s.secretApp, []string{"client_id", secret, "client_secret", s.clientSecret}, nil, 200, "", ""},
		{"wrong secret in the body", s.secretApp, []string{"client_id", secret, "client_secret", "wrong"}, nil, 401, "invalid_client", "OAU-146"},
		{"secret in the body without an id", s.secretApp, []string{"client_secret", s.clientSecret}, nil, 401, "invalid_client", "OAU-123"},
		{"public app with a secret in the body", s.public, []string{"client_secret", "guess"}, nil, 401, "invalid_client", "OAU-146"},
		{"two methods", s.secretApp, []string{"client_id", secret, "client_secret", s.clientSecret}, s.basic(), 400, "invalid_request", "OAU-116"},
		{"Basic and an assertion", s.secretApp, []string{"client_assertion", "e30.e30."}, s.basic(), 400, "invalid_request", "OAU-116"},
		{"a secret and an assertion in the body", s.secretApp, []string{"client_secret", s.clientSecret, "client_assertion", "e30.e30."}, nil, 400, "invalid_request", "OAU-116"},
		{"assertion without its type", s.secretApp, []string{"client_id", secret, "client_assertion", "e30.e30."}, nil, 401, "invalid_client", "OAU-151"},
		{"another id in the body", s.secretApp, []string{"client_id", s.public.ClientID}, s.basic(), 400, "invalid_request", "OAU-150"},
		{"public app with a secret", s.public, nil, basic(s.public.ClientID, "guess"), 401, "invalid_client", "OAU-146"},
		{"unknown public app", s.public, []string{"client_id", "nobody"}, nil, 400, "invalid_client", "OAU-153"},
		{"bearer token", s.secretApp, nil, []string{"Authorization", "Bearer x"}, 401, "invalid_client", "OAU-134"},
		{"damaged Basic", s.secretApp, nil, []string{"Authorization", "Basic %%%"}, 401, "invalid_client", "OAU-134"},
		{"Basic without colon", s.secretApp, nil, []string{"Authorization", "Basic " + base64.StdEncoding.EncodeToString([]byte("x"))}, 401, "invalid_client", "OAU-134"},
		{"Basic with NUL", s.secretApp, nil, basic("a\x00b", "x"), 401, "invalid_client", "OAU-134"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			code := b.code(s.asked(tt.app))
			a := s.token(with(s.exchange(tt.app, code), tt.change...), tt.header...)
			if name, got := fault(a); a.status != tt.status || name != tt.error || got != tt.code {
				t.Errorf("got %d %s %s, want %d %s %s", a.status, name, got, tt.status, tt.error, tt.code)
			}
			if challenged := a.header.Get("WWW-Authenticate") != ""; challenged != (tt.header != nil && tt.status == 401) {
				t.Errorf("WWW-Authenticate: %v", challenged)
			}
			if strings.Contains(a.body, s.clientSecret) || strings.Contains(a.body, code) {
				t.Errorf("the answer repeats a secret: %s", a.body)
			}
		})
	}
}

func TestMalformedTokenRequests(t *testing.T) {
	s := newServer(t)
	form := s.refresh("RCRT_x")
	for _, tt := range []struct {
		name   string
		r      *http.Request
		status int
		code   string
	}{
		{"repeated parameter", s.request("POST", rc.TokenPath, form.Encode()+"&refresh_token=2"), 400, "OAU-111"},
		{"JSON", s.request("POST", rc.TokenPath, `{"grant_type":"refresh_token"}`, "Content-Type", "application/json"), 400, "CMN-101"},
		{"no content type", s.request("POST", rc.TokenPath, form.Encode(), "Content-Type", ""), 400, "CMN-101"},
		{"parameters in the URL", s.request("POST", rc.TokenPath+"?"+form.Encode(), ""), 400, "CMN-101"},
		{"8 MiB", s.request("POST", rc.TokenPath, "x="+strings.Repeat("x", 8<<20)), 413, "CMN-101"},
		{"NUL", s.request("POST", rc.TokenPath, with(form, "client_id", "a\x00").Encode()), 400, "CMN-101"},
		{"bad UTF-8", s.request("POST", rc.TokenPath, with(form, "refresh_token", "\xff").Encode()), 400, "CMN-101"},
		{"bad escape", s.request("POST", rc.TokenPath, "a=%zz"), 400, "CMN-101"},
		{"nothing", s.request("POST", rc.TokenPath, ""), 401, "OAU-123"},
		{"GET", s.request("GET", rc.TokenPath+"?"+form.Encode(), ""), 405, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := s.browser().do(tt.r)
			if _, code := fault(a); a.status != tt.status || code != tt.code {
				t.Errorf("got %d %s, want %d %s: %s", a.status, code, tt.status, tt.code, a.body)
			}
		})
	}
}

func TestScopesOnlyShrink(t *testing.T) {
	s := newServer(t)
	b := s.browser()
	b.signIn(s.asked(s.public), "ada@example.com")
	narrowed := s.info(s.token(s.exchange(s.public, b.code(with(s.asked(s.public), "scope", "SMS VoipCalling openid")))))
	if narrowed.Scope != "SMS openid" {
		t.Errorf("asking for SMS and scopes the app does not have gave %q, want SMS openid", narrowed.Scope)
	}
	wider := s.token(with(s.refresh(narrowed.RefreshToken), "scope", "SMS ReadAccounts"))
	if name, _ := fault(wider); name != "invalid_scope" {
		t.Errorf("a refresh asking for more: %s, want invalid_scope", name)
	}
	same := s.info(s.token(with(s.refresh(narrowed.RefreshToken), "scope", "ReadMessages")))
	if same.Scope != "ReadMessages" {
		t.Errorf("a refresh for an implied scope gave %q", same.Scope)
	}
	back := s.info(s.token(s.refresh(same.RefreshToken)))
	if back.Scope != "SMS openid" {
		t.Errorf("the next refresh gave %q, want what the sign-in gave", back.Scope)
	}
}

func TestLifetimes(t *testing.T) {
	s := newServer(t)
	info := s.signedIn(s.browser())
	for _, tt := range []struct{ access, refresh string }{
		{"", ""}, {"-1", "0"}, {"undefined", "x"}, {"60", "60"}, {"900", "604799"}, {"999999", "2592000"}, {"9999999999999999999", "-5"},
	} {
		want := map[string][2]int{
			"": {3600, 604800}, "-1": {3600, 604800}, "undefined": {3600, 604800}, "60": {600, 60}, "900": {900, 604799}, "999999": {3600, 604800}, "9999999999999999999": {3600, 604800},
		}[tt.access]
		info = s.info(s.token(with(s.refresh(info.RefreshToken), "access_token_ttl", tt.access, "refresh_token_ttl", tt.refresh)))
		if got := [2]int{info.ExpiresIn, info.RefreshTokenExpiresIn}; got != want {
			t.Errorf("ttl %q and %q gave %v, want %v", tt.access, tt.refresh, got, want)
		}
	}
	s.clock.Advance(time.Hour)
	if a := s.use(info.AccessToken); a.status != http.StatusUnauthorized || !strings.Contains(a.body, "OAU-128") {
		t.Errorf("an hour later: %d %s, want 401 OAU-128", a.status, a.body)
	}
	s.clock.Advance(7 * 24 * time.Hour)
	if _, code := fault(s.token(s.refresh(info.RefreshToken))); code != "OAU-213" {
		t.Errorf("a week later: %s, want OAU-213", code)
	}
}

func TestSixthSessionEndsTheOldest(t *testing.T) {
	s := newServer(t)
	b := s.browser()
	b.signIn(s.asked(s.public), "ada@example.com")
	bobs := s.browser()
	bobs.signIn(s.asked(s.public), "bob@example.com")
	bob := s.info(s.token(s.exchange(s.public, bobs.code(s.asked(s.public)))))
	var all []rc.TokenInfo
	for range 6 {
		s.clock.Advance(time.Second)
		all = append(all, s.info(s.token(s.exchange(s.public, b.code(s.asked(s.public))))))
	}
	for i, info := range all {
		want := http.StatusOK
		if i == 0 {
			want = http.StatusUnauthorized
		}
		if a := s.use(info.AccessToken); a.status != want {
			t.Errorf("session %d of 6: %d, want %d", i+1, a.status, want)
		}
	}
	if a := s.use(bob.AccessToken); a.status != http.StatusOK {
		t.Errorf("another user's session: %d", a.status)
	}
}

func TestAppWithoutRefreshTokens(t *testing.T) {
	s := newServer(t)
	c := &console.Console{Store: s.store, Now: s.clock.Now}
	app, _, err := c.RegisterApp(t.Context(), console.AppSpec{Name: "Short", RedirectURIs: []string{callback}, Grants: []string{rc.GrantAuthorizationCode}})
	check(t, err)
	b := s.browser()
	a := b.signIn(s.asked(app), "ada@example.com")
	info := s.info(s.token(s.exchange(app, a.location.Query().Get("code"))))
	if info.RefreshToken != "" {
		t.Error("an app without the refresh grant got a refresh token")
	}
	if name, _ := fault(s.token(with(s.refresh("RCRT_x"), "client_id", app.ClientID))); name != "unauthorized_client" {
		t.Errorf("refreshing: %s, want unauthorized_client", name)
	}
}

// TestFailuresOfOneAddress: a flood of bad requests is told to stop, and does
// not keep the good ones of the same address out.
func TestFailuresOfOneAddress(t *testing.T) {
	s := newServer(t)
	info := s.signedIn(s.browser())
	last := 0
	for i := range 80 {
		last = s.token(s.refresh(fmt.Sprint("RCRT_", i))).status
	}
	if last != http.StatusTooManyRequests {
		t.Errorf("the 80th bad request: %d, want 429", last)
	}
	s.info(s.token(s.refresh(info.RefreshToken)))
}

// TestNothingSecretIsLogged drives every endpoint, well and badly, and looks
// for what must not be in the log.
func TestNothingSecretIsLogged(t *testing.T) {
	s := newServer(t)
	b := s.browser()
	code := b.signIn(s.asked(s.public), "ada@example.com").location.Query().Get("code")
	info := s.info(s.token(s.exchange(s.public, code)))
	s.token(s.exchange(s.public, code))
	info2 := s.signedIn(b)
	next := s.info(s.token(s.refresh(info2.RefreshToken)))
	s.use(next.AccessToken)
	s.browser().do(s.request("GET", "/restapi/v1.0/account/~?access_token="+next.AccessToken, ""))
	s.browser().do(s.request("POST", rc.TokenPath+"?refresh_token="+next.RefreshToken, ""))
	s.browser().do(s.request("POST", rc.RevokePath+"?token="+next.AccessToken, url.Values{"client_id": {s.public.ClientID}}.Encode()))
	s.token(s.exchange(s.secretApp, code), s.basic()...)
	page := b.authorize(with(s.asked(s.public), "prompt", "login"))
	b.submit(page, "username", "ada@example.com", "password", "my secret password")
	b.submit(page, "username", "my secret password", "password", "x")
	_, token := s.form(page)
	u, _ := url.Parse(s.url)

	log := s.log.String()
	if !strings.Contains(log, "signed in") || !strings.Contains(log, "sign-in refused") || !strings.Contains(log, "OAuth session ended") {
		t.Errorf("the log does not tell what happened:\n%s", log)
	}
	for _, secret := range []string{
		"RCAT_", "RCRT_", "RCAC_", code, info.AccessToken, s.clientSecret, typed, "my secret password", cookie(b, u).Value, token, verifier,
	} {
		if strings.Contains(log, secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
}

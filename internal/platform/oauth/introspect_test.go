package oauth_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/go-cmp/cmp"

	"offhook/internal/platform/console"
	"offhook/internal/rc"
	"offhook/internal/store"
)

const introspectPath = "/restapi/oauth/introspect"

var consoleCredential = console.CredentialSpec{Label: "test"}

func (s *server) put(app store.App) error {
	return s.store.Write(s.t.Context(), func(tx store.PlatformTx) error { return tx.PutApp(s.t.Context(), app) })
}

// introspect asks as the confidential app.
func (s *server) introspect(token string) answer {
	s.t.Helper()
	return s.browser().do(s.request("POST", introspectPath, url.Values{"token": {token}}.Encode(), s.basic()...))
}

func TestIntrospection(t *testing.T) {
	s := newServer(t)
	b := s.browser()
	code := b.signIn(with(s.asked(s.secretApp), "scope", "SMS openid"), "ada@example.com").location.Query().Get("code")
	info := s.info(s.token(s.exchange(s.secretApp, code), s.basic()...))
	account := accountOf(t, s)
	now := s.clock.Now().Unix()
	for _, tt := range []struct {
		token string
		want  map[string]any
	}{
		{info.AccessToken, map[string]any{
			"active": true, "scope": "SMS openid", "client_id": s.secretApp.ClientID, "token_type": "bearer", "exp": float64(now + 3600), "sub": "101",
			"account_id": account, "iss": s.url, "session_id": info.SessionID,
		}},
		{info.RefreshToken, map[string]any{
			"active": true, "scope": "SMS openid", "client_id": s.secretApp.ClientID, "token_type": "refresh_token", "exp": float64(now + 604800), "sub": "101",
			"iss": s.url, "session_id": info.SessionID,
		}},
	} {
		a := s.introspect(tt.token)
		var got map[string]any
		check(t, json.Unmarshal([]byte(a.body), &got))
		if diff := cmp.Diff(tt.want, got); diff != "" || a.status != 200 || a.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%d (-want +got):\n%s", a.status, diff)
		}
	}
}

func accountOf(t *testing.T, s *server) string {
	t.Helper()
	e, err := s.store.Extension(t.Context(), 101)
	check(t, err)
	return fmt.Sprint(e.AccountID)
}

// TestTokensThatLookLikeNone: whatever the reason, the answer is the same.
func TestTokensThatLookLikeNone(t *testing.T) {
	s := newServer(t)
	b := s.browser()
	stranger := s.signedIn(b) // of the public app
	mine := func() rc.TokenInfo {
		return s.info(s.token(s.exchange(s.secretApp, b.code(s.asked(s.secretApp))), s.basic()...))
	}
	revoked, spent, old := mine(), mine(), mine()
	s.browser().do(s.request("POST", rc.RevokePath, url.Values{"token": {revoked.AccessToken}}.Encode(), s.basic()...))
	s.info(s.token(with(s.refresh(spent.RefreshToken), "client_id", ""), s.basic()...))
	brief := s.info(s.token(with(s.refresh(old.RefreshToken), "client_id", "", "access_token_ttl", "600", "refresh_token_ttl", "60"), s.basic()...))
	s.clock.Advance(11 * time.Minute)
	for name, token := range map[string]string{
		"another app's access token": stranger.AccessToken, "another app's refresh token": stranger.RefreshToken,
		"a revoked access token": revoked.AccessToken, "a revoked refresh token": revoked.RefreshToken,
		"a replaced access token": spent.AccessToken, "a spent refresh token": spent.RefreshToken,
		"an expired access token": brief.AccessToken, "an expired refresh token": brief.RefreshToken,
		"nothing like a token": "' OR 1=1 --", "an unknown one": "RCAT_" + strings.Repeat("A", 43), "an unknown refresh token": "RCRT_" + strings.Repeat("A", 43),
	} {
		if a := s.introspect(token); a.status != 200 || strings.TrimSpace(a.body) != `{"active":false}` {
			t.Errorf("%s: %d %s, want only active false", name, a.status, a.body)
		}
	}
	if a := s.use(stranger.AccessToken); a.status != 200 {
		t.Errorf("asking about a stranger's token ended it: %d", a.status)
	}
}

func TestWhoMayIntrospect(t *testing.T) {
	s := newServer(t)
	info := s.signedIn(s.browser())
	pair := newKeyPair(t, "k1")
	app := s.signer(pair)
	ask := func(v url.Values, header ...string) answer {
		return s.browser().do(s.request("POST", introspectPath, with(url.Values{"token": {info.AccessToken}}, flat(v)...).Encode(), header...))
	}
	for _, tt := range []struct {
		name   string
		a      answer
		status int
	}{
		{"a public app, about its own token", ask(url.Values{"client_id": {s.public.ClientID}}), 401},
		{"nobody", ask(nil), 401},
		{"the token itself", ask(nil, "Authorization", "Bearer "+info.AccessToken), 401},
		{"a wrong secret", ask(url.Values{"client_id": {s.secretApp.ClientID}, "client_secret": {"x"}}), 401},
		{"an app that signs", ask(url.Values{"client_assertion_type": {assertionType}, "client_assertion": {sign(t, jose.ES256, pair.private, s.claims(app), nil)}}), 200},
		{"without a token", s.browser().do(s.request("POST", introspectPath, "token_type_hint=access_token", s.basic()...)), 400},
		{"in the URL", s.browser().do(s.request("POST", introspectPath+"?token="+info.AccessToken, "", s.basic()...)), 400},
		{"by GET", s.browser().do(s.request("GET", introspectPath+"?token=x", "", s.basic()...)), 405},
	} {
		if tt.a.status != tt.status || strings.Contains(tt.a.body, `"active":true`) {
			t.Errorf("%s: %d %s, want %d", tt.name, tt.a.status, tt.a.body, tt.status)
		}
	}
}

func flat(v url.Values) (pairs []string) {
	for name := range v {
		pairs = append(pairs, name, v.Get(name))
	}
	return pairs
}

// TestLookingIsNoUse: asking about a new access token must not end the grace
// of the refresh rule, which lasts until the token's first use.
func TestLookingIsNoUse(t *testing.T) {
	s := newServer(t)
	b := s.browser()
	b.signIn(s.asked(s.secretApp), "ada@example.com")
	info := s.info(s.token(s.exchange(s.secretApp, b.code(s.asked(s.secretApp))), s.basic()...))
	refresh := with(s.refresh(info.RefreshToken), "client_id", "")
	next := s.info(s.token(refresh, s.basic()...))
	s.introspect(next.AccessToken)
	s.clock.Advance(30 * time.Minute)
	if again := s.info(s.token(refresh, s.basic()...)); again.AccessToken != next.AccessToken {
		t.Error("looking at the new token counted as its use")
	}
}

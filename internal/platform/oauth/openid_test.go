package oauth_test

import (
	"context"
	"encoding/json"
	"net/url"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/oauth2"

	"offhook/internal/platform/signing"
	"offhook/internal/rc"
)

// A client is an app that is written with golang.org/x/oauth2 and
// coreos/go-oidc, which nobody here wrote.
type client struct {
	*oauth2.Config
	provider *oidc.Provider
	verifier *oidc.IDTokenVerifier
}

func (s *server) client(ctx context.Context) client {
	s.t.Helper()
	provider, err := oidc.NewProvider(ctx, s.url)
	check(s.t, err)
	endpoint := provider.Endpoint()
	endpoint.AuthStyle = oauth2.AuthStyleInHeader
	return client{
		&oauth2.Config{
			ClientID: s.secretApp.ClientID, ClientSecret: s.clientSecret, RedirectURL: callback, Endpoint: endpoint,
			Scopes: []string{oidc.ScopeOpenID, "email", "profile"},
		},
		provider,
		provider.Verifier(&oidc.Config{ClientID: s.secretApp.ClientID, Now: s.clock.Now}),
	}
}

// signIn goes the code way and returns the tokens with the verified id_token.
func (c client) signIn(s *server, opts ...oauth2.AuthCodeOption) (*oauth2.Token, *oidc.IDToken) {
	s.t.Helper()
	verifier := oauth2.GenerateVerifier()
	u, err := url.Parse(c.AuthCodeURL("st", append(opts, oauth2.S256ChallengeOption(verifier))...))
	check(s.t, err)
	answer := s.browser().signIn(u.Query(), "ada@example.com").location.Query()
	if answer.Get("iss") != s.url || answer.Get("state") != "st" {
		s.t.Fatalf("answered %v", answer)
	}
	token, err := c.Exchange(s.t.Context(), answer.Get("code"), oauth2.VerifierOption(verifier))
	check(s.t, err)
	raw, _ := token.Extra("id_token").(string)
	id, err := c.verifier.Verify(s.t.Context(), raw)
	check(s.t, err)
	return token, id
}

func TestOpenIDConnect(t *testing.T) {
	s := newServer(t)
	ctx := t.Context()
	c := s.client(ctx)
	token, id := c.signIn(s, oidc.Nonce("n-1"))
	check(t, id.VerifyAccessToken(token.AccessToken)) // at_hash
	if id.VerifyAccessToken(token.AccessToken+"x") == nil {
		t.Error("at_hash fits another token")
	}
	if id.Nonce != "n-1" || id.Subject != "101" || !id.Expiry.Equal(s.clock.Now().Add(time.Hour)) {
		t.Errorf("id_token: nonce %q, sub %q, exp %v", id.Nonce, id.Subject, id.Expiry)
	}
	var got map[string]any
	check(t, id.Claims(&got))
	delete(got, "jti")
	account := s.whoami(token.AccessToken)
	now := float64(s.clock.Now().Unix())
	want := map[string]any{
		"iss": s.url, "aud": s.secretApp.ClientID, "azp": s.secretApp.ClientID, "sub": "101", "nonce": "n-1", "iat": now, "exp": now + 3600, "auth_time": now,
		"account_id": account, "email": "ada@example.com", "email_verified": true, "name": "Ada Lovelace", "given_name": "Ada", "family_name": "Lovelace", "sid": token.Extra("session_id"), "at_hash": got["at_hash"],
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("claims (-want +got):\n%s", diff)
	}

	info, err := c.provider.UserInfo(ctx, oauth2.StaticTokenSource(token))
	check(t, err)
	var about map[string]any
	check(t, info.Claims(&about))
	if diff := cmp.Diff(map[string]any{"sub": "101", "account_id": account, "email": "ada@example.com", "email_verified": true, "name": "Ada Lovelace", "given_name": "Ada", "family_name": "Lovelace"}, about); diff != "" {
		t.Errorf("userinfo (-want +got):\n%s", diff)
	}

	fresh, err := c.TokenSource(ctx, &oauth2.Token{RefreshToken: token.RefreshToken}).Token()
	check(t, err)
	if fresh.AccessToken == token.AccessToken || fresh.Extra("scope") != "ReadAccounts SMS openid email profile" {
		t.Errorf("refreshed: scope %v", fresh.Extra("scope"))
	}
	if _, err := c.provider.UserInfo(ctx, oauth2.StaticTokenSource(fresh)); err != nil {
		t.Errorf("userinfo after a refresh: %v", err)
	}
}

// whoami returns the account id that the API reports for a token.
func (s *server) whoami(token string) string {
	s.t.Helper()
	var caller struct{ AccountID json.Number }
	a := s.use(token)
	if err := json.Unmarshal([]byte(a.body), &caller); err != nil || a.status != 200 {
		s.t.Fatalf("asking who a token is: %d %s", a.status, a.body)
	}
	return caller.AccountID.String()
}

// TestClaimsFollowTheScopes: what was not asked for is not told.
func TestClaimsFollowTheScopes(t *testing.T) {
	s := newServer(t)
	b := s.browser()
	b.signIn(s.asked(s.public), "ada@example.com")
	userinfo := func(token string, method string) answer {
		return s.browser().do(s.request(method, rc.UserinfoPath, "", "Authorization", "Bearer "+token))
	}
	for _, tt := range []struct {
		scope, exchange string
		id              bool
		userinfo        int
	}{
		{"", "", false, 403},
		{"SMS", "", false, 403},
		{"email profile", "", false, 403}, // without openid they mean nothing
		{"openid", "", true, 200},
		{"openid SMS", "SMS", false, 403}, // narrowed at the exchange
		{"SMS", "openid SMS", false, 403}, // which cannot widen
	} {
		info := s.info(s.token(with(s.exchange(s.public, b.code(with(s.asked(s.public), "scope", tt.scope))), "scope", tt.exchange)))
		if (info.IDToken != "") != tt.id {
			t.Errorf("scope %q, then %q: id_token %v, want %v", tt.scope, tt.exchange, info.IDToken != "", tt.id)
		}
		for _, method := range []string{"GET", "POST"} {
			if a := userinfo(info.AccessToken, method); a.status != tt.userinfo {
				t.Errorf("scope %q, then %q: %s userinfo %d, want %d", tt.scope, tt.exchange, method, a.status, tt.userinfo)
			}
		}
	}
	info := s.info(s.token(s.exchange(s.public, b.code(with(s.asked(s.public), "scope", "openid SMS")))))
	narrowed := s.info(s.token(with(s.refresh(info.RefreshToken), "scope", "SMS")))
	if a := userinfo(narrowed.AccessToken, "GET"); a.status != 403 || narrowed.Scope != "SMS" {
		t.Errorf("a refresh without openid: %d, scope %q", a.status, narrowed.Scope)
	}
	if a := userinfo(info.IDToken, "GET"); a.status != 401 {
		t.Errorf("an id_token as an access token: %d", a.status)
	}
}

// TestIDTokensOutliveTheirKey: a client that has an id_token from before a
// rotation can still check it, and finds the new key by itself.
func TestIDTokensOutliveTheirKey(t *testing.T) {
	s := newServer(t)
	c := s.client(t.Context())
	token, _ := c.signIn(s)
	raw, _ := token.Extra("id_token").(string)
	check(t, s.keys.Rotate(t.Context(), signing.IDTokens))
	c.signIn(s) // the verifier meets a kid that it does not know
	if _, err := s.client(t.Context()).verifier.Verify(t.Context(), raw); err != nil {
		t.Errorf("a new client, an old id_token: %v", err)
	}
}

// TestIDTokensAreNotForOthers is the client's half of OpenID Connect Core
// section 3.1.3.7, done by go-oidc with what this server signs.
func TestIDTokensAreNotForOthers(t *testing.T) {
	s := newServer(t)
	c := s.client(t.Context())
	token, _ := c.signIn(s)
	raw, _ := token.Extra("id_token").(string)
	for name, verifier := range map[string]*oidc.IDTokenVerifier{
		"another app":    c.provider.Verifier(&oidc.Config{ClientID: s.public.ClientID, Now: s.clock.Now}),
		"an hour later":  c.provider.Verifier(&oidc.Config{ClientID: s.secretApp.ClientID, Now: func() time.Time { return s.clock.Now().Add(61 * time.Minute) }}),
		"another issuer": oidc.NewVerifier("https://evil.example", oidc.NewRemoteKeySet(t.Context(), s.url+rc.JWKSPath), &oidc.Config{ClientID: s.secretApp.ClientID, Now: s.clock.Now}),
	} {
		if _, err := verifier.Verify(t.Context(), raw); err == nil {
			t.Errorf("accepted by %s", name)
		}
	}
	none := sign(t, jose.HS256, []byte(s.clientSecret), map[string]any{"iss": s.url, "aud": s.secretApp.ClientID, "sub": "102", "exp": s.clock.Now().Add(time.Hour).Unix()}, nil)
	if _, err := c.verifier.Verify(t.Context(), none); err == nil {
		t.Error("an id_token signed with the app's own secret is accepted")
	}
}

func TestJWTBearerWithOAuth2(t *testing.T) {
	s := newServer(t)
	_, assertion := s.credential(consoleCredential)
	c := s.client(t.Context())
	app, err := s.store.App(t.Context(), c.ClientID)
	check(t, err)
	app.Grants = append(app.Grants, rc.GrantJWTBearer)
	check(t, s.put(app))
	token, err := c.Exchange(t.Context(), "", oauth2.SetAuthURLParam("grant_type", rc.GrantJWTBearer), oauth2.SetAuthURLParam("assertion", assertion))
	check(t, err)
	if a := s.use(token.AccessToken); a.status != 200 {
		t.Errorf("its token: %d", a.status)
	}
}

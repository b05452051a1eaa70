package oauth_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4/jwt"

	"offhook/internal/platform/console"
	"offhook/internal/platform/signing"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// jwtApp registers a public app for JWT credentials.
func (s *server) jwtApp() store.App {
	s.t.Helper()
	app, _, err := s.console().RegisterApp(s.t.Context(), console.AppSpec{Name: "Night job", Scopes: []string{"ReadAccounts", "SMS"}, Grants: []string{"jwt", rc.GrantRefreshToken}})
	check(s.t, err)
	return app
}

func (s *server) credential(spec console.CredentialSpec) (store.Credential, string) {
	s.t.Helper()
	spec.Username = "ada@example.com"
	c, token, err := s.console().AddCredential(s.t.Context(), spec)
	check(s.t, err)
	return c, string(token)
}

func bearing(app store.App, assertion string) url.Values {
	return url.Values{"grant_type": {rc.GrantJWTBearer}, "assertion": {assertion}, "client_id": {app.ClientID}}
}

func TestJWTCredential(t *testing.T) {
	s := newServer(t)
	app := s.jwtApp()
	_, token := s.credential(console.CredentialSpec{Label: "night job"})
	info := s.info(s.token(with(bearing(app, token), "access_token_ttl", "60", "refresh_token_ttl", "9999999", "endpoint_id", "e1", "scope", "ReadAccounts VoipCalling openid")))
	if info.OwnerID != "101" || info.Scope != "ReadAccounts" || info.ExpiresIn != 600 || info.RefreshTokenExpiresIn != 604800 || info.EndpointID != "e1" || info.IDToken != "" {
		t.Errorf("answered %#v, scope %q, %d, %d", info.OwnerID, info.Scope, info.ExpiresIn, info.RefreshTokenExpiresIn)
	}
	if a := s.use(info.AccessToken); a.status != 200 {
		t.Errorf("its access token: %d", a.status)
	}
	s.info(s.token(with(s.refresh(info.RefreshToken), "client_id", app.ClientID)))
	s.info(s.token(bearing(app, token))) // a credential is not used up
}

func TestRefusedCredentials(t *testing.T) {
	s := newServer(t)
	app := s.jwtApp()
	_, good := s.credential(console.CredentialSpec{})
	_, elsewhere := s.credential(console.CredentialSpec{ClientIDs: []string{s.other.ClientID}})
	_, here := s.credential(console.CredentialSpec{ClientIDs: []string{s.other.ClientID, app.ClientID}})
	revoked, gone := s.credential(console.CredentialSpec{})
	check(t, s.console().RevokeCredential(t.Context(), revoked.ID))
	_, brief := s.credential(console.CredentialSpec{Life: time.Hour})
	parts := strings.Split(good, ".")
	id, err := s.keys.Sign(t.Context(), signing.IDTokens, "JWT", jwt.Claims{Subject: "101"})
	check(t, err)
	other, err := s.keys.Credential(t.Context(), store.Credential{ID: revoked.ID, ExtensionID: 102, CreatedAt: s.clock.Now()})
	check(t, err)
	for _, tt := range []struct {
		name      string
		assertion string
		code      string
	}{
		{"for all apps", good, ""},
		{"for this app among others", here, ""},
		{"not expired", brief, ""},
		{"for another app", elsewhere, "OAU-120"},
		{"revoked", gone, "OAU-213"},
		{"revoked, and for another user", string(other), "OAU-213"},
		{"missing", "", "CMN-101"},
		{"no JWT", "hello", "OAU-129"},
		{"an id_token", id, "OAU-347"},
		{"none", b64(`{"alg":"none","typ":"credential+jwt"}`) + "." + parts[1] + ".", "OAU-347"},
		{"zero signature", parts[0] + "." + parts[1] + "." + strings.Repeat("A", 86), "OAU-129"},
		{"an access token", "RCAT_x", "OAU-129"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := s.token(bearing(app, tt.assertion))
			name, code := fault(a)
			if code != tt.code || (code == "") != (a.status == 200) || code != "" && code != "CMN-101" && name != "invalid_grant" {
				t.Errorf("got %d %s %s, want %q", a.status, name, code, tt.code)
			}
		})
	}
	s.clock.Advance(time.Hour) // the signature has a minute's leeway, the row has none
	if _, code := fault(s.token(bearing(app, brief))); code != "OAU-128" {
		t.Errorf("expired: %s, want OAU-128", code)
	}
	s.clock.Advance(-2 * time.Hour)
	if _, code := fault(s.token(bearing(app, good))); code != "OAU-129" {
		t.Errorf("before it was made: %s, want OAU-129", code)
	}
}

func TestACredentialIsAnAssertionAndNothingElse(t *testing.T) {
	s := newServer(t)
	_, token := s.credential(console.CredentialSpec{})
	if a := s.use(token); a.status != 401 {
		t.Errorf("as an access token: %d", a.status)
	}
	if _, code := fault(s.asserted(token)); code != "OAU-146" {
		t.Errorf("as a client assertion: %s, want OAU-146", code)
	}
	if _, code := fault(s.token(s.refresh(token))); code != "OAU-213" {
		t.Errorf("as a refresh token: %s, want OAU-213", code)
	}
	if name, _ := fault(s.token(bearing(s.public, token))); name != "unauthorized_client" {
		t.Errorf("from an app that is not registered for it: %s, want unauthorized_client", name)
	}
}

// TestAllAppsAreThoseOfOnesOwnCompany: a credential for «all apps» is no key
// for an app of strangers.
func TestAllAppsAreThoseOfOnesOwnCompany(t *testing.T) {
	s := newServer(t)
	account, err := s.console().RegisterAccount(t.Context(), console.AccountSpec{Company: "Strangers", MainNumber: "+16505550900"})
	check(t, err)
	spec := console.AppSpec{Name: "Stranger", AccountID: account.ID, Grants: []string{rc.GrantJWTBearer}}
	app, _, err := s.console().RegisterApp(t.Context(), spec)
	check(t, err)
	_, all := s.credential(console.CredentialSpec{})
	if _, code := fault(s.token(bearing(app, all))); code != "OAU-120" {
		t.Errorf("for all apps: %s, want OAU-120", code)
	}
	_, named := s.credential(console.CredentialSpec{ClientIDs: []string{app.ClientID}})
	s.info(s.token(bearing(app, named)))
}

func TestRevokingACredentialEndsItsSessions(t *testing.T) {
	s := newServer(t)
	app := s.jwtApp()
	c, token := s.credential(console.CredentialSpec{})
	info := s.info(s.token(bearing(app, token)))
	_, another := s.credential(console.CredentialSpec{})
	kept := s.info(s.token(bearing(app, another)))
	check(t, s.console().RevokeCredential(t.Context(), c.ID))
	if a := s.use(info.AccessToken); a.status != 401 {
		t.Errorf("the access token lives on: %d", a.status)
	}
	if _, code := fault(s.token(with(s.refresh(info.RefreshToken), "client_id", app.ClientID))); code != "OAU-213" {
		t.Errorf("the refresh token: %s, want OAU-213", code)
	}
	if a := s.use(kept.AccessToken); a.status != 200 {
		t.Errorf("a session of another credential: %d", a.status)
	}
}

func TestTheSixthSignInByJWTEndsTheOldest(t *testing.T) {
	s := newServer(t)
	app := s.jwtApp()
	_, token := s.credential(console.CredentialSpec{})
	first := s.info(s.token(bearing(app, token)))
	for range 5 {
		s.clock.Advance(time.Second)
		s.info(s.token(bearing(app, token)))
	}
	if a := s.use(first.AccessToken); a.status != 401 {
		t.Errorf("the first of six: %d, want 401", a.status)
	}
}

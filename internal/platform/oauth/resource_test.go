package oauth_test

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"offhook/internal/platform/console"
	"offhook/internal/rc"
)

// TestOnlyAccessTokensOpenTheAPI: nothing else that the server hands out, or
// that an app has, does (RFC 9700 section 4.9).
func TestOnlyAccessTokensOpenTheAPI(t *testing.T) {
	s := newServer(t)
	b := s.browser()
	b.signIn(s.asked(s.public), "ada@example.com")
	openid := with(s.asked(s.public), "scope", "openid ReadAccounts")
	info := s.info(s.token(s.exchange(s.public, b.code(openid))))
	_, credential := s.credential(console.CredentialSpec{})
	u, err := url.Parse(s.url)
	check(t, err)
	for name, token := range map[string]string{
		"a refresh token": info.RefreshToken, "an id_token": info.IDToken, "a code": b.code(openid), "a JWT credential": credential,
		"an app's secret": s.clientSecret, "the platform's cookie": cookie(b, u).Value, "the session's id": info.SessionID,
		"a token with a letter changed": strings.ToUpper(info.AccessToken), "a token with a space": info.AccessToken + " x", "its hash": "RCAT_" + base64.RawURLEncoding.EncodeToString(make([]byte, 32)),
	} {
		if a := s.use(token); a.status != http.StatusUnauthorized {
			t.Errorf("%s: %d, want 401", name, a.status)
		}
	}
	if a := s.browser().do(s.request("GET", "/restapi/v1.0/account/~?access_token="+info.AccessToken, "")); a.status != http.StatusUnauthorized {
		t.Errorf("a token in the address: %d, want 401", a.status)
	}
	if a := s.browser().do(s.request("GET", "/restapi/v1.0/account/~", "access_token="+info.AccessToken)); a.status != http.StatusUnauthorized {
		t.Errorf("a token in the body: %d, want 401", a.status)
	}
	if a := b.do(s.request("GET", "/restapi/v1.0/account/~", "")); a.status != http.StatusUnauthorized {
		t.Errorf("the browser's cookie alone: %d, want 401", a.status)
	}
}

// TestAnAppCannotPassForAUser: an app may call itself what it likes, also a
// user's number (RFC 9700 section 4.15). No token speaks for an app, so there
// is nothing to take one for the other by.
func TestAnAppCannotPassForAUser(t *testing.T) {
	s := newServer(t)
	pair := newKeyPair(t, "k1")
	app, _, err := s.console().RegisterApp(t.Context(), console.AppSpec{ClientID: "101", Name: "Ada", RedirectURIs: []string{callback}, JWKS: pair.public, Grants: console.Grants})
	check(t, err)
	assert := func() []string {
		return []string{"client_id", "", "client_assertion_type", assertionType, "client_assertion", sign(t, jose.ES256, pair.private, s.claims(app), nil)}
	}
	for name, form := range map[string]url.Values{
		"its own assertion as a credential": bearing(app, sign(t, jose.ES256, pair.private, s.claims(app), nil)),
		"client credentials":                {"grant_type": {"client_credentials"}},
		"a password":                        {"grant_type": {"password"}, "username": {"ada@example.com"}, "password": {typed}},
		"an exchange":                       {"grant_type": {"urn:ietf:params:oauth:grant-type:token-exchange"}, "subject_token": {"101"}},
	} {
		if a := s.token(with(form, assert()...)); a.status != http.StatusBadRequest || strings.Contains(a.body, "access_token") {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
}

// TestWrongSecretsLockNobodyOut: whoever knows a client id, which is public,
// can send as many wrong secrets as they like; the app itself goes on, also
// from the same address.
func TestWrongSecretsLockNobodyOut(t *testing.T) {
	s := newServer(t)
	b := s.browser()
	b.signIn(s.asked(s.secretApp), "ada@example.com")
	wrong := []string{"Authorization", "Basic " + base64.StdEncoding.EncodeToString([]byte(s.secretApp.ClientID+":guess"))}
	last := 0
	for range 80 {
		last = s.token(s.refresh("RCRT_x"), wrong...).status
	}
	if last != http.StatusTooManyRequests {
		t.Errorf("the 80th wrong secret: %d, want 429", last)
	}
	s.info(s.token(s.exchange(s.secretApp, b.code(s.asked(s.secretApp))), s.basic()...))
	asked := s.browser().do(s.request("POST", introspectPath, "token=x", s.basic()...))
	if asked.status != http.StatusOK {
		t.Errorf("introspection by the app itself: %d", asked.status)
	}
}

// TestNothingThatAnAppSignsIsLogged looks into the log after every kind of
// assertion, good and bad.
func TestNothingThatAnAppSignsIsLogged(t *testing.T) {
	s := newServer(t)
	app := s.jwtApp()
	pair := newKeyPair(t, "k1")
	signer := s.signer(pair)
	revoked, gone := s.credential(console.CredentialSpec{})
	check(t, s.console().RevokeCredential(t.Context(), revoked.ID))
	_, good := s.credential(console.CredentialSpec{})
	info := s.info(s.token(bearing(app, good)))
	s.token(bearing(app, gone))
	s.token(bearing(app, good+"x"))
	assertion := sign(t, jose.ES256, pair.private, s.claims(signer), nil)
	s.asserted(assertion)
	s.asserted(assertion)
	s.introspect(info.AccessToken)
	s.clock.Advance(time.Hour)
	s.use(info.AccessToken)
	log := s.log.String()
	for _, secret := range []string{good, gone, assertion, "eyJ", "RCAT_", "RCRT_", s.clientSecret} {
		if strings.Contains(log, secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
	if !strings.Contains(log, rc.TokenPath) {
		t.Error("the log does not tell of the requests at all")
	}
}

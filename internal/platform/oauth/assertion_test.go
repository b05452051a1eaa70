package oauth_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"offhook/internal/platform/console"
	"offhook/internal/rc"
	"offhook/internal/store"
)

const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// A keyPair is an app's own.
type keyPair struct {
	private jose.JSONWebKey
	public  string // the JWK set to register
}

func newKeyPair(t *testing.T, kid string) keyPair {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(t, err)
	return pairOf(t, key, key.Public(), kid)
}

func pairOf(t *testing.T, private, public any, kid string) keyPair {
	t.Helper()
	set, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: public, KeyID: kid}}})
	check(t, err)
	return keyPair{jose.JSONWebKey{Key: private, KeyID: kid}, string(set)}
}

// signer registers an app that signs its requests.
func (s *server) signer(pair keyPair) store.App {
	s.t.Helper()
	app, secret, err := s.console().RegisterApp(s.t.Context(), console.AppSpec{Name: "Signer", RedirectURIs: []string{callback}, JWKS: pair.public, Grants: console.Grants})
	check(s.t, err)
	if secret != "" || app.Public() {
		s.t.Fatalf("an app with keys has the secret %q, public %v", string(secret), app.Public())
	}
	return app
}

// claims are good ones of a client assertion.
func (s *server) claims(app store.App) jwt.Claims {
	return jwt.Claims{
		Issuer: app.ClientID, Subject: app.ClientID, Audience: jwt.Audience{s.url}, ID: rand.Text(),
		IssuedAt: jwt.NewNumericDate(s.clock.Now()), Expiry: jwt.NewNumericDate(s.clock.Now().Add(time.Minute)),
	}
}

func sign(t *testing.T, alg jose.SignatureAlgorithm, key any, claims any, opts *jose.SignerOptions) string {
	t.Helper()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: key}, opts)
	check(t, err)
	token, err := jwt.Signed(signer).Claims(claims).Serialize()
	check(t, err)
	return token
}

// asserted is a request that can succeed only when the app is believed: its
// token is unknown, which revocation answers with 200.
func (s *server) asserted(assertion string, pairs ...string) answer {
	s.t.Helper()
	form := with(url.Values{"token": {"RCAT_unknown"}, "client_assertion_type": {assertionType}, "client_assertion": {assertion}}, pairs...)
	return s.browser().do(s.request("POST", rc.RevokePath, form.Encode()))
}

func TestPrivateKeyJWT(t *testing.T) {
	s := newServer(t)
	pair, stranger := newKeyPair(t, "k1"), newKeyPair(t, "k1")
	app := s.signer(pair)
	claims := func(change func(*jwt.Claims)) string {
		c := s.claims(app)
		change(&c)
		return sign(t, jose.ES256, pair.private, c, nil)
	}
	now := s.clock.Now()
	good := func(c *jwt.Claims) {}
	audience := func(a ...string) func(*jwt.Claims) { return func(c *jwt.Claims) { c.Audience = a } }
	expiry := func(d time.Duration) func(*jwt.Claims) {
		return func(c *jwt.Claims) { c.Expiry = jwt.NewNumericDate(now.Add(d)) }
	}
	for _, tt := range []struct {
		name      string
		assertion string
		change    []string
		code      string // empty when the app is believed
	}{
		{"for the issuer", claims(good), nil, ""},
		{"for the token endpoint", claims(audience(s.url + rc.TokenPath)), nil, ""},
		{"for the endpoint that is asked", claims(audience(s.url + rc.RevokePath)), nil, ""},
		{"with an equal client_id", claims(good), []string{"client_id", app.ClientID}, ""},
		{"another client_id", claims(good), []string{"client_id", s.public.ClientID}, "OAU-146"},
		{"another assertion type", claims(good), []string{"client_assertion_type", "saml"}, "OAU-151"},
		{"no assertion type", claims(good), []string{"client_assertion_type", ""}, "OAU-151"},
		{"no assertion", "", nil, "OAU-146"},
		{"beside a secret", claims(good), []string{"client_secret", "x"}, "OAU-116"},
		{"another server", claims(audience("https://evil.example")), nil, "OAU-146"},
		{"another server, too", claims(audience(s.url, "https://evil.example")), nil, "OAU-146"},
		{"no audience", claims(audience()), nil, "OAU-146"},
		{"another issuer", claims(func(c *jwt.Claims) { c.Issuer = "somebody" }), nil, "OAU-146"},
		{"another app", claims(func(c *jwt.Claims) { c.Issuer, c.Subject = s.public.ClientID, s.public.ClientID }), nil, "OAU-347"},
		{"unknown app", claims(func(c *jwt.Claims) { c.Issuer, c.Subject = "nobody", "nobody" }), nil, "OAU-146"},
		{"no subject", claims(func(c *jwt.Claims) { c.Subject = "" }), nil, "OAU-146"},
		{"no jti", claims(func(c *jwt.Claims) { c.ID = "" }), nil, "OAU-146"},
		{"no expiry", claims(func(c *jwt.Claims) { c.Expiry = nil }), nil, "OAU-146"},
		{"a clock half a minute behind", claims(expiry(-30 * time.Second)), nil, ""},
		{"a clock half a minute ahead", claims(func(c *jwt.Claims) { c.IssuedAt = jwt.NewNumericDate(now.Add(30 * time.Second)) }), nil, ""},
		{"expired", claims(expiry(-time.Minute)), nil, "OAU-146"},
		{"too long a life", claims(expiry(2 * time.Hour)), nil, "OAU-146"},
		{"from the future", claims(func(c *jwt.Claims) { c.IssuedAt = jwt.NewNumericDate(now.Add(2 * time.Minute)) }), nil, "OAU-146"},
		{"not yet valid", claims(func(c *jwt.Claims) { c.NotBefore = jwt.NewNumericDate(now.Add(2 * time.Minute)) }), nil, "OAU-146"},
		{"somebody else's key under the same kid", sign(t, jose.ES256, stranger.private, s.claims(app), nil), nil, "OAU-146"},
		{"an embedded key", sign(t, jose.ES256, stranger.private.Key, s.claims(app), &jose.SignerOptions{EmbedJWK: true}), nil, "OAU-146"},
		{"HS256 with the public key set", sign(t, jose.HS256, []byte(pair.public), s.claims(app), nil), nil, "OAU-347"},
		{"a critical extension", sign(t, jose.ES256, pair.private, s.claims(app), &jose.SignerOptions{ExtraHeaders: map[jose.HeaderKey]any{"crit": []string{"x"}, "x": 1}}), nil, "OAU-146"},
		{"none", b64(`{"alg":"none"}`) + "." + b64(`{"iss":"`+app.ClientID+`","sub":"`+app.ClientID+`"}`) + ".", nil, "OAU-347"},
		{"many dots", strings.Repeat(".", 8000), nil, "OAU-146"},
		{"a JWE", b64(`{"alg":"PBES2-HS256+A128KW","enc":"A256GCM","p2c":2147483647,"p2s":"AAAA"}`) + ".AAAA.AAAA.AAAA.AAAA", nil, "OAU-146"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := s.asserted(tt.assertion, tt.change...)
			if _, code := fault(a); code != tt.code || (code == "") != (a.status == 200) {
				t.Errorf("got %d %s, want %q: %s", a.status, code, tt.code, a.body)
			}
		})
	}
}

func b64(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }

func TestAnAssertionCountsOnce(t *testing.T) {
	s := newServer(t)
	pair, second := newKeyPair(t, "k1"), newKeyPair(t, "k2")
	app, other := s.signer(pair), s.signer(second)
	c := s.claims(app)
	token := sign(t, jose.ES256, pair.private, c, nil)
	if a := s.asserted(token); a.status != 200 {
		t.Fatalf("the first time: %d %s", a.status, a.body)
	}
	again := sign(t, jose.ES256, pair.private, c, nil) // ECDSA is random, so it is another text
	for _, replay := range []string{token, again} {
		if a := s.asserted(replay); a.status != 401 || !strings.Contains(a.body, "used before") {
			t.Errorf("the second time: %d %s", a.status, a.body)
		}
	}
	theirs := s.claims(other)
	theirs.ID = c.ID
	if a := s.asserted(sign(t, jose.ES256, second.private, theirs, nil)); a.status != 200 {
		t.Errorf("another app with the same jti: %d %s", a.status, a.body)
	}
	s.clock.Advance(30 * time.Second)
	check(t, s.store.Write(t.Context(), func(tx store.PlatformTx) error { return tx.SweepAssertions(t.Context(), s.clock.Now()) }))
	if a := s.asserted(token); a.status != 401 {
		t.Errorf("after sweeping: %d", a.status)
	}
}

func TestManyAtOnceWithOneAssertion(t *testing.T) {
	s := newServer(t)
	pair := newKeyPair(t, "k1")
	app := s.signer(pair)
	form := url.Values{
		"grant_type": {"refresh_token"}, "refresh_token": {"RCRT_x"}, "client_assertion_type": {assertionType},
		"client_assertion": {sign(t, jose.ES256, pair.private, s.claims(app), nil)},
	}
	believed := 0
	for _, a := range atOnce(24, form, s) {
		if a.status == 400 { // the token is unknown, the app is not
			believed++
		}
	}
	if believed != 1 {
		t.Errorf("24 uses of one assertion at once: %d believed, want 1", believed)
	}
}

func TestRSAKeysSignEitherWay(t *testing.T) {
	s := newServer(t)
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	check(t, err)
	pair := pairOf(t, key, key.Public(), "")
	app := s.signer(pair)
	for alg, want := range map[jose.SignatureAlgorithm]int{jose.RS256: 200, jose.PS256: 200, jose.RS512: 401} {
		if a := s.asserted(sign(t, alg, pair.private, s.claims(app), nil)); a.status != want {
			t.Errorf("%s: %d %s, want %d", alg, a.status, a.body, want)
		}
	}
}

func TestAnAppWithKeysHasNoOtherWay(t *testing.T) {
	s := newServer(t)
	app := s.signer(newKeyPair(t, "k1"))
	for name, a := range map[string]answer{
		"client_id alone": s.token(with(s.refresh("RCRT_x"), "client_id", app.ClientID)),
		"a secret":        s.token(with(s.refresh("RCRT_x"), "client_id", app.ClientID, "client_secret", "guess")),
		"Basic":           s.token(with(s.refresh("RCRT_x"), "client_id", ""), "Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(app.ClientID+":"))),
	} {
		if _, code := fault(a); a.status != 401 || code != "OAU-151" {
			t.Errorf("%s: %d %s, want 401 OAU-151", name, a.status, code)
		}
	}
}

func TestClientSecretJWT(t *testing.T) {
	s := newServer(t)
	app, secret := s.secretApp, []byte(s.clientSecret)
	for _, tt := range []struct {
		name string
		alg  jose.SignatureAlgorithm
		key  []byte
		code string
	}{
		{"the secret", jose.HS256, secret, ""},
		{"another secret", jose.HS256, []byte(strings.Repeat("x", 52)), "OAU-146"},
		{"another algorithm", jose.HS512, append(secret, secret...), "OAU-347"},
		{"the secret's hash, as the store has it", jose.HS256, []byte(app.SecretHash), "OAU-146"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := s.asserted(sign(t, tt.alg, tt.key, s.claims(app), nil))
			if _, code := fault(a); code != tt.code {
				t.Errorf("got %d %s, want %q", a.status, code, tt.code)
			}
		})
	}
	if a := s.asserted(sign(t, jose.HS256, secret, s.claims(s.public), nil)); a.status != 401 {
		t.Errorf("for an app without a secret: %d", a.status)
	}
	row, err := s.store.App(t.Context(), app.ClientID)
	check(t, err)
	row.ClientID = s.public.ClientID
	if _, err := s.keys.OpenSecret(row); err == nil {
		t.Error("a sealed secret opens in another app's row")
	}
}

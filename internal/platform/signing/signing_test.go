package signing_test

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"offhook/internal/platform/signing"
	"offhook/internal/platform/signing/signingtest"
	"offhook/internal/sqlstore"
	"offhook/internal/store"
)

type clock struct{ now time.Time }

func newKeys(t *testing.T) (*signing.Keys, *clock) {
	c := &clock{time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	return signingtest.Keys(sqlstore.OpenTest(t).Platform(), func() time.Time { return c.now }), c
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// verifies reports whether any of the public keys verifies the token.
func verifies(t *testing.T, k *signing.Keys, token string) bool {
	t.Helper()
	set, err := k.Public(t.Context(), signing.IDTokens)
	check(t, err)
	parsed, err := signing.Parse(token, jose.RS256)
	check(t, err)
	for _, key := range set.Key(parsed.Headers[0].KeyID) {
		var c jwt.Claims
		if parsed.Claims(key, &c) == nil {
			return true
		}
	}
	return false
}

func TestAReplacedKeyVerifiesForADay(t *testing.T) {
	k, clock := newKeys(t)
	sign := func() string {
		t.Helper()
		token, err := k.Sign(t.Context(), signing.IDTokens, "JWT", jwt.Claims{Subject: "ada"})
		check(t, err)
		return token
	}
	first := sign()
	clock.now = clock.now.Add(90 * 24 * time.Hour)
	second := sign()
	if a, b := header(t, first), header(t, second); a == b {
		t.Error("a key of 90 days still signs")
	}
	for _, tt := range []struct {
		after time.Duration
		want  bool
	}{{0, true}, {23 * time.Hour, true}, {time.Hour, false}} {
		clock.now = clock.now.Add(tt.after)
		if got := verifies(t, k, first); got != tt.want {
			t.Errorf("the replaced key after another %v: verifies %v, want %v", tt.after, got, tt.want)
		}
		if !verifies(t, k, second) {
			t.Error("the new key does not verify")
		}
	}
	check(t, k.Rotate(t.Context(), signing.IDTokens))
	rows, err := k.Store.SigningKeys(t.Context(), string(signing.IDTokens))
	if err != nil || len(rows) != 2 {
		t.Errorf("after another rotation there are %d keys (%v), want the new one and the one before", len(rows), err)
	}
}

func header(t *testing.T, token string) string {
	t.Helper()
	parsed, err := signing.Parse(token, jose.RS256)
	check(t, err)
	return parsed.Headers[0].KeyID
}

func TestManyServersMakeOneKey(t *testing.T) {
	k, clock := newKeys(t)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			node := signingtest.Keys(k.Store, func() time.Time { return clock.now })
			if _, err := node.Public(t.Context(), signing.IDTokens); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if rows, err := k.Store.SigningKeys(t.Context(), string(signing.IDTokens)); err != nil || len(rows) != 1 {
		t.Errorf("%d keys (%v), want 1", len(rows), err)
	}
}

func TestTheJWKSHoldsNoPrivateKey(t *testing.T) {
	k, _ := newKeys(t)
	set, err := k.Public(t.Context(), signing.IDTokens)
	check(t, err)
	for _, key := range set.Keys {
		if !key.IsPublic() || key.Algorithm != "RS256" || key.Use != "sig" || key.KeyID == "" {
			t.Errorf("published: %+v", key)
		}
	}
}

// TestAKeyIsSealedForItsRow: what does not open does not sign, and does not
// stop the server either.
func TestAKeyIsSealedForItsRow(t *testing.T) {
	k, clock := newKeys(t)
	_, err := k.Public(t.Context(), signing.IDTokens)
	check(t, err)
	rows, err := k.Store.SigningKeys(t.Context(), string(signing.IDTokens))
	check(t, err)
	moved := rows[0]
	moved.ID, moved.CreatedAt = "another", clock.now.Add(time.Second)
	check(t, k.Store.Write(t.Context(), func(tx store.PlatformTx) error { return tx.AddSigningKey(t.Context(), moved) }))
	clock.now = clock.now.Add(time.Minute)
	token, err := k.Sign(t.Context(), signing.IDTokens, "JWT", jwt.Claims{})
	check(t, err)
	if kid := header(t, token); kid == moved.ID || kid == rows[0].ID {
		t.Errorf("the key %s signs, though the newest row does not open", kid)
	}
	set, err := k.Public(t.Context(), signing.IDTokens)
	if err != nil || len(set.Keys) != 2 || len(set.Key(moved.ID)) != 0 {
		t.Errorf("published: %d keys, %v; want the new one and the good one before it", len(set.Keys), err)
	}
}

// TestForgedCredentials is the list of forgeries of RFC 8725, against the
// reader of JWT credentials.
func TestForgedCredentials(t *testing.T) {
	k, clock := newKeys(t)
	ctx := t.Context()
	c := store.Credential{ID: "jti", ExtensionID: 11, CreatedAt: clock.now}
	good, err := k.Credential(ctx, c)
	check(t, err)
	if again, err := k.Credential(ctx, c); err != nil || again != good {
		t.Errorf("writing a credential again gives another text (%v)", err)
	}
	if id, subject, err := k.ReadCredential(ctx, string(good)); err != nil || id != "jti" || subject != "11" {
		t.Fatalf("a good credential: %q %q %v", id, subject, err)
	}
	sign := func(use signing.Use, typ string, change func(*jwt.Claims)) string {
		claims := jwt.Claims{
			Issuer: "urn:offhook:platform", Subject: "11", Audience: jwt.Audience{"urn:offhook:platform:token"}, ID: "jti",
			IssuedAt: jwt.NewNumericDate(clock.now), Expiry: jwt.NewNumericDate(clock.now.Add(time.Hour)),
		}
		change(&claims)
		token, err := k.Sign(ctx, use, typ, claims)
		check(t, err)
		return token
	}
	plain := func(*jwt.Claims) {}
	if _, _, err := k.ReadCredential(ctx, sign(signing.Credentials, "credential+jwt", plain)); err != nil {
		t.Fatalf("the claims that the forgeries start from: %v", err)
	}
	for name, tt := range map[string]struct {
		token string
		want  error
	}{
		"an id_token":        {sign(signing.IDTokens, "JWT", plain), signing.ErrAlgorithm},
		"another type":       {sign(signing.Credentials, "JWT", plain), signing.ErrForged},
		"another issuer":     {sign(signing.Credentials, "credential+jwt", func(c *jwt.Claims) { c.Issuer = "https://evil.example" }), signing.ErrForged},
		"another audience":   {sign(signing.Credentials, "credential+jwt", func(c *jwt.Claims) { c.Audience = jwt.Audience{"https://evil.example"} }), signing.ErrForged},
		"a further audience": {sign(signing.Credentials, "credential+jwt", func(c *jwt.Claims) { c.Audience = append(c.Audience, "https://evil.example") }), signing.ErrForged},
		"no audience":        {sign(signing.Credentials, "credential+jwt", func(c *jwt.Claims) { c.Audience = nil }), signing.ErrForged},
		"no id":              {sign(signing.Credentials, "credential+jwt", func(c *jwt.Claims) { c.ID = "" }), signing.ErrForged},
		"no expiry":          {sign(signing.Credentials, "credential+jwt", func(c *jwt.Claims) { c.Expiry = nil }), signing.ErrForged},
		"expired":            {sign(signing.Credentials, "credential+jwt", func(c *jwt.Claims) { c.Expiry = jwt.NewNumericDate(clock.now.Add(-time.Minute)) }), signing.ErrExpired},
		"from the future":    {sign(signing.Credentials, "credential+jwt", func(c *jwt.Claims) { c.IssuedAt = jwt.NewNumericDate(clock.now.Add(2 * time.Minute)) }), signing.ErrEarly},
		"not before later":   {sign(signing.Credentials, "credential+jwt", func(c *jwt.Claims) { c.NotBefore = jwt.NewNumericDate(clock.now.Add(time.Hour)) }), signing.ErrEarly},
	} {
		if _, _, err := k.ReadCredential(ctx, tt.token); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", name, err, tt.want)
		}
	}
	parts := strings.Split(string(good), ".")
	for name, token := range forgeries(t, ctx, k, parts) {
		if _, _, err := k.ReadCredential(ctx, token); err == nil {
			t.Errorf("accepted: %s", name)
		}
	}
}

func forgeries(t *testing.T, ctx context.Context, k *signing.Keys, good []string) map[string]string {
	own := map[string]string{
		"nothing": "", "two dots": "..", "no signature": good[0] + "." + good[1] + ".",
		"many dots":        strings.Repeat(".", 1<<20),
		"huge":             good[0] + "." + strings.Repeat("A", 16<<10) + "." + good[2],
		"zero signature":   good[0] + "." + good[1] + "." + strings.Repeat("A", 86),
		"swapped payload":  good[0] + "." + b64(`{"iss":"urn:offhook:platform","sub":"12","aud":"urn:offhook:platform:token","jti":"jti","exp":99999999999,"iat":1}`) + "." + good[2],
		"JSON form":        `{"payload":"` + good[1] + `","protected":"` + good[0] + `","signature":"` + good[2] + `"}`,
		"a JWE":            b64(`{"alg":"dir","enc":"A256GCM"}`) + ".." + strings.Repeat("A", 16) + ".AAAA." + strings.Repeat("A", 22),
		"a JWE with PBES2": b64(`{"alg":"PBES2-HS256+A128KW","enc":"A256GCM","p2c":2147483647,"p2s":"AAAA"}`) + ".AAAA.AAAA.AAAA.AAAA",
		"a compressed JWE": b64(`{"alg":"dir","enc":"A256GCM","zip":"DEF"}`) + "..AAAA.AAAA.AAAA",
		"crit unknown":     signWith(t, jose.ES256, ecKey(t), kid(t, ctx, k), map[jose.HeaderKey]any{"crit": []string{"x"}, "x": 1}),
		"own key, our kid": signWith(t, jose.ES256, ecKey(t), kid(t, ctx, k), nil),
		"own key, jku":     signWith(t, jose.ES256, ecKey(t), kid(t, ctx, k), map[jose.HeaderKey]any{"jku": "https://evil.example/jwks"}),
		"kid as path":      signWith(t, jose.ES256, ecKey(t), "../../../dev/null", nil),
		"kid as SQL":       signWith(t, jose.ES256, ecKey(t), "' OR 1=1 --", nil),
		"HS256":            signWith(t, jose.HS256, []byte(rand.Text()+rand.Text()), kid(t, ctx, k), nil),
		"embedded jwk":     embedded(t),
	}
	for _, alg := range []string{"none", "NONE", "nOnE", ""} {
		own["alg "+alg] = b64(`{"alg":"`+alg+`","typ":"credential+jwt"}`) + "." + good[1] + "."
	}
	return own
}

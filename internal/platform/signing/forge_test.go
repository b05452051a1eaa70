package signing_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"offhook/internal/platform/signing"
)

func b64(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }

func ecKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(t, err)
	return key
}

// kid is the name of the key that signs credentials.
func kid(t *testing.T, ctx context.Context, k *signing.Keys) string {
	t.Helper()
	rows, err := k.Store.SigningKeys(ctx, string(signing.Credentials))
	check(t, err)
	return rows[0].ID
}

// forged are the claims of a credential that somebody made up.
var forged = jwt.Claims{
	Issuer: "urn:offhook:platform", Subject: "11", Audience: jwt.Audience{"urn:offhook:platform:token"}, ID: "jti",
	IssuedAt: jwt.NewNumericDate(time.Unix(0, 0)), Expiry: jwt.NewNumericDate(time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)),
}

func signWith(t *testing.T, alg jose.SignatureAlgorithm, key any, kid string, headers map[jose.HeaderKey]any) string {
	t.Helper()
	opts := (&jose.SignerOptions{ExtraHeaders: headers}).WithType("credential+jwt")
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: jose.JSONWebKey{Key: key, KeyID: kid}}, opts)
	check(t, err)
	token, err := jwt.Signed(signer).Claims(forged).Serialize()
	check(t, err)
	return token
}

// embedded brings its own key along.
func embedded(t *testing.T) string {
	t.Helper()
	opts := (&jose.SignerOptions{EmbedJWK: true}).WithType("credential+jwt")
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: ecKey(t)}, opts)
	check(t, err)
	token, err := jwt.Signed(signer).Claims(forged).Serialize()
	check(t, err)
	return token
}

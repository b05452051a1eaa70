package signing_test

import (
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4/jwt"

	"offhook/internal/platform/signing"
)

// FuzzParse: no bytes crash the reader, and what it lets through is one
// signed JWT of an algorithm that was asked for.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"", "..", "a.b.c", `{"payload":"","signatures":[{},{}]}`, b64(`{"alg":"none"}`) + ".e30.", b64(`{"alg":"RS256","crit":["b64"],"b64":false}`) + ".x.AAAA",
		b64(`{"alg":"ES256","jwk":{"kty":"EC","crv":"P-256","x":"","y":""}}`) + ".e30.AAAA", b64(`{"alg":"dir","enc":"A256GCM","zip":"DEF"}`) + "..AAAA.AAAA.AAAA",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, token string) {
		parsed, err := signing.Parse(token, signing.PublicKeyAlgorithms...)
		if err != nil {
			return
		}
		if len(parsed.Headers) != 1 {
			t.Errorf("%q has %d headers", token, len(parsed.Headers))
		}
		switch parsed.Headers[0].Algorithm {
		case "RS256", "PS256", "ES256", "ES384", "EdDSA":
		default:
			t.Errorf("%q passed with %s", token, parsed.Headers[0].Algorithm)
		}
		signing.Type(parsed)
	})
}

// FuzzCheckTime: a token without an end, or past it, is never in time.
func FuzzCheckTime(f *testing.F) {
	f.Add(int64(0), int64(0), int64(0), int64(0))
	f.Add(int64(1000), int64(900), int64(900), int64(950))
	f.Fuzz(func(t *testing.T, exp, nbf, iat, now int64) {
		const far = 1 << 40 // beyond it time.Time itself wraps around
		for _, s := range []int64{exp, nbf, iat, now} {
			if s < 0 || s > far {
				return
			}
		}
		at := func(s int64) *jwt.NumericDate { return jwt.NewNumericDate(time.Unix(s, 0)) }
		err := signing.CheckTime(jwt.Claims{Expiry: at(exp), NotBefore: at(nbf), IssuedAt: at(iat)}, time.Unix(now, 0))
		if inTime := now < exp+60 && now+60 >= nbf && now+60 >= iat; inTime != (err == nil) {
			t.Errorf("exp %d, nbf %d, iat %d at %d: %v", exp, nbf, iat, now, err)
		}
	})
}

// FuzzParseKeys: no bytes crash the reader of key sets, and nothing private
// or weak gets through.
func FuzzParseKeys(f *testing.F) {
	f.Add(`{"keys":[{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]}`)
	f.Add(`{"keys":[{"kty":"oct","k":"AAAA"}]}`)
	f.Add(`{"keys":[{}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		set, err := signing.ParseKeys(text)
		if err != nil {
			return
		}
		for _, key := range set.Keys {
			if !key.IsPublic() || len(signing.Algorithms(key)) == 0 {
				t.Errorf("%q passed with %T", text, key.Key)
			}
		}
	})
}

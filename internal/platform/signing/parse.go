package signing

import (
	"errors"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// What may be wrong with a token.
var (
	// ErrMalformed: it is no JWT that is signed once, or it is too large.
	ErrMalformed = errors.New("not a signed JWT")
	// ErrAlgorithm: it names an algorithm that its key is not for.
	ErrAlgorithm = errors.New("the JWT's algorithm is not accepted")
	// ErrForged: signature, key, type or a claim is not what it must be.
	ErrForged = errors.New("the JWT is not valid here")
	// ErrExpired: its time is over.
	ErrExpired = errors.New("the JWT has expired")
	// ErrEarly: it is from the future.
	ErrEarly = errors.New("the JWT is not valid yet")
)

// maxToken is the largest token that is looked at. What is not a JWT signed
// once is refused by its dots, so nothing is ever decrypted or inflated
// (RFC 8725 section 3.6; a JWE can name the work of its own decryption).
const maxToken = 8 << 10

// Leeway is how far two servers' clocks may differ.
const Leeway = time.Minute

// Parse reads a JWT without believing it. Only the given algorithms pass.
func Parse(token string, algorithms ...jose.SignatureAlgorithm) (*jwt.JSONWebToken, error) {
	dots := 0
	for i := range min(len(token), maxToken+1) {
		if token[i] == '.' {
			dots++
		}
	}
	if len(token) > maxToken || dots != 2 {
		return nil, ErrMalformed
	}
	t, err := jwt.ParseSigned(token, algorithms)
	var other *jose.ErrUnexpectedSignatureAlgorithm
	if errors.As(err, &other) {
		return nil, ErrAlgorithm
	}
	if err != nil || len(t.Headers) != 1 {
		return nil, ErrMalformed
	}
	// RFC 7515 section 4.1.11: an extension that is not understood is a
	// refusal. The library understands b64, which a JWT may not use (RFC 7797
	// section 7).
	for _, name := range []jose.HeaderKey{"crit", "b64"} {
		if _, ok := t.Headers[0].ExtraHeaders[name]; ok {
			return nil, ErrMalformed
		}
	}
	return t, nil
}

// Type is the token's typ, or "".
func Type(t *jwt.JSONWebToken) string {
	typ, _ := t.Headers[0].ExtraHeaders[jose.HeaderType].(string)
	return typ
}

// CheckTime compares a token's times with now. Only exp has to be there.
func CheckTime(c jwt.Claims, now time.Time) error {
	switch {
	case c.Expiry == nil:
		return ErrForged
	case !now.Before(c.Expiry.Time().Add(Leeway)):
		return ErrExpired
	case c.NotBefore != nil && now.Add(Leeway).Before(c.NotBefore.Time()), c.IssuedAt != nil && now.Add(Leeway).Before(c.IssuedAt.Time()):
		return ErrEarly
	}
	return nil
}

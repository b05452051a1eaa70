package signing

import (
	"context"
	"strconv"
	"time"

	"github.com/go-jose/go-jose/v4/jwt"

	"offhook/internal/rc"
	"offhook/internal/store"
)

// Claims of JWT credentials. The platform has a public address for each of
// its listeners, and a credential outlives them, so issuer and audience are
// names of their own; whose platform it is, the key says.
const (
	credentialType     = "credential+jwt" // RFC 8725 section 3.11
	credentialIssuer   = "urn:offhook:platform"
	credentialAudience = "urn:offhook:platform:token"
)

// never is the exp of a credential that does not expire, because exp is
// required (RFC 7523 section 3).
var never = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)

// Credential writes the token of a JWT credential. Writing it again gives
// the same text, as long as the key is the same.
func (k *Keys) Credential(ctx context.Context, c store.Credential) (rc.Secret, error) {
	expires := c.ExpiresAt
	if expires.IsZero() {
		expires = never
	}
	text, err := k.Sign(ctx, Credentials, credentialType, jwt.Claims{
		Issuer: credentialIssuer, Subject: strconv.FormatInt(c.ExtensionID, 10), Audience: jwt.Audience{credentialAudience},
		Expiry: jwt.NewNumericDate(expires), IssuedAt: jwt.NewNumericDate(c.CreatedAt), ID: c.ID,
	})
	return rc.Secret(text), err
}

// ReadCredential checks the token of a JWT credential and returns the
// credential's id and whose it is. Whether it was revoked, the store knows.
func (k *Keys) ReadCredential(ctx context.Context, token string) (id, subject string, err error) {
	t, err := Parse(token, Credentials.Algorithm())
	if err != nil {
		return "", "", err
	}
	if Type(t) != credentialType {
		return "", "", ErrForged
	}
	rows, err := k.Store.SigningKeys(ctx, string(Credentials))
	if err != nil {
		return "", "", err
	}
	for _, row := range rows {
		if row.ID != t.Headers[0].KeyID {
			continue
		}
		key, err := k.open(row)
		if err != nil {
			return "", "", err
		}
		var c jwt.Claims
		if err := t.Claims(key.Public(), &c); err != nil {
			return "", "", ErrForged
		}
		return c.ID, c.Subject, checkCredential(c, k.now())
	}
	return "", "", ErrForged
}

func checkCredential(c jwt.Claims, now time.Time) error {
	if c.Issuer != credentialIssuer || len(c.Audience) != 1 || c.Audience[0] != credentialAudience || c.ID == "" || c.Subject == "" || c.IssuedAt == nil {
		return ErrForged
	}
	return CheckTime(c, now)
}

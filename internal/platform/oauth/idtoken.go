package oauth

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/go-jose/go-jose/v4/jwt"

	"offhook/internal/platform/signing"
	"offhook/internal/platform/wire"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// idTokenLife is how long an id_token may be believed.
const idTokenLife = time.Hour

// claimsOfUser are the claims about a user, in id_tokens and from userinfo
// (contract 2.10).
type claimsOfUser struct {
	Subject       string `json:"sub"`
	AccountID     string `json:"account_id"`
	Email         string `json:"email,omitempty"`
	EmailVerified bool   `json:"email_verified,omitempty"`
	Name          string `json:"name,omitempty"`
	GivenName     string `json:"given_name,omitempty"`
	FamilyName    string `json:"family_name,omitempty"`
}

// about says of a user what the OpenID scopes allow. An address counts as
// verified because the account's administrator entered it, as in any
// company's directory.
func about(e store.Extension, openID []string) claimsOfUser {
	c := claimsOfUser{Subject: strconv.FormatInt(e.ID, 10), AccountID: strconv.FormatInt(e.AccountID, 10)}
	if slices.Contains(openID, "email") && e.Email != "" {
		c.Email, c.EmailVerified = e.Email, true
	}
	if slices.Contains(openID, "profile") {
		c.Name, c.GivenName, c.FamilyName = e.Name(), e.FirstName, e.LastName
	}
	return c
}

// An idToken is the claims of an id_token (OpenID Connect Core section 2).
type idToken struct {
	claimsOfUser
	Issuer          string           `json:"iss"`
	Audience        string           `json:"aud"`
	AuthorizedParty string           `json:"azp"`
	Expiry          *jwt.NumericDate `json:"exp"`
	IssuedAt        *jwt.NumericDate `json:"iat"`
	AuthTime        *jwt.NumericDate `json:"auth_time,omitempty"`
	ID              string           `json:"jti"`
	SessionID       string           `json:"sid"`
	Nonce           string           `json:"nonce,omitempty"`
	AccessHash      string           `json:"at_hash"`
}

// idToken signs what the app may know of a sign-in by code. It is made after
// the tokens are kept, because making a key may need the store.
func (h *Handler) idToken(ctx context.Context, issuer string, code store.AuthCode, s store.OAuthSession, accessToken string) (string, error) {
	user, err := h.Store.Extension(ctx, code.ExtensionID)
	if err != nil {
		return "", fmt.Errorf("reading the user of an id_token: %w", err)
	}
	now := h.now()
	c := idToken{
		claimsOfUser: about(user, s.OpenID), Issuer: issuer, Audience: code.ClientID, AuthorizedParty: code.ClientID,
		Expiry: jwt.NewNumericDate(now.Add(idTokenLife)), IssuedAt: jwt.NewNumericDate(now), ID: rand.Text(), SessionID: s.ID,
		Nonce: code.Nonce, AccessHash: accessHash(accessToken),
	}
	if !code.AuthTime.IsZero() {
		c.AuthTime = jwt.NewNumericDate(code.AuthTime)
	}
	return h.Keys.Sign(ctx, signing.IDTokens, "JWT", c)
}

// accessHash ties an id_token to the access token beside it: the left half
// of its hash by the signature's own hash function (OpenID Connect Core
// section 3.1.3.6).
func accessHash(accessToken string) string {
	sum := sha256.Sum256([]byte(accessToken))
	return base64.RawURLEncoding.EncodeToString(sum[:len(sum)/2])
}

// jwks publishes the keys that verify id_tokens.
func (h *Handler) jwks(w http.ResponseWriter, r *http.Request) error {
	set, err := h.Keys.Public(r.Context(), signing.IDTokens)
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "public, max-age=3600") // a new key is found by its kid (Core section 10.1.1)
	wire.JSON(w, http.StatusOK, set)
	return nil
}

// narrowOpenID returns the OpenID scopes of have that are asked for; a scope
// parameter that is not there asks for all.
func narrowOpenID(asked string, have []string) []string {
	if asked == "" {
		return have
	}
	var got []string
	for _, s := range rc.SplitOpenID(asked) {
		if slices.Contains(have, s) {
			got = append(got, s)
		}
	}
	return got
}

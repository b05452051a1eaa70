package oauth

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"offhook/internal/listen"
	"offhook/internal/opaque"
	"offhook/internal/platform/signing"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// assertionType is the only client_assertion_type (RFC 7523 section 2.2).
const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// maxAssertionLife is how far ahead an assertion may expire: every one is
// remembered until then, so that it counts once.
const maxAssertionLife = time.Hour

// assertionAlgorithms are what any app's assertion may be signed with. Which
// of them counts is decided by the app's registration, never by the
// assertion: a key pair is for private_key_jwt, a secret for
// client_secret_jwt with HS256.
var assertionAlgorithms = append(slices.Clone(signing.PublicKeyAlgorithms), jose.HS256)

// Faults of client assertions. The last two are told only when the signature
// is right.
var (
	errAssertionType    = &fault{http.StatusUnauthorized, "invalid_client", "OAU-151", "client_assertion_type must be " + assertionType + "."}
	errAssertion        = &fault{http.StatusUnauthorized, "invalid_client", "OAU-146", "The client assertion is not one of this app's: check its key, iss and sub (both the client id), aud (this server's issuer or token endpoint, alone), exp and jti."}
	errAssertionAlg     = &fault{http.StatusUnauthorized, "invalid_client", "OAU-347", "The client assertion's algorithm is not accepted for this app."}
	errAssertionTime    = &fault{http.StatusUnauthorized, "invalid_client", "OAU-146", "The client assertion has expired, is from the future, or lives longer than an hour; check the clock."}
	errAssertionNotOnce = &fault{http.StatusUnauthorized, "invalid_client", "OAU-146", "The client assertion was used before; send a new one, with a new jti, each time."}
)

// byAssertion authenticates an app by a JWT that it signed for this server
// (RFC 7523 section 3).
func (h *Handler) byAssertion(r *http.Request, p params) (store.App, error) {
	if p["client_assertion_type"] != assertionType {
		return store.App{}, errAssertionType
	}
	token, err := signing.Parse(p["client_assertion"], assertionAlgorithms...)
	if errors.Is(err, signing.ErrAlgorithm) {
		return store.App{}, errAssertionAlg
	}
	if err != nil {
		return store.App{}, errAssertion
	}
	var claimed jwt.Claims // whose it says it is; nothing else of it is used
	if err := token.UnsafeClaimsWithoutVerification(&claimed); err != nil || claimed.Subject == "" || !text(claimed.Subject) {
		return store.App{}, errAssertion
	}
	if p["client_id"] != "" && p["client_id"] != claimed.Subject {
		return store.App{}, errAssertion
	}
	app, err := h.Store.App(r.Context(), claimed.Subject)
	if errors.Is(err, store.ErrNotFound) {
		return app, errAssertion
	}
	if err != nil {
		return app, fmt.Errorf("reading an app: %w", err)
	}
	c, err := h.signedBy(app, token)
	if err != nil {
		return store.App{}, err
	}
	if err := checkAssertion(c, app, listen.BaseURL(r), r.URL.Path, h.now()); err != nil {
		return store.App{}, err
	}
	return app, h.spend(r.Context(), app, c)
}

// signedBy returns the claims of an assertion that the app signed.
func (h *Handler) signedBy(app store.App, token *jwt.JSONWebToken) (c jwt.Claims, err error) {
	keys, err := h.assertionKeys(app)
	if err != nil {
		return c, err
	}
	head := token.Headers[0]
	alg, usable := jose.SignatureAlgorithm(head.Algorithm), false
	for _, key := range keys {
		if !accepts(key, alg) {
			continue
		}
		usable = true
		if head.KeyID != "" && key.KeyID != "" && head.KeyID != key.KeyID {
			continue
		}
		if token.Claims(key.Key, &c) == nil {
			return c, nil
		}
	}
	if !usable {
		return c, errAssertionAlg
	}
	return c, errAssertion
}

// assertionKeys are what an app's assertions are checked with: the keys that
// were registered, never one that an assertion brings or points to.
func (h *Handler) assertionKeys(app store.App) ([]jose.JSONWebKey, error) {
	if app.JWKS != "" {
		set, err := signing.ParseKeys(app.JWKS)
		if err != nil {
			return nil, fmt.Errorf("reading the keys of %s: %w", app.ClientID, err)
		}
		return set.Keys, nil
	}
	if len(app.SealedSecret) == 0 {
		return nil, nil
	}
	secret, err := h.Keys.OpenSecret(app)
	if err != nil {
		return nil, err
	}
	return []jose.JSONWebKey{{Key: secret}}, nil
}

func accepts(key jose.JSONWebKey, alg jose.SignatureAlgorithm) bool {
	if _, ok := key.Key.([]byte); ok {
		return alg == jose.HS256
	}
	return slices.Contains(signing.Algorithms(key), alg) && (key.Algorithm == "" || key.Algorithm == string(alg))
}

// checkAssertion compares the claims with this server and app. The audience
// must be this server alone: an assertion that is good elsewhere, too, could
// come from there. RingCentral's clients name the token endpoint, the
// standard's newer text the issuer, RFC 9126 the endpoint that is asked.
func checkAssertion(c jwt.Claims, app store.App, issuer, path string, now time.Time) error {
	audiences := []string{issuer, issuer + rc.TokenPath, issuer + path}
	switch {
	case c.Issuer != app.ClientID || c.Subject != app.ClientID, len(c.Audience) != 1 || !slices.Contains(audiences, c.Audience[0]), c.ID == "", c.Expiry == nil:
		return errAssertion
	case signing.CheckTime(c, now) != nil, c.Expiry.Time().After(now.Add(maxAssertionLife + signing.Leeway)):
		return errAssertionTime
	}
	return nil
}

// spend makes an assertion count once.
func (h *Handler) spend(ctx context.Context, app store.App, c jwt.Claims) error {
	first := false
	err := h.Store.Write(ctx, func(tx store.PlatformTx) (err error) {
		first, err = tx.SpendAssertion(ctx, app.ClientID, opaque.Hash(c.ID), c.Expiry.Time().Add(signing.Leeway))
		return err
	})
	if err != nil {
		return fmt.Errorf("spending a client assertion: %w", err)
	}
	if !first {
		return errAssertionNotOnce
	}
	return nil
}

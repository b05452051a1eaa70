package oauth

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"offhook/internal/platform/signing"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// Faults of assertions.
var (
	errCredential        = &fault{http.StatusBadRequest, "invalid_grant", "OAU-129", "The assertion is not a JWT credential of this platform; make one with offhook credential add."}
	errCredentialAlg     = &fault{http.StatusBadRequest, "invalid_grant", "OAU-347", "The assertion's algorithm is not the one of this platform's JWT credentials; make one with offhook credential add."}
	errCredentialEarly   = &fault{http.StatusBadRequest, "invalid_grant", "OAU-129", "The JWT credential is from the future; one of the clocks is wrong."}
	errCredentialExpired = &fault{http.StatusBadRequest, "invalid_grant", "OAU-128", "The JWT credential has expired; make a new one with offhook credential add."}
	errCredentialGone    = &fault{http.StatusBadRequest, "invalid_grant", "OAU-213", "The JWT credential was revoked; make a new one with offhook credential add."}
	errCredentialApp     = &fault{http.StatusBadRequest, "invalid_grant", "OAU-120", "The JWT credential is not for this app; make one that is, or one for all apps."}
)

// byJWT signs the app in as the user who made a JWT credential out (RFC 7523
// section 2.1, contract 3). A credential is no access token and is used
// nowhere else; it may be used again, so its jti is no nonce but its name.
func (h *Handler) byJWT(r *http.Request, app store.App, p params) (rc.TokenInfo, error) {
	if p["assertion"] == "" {
		return rc.TokenInfo{}, errMissing("assertion")
	}
	ctx := r.Context()
	id, subject, err := h.Keys.ReadCredential(ctx, p["assertion"])
	if err != nil {
		return rc.TokenInfo{}, credentialFault(err)
	}
	scopes, err := narrow(p["scope"], app.Scopes)
	if err != nil {
		return rc.TokenInfo{}, err
	}
	return h.decide(ctx, func(tx store.PlatformTx) (decision, error) {
		c, err := tx.Credential(ctx, id)
		if errors.Is(err, store.ErrNotFound) {
			return decision{refused: errCredentialGone}, nil
		}
		if err != nil {
			return decision{}, fmt.Errorf("reading a JWT credential: %w", err)
		}
		user, err := tx.Extension(ctx, c.ExtensionID)
		if err != nil {
			return decision{}, fmt.Errorf("reading the user of a JWT credential: %w", err)
		}
		now := h.now()
		switch {
		case subject != strconv.FormatInt(c.ExtensionID, 10):
			return decision{refused: errCredential}, nil
		case !c.ExpiresAt.IsZero() && !now.Before(c.ExpiresAt):
			return decision{refused: errCredentialExpired}, nil
		case !allows(c, app, user):
			return decision{refused: errCredentialApp}, nil
		}
		s := store.OAuthSession{
			ID: rand.Text(), ClientID: app.ClientID, ExtensionID: c.ExtensionID, Scopes: scopes, EndpointID: endpoint(p["endpoint_id"]),
			CredentialID: c.ID, CreatedAt: now, ExpiresAt: now,
		}
		return h.open(ctx, tx, app, s, "", p)
	})
}

// allows reports whether a credential is for an app. «All apps» are those of
// the user's own account and those of whoever runs the platform; another
// account's app has to be named.
func allows(c store.Credential, app store.App, user store.Extension) bool {
	if len(c.ClientIDs) > 0 {
		return slices.Contains(c.ClientIDs, app.ClientID)
	}
	return app.AccountID == 0 || app.AccountID == user.AccountID
}

func credentialFault(err error) error {
	for is, f := range map[error]*fault{
		signing.ErrMalformed: errCredential, signing.ErrForged: errCredential, signing.ErrAlgorithm: errCredentialAlg,
		signing.ErrExpired: errCredentialExpired, signing.ErrEarly: errCredentialEarly,
	} {
		if errors.Is(err, is) {
			return f
		}
	}
	return fmt.Errorf("checking a JWT credential: %w", err)
}

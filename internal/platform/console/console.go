// Package console is where apps, accounts and users of the platform are
// made: what the command line offers now, and the developer console later.
// It checks what people type and says in a sentence what is wrong with it.
package console

import (
	"context"
	"crypto/rand"
	"slices"
	"strings"
	"time"

	"offhook/internal/opaque"
	"offhook/internal/platform/signing"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// A Console registers things. Its zero value but for Store is ready to use.
type Console struct {
	Store store.Platform
	Keys  *signing.Keys    // nil registers neither secrets for client_secret_jwt nor JWT credentials
	Now   func() time.Time // nil means time.Now
	// Emergency reports whether a number calls for help where an account with a
	// main number is, or reads out where help would be sent to: it is nobody's
	// extension. Nil knows 112 and 911.
	Emergency func(number, mainNumber string) bool

	ids store.IDs
}

func (c *Console) now() time.Time {
	if c.Now != nil {
		return c.Now()
	}
	return time.Now()
}

// Grants are the grant types that an app may be registered for.
var Grants = []string{rc.GrantAuthorizationCode, rc.GrantRefreshToken, rc.GrantImplicit, rc.GrantJWTBearer}

// An AppSpec describes an app to register.
type AppSpec struct {
	ClientID     string    // empty makes one; one that is there is replaced
	Secret       rc.Secret // of a confidential app; empty makes one
	Name         string
	RedirectURIs []string
	Scopes       []string // by wire name or as people spell them; none means all
	Confidential bool     // it can keep a secret
	JWKS         string   // the public keys that its assertions are checked with; it then gets no secret
	Grants       []string // wire names; none means authorization_code and refresh_token
	AccountID    int64    // the company whose app it is; zero for whoever runs the platform. Users of other companies are asked before it gets anything
}

// RegisterApp adds an app and returns it with its secret, which is not kept
// and is empty for a public app. Errors of kind Invalid say what to change.
func (c *Console) RegisterApp(ctx context.Context, spec AppSpec) (store.App, rc.Secret, error) {
	app, err := c.app(spec)
	if err != nil {
		return store.App{}, "", err
	}
	var secret string
	if spec.Confidential {
		if secret = string(spec.Secret); secret == "" {
			secret = rand.Text() + rand.Text()
		}
		app.SecretHash = opaque.Hash(secret)
		if c.Keys != nil {
			app.SealedSecret = c.Keys.SealSecret(app.ClientID, rc.Secret(secret))
		}
	}
	err = c.Store.Write(ctx, func(tx store.PlatformTx) error {
		if app.AccountID != 0 {
			if _, err := tx.Account(ctx, app.AccountID); err != nil {
				return notFound(err, "There is no account %d.", app.AccountID)
			}
		}
		return tx.PutApp(ctx, app)
	})
	return app, rc.Secret(secret), err
}

func (c *Console) app(spec AppSpec) (store.App, error) {
	app := store.App{
		ClientID: rand.Text(), RedirectURIs: unique(spec.RedirectURIs), Scopes: slices.Clone(rc.Scopes),
		Grants: []string{rc.GrantAuthorizationCode, rc.GrantRefreshToken}, AccountID: spec.AccountID, CreatedAt: c.now(),
	}
	if spec.ClientID != "" {
		app.ClientID = spec.ClientID
	}
	if strings.ContainsFunc(app.ClientID, func(r rune) bool { return r <= ' ' || r >= 0x7f }) || len(app.ClientID) > 128 {
		return app, rc.Errorf(rc.Invalid, "A client id is at most 128 printable ASCII characters without spaces.")
	}
	if err := setName(&app, spec.Name); err != nil {
		return app, err
	}
	if err := checkRedirects(spec.RedirectURIs); err != nil {
		return app, err
	}
	if err := setScopes(&app, spec.Scopes); err != nil {
		return app, err
	}
	if err := setGrants(&app, spec.Grants); err != nil {
		return app, err
	}
	if spec.JWKS == "" {
		return app, nil
	}
	if spec.Confidential {
		return app, rc.Errorf(rc.Invalid, "An app proves who it is by a secret or by a key pair, not by both: leave one away.")
	}
	return app, setKeys(&app, spec.JWKS)
}

func setName(app *store.App, name string) error {
	if app.Name = strings.TrimSpace(name); app.Name == "" || len(app.Name) > 64 {
		return rc.Errorf(rc.Invalid, "Give the app a name of 1 to 64 bytes; the sign-in page shows it.")
	}
	return nil
}

// setScopes gives an app its permissions; none named leaves it those that it
// has.
func setScopes(app *store.App, names []string) error {
	if len(names) > 0 {
		app.Scopes = nil
	}
	for _, s := range names {
		scope, err := rc.ParseScope(s)
		if err != nil {
			return err
		}
		if !slices.Contains(app.Scopes, scope) {
			app.Scopes = append(app.Scopes, scope)
		}
	}
	return nil
}

// setGrants gives an app its grant types; none named leaves it those that it
// has. "jwt" is short for the one whose name is an address.
func setGrants(app *store.App, grants []string) error {
	if len(grants) > 0 {
		app.Grants = nil
	}
	for _, g := range grants {
		if g == "jwt" {
			g = rc.GrantJWTBearer
		}
		if !slices.Contains(Grants, g) {
			return rc.Errorf(rc.Invalid, "There is no grant type %q. Choose among %s.", g, strings.Join(Grants, ", "))
		}
		app.Grants = unique(append(app.Grants, g))
	}
	signsIn := slices.Contains(app.Grants, rc.GrantAuthorizationCode) || slices.Contains(app.Grants, rc.GrantImplicit)
	if signsIn && len(app.RedirectURIs) == 0 {
		return rc.Errorf(rc.Invalid, "An app that signs users in needs at least one redirect URI.")
	}
	return nil
}

func setKeys(app *store.App, jwks string) error {
	if _, err := signing.ParseKeys(jwks); err != nil {
		return rc.Errorf(rc.Invalid, "The key set %v.", err)
	}
	app.JWKS, app.SecretHash, app.SealedSecret = jwks, "", nil
	return nil
}

func unique(items []string) []string {
	var out []string
	for _, s := range items {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

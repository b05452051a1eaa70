package store

import (
	"context"
	"time"

	"offhook/internal/rc"
)

// An App is an OAuth client of the platform.
type App struct {
	ClientID     string
	Name         string // as the sign-in page shows it
	SecretHash   string // SHA-256 of the generated secret, URL-safe base64; empty without a secret
	SealedSecret []byte // the same secret, sealed, because client_secret_jwt is checked with it; nil when that is not offered
	JWKS         string // the public keys of an app that signs its assertions itself, as a JWK set; it then has no secret
	RedirectURIs []string
	Scopes       rc.ScopeSet
	Grants       []string // wire names
	AccountID    int64    // the account that made it; zero for one that whoever runs the platform made
	CreatedAt    time.Time
}

// Public reports whether the app can keep no secret.
func (a App) Public() bool { return a.SecretHash == "" && a.JWKS == "" }

// An AuthCode is an authorization code: made for one app and redirect URI,
// and good for one exchange.
type AuthCode struct {
	Hash          string // SHA-256 of the code, URL-safe base64, as all hashes here
	ClientID      string
	ExtensionID   int64
	RedirectURI   string
	RedirectGiven bool // the authorization request named it, so the exchange must too
	Scopes        rc.ScopeSet
	Challenge     string    // PKCE; empty when the request had none
	Method        string    // "S256" or "plain"
	OpenID        []string  // openid, email and profile, as far as they were asked for
	Nonce         string    // for the id_token; empty when the request had none
	AuthTime      time.Time // when the user entered the password
	ExpiresAt     time.Time
	UsedAt        time.Time // zero until exchanged
	SessionID     string    // the OAuth session made from it
}

// An OAuthSession is one sign-in of a user to an app: every token of it ends
// with it.
type OAuthSession struct {
	ID           string
	ClientID     string
	ExtensionID  int64
	Scopes       rc.ScopeSet
	OpenID       []string // as in the code
	EndpointID   string   // the client's instance
	CredentialID string   // the JWT credential that it was opened with, or empty
	CreatedAt    time.Time
	ExpiresAt    time.Time // when its last token expires
}

// An AccessToken is an access token at rest.
type AccessToken struct {
	Hash        string
	SessionID   string
	Scopes      rc.ScopeSet // the session's, or fewer
	OpenID      []string    // the session's, or fewer
	ExpiresAt   time.Time
	FirstUsedAt time.Time // zero until the first request that carried it
}

// A Bearer is an access token with whom it speaks for.
type Bearer struct {
	AccessToken
	ClientID    string
	ExtensionID int64
	AccountID   int64
}

// A RefreshToken is a refresh token at rest. Once used it remembers what it
// was exchanged for, sealed under the token itself, which is not kept.
type RefreshToken struct {
	Hash            string
	SessionID       string
	ExpiresAt       time.Time
	UsedAt          time.Time // zero until used
	Successor       []byte    // the sealed answer
	SuccessorAccess string    // hash of the access token in it
}

// A BrowserSession is a browser that signed in to the platform itself.
type BrowserSession struct {
	Hash        string // of the cookie's value
	ExtensionID int64
	CreatedAt   time.Time
	ExpiresAt   time.Time
}

// OAuthReader reads apps, codes, OAuth sessions and tokens. Every reader of
// one row returns ErrNotFound when there is none.
type OAuthReader interface {
	App(ctx context.Context, clientID string) (App, error)
	// Apps returns every app, oldest first.
	Apps(ctx context.Context) ([]App, error)
	OAuthSession(ctx context.Context, id string) (OAuthSession, error)
	// OAuthSessions returns a user's sessions with one app, newest first.
	OAuthSessions(ctx context.Context, clientID string, extensionID int64) ([]OAuthSession, error)
	// Bearer returns expired tokens, too, until they are swept.
	Bearer(ctx context.Context, hash string) (Bearer, error)
	// RefreshToken returns used and expired tokens, too, until they are swept.
	RefreshToken(ctx context.Context, hash string) (RefreshToken, error)
	// BrowserSession returns ErrNotFound for one that has expired at the
	// given time, too.
	BrowserSession(ctx context.Context, hash string, at time.Time) (BrowserSession, error)
}

// OAuthWriter changes them.
type OAuthWriter interface {
	// PutApp adds an app or replaces it, keeping its CreatedAt.
	PutApp(ctx context.Context, a App) error
	// RemoveApp removes an app with everything issued to it, and reports
	// whether there was one.
	RemoveApp(ctx context.Context, clientID string) (bool, error)
	AddAuthCode(ctx context.Context, c AuthCode) error
	// UseAuthCode spends a code of the app. It returns first == false, and
	// the row, when the code was spent before; ErrNotFound when the app has
	// no such code.
	UseAuthCode(ctx context.Context, hash, clientID string, at time.Time) (c AuthCode, first bool, err error)
	// AddOAuthSession adds a session that the code with the given hash was
	// exchanged for; an empty hash means that there was no code.
	AddOAuthSession(ctx context.Context, s OAuthSession, codeHash string) error
	// ExtendOAuthSession moves ExpiresAt.
	ExtendOAuthSession(ctx context.Context, id string, expiresAt time.Time) error
	// TrimOAuthSessions ends the oldest sessions of the new one's user and
	// app until, with the new one, no more than keep are left. It returns
	// the ids of the ended ones.
	TrimOAuthSessions(ctx context.Context, newest OAuthSession, keep int) ([]string, error)
	// EndOAuthSession ends a session with its tokens and reports whether
	// there was one.
	EndOAuthSession(ctx context.Context, id string) (bool, error)
	AddAccessToken(ctx context.Context, t AccessToken) error
	// UseAccessToken notes the first use of a token; later ones change nothing.
	UseAccessToken(ctx context.Context, hash string, at time.Time) error
	// EndAccessTokens ends the access tokens of a session.
	EndAccessTokens(ctx context.Context, sessionID string) error
	AddRefreshToken(ctx context.Context, t RefreshToken) error
	// UseRefreshToken spends a token; false when
	// it was spent before or does not exist.
	UseRefreshToken(ctx context.Context, hash string, at time.Time) (bool, error)
	// SetSuccessor keeps what a spent token was exchanged for.
	SetSuccessor(ctx context.Context, hash string, sealed []byte, accessHash string) error
	AddBrowserSession(ctx context.Context, s BrowserSession) error
	// EndBrowserSession ends a session; an unknown one changes nothing.
	EndBrowserSession(ctx context.Context, hash string) error
	// SweepOAuth removes what expired before the given time. A spent code
	// stays as long as the session made from it, so that its replay is seen.
	SweepOAuth(ctx context.Context, before time.Time) error
}

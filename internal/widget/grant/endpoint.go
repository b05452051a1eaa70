package grant

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/oauth2"

	"offhook/internal/rc"
	"offhook/internal/store"
)

// revokeTime is how long a sign-out waits for the platform.
const revokeTime = 4 * time.Second

// app is the OAuth client at a platform. Its addresses are the contract's
// own, at the platform's origin: what a platform says about itself elsewhere
// cannot send secrets or codes astray.
func (g *Grants) app(ctx context.Context, platform, clientID, redirectURI string) (*oauth2.Config, error) {
	secret, err := g.Secrets.Secret(ctx, platform, clientID)
	if err != nil {
		return nil, err
	}
	// A fixed style: the library's own search would send a code twice.
	style := oauth2.AuthStyleInHeader
	if secret == "" {
		style = oauth2.AuthStyleInParams
	}
	return &oauth2.Config{
		ClientID: clientID, ClientSecret: string(secret), RedirectURL: redirectURI,
		Endpoint: oauth2.Endpoint{AuthURL: platform + rc.AuthorizePath, TokenURL: platform + rc.TokenPath, AuthStyle: style},
	}, nil
}

// Exchange redeems an authorization code. The library reads at most 1 MiB of
// the answer. A refusal is a Denied error with a sentence for the user.
func (g *Grants) Exchange(ctx context.Context, platform, clientID, redirectURI string, code, verifier rc.Secret) (rc.TokenInfo, error) {
	app, err := g.app(ctx, platform, clientID, redirectURI)
	if err != nil {
		return rc.TokenInfo{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	ctx = context.WithValue(ctx, oauth2.HTTPClient, g.Client)
	var proof []oauth2.AuthCodeOption
	if verifier != "" { // a code that was asked for without PKCE must come without (RFC 9700 section 4.8.2)
		proof = append(proof, oauth2.VerifierOption(string(verifier)))
	}
	token, err := app.Exchange(ctx, string(code), proof...)
	if err != nil {
		return rc.TokenInfo{}, plain(err)
	}
	return owned(tokenInfo(token))
}

// owned refuses tokens of which the platform does not say whose they are.
func owned(info rc.TokenInfo, err error) (rc.TokenInfo, error) {
	if err == nil && info.OwnerID == "" {
		err = rc.Errorf(rc.Unavailable, "The phone service did not say who signed in. Please try again, and tell your administrator if it happens again.")
	}
	return info, err
}

func (g *Grants) renew(ctx context.Context, gr store.Grant, t tokens) (rc.TokenInfo, error) {
	if t.Refresh == "" {
		return rc.TokenInfo{}, &refusal{code: "no refresh token"}
	}
	info, err := g.spend(ctx, gr.Platform, gr.ClientID, rc.Secret(t.Refresh))
	if err == nil && info.OwnerID != "" && info.OwnerID != gr.OwnerID {
		return rc.TokenInfo{}, fmt.Errorf("grant %s: the platform renewed the tokens of another user", gr.ID)
	}
	return info, err
}

// spend redeems a refresh token.
func (g *Grants) spend(ctx context.Context, platform, clientID string, refresh rc.Secret) (rc.TokenInfo, error) {
	app, err := g.app(ctx, platform, clientID, "")
	if err != nil {
		return rc.TokenInfo{}, err
	}
	ctx = context.WithValue(ctx, oauth2.HTTPClient, g.Client)
	token, err := app.TokenSource(ctx, &oauth2.Token{RefreshToken: string(refresh)}).Token()
	if err != nil {
		return rc.TokenInfo{}, plain(err)
	}
	return tokenInfo(token)
}

// A refusal is a token endpoint's word that a code or refresh token is of no
// use any more.
type refusal struct{ code string }

func (r *refusal) Error() string { return "the token endpoint answered " + r.code }

// Unwrap is what a user hears whose sign-in ends this way. A refused refresh
// has a sentence of its own.
func (r *refusal) Unwrap() error {
	return rc.Errorf(rc.Denied, "The phone service did not accept the sign-in, perhaps because it took too long. Press Sign In to try again.")
}

func refused(err error) bool {
	var r *refusal
	return errors.As(err, &r)
}

// plain turns the library's error into one that may be logged: its own text
// can hold the body of the answer, and with it tokens.
func plain(err error) error {
	var answer *oauth2.RetrieveError
	if !errors.As(err, &answer) {
		var where *url.Error
		if errors.As(err, &where) {
			err = where.Err // without the address
			return fmt.Errorf("asking the token endpoint: %w", unavailable(err))
		}
		return fmt.Errorf("reading the token endpoint's answer: %w", unavailable(errors.New("it is not what RFC 6749 section 5.1 describes")))
	}
	status := answer.Response.StatusCode
	code := known(answer.ErrorCode)
	switch {
	case status >= 400 && status < 500 && code == "invalid_grant",
		status == http.StatusBadRequest && strings.Contains(string(answer.Body), "OAU-213"): // clients.md section 2
		return &refusal{code: fmt.Sprintf("%d %s", status, code)}
	case status >= 400 && status < 500 && status != http.StatusTooManyRequests:
		return &misconfigured{fmt.Sprintf("%d %s", status, code)}
	}
	return fmt.Errorf("the token endpoint answered %d: %w", status, unavailable(nil))
}

// A misconfigured app is refused for what it is, not for what it brought:
// wrong secret, grant type not allowed. It is the administrator's to mend.
type misconfigured struct{ answer string }

func (m *misconfigured) Error() string { return "the token endpoint answered " + m.answer }

func (m *misconfigured) Unwrap() error {
	return rc.Errorf(rc.Denied, "The phone service refused this app (%s). Ask your administrator to check the app's client id and secret.", m.answer)
}

// codeOf is a failure in few words, for operators.
func codeOf(err error) string {
	var r *refusal
	var m *misconfigured
	switch {
	case errors.As(err, &r):
		return "the platform refused the refresh token: " + r.code
	case errors.As(err, &m):
		return "the platform refused the app: " + m.answer
	}
	return "the platform gave no usable answer; asked again later"
}

// An outage keeps its cause for the log and has a sentence for the user.
type outage struct{ cause error }

func unavailable(cause error) error { return &outage{cause} }

func (o *outage) Error() string {
	if o.cause == nil {
		return "the platform does not answer as it should"
	}
	return o.cause.Error()
}

func (o *outage) Unwrap() []error {
	sentence := error(rc.Errorf(rc.Unavailable, "The phone service does not answer. Please try again in a moment."))
	if o.cause == nil {
		return []error{sentence}
	}
	return []error{sentence, o.cause}
}

// known keeps foreign text out of errors: an error code is one of the
// registered names or "unknown".
func known(code string) string {
	switch code {
	case "invalid_request", "invalid_client", "invalid_grant", "unauthorized_client", "unsupported_grant_type", "invalid_scope":
		return code
	case "":
		return "without a code"
	}
	return "with an unknown code"
}

// tokenInfo reads the fields that the library does not know. Ids come as
// text or as numbers (clients.md section 2).
func tokenInfo(t *oauth2.Token) (rc.TokenInfo, error) {
	text := func(name string) string {
		switch v := t.Extra(name).(type) {
		case string:
			return v
		case float64:
			return fmt.Sprintf("%.0f", v)
		}
		return ""
	}
	life := int(t.ExpiresIn)
	if life <= 0 {
		life = 600 // the shortest that the contract knows, for answers that do not say
	}
	if strings.ContainsFunc(t.AccessToken, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return rc.TokenInfo{}, fmt.Errorf("the token endpoint's access token is not a token: %w", unavailable(nil))
	}
	return rc.TokenInfo{
		AccessToken: t.AccessToken, TokenType: t.TokenType, ExpiresIn: life, RefreshToken: t.RefreshToken,
		Scope: text("scope"), OwnerID: text("owner_id"), EndpointID: text("endpoint_id"), SessionID: text("session_id"),
	}, nil
}

// revoke ends the platform's session. It is a courtesy that may fail: the
// tokens are forgotten here whatever comes of it.
func (g *Grants) revoke(ctx context.Context, platform, clientID string, t tokens) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), revokeTime)
	defer cancel()
	if err := g.tryRevoke(ctx, platform, clientID, t); err != nil {
		g.Log.Warn("revoking tokens at the platform", "platform", platform, "err", err)
	}
}

func (g *Grants) tryRevoke(ctx context.Context, platform, clientID string, t tokens) error {
	app, err := g.app(ctx, platform, clientID, "")
	if err != nil {
		return err
	}
	form := url.Values{"token": {t.Refresh}}
	if t.Refresh == "" {
		form.Set("token", t.Access)
	}
	if app.ClientSecret == "" {
		form.Set("client_id", clientID)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, platform+rc.RevokePath, strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if app.ClientSecret != "" {
		req.SetBasicAuth(url.QueryEscape(clientID), url.QueryEscape(app.ClientSecret))
	}
	res, err := g.Client.Do(req)
	if err != nil {
		return plain(err)
	}
	defer drain(res)
	if res.StatusCode >= 300 {
		_, _ = io.CopyN(io.Discard, res.Body, 64<<10)
		return fmt.Errorf("the revocation endpoint answered %d", res.StatusCode)
	}
	return nil
}

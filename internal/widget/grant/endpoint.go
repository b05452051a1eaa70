package grant

import (
	"context"
	"fmt"
	"strings"

	"golang.org/x/oauth2"

	"offhook/internal/rc"
	"offhook/internal/store"
	"offhook/internal/widget/intake"
)

// app is the OAuth client at a platform. Its addresses are the contract's
// own, at the platform's origin: what a platform says about itself elsewhere
// cannot send secrets or codes astray.
//
// own is a secret that came with the sign-in; without one the registered
// secret counts. The registered one is never replaced by what a page brought.
func (g *Grants) app(ctx context.Context, platform, clientID, redirectURI string, own rc.Secret) (*oauth2.Config, error) {
	secret, err := g.Secrets.Secret(ctx, platform, clientID)
	if err != nil {
		return nil, err
	}
	if secret == "" {
		secret = own
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

// Exchange redeems an authorization code for an app that is public or whose
// secret is registered. A refusal is a Denied error with a sentence for the
// user.
func (g *Grants) Exchange(ctx context.Context, platform, clientID, redirectURI string, code, verifier rc.Secret) (rc.TokenInfo, error) {
	i, err := g.Redeem(ctx, platform, redirectURI, intake.Offer{ClientID: clientID, Code: code, Verifier: verifier})
	return i.TokenInfo, err
}

// Redeem redeems the code or the JWT of an offer. The library reads at most
// 1 MiB of the answer. A refusal is an *rc.Error with a sentence for the
// user; its chain has the OAuth error code.
func (g *Grants) Redeem(ctx context.Context, platform, redirectURI string, o intake.Offer) (intake.Issue, error) {
	app, err := g.app(ctx, platform, o.ClientID, redirectURI, o.ClientSecret)
	if err != nil {
		return intake.Issue{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	ctx = context.WithValue(ctx, oauth2.HTTPClient, g.Client)
	token, err := app.Exchange(ctx, string(o.Code), parameters(o)...)
	if err != nil {
		return intake.Issue{}, g.plain(err, o.JWT != "")
	}
	info, err := owned(tokenInfo(token))
	return intake.Issue{TokenInfo: info, ClientSecret: o.ClientSecret}, err
}

func parameters(o intake.Offer) (p []oauth2.AuthCodeOption) {
	switch {
	case o.JWT != "":
		// The library sends an empty code along, which means an absent one
		// (RFC 6749 section 3.2).
		p = append(p, oauth2.SetAuthURLParam("grant_type", rc.GrantJWTBearer), oauth2.SetAuthURLParam("assertion", string(o.JWT)))
	case o.Verifier != "": // a code that was asked for without PKCE must come without (RFC 9700 section 4.8.2)
		p = append(p, oauth2.VerifierOption(string(o.Verifier)))
	}
	return p
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
		return rc.TokenInfo{}, errHourOver
	}
	info, err := g.spend(ctx, gr.Platform, gr.ClientID, rc.Secret(t.Refresh), t.ClientSecret)
	if err == nil && info.OwnerID != "" && info.OwnerID != gr.OwnerID {
		return rc.TokenInfo{}, fmt.Errorf("grant %s: the platform renewed the tokens of another user", gr.ID)
	}
	return info, err
}

// spend redeems a refresh token.
func (g *Grants) spend(ctx context.Context, platform, clientID string, refresh, own rc.Secret) (rc.TokenInfo, error) {
	app, err := g.app(ctx, platform, clientID, "", own)
	if err != nil {
		return rc.TokenInfo{}, err
	}
	ctx = context.WithValue(ctx, oauth2.HTTPClient, g.Client)
	token, err := app.TokenSource(ctx, &oauth2.Token{RefreshToken: string(refresh)}).Token()
	if err != nil {
		return rc.TokenInfo{}, g.plain(err, false)
	}
	return tokenInfo(token)
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

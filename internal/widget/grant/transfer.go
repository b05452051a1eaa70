package grant

import (
	"context"
	"time"

	"offhook/internal/rc"
	"offhook/internal/widget/intake"
)

// Assert redeems a ready-made assertion (RFC 7523 section 2.1): a JWT that
// the platform has issued to one of its users. A refusal is a Denied error
// with a sentence for the user.
func (g *Grants) Assert(ctx context.Context, platform, clientID string, assertion rc.Secret) (rc.TokenInfo, error) {
	i, err := g.Redeem(ctx, platform, "", intake.Offer{ClientID: clientID, JWT: assertion})
	return i.TokenInfo, err
}

// Transfer takes over a session at the platform that somebody else began for
// the same app: its refresh token is redeemed at once, so that the copies
// elsewhere end, and only the answer is kept. That it can be redeemed proves
// that it was issued to this app.
func (g *Grants) Transfer(ctx context.Context, platform, clientID string, refresh rc.Secret) (rc.TokenInfo, error) {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	info, err := owned(g.spend(ctx, platform, clientID, refresh, ""))
	if err == nil && info.RefreshToken == "" {
		info.RefreshToken = string(refresh) // RFC 6749 section 6: it may stay the same
	}
	return info, err
}

// AccessToken returns a token of the grant that lives for a while, for a
// host's own server: never the refresh token. A grant that has ended is an
// Unauthenticated error.
func (g *Grants) AccessToken(ctx context.Context, id string) (rc.TokenInfo, error) {
	gr, err := g.now(ctx, id)
	if err != nil {
		return rc.TokenInfo{}, err
	}
	if gr, err = g.fresh(ctx, gr); err != nil {
		return rc.TokenInfo{}, err
	}
	t, err := g.open(gr)
	if err != nil {
		return rc.TokenInfo{}, err
	}
	life := int(t.ExpiresAt.Sub(g.Now()) / time.Second)
	return rc.TokenInfo{AccessToken: t.Access, TokenType: "bearer", ExpiresIn: life, Scope: t.Scope, OwnerID: gr.OwnerID, EndpointID: t.Endpoint}, nil
}

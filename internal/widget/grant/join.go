package grant

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"offhook/internal/rc"
	"offhook/internal/store"
	"offhook/internal/widget/intake"
)

// Join gives the tokens of a new sign-in to the grant of their user, which
// is made when there is none. The tokens that they replace are revoked in
// the background: platforms keep few sessions for a user and app, and end
// the oldest without a word. The id of the grant stays, so every session
// that the user has elsewhere goes on with the new tokens.
func (g *Grants) Join(ctx context.Context, platform, clientID string, info rc.TokenInfo) (store.Grant, error) {
	return g.Keep(ctx, platform, clientID, intake.Issue{TokenInfo: info})
}

// Keep is Join for tokens whose renewal may need a secret that came with the
// sign-in.
func (g *Grants) Keep(ctx context.Context, platform, clientID string, i intake.Issue) (store.Grant, error) {
	// Another node may add or refresh the same grant meanwhile. The loser
	// starts over in a new transaction, because PostgreSQL aborts this one.
	for range 8 {
		joined, old, err := g.tryJoin(ctx, platform, clientID, i)
		if errors.Is(err, store.ErrExists) || errors.Is(err, errMoved) {
			continue
		}
		if err != nil {
			return store.Grant{}, fmt.Errorf("keeping the tokens of a sign-in: %w", err)
		}
		if old.Access != "" && (old.Session == "" || old.Session != i.SessionID) {
			g.background(func(ctx context.Context) { g.revoke(ctx, platform, clientID, old) })
		}
		return joined, nil
	}
	return store.Grant{}, errors.New("keeping the tokens of a sign-in: the grant keeps changing")
}

var errMoved = errors.New("the grant has changed meanwhile")

func (g *Grants) tryJoin(ctx context.Context, platform, clientID string, i intake.Issue) (joined store.Grant, old tokens, err error) {
	err = g.Store.Write(ctx, func(tx store.WidgetTx) error {
		present, err := tx.GrantOf(ctx, platform, clientID, i.OwnerID)
		if errors.Is(err, store.ErrNotFound) {
			joined, err = g.sealed(store.Grant{
				ID: rand.Text(), Platform: platform, ClientID: clientID, OwnerID: i.OwnerID, Version: 1, CreatedAt: g.Now(),
			}, g.tokensOf(i))
			if err != nil {
				return err
			}
			return tx.AddGrant(ctx, joined)
		}
		if err != nil {
			return err
		}
		// Tokens that cannot be opened, after a lost key, are replaced like
		// any others; there is only nothing to revoke.
		old, _ = g.open(present)
		if joined, err = g.sealed(present, g.tokensOf(i)); err != nil {
			return err
		}
		saved, err := tx.SaveTokens(ctx, joined)
		if err == nil && !saved {
			err = errMoved
		}
		joined.Version++
		return err
	})
	return joined, old, err
}

// tokensOf is what is kept of a token endpoint's answer.
func (g *Grants) tokensOf(i intake.Issue) tokens {
	return tokens{
		Access: i.AccessToken, Refresh: i.RefreshToken, ExpiresAt: g.Now().Add(time.Duration(i.ExpiresIn) * time.Second),
		Scope: i.Scope, Endpoint: i.EndpointID, Session: i.SessionID, ClientSecret: i.ClientSecret,
	}
}

// Discard revokes tokens that no grant has taken: those of a sign-in that
// was not finished.
func (g *Grants) Discard(platform, clientID string, info rc.TokenInfo) {
	g.Drop(platform, clientID, intake.Issue{TokenInfo: info})
}

// Drop is Discard for what Keep would take.
func (g *Grants) Drop(platform, clientID string, i intake.Issue) {
	g.background(func(ctx context.Context) { g.revoke(ctx, platform, clientID, g.tokensOf(i)) })
}

// background runs fn beyond the request that asked for it; Close waits.
func (g *Grants) background(fn func(ctx context.Context)) {
	g.wg.Go(func() { fn(context.Background()) })
}

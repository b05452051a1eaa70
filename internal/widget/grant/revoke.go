package grant

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"offhook/internal/rc"
	"offhook/internal/store"
)

// What is to be revoked at a platform is written down before it is tried, with
// the end of its grant where it has one. A platform that is down, or a server
// that ends meanwhile, only puts it off.

const (
	// revokeTime is how long a sign-out waits for the platform.
	revokeTime = 4 * time.Second
	// revokeAgain is how long a revocation that failed waits.
	revokeAgain = time.Minute
	// revokeFor is how long it is tried: a refresh token that nobody has used
	// is over by then (contract 2.3).
	revokeFor = 7 * 24 * time.Hour
	// revokeMost is how many are tried in one go.
	revokeMost = 100
)

func revocationRow(id string) string { return "revocations/" + id }

// secret is an app's that is registered, or the one that came with a sign-in.
func (g *Grants) secret(ctx context.Context, platform, clientID string, own rc.Secret) rc.Secret {
	registered, err := g.Secrets.Secret(ctx, platform, clientID)
	if err != nil {
		g.Log.Error("reading an app's secret to revoke tokens", "err", err)
	}
	return cmp.Or(registered, own)
}

// owe writes tokens down that are to be revoked, with the secret that it takes,
// which may be gone with its embed when the platform answers again.
func (g *Grants) owe(ctx context.Context, tx store.WidgetTx, platform, clientID string, t tokens, secret rc.Secret) (store.Revocation, error) {
	t.ClientSecret = cmp.Or(secret, t.ClientSecret)
	plain, err := json.Marshal(t)
	if err != nil {
		return store.Revocation{}, errors.New("encoding tokens")
	}
	now := g.Now()
	r := store.Revocation{ID: rand.Text(), Platform: platform, ClientID: clientID, AskedAt: now}
	r.Sealed = g.Ring.Seal(plain, revocationRow(r.ID))
	if err := tx.AddRevocation(ctx, r, now.Add(revokeAgain)); err != nil {
		return store.Revocation{}, fmt.Errorf("noting what is to be revoked: %w", err)
	}
	return r, nil
}

// revoke ends the platform's session of tokens that no grant has: now, or when
// the platform answers again.
func (g *Grants) revoke(ctx context.Context, platform, clientID string, t tokens) {
	secret := g.secret(ctx, platform, clientID, t.ClientSecret)
	var r store.Revocation
	err := g.Store.Write(ctx, func(tx store.WidgetTx) (err error) {
		r, err = g.owe(ctx, tx, platform, clientID, t, secret)
		return err
	})
	if err != nil {
		g.Log.Error("revoking tokens", "err", err)
		return
	}
	g.pay(ctx, r)
}

// pay revokes what is owed, and reports whether the platform answers: what it
// refuses for one user says nothing of the others. Whoever signs out waits for
// it some seconds and no longer.
func (g *Grants) pay(ctx context.Context, r store.Revocation) (answers bool) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), revokeTime)
	defer cancel()
	err := g.tryRevoke(ctx, r)
	switch {
	case errors.Is(err, errUnreadable):
		g.Log.Error("tokens cannot be revoked", "platform", r.Platform, "since", r.AskedAt, "err", err)
	case err != nil:
		g.Log.Warn("tokens are not revoked at the platform yet", "platform", r.Platform, "since", r.AskedAt, "err", err)
		return errors.Is(err, errRefused)
	}
	g.settled(r)
	return true
}

var (
	// errUnreadable is the end of what nobody can revoke any more.
	errUnreadable = errors.New("it was sealed under another key, or is damaged")
	// errRefused says that the platform has answered, and with a no.
	errRefused = errors.New("the revocation endpoint refused")
)

// settled forgets what is over.
func (g *Grants) settled(r store.Revocation) {
	ctx, cancel := context.WithTimeout(context.Background(), revokeTime)
	defer cancel()
	if err := g.Store.Write(ctx, func(tx store.WidgetTx) error { return tx.DeleteRevocation(ctx, r.ID) }); err != nil {
		g.Log.Error("forgetting what was revoked", "err", err) // which harms nobody who does it again
	}
}

// Settle revokes what could not be revoked before. An app at a platform that
// does not answer is asked once, whatever is owed to its users.
func (g *Grants) Settle(ctx context.Context) error {
	now := g.Now()
	var due []store.Revocation
	err := g.Store.Write(ctx, func(tx store.WidgetTx) (err error) {
		due, err = tx.DueRevocations(ctx, now, now.Add(revokeAgain), revokeMost)
		return err
	})
	if err != nil {
		return fmt.Errorf("listing what is to be revoked: %w", err)
	}
	type app struct{ platform, clientID string }
	fails := map[app]bool{}
	for _, r := range due {
		at := app{r.Platform, r.ClientID}
		switch {
		case now.Sub(r.AskedAt) > revokeFor:
			g.Log.Error("tokens were not revoked in all the time that they could be used", "platform", r.Platform, "since", r.AskedAt)
			g.settled(r)
		case ctx.Err() == nil && !fails[at]:
			fails[at] = !g.pay(ctx, r)
		}
	}
	return ctx.Err()
}

// Run settles now and then until ctx ends.
func (g *Grants) Run(ctx context.Context) {
	tick := time.NewTicker(revokeAgain / 4)
	defer tick.Stop()
	for {
		if err := g.Settle(ctx); err != nil && ctx.Err() == nil {
			g.Log.Error("revoking tokens that wait for it", "err", err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

func (g *Grants) tryRevoke(ctx context.Context, r store.Revocation) error {
	var t tokens
	plain, err := g.Ring.Open(r.Sealed, revocationRow(r.ID))
	if err != nil || json.Unmarshal(plain, &t) != nil {
		return errUnreadable
	}
	form := url.Values{"token": {cmp.Or(t.Refresh, t.Access)}}
	secret := string(g.secret(ctx, r.Platform, r.ClientID, t.ClientSecret))
	if secret == "" {
		form.Set("client_id", r.ClientID)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.Platform+rc.RevokePath, strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if secret != "" {
		req.SetBasicAuth(url.QueryEscape(r.ClientID), url.QueryEscape(secret))
	}
	res, err := g.Client.Do(req)
	if err != nil {
		return g.plain(err, false)
	}
	defer drain(res)
	answer, _ := io.ReadAll(io.LimitReader(res.Body, 64<<10))
	switch status := res.StatusCode; {
	case status < 300, status == http.StatusBadRequest && bytes.Contains(answer, []byte("OAU-213")):
		return nil // also of a token that it does not know any more
	case status >= 400 && status < 500 && status != http.StatusTooManyRequests:
		return fmt.Errorf("%w with %d", errRefused, status)
	default:
		return fmt.Errorf("the revocation endpoint answered %d", status)
	}
}

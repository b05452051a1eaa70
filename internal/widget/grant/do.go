package grant

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"offhook/internal/rc"
	"offhook/internal/store"
)

// early is how long before its end a token is no longer used (the SDK's
// margin, contract 2.4).
const early = 60 * time.Second

// Do sends a request to the grant's platform with its user's token, which it
// renews when it is about to expire, and once more when the platform answers
// 401; the request is then repeated if its body can be (req.GetBody). Other
// answers are returned as they are. req.URL is relative to the platform's
// origin, or has that origin: a token never goes anywhere else.
//
// A grant that has ended, now or before, is an Unauthenticated error; a
// platform that does not answer when a token must be renewed is Unavailable.
func (g *Grants) Do(ctx context.Context, grantID string, req *http.Request) (*http.Response, error) {
	gr, err := g.Store.Grant(ctx, grantID)
	if err != nil {
		return nil, missing(grantID, err)
	}
	req = req.Clone(ctx)
	if err := aim(req, gr.Platform); err != nil {
		return nil, err
	}
	if gr, err = g.fresh(ctx, gr); err != nil {
		return nil, err
	}
	res, err := g.send(req, gr)
	if err != nil || res.StatusCode != http.StatusUnauthorized || req.Body != nil && req.Body != http.NoBody && req.GetBody == nil {
		return res, err
	}
	drain(res)
	if gr, err = g.refreshed(ctx, gr); err != nil {
		return nil, err
	}
	if req.GetBody != nil {
		if req.Body, err = req.GetBody(); err != nil {
			return nil, fmt.Errorf("repeating a request: %w", err)
		}
	}
	return g.send(req, gr)
}

func missing(id string, err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return rc.Errorf(rc.Unauthenticated, "You have been signed out. Sign in to go on.")
	}
	return fmt.Errorf("reading grant %s: %w", id, err)
}

// aim makes req's address absolute at the platform.
func aim(req *http.Request, platform string) error {
	base, err := url.Parse(platform)
	if err != nil {
		return fmt.Errorf("the grant's platform %q is not an address", platform)
	}
	if req.URL.Host == "" && req.URL.Scheme == "" && req.URL.Opaque == "" {
		u := *req.URL
		u.Scheme, u.Host = base.Scheme, base.Host
		req.URL = &u
	}
	if req.URL.Scheme != base.Scheme || req.URL.Host != base.Host || req.URL.Opaque != "" || req.URL.User != nil {
		return fmt.Errorf("a request to %s does not get the tokens of %s", req.URL.Host, platform)
	}
	req.Host = ""
	return nil
}

func (g *Grants) send(req *http.Request, gr store.Grant) (*http.Response, error) {
	t, err := g.open(gr)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+t.Access)
	res, err := g.Client.Do(req)
	if err != nil {
		// The error names the address with its query, which is the caller's
		// own; nothing of ours is in it.
		return nil, fmt.Errorf("asking the platform: %w", err)
	}
	return res, nil
}

// fresh returns the grant with a token that lives for a while. When renewing
// fails and the old token still lives, the old one does.
func (g *Grants) fresh(ctx context.Context, gr store.Grant) (store.Grant, error) {
	now := g.Now()
	if now.Add(early).Before(gr.ExpiresAt) {
		return gr, nil
	}
	if t, err := g.open(gr); err == nil && t.Refresh == "" && now.Before(gr.ExpiresAt) {
		return gr, nil // an implicit grant's token is good to its end
	}
	renewed, err := g.refreshed(ctx, gr)
	var e *rc.Error
	if err != nil && now.Before(gr.ExpiresAt) && ctx.Err() == nil && !(errors.As(err, &e) && e.Kind == rc.Unauthenticated) {
		return gr, nil
	}
	return renewed, err
}

// drain lets the connection be used again.
func drain(res *http.Response) {
	_, _ = io.CopyN(io.Discard, res.Body, 64<<10)
	_ = res.Body.Close()
}

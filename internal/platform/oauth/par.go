package oauth

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"offhook/internal/opaque"
	"offhook/internal/platform/wire"
	"offhook/internal/store"
)

// ParPath is where apps push authorization requests (RFC 9126). RingCentral
// has no such endpoint; the discovery document names ours.
const ParPath = "/restapi/oauth/par"

// pushedPrefix begins every request_uri of ours (RFC 9126 section 2.2).
const pushedPrefix = "urn:ietf:params:oauth:request_uri:"

// A pushed request waits pushedLife for its browser, and then lookLife for
// the person who reads the sign-in page.
const (
	pushedLife = 60 * time.Second
	lookLife   = 15 * time.Minute
)

// errPushed: it is unknown, of another app, expired, spent, or another
// browser brought it first. Which, is nobody's business.
var errPushed = &fault{http.StatusBadRequest, "invalid_request_uri", "CMN-101", "The request_uri is unknown, has expired or was used before; push the request again and use it at once, once."}

// par takes an authorization request from the app itself, before any browser
// is involved (RFC 9126). The app authenticates as at the token endpoint, and
// the request is checked as it will be at the authorize endpoint.
func (h *Handler) par(w http.ResponseWriter, r *http.Request) error {
	uri, err := h.takePushed(w, r)
	var f *fault
	if errors.As(err, &f) && h.tokens.take(remote(r), perClient, h.now()) > 0 {
		w.Header().Set("Retry-After", fmt.Sprint(int(perClient.most/time.Second)))
		return errTooMany
	}
	if err != nil {
		return err
	}
	wire.JSON(w, http.StatusCreated, map[string]any{"request_uri": uri, "expires_in": int(pushedLife / time.Second)})
	return nil
}

func (h *Handler) takePushed(w http.ResponseWriter, r *http.Request) (string, error) {
	if r.URL.RawQuery != "" {
		return "", errInURL
	}
	p, err := body(w, r, repeatable...)
	if err != nil {
		return "", err
	}
	app, err := h.client(r, p)
	if err != nil {
		return "", err
	}
	if p["request_uri"] != "" { // RFC 9126 section 2.1
		return "", invalidRequest("request_uri cannot be pushed; send the parameters themselves.")
	}
	for _, name := range []string{"client_secret", "client_assertion", "client_assertion_type"} {
		delete(p, name)
	}
	p["client_id"] = app.ClientID
	if _, err := h.newRequest(r, app, p); err != nil {
		return "", err
	}
	return h.push(r.Context(), app, p)
}

// push keeps a checked request and returns its request_uri.
func (h *Handler) push(ctx context.Context, app store.App, p params) (string, error) {
	reference := opaque.Text()
	row := store.PushedRequest{Hash: opaque.Hash(reference), ClientID: app.ClientID, Params: p.encode(), ExpiresAt: h.now().Add(pushedLife)}
	err := h.Store.Write(ctx, func(tx store.PlatformTx) error { return tx.AddPushedRequest(ctx, row) })
	if err != nil {
		return "", fmt.Errorf("keeping a pushed request: %w", err)
	}
	return pushedPrefix + reference, nil
}

// pushedRequest returns the parameters that a request_uri stands for, when
// the app pushed them and no other browser has brought them. Parameters
// beside it count for nothing (RFC 9101 section 6.3).
func (h *Handler) pushedRequest(ctx context.Context, app store.App, uri, browser string) (p params, key string, err error) {
	key = opaque.Hash(strings.TrimPrefix(uri, pushedPrefix))
	var row store.PushedRequest
	err = h.Store.Write(ctx, func(tx store.PlatformTx) (err error) {
		now := h.now()
		row, err = tx.OpenPushedRequest(ctx, key, app.ClientID, browser, now, now.Add(lookLife))
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		return nil, "", errPushed
	}
	if err != nil {
		return nil, "", fmt.Errorf("reading a pushed request: %w", err)
	}
	p, err = parse(row.Params)
	if err != nil {
		return nil, "", fmt.Errorf("reading what was pushed: %w", err)
	}
	return p, key, nil
}

// spendPushed makes sure that a pushed request is answered once. Its error
// undoes the write that would be the second answer.
func spendPushed(ctx context.Context, tx store.PlatformTx, q request) error {
	if q.pushed == "" {
		return nil
	}
	first, err := tx.SpendPushedRequest(ctx, q.pushed)
	if err != nil {
		return fmt.Errorf("spending a pushed request: %w", err)
	}
	if !first {
		return errPushed
	}
	return nil
}

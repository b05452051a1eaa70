// Package oauth is the platform's authorization server (contract/platform.md
// sections 2 and 3): the sign-in page, authorization codes with PKCE, tokens
// with RingCentral's refresh rule, revocation and discovery. The path of a
// sign-in:
//
//	POST /restapi/oauth/par         par.go takes a request ahead, if the app wants that
//	GET  /restapi/oauth/authorize   request.go checks it, authorize.go decides what to show
//	POST /signin                    signin.go checks who it is, guard.go slows down guessing,
//	                                browser.go remembers the browser, consent.go asks
//	303  redirect URI ? code        authorize.go makes the code, answer.go sends it;
//	303  redirect URI # token       implicit.go, for apps registered for it
//	POST /restapi/oauth/token       client.go and assertion.go check the app, token.go, refresh.go
//	                                and jwtbearer.go issue, idtoken.go says who signed in
//	any  /restapi/...               authenticate.go says whom a token speaks for
//
// Codes, tokens and cookies are 256 random bits and are kept as SHA-256 only,
// so a copy of the database signs nobody in. Nothing here logs them.
package oauth

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"offhook/internal/bus"
	"offhook/internal/platform/signing"
	"offhook/internal/platform/wire"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// SignInPath is where the sign-in page posts to; its style is below it.
const SignInPath = "/signin"

// NoCORS are the prefixes of the paths that a browser's cookie authorizes:
// no other origin may read them (RFC 9700 section 2.6).
var NoCORS = []string{rc.AuthorizePath, SignInPath}

// A Handler is the authorization server. All its state that must last is in
// Store; the counts of failed attempts are in memory, and a restart forgives.
type Handler struct {
	Store store.Platform
	Bus   bus.Bus       // is told which sessions ended
	Limit *wire.Limiter // nil switches rate limits off
	Keys  *signing.Keys
	Now   func() time.Time
	Log   *slog.Logger

	signIns guard
	tokens  throttle // failed token requests, by address
}

// Mount registers the server's paths.
func (h *Handler) Mount(mux *http.ServeMux) {
	face := &wire.Face{Auth: h, Limit: h.Limit, Log: h.Log}
	face.Public(mux, "GET", rc.AuthorizePath, h.authorize)
	face.Public(mux, "POST", rc.AuthorizePath, h.authorize)
	face.Public(mux, "POST", rc.TokenPath, h.oauth(h.token))
	face.Public(mux, "POST", rc.RevokePath, h.oauth(h.revoke))
	face.Public(mux, "GET", rc.DiscoveryPath, h.metadata)
	face.Public(mux, "GET", rc.JWKSPath, h.jwks)
	face.Handle(mux, "GET", rc.UserinfoPath, h.userinfo)
	face.Handle(mux, "POST", rc.UserinfoPath, h.userinfo) // OpenID Connect Core section 5.3.1
	face.Public(mux, "GET", initialPath, h.initial)
	face.Handle(mux, "GET", externalPath, h.external)
	mux.HandleFunc("GET /.well-known/oauth-authorization-server", func(w http.ResponseWriter, r *http.Request) {
		_ = h.metadata(w, r)
	})
	introspect := h.oauth(h.introspect)
	mux.HandleFunc("POST "+introspectPath, func(w http.ResponseWriter, r *http.Request) { _ = introspect(w, r) })
	par := h.oauth(h.par)
	mux.HandleFunc("POST "+ParPath, func(w http.ResponseWriter, r *http.Request) { _ = par(w, r) })
	mux.HandleFunc("GET "+SignInPath, h.signInAgain)
	mux.HandleFunc("POST "+SignInPath, h.signIn)
	mux.HandleFunc("GET "+stylePath, serveStyle)
}

// sweepEvery is how often expired rows go, and keptFor how long they stay
// after they expire: a refresh token may be asked for again for an hour,
// which needs the row of the access token that it gave.
const (
	sweepEvery = 10 * time.Minute
	keptFor    = time.Hour
)

// Run removes expired rows now and then until ctx ends.
func (h *Handler) Run(ctx context.Context) {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		if err := h.sweep(ctx); err != nil && ctx.Err() == nil {
			h.Log.Error("sweeping expired tokens", "err", err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

func (h *Handler) sweep(ctx context.Context) error {
	return h.Store.Write(ctx, func(tx store.PlatformTx) error {
		if err := tx.SweepOAuth(ctx, h.now().Add(-keptFor)); err != nil {
			return err
		}
		if err := tx.SweepAuthorize(ctx, h.now()); err != nil {
			return err
		}
		return tx.SweepAssertions(ctx, h.now())
	})
}

func (h *Handler) now() time.Time {
	if h.Now != nil {
		return h.Now()
	}
	return time.Now()
}

// Prefixes tell what a secret is when it turns up where it should not.
const (
	accessPrefix  = "RCAT_"
	refreshPrefix = "RCRT_"
	codePrefix    = "RCAC_"
)

package signin

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"offhook/internal/listen"
	"offhook/internal/rc"
	"offhook/internal/store"
	"offhook/internal/widget/intake"
	"offhook/internal/widget/lang"
)

// The ways to sign in, as flows and the audit trail name them. Tickets have
// theirs elsewhere.
const (
	wayCode      = "code"       // code and PKCE
	waySecret    = "secret"     // code, PKCE and the app's secret
	wayOwnWindow = "own-window" // as these, in a window that the host page opened
	waySSO       = "sso"        // as these, by the browser's session with the platform
	wayImplicit  = "implicit"   // a token for an hour; package session knows the name
	wayRenew     = "renew"      // the same once more, in a hidden frame
	wayGivenCode = "given-code" // a code that was made elsewhere, in the address
	wayMessage   = "callback"   // a code that was made elsewhere, by message
	wayJWT       = "jwt"        // everybody as one user
	wayWindow    = "window"     // a window of the phone's own, by the page that opened it
)

// plan says how a sign-in in a window will go.
//
// PKCE is used with every code, also where the app has a secret and the old
// widget went without: RFC 9700 section 2.1.1 asks for it, and a server that
// does not know it ignores it (RFC 6749 section 3.1).
func (h *Handler) plan(r *http.Request, e store.Embed, q request, k kept) (way string, rec record, err error) {
	rec = record{Redirect: listen.BaseURL(r) + "/redirect.html", Hints: q.Hints, Language: lang.Match(r.Header.Get("Accept-Language")).Code, ClientSecret: k.ClientSecret, Implicit: e.Implicit}
	if q.Redirect != "" {
		if !slices.Contains(e.Redirects, q.Redirect) {
			return "", record{}, rc.Errorf(rc.Denied, "The page that this sign-in would return to is not registered here. Ask your administrator to run “offhook embed add” with --redirect-uri.")
		}
		rec.Redirect = q.Redirect
	}
	if q.Silent || q.SSO {
		rec.Prompt, rec.Again = "none", !q.Silent
	}
	registered, err := h.Embeds.Secret(r.Context(), e.Platform, e.ClientID)
	if err != nil {
		return "", record{}, err
	}
	switch {
	case q.OwnWindow && !slices.Contains(e.Capabilities, "signin"):
		return "", record{}, rc.Errorf(rc.Denied, "This page may not open the sign-in window itself. The operator can allow it with the capability “signin” of the embed.")
	case e.Implicit && q.Silent:
		way = wayRenew
	case e.Implicit:
		way = wayImplicit
	case q.OwnWindow:
		way = wayOwnWindow
	case q.SSO:
		way = waySSO
	case registered != "" || k.ClientSecret != "":
		way = waySecret
	default:
		way = wayCode
	}
	return way, rec, nil
}

// kept is what the address has brought, or nothing.
type kept struct{ intake.Offer }

func (h *Handler) kept(ctx context.Context, f store.Frame, id string) (kept, error) {
	if id == "" {
		return kept{intake.Offer{ClientID: f.ClientID}}, nil
	}
	o, err := h.Intakes.Kept(ctx, id, f)
	if errors.Is(err, store.ErrNotFound) {
		return kept{}, rc.Errorf(rc.Conflict, "This page has been open for too long to sign in as it is set up. Reload it.")
	}
	return kept{o}, err
}

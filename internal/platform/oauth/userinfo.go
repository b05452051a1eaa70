package oauth

import (
	"fmt"
	"net/http"
	"slices"

	"offhook/internal/opaque"
	"offhook/internal/platform/wire"
	"offhook/internal/rc"
)

// userinfo tells an app who the user of an access token is, as far as the
// sign-in asked for it (OpenID Connect Core section 5.3).
func (h *Handler) userinfo(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	token, ok := rc.BearerToken(r.Header.Get("Authorization"))
	if !ok { // a notification socket forwards no token
		return rc.Coded(rc.Unauthenticated, "OAU-123", "Send the access token in the Authorization header.")
	}
	b, err := h.Store.Bearer(r.Context(), opaque.Hash(token))
	if err != nil {
		return fmt.Errorf("reading the scopes of an access token: %w", err)
	}
	if !slices.Contains(b.OpenID, "openid") {
		w.Header().Set("WWW-Authenticate", `Bearer realm="RingCentral REST API", error="insufficient_scope", scope="openid"`) // RFC 6750 section 3.1
		return rc.Coded(rc.Denied, "CMN-401", "This sign-in did not ask for the scope openid; ask for it at the authorize endpoint.")
	}
	user, err := h.Store.Extension(r.Context(), c.ExtensionID)
	if err != nil {
		return fmt.Errorf("reading the user of an access token: %w", err)
	}
	w.Header().Set("Cache-Control", "no-store")
	wire.JSON(w, http.StatusOK, about(user, b.OpenID))
	return nil
}

package oauth

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"offhook/internal/opaque"
	"offhook/internal/platform/wire"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// Authenticate implements [wire.Authenticator]. The first use of a token is
// noted before it is believed, because it ends what a thief of the refresh
// token before could still get.
func (h *Handler) Authenticate(ctx context.Context, accessToken string) (wire.Caller, error) {
	if !strings.HasPrefix(accessToken, accessPrefix) {
		return wire.Caller{}, rc.Coded(rc.Unauthenticated, "OAU-129", "The access token is not one of this platform's; sign in again")
	}
	b, err := h.Store.Bearer(ctx, opaque.Hash(accessToken))
	if errors.Is(err, store.ErrNotFound) {
		return wire.Caller{}, rc.Coded(rc.Unauthenticated, "OAU-213", "Token not found")
	}
	if err != nil {
		return wire.Caller{}, fmt.Errorf("reading an access token: %w", err)
	}
	now := h.now()
	if !now.Before(b.ExpiresAt) {
		return wire.Caller{}, rc.Coded(rc.Unauthenticated, "OAU-128", "Access token expired")
	}
	if b.FirstUsedAt.IsZero() {
		err := h.Store.Write(ctx, func(tx store.PlatformTx) error { return tx.UseAccessToken(ctx, b.Hash, now) })
		if err != nil {
			return wire.Caller{}, fmt.Errorf("noting the first use of an access token: %w", err)
		}
	}
	return wire.Caller{AccountID: b.AccountID, ExtensionID: b.ExtensionID, ClientID: b.ClientID, SessionID: b.SessionID, Scopes: b.Scopes}, nil
}

package notify

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"offhook/internal/listen"
	"offhook/internal/opaque"
	"offhook/internal/platform/wire"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// tokenLife is how long a token opens sockets. Within it a token may be used
// again: released clients reconnect with the one they have (contract 7.2).
const tokenLife = 60 * time.Second

// token answers POST /restapi/oauth/wstoken.
func (h *Handler) token(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	// rand.Text holds 130 bits in letters and digits; clients put the token
	// into the URL without escaping it.
	token := "RCWS_" + rand.Text() + rand.Text()
	now := h.now()
	err := h.Store.Write(r.Context(), func(tx store.PlatformTx) error {
		return errors.Join(tx.SweepWSTokens(r.Context(), now), tx.AddWSToken(r.Context(), store.WSToken{
			Hash: opaque.Hash(token), SessionID: c.SessionID, Scopes: c.Scopes, ExpiresAt: now.Add(tokenLife),
		}))
	})
	if err != nil {
		return fmt.Errorf("keeping a socket token: %w", err)
	}
	w.Header().Set("Cache-Control", "no-store")
	wire.JSON(w, http.StatusOK, rc.WSToken{
		// http becomes ws and https becomes wss.
		URI:           "ws" + strings.TrimPrefix(listen.BaseURL(r), "http") + "/ws",
		WSAccessToken: token,
		ExpiresIn:     int(tokenLife / time.Second),
	})
	return nil
}

// caller is who a socket token speaks for.
func (h *Handler) caller(ctx context.Context, token string) (wire.Caller, error) {
	t, err := h.Store.WSToken(ctx, opaque.Hash(token), h.now())
	if errors.Is(err, store.ErrNotFound) {
		return wire.Caller{}, errToken
	}
	if err != nil {
		return wire.Caller{}, fmt.Errorf("reading a socket token: %w", err)
	}
	return wire.Caller{
		AccountID: t.AccountID, ExtensionID: t.ExtensionID, ClientID: t.ClientID,
		SessionID: t.SessionID, Scopes: t.Scopes,
	}, nil
}

// stands reports whether an OAuth session has not ended.
func (h *Handler) stands(ctx context.Context, session string) (bool, error) {
	switch _, err := h.Store.OAuthSession(ctx, session); {
	case err == nil:
		return true, nil
	case errors.Is(err, store.ErrNotFound):
		return false, nil
	default:
		return false, fmt.Errorf("reading OAuth session %s: %w", session, err)
	}
}

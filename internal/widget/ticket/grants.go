package ticket

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"offhook/internal/rc"
	"offhook/internal/store"
	"offhook/internal/widget/visit"
)

// revoked is the reason with which a host's server ends a grant, as package
// grant names it.
const revoked = "revoked"

// A token is an access token in OAuth's words (RFC 6749 section 5.1), so
// that a client library takes it.
type token struct {
	AccessToken string `json:"access_token"`
	TokenType   string `json:"token_type"`
	ExpiresIn   int    `json:"expires_in"`
	Scope       string `json:"scope"`
}

// token gives the host's server an access token of a grant that its tickets
// made. Asking keeps the grant, as using the phone does.
func (h *Handler) token(w http.ResponseWriter, r *http.Request, e store.Embed) error {
	ctx := r.Context()
	g, err := h.held(ctx, e, r.PathValue("id"), "")
	if err != nil {
		return err
	}
	t, err := h.Grants.AccessToken(ctx, g.ID)
	var told *rc.Error
	if errors.As(err, &told) && told.Kind == rc.Unauthenticated {
		return ended() // 401 would say that the key is wrong
	}
	if err != nil {
		return err
	}
	if err := h.keep(ctx, g.ID); err != nil {
		return err
	}
	h.note(ctx, store.AuditToken, g, "", "")
	visit.JSON(w, http.StatusOK, token{t.AccessToken, t.TokenType, t.ExpiresIn, t.Scope})
	return nil
}

// keep moves the end of the holds on a grant, at most once an hour.
func (h *Handler) keep(ctx context.Context, grantID string) error {
	until := h.Now().Add(hold)
	holds, err := h.Store.Holds(ctx, grantID)
	if err != nil {
		return fmt.Errorf("reading the holds on grant %s: %w", grantID, err)
	}
	for _, share := range holds {
		if until.Sub(share.KeepsUntil) < time.Hour {
			return nil
		}
	}
	if len(holds) == 0 {
		return ended()
	}
	holds[0].KeepsUntil = until
	if err := h.Store.Write(ctx, func(tx store.WidgetTx) error { return tx.PutHold(ctx, holds[0]) }); err != nil {
		return fmt.Errorf("keeping grant %s: %w", grantID, err)
	}
	return nil
}

// revoke ends a grant everywhere. One that has ended, or is another's, is
// gone for the caller already (RFC 7009 section 2.2 says the same of tokens).
func (h *Handler) revoke(w http.ResponseWriter, r *http.Request, e store.Embed) error {
	g, err := h.held(r.Context(), e, r.PathValue("id"), "")
	var told *rc.Error
	if errors.As(err, &told) && told.Kind == rc.NotFound {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	if err != nil {
		return err
	}
	if err := h.Grants.End(context.WithoutCancel(r.Context()), g.ID, revoked); err != nil {
		return err
	}
	h.note(r.Context(), store.AuditSignOut, g, "", "ended by the host's server")
	w.WriteHeader(http.StatusNoContent)
	return nil
}

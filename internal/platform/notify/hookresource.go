package notify

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"offhook/internal/listen"
	"offhook/internal/platform/wire"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// How long a webhook lives (contract 7.1).
const (
	defaultHookLife = 7 * 24 * time.Hour
	maxHookLife     = 315360000 * time.Second
)

const webHook = "WebHook"

// createHook subscribes an address. It must show that it wants to be a
// webhook before anything is sent there.
func (h *Handler) createHook(w http.ResponseWriter, r *http.Request, c wire.Caller, req rc.SubscriptionRequest) error {
	ctx := r.Context()
	if h.Client == nil {
		return invalid("deliveryMode.transportType", "Webhooks are not available here; use WebSocket")
	}
	k, err := h.newHook(ctx, c, req)
	if err != nil {
		return err
	}
	h.mu.Lock()
	sockets := len(h.ownedBy(c))
	h.mu.Unlock()
	room := func(st store.WebhookReader) error {
		mine, err := st.Webhooks(ctx, c.ExtensionID, c.ClientID)
		if err == nil && sockets+len(mine) >= maxSubscriptions {
			err = tooManySubscriptions()
		}
		return err
	}
	if err := room(h.Store); err != nil {
		return err
	}
	if err := h.handshake(ctx, k.Address); err != nil {
		return err
	}
	err = h.Store.Write(ctx, func(tx store.PlatformTx) error {
		if err := room(tx); err != nil {
			return err
		}
		return tx.AddWebhook(ctx, k)
	})
	if err != nil {
		return fmt.Errorf("keeping a webhook: %w", err)
	}
	return h.answerHook(w, r, k)
}

// newHook reads a request for a webhook.
func (h *Handler) newHook(ctx context.Context, c wire.Caller, req rc.SubscriptionRequest) (store.Webhook, error) {
	k := store.Webhook{ID: newUUID(), AccountID: c.AccountID, ExtensionID: c.ExtensionID, ClientID: c.ClientID, Address: req.DeliveryMode.Address, CreatedAt: h.now()}
	if err := h.checkAddress(k.Address); err != nil {
		return k, err
	}
	if err := h.grantHook(ctx, &k, c, req); err != nil {
		return k, err
	}
	// The specification and the guide name the field differently, and the
	// header that comes back by it.
	token := req.DeliveryMode.VerificationToken
	k.TokenHeader = verificationHeader
	if token == "" {
		token, k.TokenHeader = req.DeliveryMode.ValidationToken, validationHeader
	}
	if token == "" {
		k.TokenHeader = ""
		return k, nil
	}
	if len(token) > 1000 || slices.ContainsFunc([]byte(token), func(b byte) bool { return b < ' ' || b > '~' }) {
		return k, invalid("deliveryMode.verificationToken", "Parameter [verificationToken] must be at most 1000 printable ASCII characters, because it travels in a header")
	}
	k.SealedToken = h.Sealer.Seal([]byte(token), hookRow(k.ID))
	return k, nil
}

// grantHook gives a webhook the filters and the life of a request, and the
// permissions of the sign-in that makes it.
func (h *Handler) grantHook(ctx context.Context, k *store.Webhook, c wire.Caller, req rc.SubscriptionRequest) error {
	allowed, disabled, err := readFilters(req.EventFilters, c)
	if err != nil {
		return err
	}
	session, err := h.Store.OAuthSession(ctx, c.SessionID)
	if errors.Is(err, store.ErrNotFound) {
		return errRevoked
	}
	if err != nil {
		return fmt.Errorf("reading OAuth session %s: %w", c.SessionID, err)
	}
	switch life := time.Duration(req.ExpiresIn) * time.Second; {
	case req.ExpiresIn < 0 || req.ExpiresIn > int(maxHookLife/time.Second):
		return invalid("expiresIn", "Parameter [expiresIn] must be between 1 and %d seconds", int(maxHookLife/time.Second))
	case req.ExpiresIn > 0:
		k.Life = life
	case k.Life == 0:
		k.Life = defaultHookLife
	}
	k.Scopes, k.CredentialID, k.Filters = c.Scopes, session.CredentialID, nil
	for _, f := range allowed {
		k.Filters = append(k.Filters, f.text)
	}
	for _, d := range disabled {
		k.Filters = append(k.Filters, d.Filter)
	}
	h.extend(k)
	return nil
}

func (h *Handler) extend(k *store.Webhook) {
	k.ExpiresAt, k.RemindedAt = h.now().Add(k.Life), time.Time{}
}

// either answers by hook when the path names a webhook of the caller, else as
// for a socket's subscription.
func (h *Handler) either(socket wire.HandlerFunc, hook func(http.ResponseWriter, *http.Request, wire.Caller, store.Webhook) error) wire.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
		k, err := h.Store.Webhook(r.Context(), r.PathValue("subscriptionId"))
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("reading a webhook: %w", err)
		}
		mine := k.ExtensionID == c.ExtensionID && k.AccountID == c.AccountID && k.ClientID == c.ClientID
		if err != nil || !mine || !k.ExpiresAt.After(h.now()) {
			return socket(w, r, c)
		}
		return hook(w, r, c, k)
	}
}

func (h *Handler) getHook(w http.ResponseWriter, r *http.Request, _ wire.Caller, k store.Webhook) error {
	return h.answerHook(w, r, k)
}

// updateHook changes filters and life, unless the body is empty, and renews.
func (h *Handler) updateHook(w http.ResponseWriter, r *http.Request, c wire.Caller, k store.Webhook) error {
	req, err := readUpdate(w, r)
	if err != nil {
		return err
	}
	if m := req.DeliveryMode; m != nil && (m.TransportType != webHook || m.Address != "" && m.Address != k.Address) {
		return invalid("deliveryMode", "The address of a subscription cannot be changed; delete it and make another")
	}
	if req.EventFilters == nil {
		req.EventFilters = k.Filters
	}
	return h.refresh(w, r, k, func(k *store.Webhook) error { return h.grantHook(r.Context(), k, c, req) })
}

func (h *Handler) renewHook(w http.ResponseWriter, r *http.Request, _ wire.Caller, k store.Webhook) error {
	return h.refresh(w, r, k, func(k *store.Webhook) error { h.extend(k); return nil })
}

// refresh changes a webhook. One that was blacklisted is opened again when its
// address passes the handshake.
func (h *Handler) refresh(w http.ResponseWriter, r *http.Request, k store.Webhook, change func(*store.Webhook) error) error {
	if err := change(&k); err != nil { // before anything is asked
		return err
	}
	if !k.ClosedAt.IsZero() {
		if err := h.handshake(r.Context(), k.Address); err != nil {
			return err
		}
	}
	err := h.Store.Write(r.Context(), func(tx store.PlatformTx) error {
		fresh, err := tx.Webhook(r.Context(), k.ID)
		if err != nil {
			return err
		}
		if !fresh.ClosedAt.Equal(k.ClosedAt) {
			return rc.Errorf(rc.Conflict, "The subscription has changed meanwhile; read it and try again")
		}
		fresh.Filters, fresh.Scopes, fresh.CredentialID, fresh.Life = k.Filters, k.Scopes, k.CredentialID, k.Life
		fresh.ExpiresAt, fresh.RemindedAt = k.ExpiresAt, k.RemindedAt
		if !fresh.ClosedAt.IsZero() {
			fresh.ClosedAt, fresh.ClosedReason, fresh.FailingSince = time.Time{}, "", time.Time{}
		}
		k = fresh
		return tx.SaveWebhook(r.Context(), fresh)
	})
	if errors.Is(err, store.ErrNotFound) {
		return noSubscription()
	}
	if err != nil {
		return err
	}
	return h.answerHook(w, r, k)
}

func (h *Handler) removeHook(w http.ResponseWriter, r *http.Request, _ wire.Caller, k store.Webhook) error {
	err := h.Store.Write(r.Context(), func(tx store.PlatformTx) error {
		_, err := tx.DeleteWebhook(r.Context(), k.ID)
		return err
	})
	if err != nil {
		return fmt.Errorf("removing a webhook: %w", err)
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (h *Handler) answerHook(w http.ResponseWriter, r *http.Request, k store.Webhook) error {
	record, err := h.hookRecord(r, k)
	if err != nil {
		return err
	}
	wire.JSON(w, http.StatusOK, record)
	return nil
}

// hookRecord is a webhook as its app sees it; the app's own token is not
// told again.
func (h *Handler) hookRecord(r *http.Request, k store.Webhook) (rc.Subscription, error) {
	allowed, disabled, err := h.hookFilters(r.Context(), k)
	if err != nil {
		return rc.Subscription{}, err
	}
	s := rc.Subscription{
		URI: listen.BaseURL(r) + subscriptionPath + "/" + k.ID, ID: k.ID, EventFilters: []string{}, Disabled: disabled,
		CreationTime: rc.TimeOf(k.CreatedAt), ExpirationTime: rc.TimeOf(k.ExpiresAt),
		ExpiresIn: max(0, int(k.ExpiresAt.Sub(h.now())/time.Second)), Status: "Active",
		DeliveryMode: rc.DeliveryMode{TransportType: webHook, Address: k.Address},
	}
	for _, f := range allowed {
		s.EventFilters = append(s.EventFilters, f.text)
	}
	if !k.ClosedAt.IsZero() {
		s.Status, s.Blacklisted = "Blacklisted", &rc.BlacklistedData{BlacklistedAt: rc.TimeOf(k.ClosedAt), Reason: k.ClosedReason}
	}
	return s, nil
}

// hookRecords are a user's webhooks of an app, oldest first.
func (h *Handler) hookRecords(r *http.Request, c wire.Caller) (all []rc.Subscription, err error) {
	hooks, err := h.Store.Webhooks(r.Context(), c.ExtensionID, c.ClientID)
	if err != nil {
		return nil, fmt.Errorf("listing webhooks: %w", err)
	}
	for _, k := range hooks {
		if !k.ExpiresAt.After(h.now()) {
			continue
		}
		record, err := h.hookRecord(r, k)
		if err != nil {
			return nil, err
		}
		all = append(all, record)
	}
	return all, nil
}

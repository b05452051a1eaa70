package notify

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"offhook/internal/platform/event"
	"offhook/internal/platform/wire"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// How webhooks are tried (contract 7.1 says how long an address may take, and
// that it is blacklisted; when is ours).
const (
	hookPatience  = 3 * time.Second  // for an answer
	hookClaim     = 10 * time.Second // longer than any attempt
	hookGiveUp    = 15 * time.Minute // of failures without a success between
	hookMaxPause  = time.Minute      // between two attempts
	hookSweep     = time.Hour
	hookHousework = time.Minute // how often reminders are looked at
	maxPosts      = 32          // on their way at once
	maxWaiting    = 1000        // events of one webhook; the oldest make room
)

// reminders is the path of the filter that asks to be told before a webhook
// ends: ?threshold=<s>&interval=<s>.
const reminders = subscriptionPath + "/~"

// A Sealer encrypts what only this server may read, for one row of the store.
type Sealer interface {
	Seal(plain []byte, row string) []byte
	Open(sealed []byte, row string) ([]byte, error)
}

func hookRow(id string) string { return "webhooks/" + id }

// hookOwner is whom a webhook acts for.
func hookOwner(k store.Webhook) wire.Caller {
	return wire.Caller{AccountID: k.AccountID, ExtensionID: k.ExtensionID, ClientID: k.ClientID, Scopes: k.Scopes}
}

// hookFilters splits a webhook's filters. It outlives its sign-in, so what
// its app may read by now counts as well as what the sign-in could.
func (h *Handler) hookFilters(ctx context.Context, k store.Webhook) (allowed []filter, disabled []rc.DisabledFilter, err error) {
	app, err := h.Store.App(ctx, k.ClientID)
	if err != nil {
		return nil, nil, fmt.Errorf("reading the app of webhook %s: %w", k.ID, err)
	}
	owner := hookOwner(k)
	now := owner
	now.Scopes = app.Scopes
	for _, text := range k.Filters {
		f, err := newFilter(text, owner)
		if err != nil {
			return nil, nil, err
		}
		refusal := f.allow(owner)
		if refusal == nil {
			refusal = f.allow(now)
		}
		if refusal != nil {
			disabled = append(disabled, rc.DisabledFilter{Filter: f.text, Reason: refusal.Code, Message: refusal.Message})
			continue
		}
		allowed = append(allowed, f)
	}
	return allowed, disabled, nil
}

// queue keeps an event for every webhook that asked for it.
func (h *Handler) queue(ctx context.Context, e event.Event) {
	if err := h.tryQueue(ctx, newOccurrence(e)); err != nil && ctx.Err() == nil {
		h.Log.Error("keeping an event for webhooks", "ext", e.ExtensionID, "err", err)
	}
}

func (h *Handler) tryQueue(ctx context.Context, o *occurrence) error {
	hooks, err := h.Store.OpenWebhooks(ctx, o.AccountID, h.now())
	if err != nil {
		return err
	}
	var waiting []store.WebhookEvent
	for _, k := range hooks {
		some, err := h.letters(ctx, k, o)
		if err != nil && ctx.Err() == nil { // the other webhooks have done nothing
			h.Log.Error("keeping an event for a webhook", "webhook", k.ID, "ext", o.ExtensionID, "err", err)
		}
		waiting = append(waiting, some...)
	}
	return h.keep(ctx, waiting...)
}

// letters are the notifications that one webhook gets of an occurrence.
func (h *Handler) letters(ctx context.Context, k store.Webhook, o *occurrence) (all []store.WebhookEvent, err error) {
	filters, _, err := h.hookFilters(ctx, k)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil // its app has just gone
	}
	if err != nil {
		return nil, err
	}
	for _, f := range filters {
		body := o.bodyFor(hookOwner(k), f)
		if f.path != o.path || body == nil || !f.matches(o) {
			continue
		}
		e, err := h.letter(k, f.text, body)
		if err != nil {
			return all, err
		}
		all = append(all, e)
	}
	return all, nil
}

// letter is a notification as it will be posted.
func (h *Handler) letter(k store.Webhook, text string, body []byte) (store.WebhookEvent, error) {
	now, id := h.now(), newUUID()
	data, err := encode(rc.Notification{
		UUID: id, Event: text, Timestamp: rc.TimeOf(now), SubscriptionID: k.ID, OwnerID: strconv.FormatInt(k.ExtensionID, 10), Body: body,
	})
	return store.WebhookEvent{ID: h.hookIDs.Next(), WebhookID: k.ID, UUID: id, Body: data, NextAt: now, CreatedAt: now}, err
}

func (h *Handler) keep(ctx context.Context, waiting ...store.WebhookEvent) error {
	if len(waiting) == 0 {
		return nil
	}
	err := h.Store.Write(ctx, func(tx store.PlatformTx) error {
		for _, e := range waiting {
			if err := tx.AddWebhookEvent(ctx, e, maxWaiting); err != nil {
				return err
			}
		}
		return nil
	})
	h.hurry()
	return err
}

// hurry has the webhooks looked at now.
func (h *Handler) hurry() {
	select {
	case h.hookWake <- struct{}{}:
	default:
	}
}

// sweep removes webhooks that have ended. Nobody sees them any more.
func (h *Handler) sweep(ctx context.Context) error {
	return h.Store.Write(ctx, func(tx store.PlatformTx) error { return tx.SweepWebhooks(ctx, h.now()) })
}

// housework reminds of webhooks that will end soon.
func (h *Handler) housework(ctx context.Context) error {
	now := h.now()
	hooks, err := h.Store.OpenWebhooks(ctx, 0, now)
	if err != nil {
		return fmt.Errorf("looking for webhooks that end: %w", err)
	}
	var failed []error
	for _, k := range hooks {
		i := slices.IndexFunc(k.Filters, func(text string) bool { return reminds(text, k, now) })
		if i < 0 {
			continue
		}
		if err := h.remind(ctx, k, k.Filters[i]); err != nil {
			failed = append(failed, fmt.Errorf("reminding of the end of webhook %s: %w", k.ID, err))
		}
	}
	return errors.Join(failed...)
}

// reminds reports whether a filter asks for a reminder now.
func reminds(text string, k store.Webhook, now time.Time) bool {
	f, err := newFilter(text, hookOwner(k))
	if err != nil || f.path != reminders {
		return false
	}
	threshold, err1 := strconv.Atoi(f.query.Get("threshold"))
	interval, err2 := strconv.Atoi(f.query.Get("interval"))
	return err1 == nil && err2 == nil && interval > 0 && k.ExpiresAt.Sub(now) <= time.Duration(threshold)*time.Second &&
		now.Sub(k.RemindedAt) >= time.Duration(interval)*time.Second
}

func (h *Handler) remind(ctx context.Context, k store.Webhook, text string) error {
	now := h.now()
	body, err := encode(map[string]int{"expiresIn": int(k.ExpiresAt.Sub(now) / time.Second)})
	if err != nil {
		return err
	}
	e, err := h.letter(k, text, body)
	if err != nil {
		return err
	}
	err = h.Store.Write(ctx, func(tx store.PlatformTx) error {
		fresh, err := tx.Webhook(ctx, k.ID)
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		fresh.RemindedAt = now
		return tx.SaveWebhook(ctx, fresh)
	})
	if err != nil {
		return err
	}
	return h.keep(ctx, e)
}

package notify

import (
	"bytes"
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"offhook/internal/rc"
	"offhook/internal/reach"
	"offhook/internal/store"
)

// Headers of the requests to webhooks (contract 7.1).
const (
	validationHeader   = "Validation-Token"
	verificationHeader = "Verification-Token"
	hookAgent          = "RingCentral-Webhook/8.3"
)

// maxHandshake bounds headers and body of the answer to a handshake.
const maxHandshake = 1024

// badHandshake is the refusal of an address that cannot be a webhook.
func badHandshake(why string) error {
	e := rc.Coded(rc.Invalid, "SUB-525", "WebHook server response is invalid: %s", why)
	e.Parameter = "deliveryMode.address"
	return e
}

// checkAddress refuses an address that no webhook can have. Plain http is for
// hosts that the operator lists: an event says what people write.
func (h *Handler) checkAddress(address string) error {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Host == "" || u.User != nil || u.Fragment != "" || len(address) > 2000:
		return invalid("deliveryMode.address", "Parameter [address] must be an https address without a user or a fragment, such as https://crm.example.com/events")
	case u.Scheme == "https", u.Scheme == "http" && reach.Lists(h.Listed, u.Hostname(), u.Host):
		return nil
	}
	return invalid("deliveryMode.address", "Parameter [address] must begin with https://; http:// is only for hosts that platform.webhook_hosts lists")
}

// handshake asks an address whether it wants to be a webhook: it must send
// the token back. What is told of a failure does not say what else answers at
// addresses that only this server can reach.
func (h *Handler) handshake(ctx context.Context, address string) error {
	token := newUUID()
	ctx, cancel := context.WithTimeout(ctx, hookPatience)
	defer cancel()
	req, err := hookRequest(ctx, address, nil)
	if err != nil {
		return badHandshake("the address cannot be asked")
	}
	req.Header.Set(validationHeader, token)
	res, err := h.Client.Do(req)
	if err != nil {
		return badHandshake(unreached(err))
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxHandshake+1))
	switch {
	case err != nil:
		return badHandshake(unreached(err))
	case res.StatusCode != http.StatusOK:
		return badHandshake(fmt.Sprintf("it answered %d to the request with the header Validation-Token, not 200", res.StatusCode))
	case size(res.Header)+len(body) > maxHandshake:
		return badHandshake("its answer is larger than 1024 bytes, headers and body together")
	case subtle.ConstantTimeCompare([]byte(res.Header.Get(validationHeader)), []byte(token)) != 1:
		return badHandshake("it did not send the header Validation-Token back")
	}
	return nil
}

func size(header http.Header) (n int) {
	for name, values := range header {
		for _, v := range values {
			n += len(name) + len(": \r\n") + len(v)
		}
	}
	return n
}

// unreached says why there was no answer, and nothing of the network.
func unreached(err error) string {
	var told *rc.Error
	switch {
	case errors.As(err, &told):
		return told.Message
	case errors.Is(err, context.DeadlineExceeded):
		return "it did not answer within 3 seconds"
	}
	return "it could not be reached"
}

func hookRequest(ctx context.Context, address string, body []byte) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Content-Type", "application/json; charset=UTF-8")
	req.Header.Set("User-Agent", hookAgent)
	return req, nil
}

// runHooks posts what is due until ctx ends, and then waits for what is on
// its way.
func (h *Handler) runHooks(ctx context.Context) {
	var posting sync.WaitGroup
	defer posting.Wait()
	places := make(chan struct{}, maxPosts)
	var swept, cleaned time.Time
	for {
		if now := time.Now(); now.Sub(swept) >= hookSweep {
			swept = now
			h.complainOf(ctx, "removing webhooks that have ended", h.sweep(ctx))
		}
		if now := time.Now(); now.Sub(cleaned) >= hookHousework {
			cleaned = now
			h.complainOf(ctx, "looking after webhooks", h.housework(ctx))
		}
		h.complainOf(ctx, "posting to webhooks", h.post(ctx, places, &posting))
		timer := time.NewTimer(h.pause(ctx))
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-h.hookWake:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// pause is how long nothing will be due, as far as this process knows.
func (h *Handler) pause(ctx context.Context) time.Duration {
	now := h.now()
	next, err := h.Store.DueWebhookEvents(ctx, now.Add(hookHousework), 1)
	switch {
	case err != nil:
		return time.Second
	case len(next) == 0:
		return hookHousework
	}
	// What is due already waits for a place, and whoever leaves one says so.
	return max(next[0].NextAt.Sub(now), time.Second)
}

func (h *Handler) complainOf(ctx context.Context, doing string, err error) {
	if err != nil && ctx.Err() == nil {
		h.Log.Error(doing, "err", err)
	}
}

// post begins to send what is due, one event of each webhook, as long as
// there are places.
func (h *Handler) post(ctx context.Context, places chan struct{}, posting *sync.WaitGroup) error {
	due, err := h.Store.DueWebhookEvents(ctx, h.now(), 2*maxPosts)
	if err != nil {
		return err
	}
	for _, e := range due {
		select {
		case places <- struct{}{}:
		default:
			return nil // whoever leaves a place has the rest looked at
		}
		mine, err := h.claim(ctx, e.ID)
		if err != nil || !mine {
			<-places
			if err != nil {
				return err
			}
			continue
		}
		e.Attempts++
		posting.Go(func() {
			defer h.hurry()
			defer func() { <-places }()
			h.complainOf(ctx, "posting to a webhook", h.send(ctx, e))
		})
	}
	return nil
}

func (h *Handler) claim(ctx context.Context, id int64) (mine bool, err error) {
	now := h.now()
	err = h.Store.Write(ctx, func(tx store.PlatformTx) error {
		mine, err = tx.ClaimWebhookEvent(ctx, id, now, now.Add(hookClaim))
		return err
	})
	return mine, err
}

// send posts one claimed event and writes down what became of it.
func (h *Handler) send(ctx context.Context, e store.WebhookEvent) error {
	k, err := h.Store.Webhook(ctx, e.WebhookID)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	reason := h.deliverTo(ctx, k, e)
	if ctx.Err() != nil {
		return nil // nothing that the other side did: the claim runs out
	}
	ctx = context.WithoutCancel(ctx)
	return h.Store.Write(ctx, func(tx store.PlatformTx) error {
		if reason == "" {
			return errors.Join(tx.DeleteWebhookEvent(ctx, e.ID), tx.PassWebhook(ctx, k.ID))
		}
		return h.failed(ctx, tx, e, reason)
	})
}

// failed tries an event again later, and blacklists an address that has
// failed for too long.
func (h *Handler) failed(ctx context.Context, tx store.PlatformTx, e store.WebhookEvent, reason string) error {
	now := h.now()
	since, err := tx.FailWebhook(ctx, e.WebhookID, now)
	if errors.Is(err, store.ErrNotFound) {
		return nil // removed meanwhile
	}
	if err != nil {
		return err
	}
	if now.Sub(since) >= hookGiveUp {
		why := fmt.Sprintf("For %.0f minutes the address took no event; at last %s.", hookGiveUp.Minutes(), reason)
		return tx.CloseWebhook(ctx, e.WebhookID, why, now)
	}
	return tx.PostponeWebhookEvent(ctx, e.ID, now.Add(min(hookMaxPause, time.Second<<min(e.Attempts-1, 10))))
}

// deliverTo returns half a sentence when an event was not delivered.
func (h *Handler) deliverTo(ctx context.Context, k store.Webhook, e store.WebhookEvent) (reason string) {
	ctx, cancel := context.WithTimeout(ctx, hookPatience)
	defer cancel()
	req, err := hookRequest(ctx, k.Address, e.Body)
	if err != nil { // its text holds the address, and with it what may be a secret
		return "its address cannot be asked"
	}
	if k.TokenHeader != "" {
		token, err := h.Sealer.Open(k.SealedToken, hookRow(k.ID))
		if err != nil { // as often as it is tried: the key is another one now
			h.Log.Error("opening the token of a webhook", "webhook", k.ID, "err", err)
			return "the server could not read its verification token, so it has to be made anew"
		}
		req.Header.Set(k.TokenHeader, string(token))
	}
	res, err := h.Client.Do(req)
	if err != nil {
		return unreached(err)
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 64<<10)) // so that the connection is used again
	if res.StatusCode < 200 || res.StatusCode > 299 {
		return fmt.Sprintf("it answered %d", res.StatusCode)
	}
	return ""
}

// encode writes JSON as the gateway does, without escaping HTML.
func encode(v any) ([]byte, error) {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, fmt.Errorf("encoding a notification: %w", err)
	}
	return []byte(strings.TrimSuffix(b.String(), "\n")), nil
}

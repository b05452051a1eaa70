package notify

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"

	"offhook/internal/listen"
	"offhook/internal/platform/wire"
	"offhook/internal/rc"
)

const subscriptionPath = "/restapi/v1.0/subscription"

func (h *Handler) list(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	records, err := h.hookRecords(r, c)
	if err != nil {
		return err
	}
	h.mu.Lock()
	for _, sub := range h.ownedBy(c) {
		records = append(records, h.record(r, sub))
	}
	h.mu.Unlock()
	slices.SortStableFunc(records, func(a, b rc.Subscription) int { return a.CreationTime.Compare(b.CreationTime.Time) })
	records = append([]rc.Subscription{}, records...) // an empty list is [], not null
	wire.JSON(w, http.StatusOK, rc.List[rc.Subscription]{URI: listen.BaseURL(r) + subscriptionPath, Records: records})
	return nil
}

// create subscribes the socket that the request came through. It replaces
// the subscription that the socket had: a connection has one at most.
func (h *Handler) create(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	var req rc.SubscriptionRequest
	if err := wire.Body(w, r, &req); err != nil {
		return err
	}
	if req.DeliveryMode == nil {
		return invalid("deliveryMode", "Parameter [deliveryMode] is missing; send {\"transportType\":\"WebSocket\"}")
	}
	if req.DeliveryMode.TransportType == webHook {
		return h.createHook(w, r, c, req)
	}
	if err := checkTransport(req.DeliveryMode); err != nil {
		return err
	}
	s, ok := r.Context().Value(sessionKey{}).(*session)
	if !ok {
		return invalid("deliveryMode", "A WebSocket subscription belongs to a socket: open one with POST %s and send this request over it", rc.WSTokenPath)
	}
	filters, disabled, err := readFilters(req.EventFilters, c)
	if err != nil {
		return err
	}
	hooks, err := h.Store.Webhooks(r.Context(), c.ExtensionID, c.ClientID)
	if err != nil {
		return fmt.Errorf("counting webhooks: %w", err)
	}
	return h.answer(w, r, func() (*subscription, error) {
		if err := h.makeRoomForSubscription(s, c, len(hooks)); err != nil {
			return nil, err
		}
		now := h.now()
		sub := &subscription{id: newUUID(), owner: c, filters: filters, disabled: disabled, created: now, renewed: now}
		return sub, h.bind(sub, s)
	})
}

func (h *Handler) get(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	return h.answer(w, r, func() (*subscription, error) { return h.subscription(r, c) })
}

// update changes the filters, unless the body is empty, and renews. Over a
// socket with another session it brings the subscription there: that is how
// clients come back to theirs after a reload.
func (h *Handler) update(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	req, err := readUpdate(w, r)
	if err == nil {
		err = checkTransport(req.DeliveryMode)
	}
	if err != nil {
		return err
	}
	wanted := req.EventFilters
	return h.answer(w, r, func() (*subscription, error) {
		sub, err := h.subscription(r, c)
		if err != nil {
			return nil, err
		}
		if wanted == nil {
			wanted = sub.wanted()
		}
		// Read again in any case: this token may have fewer permissions.
		filters, disabled, err := readFilters(wanted, c)
		if err != nil {
			return nil, err
		}
		to := sub.session
		if s, ok := r.Context().Value(sessionKey{}).(*session); ok {
			to = s
		}
		h.unbind(sub)
		sub.filters, sub.disabled, sub.renewed = filters, disabled, h.now()
		return sub, h.bind(sub, to)
	})
}

// readUpdate returns what an update asks for; an empty body asks for nothing.
func readUpdate(w http.ResponseWriter, r *http.Request) (req rc.SubscriptionRequest, err error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxFrame))
	if err != nil {
		return req, rc.Errorf(rc.TooLarge, "The request body is larger than %d bytes", maxFrame)
	}
	if len(bytes.TrimSpace(body)) == 0 {
		return req, nil
	}
	if json.Unmarshal(body, &req) != nil {
		return req, rc.Coded(rc.Invalid, "CMN-103", "The request body is not valid JSON for this operation")
	}
	return req, nil
}

func (h *Handler) renew(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	return h.answer(w, r, func() (*subscription, error) {
		sub, err := h.subscription(r, c)
		if err == nil {
			sub.renewed = h.now()
		}
		return sub, err
	})
}

func (h *Handler) remove(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	sub, err := h.subscription(r, c)
	if err != nil {
		return err
	}
	h.unbind(sub)
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// answer writes the subscription that find returns. find is called with
// h.mu held; the answer is written without it, since a client that does not
// read must not stop the others.
func (h *Handler) answer(w http.ResponseWriter, r *http.Request, find func() (*subscription, error)) error {
	h.mu.Lock()
	sub, err := find()
	var record rc.Subscription
	if err == nil {
		record = h.record(r, sub)
	}
	h.mu.Unlock()
	if err != nil {
		return err
	}
	w.Header().Set("WSG-SubscriptionId", record.ID)
	wire.JSON(w, http.StatusOK, record)
	return nil
}

// record is a subscription as clients see it. h.mu is held.
func (h *Handler) record(r *http.Request, sub *subscription) rc.Subscription {
	texts := make([]string, len(sub.filters))
	for i, f := range sub.filters {
		texts[i] = f.text
	}
	expires := sub.renewed.Add(subscriptionLife)
	return rc.Subscription{
		URI: listen.BaseURL(r) + subscriptionPath + "/" + sub.id, ID: sub.id,
		EventFilters: texts, Disabled: sub.disabled,
		CreationTime: rc.TimeOf(sub.created), ExpirationTime: rc.TimeOf(expires),
		ExpiresIn: max(0, int(expires.Sub(h.now())/time.Second)), Status: "Active",
		DeliveryMode: rc.DeliveryMode{TransportType: "WebSocket"},
	}
}

func checkTransport(mode *rc.DeliveryMode) error {
	if mode == nil || mode.TransportType == "WebSocket" {
		return nil
	}
	return invalid("deliveryMode.transportType", "The transport type %q is not available here; use WebSocket or WebHook", mode.TransportType)
}

// readFilters splits filters into those the caller may use and the others.
// When none is left, the first reason is the answer.
func readFilters(texts []string, c wire.Caller) (allowed []filter, disabled []rc.DisabledFilter, err error) {
	if len(texts) == 0 || len(texts) > maxFilters {
		return nil, nil, invalid("eventFilters", "Parameter [eventFilters] must name between 1 and %d events", maxFilters)
	}
	var refusal error
	for _, text := range texts {
		f, err := newFilter(text, c)
		if err != nil {
			return nil, nil, err
		}
		if slices.ContainsFunc(allowed, func(other filter) bool { return other.text == f.text }) {
			continue
		}
		if e := f.allow(c); e != nil {
			disabled = append(disabled, rc.DisabledFilter{Filter: f.text, Reason: e.Code, Message: e.Message})
			refusal = e
			continue
		}
		allowed = append(allowed, f)
	}
	if len(allowed) == 0 {
		return nil, nil, refusal
	}
	return allowed, disabled, nil
}

func invalid(parameter, format string, args ...any) error {
	e := rc.Coded(rc.Invalid, "CMN-101", format, args...)
	e.Parameter = parameter
	return e
}

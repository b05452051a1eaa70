package notify

import (
	"bytes"
	"encoding/json"
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
	h.mu.Lock()
	mine := h.ownedBy(c)
	slices.SortFunc(mine, func(a, b *subscription) int { return a.created.Compare(b.created) })
	records := make([]rc.Subscription, len(mine))
	for i, sub := range mine {
		records[i] = h.record(r, sub)
	}
	h.mu.Unlock()
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
	return h.answer(w, r, func() (*subscription, error) {
		if err := h.makeRoomForSubscription(s, c); err != nil {
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
	wanted, err := readUpdate(w, r)
	if err != nil {
		return err
	}
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

// readUpdate returns the filters that an update asks for, nil for none.
func readUpdate(w http.ResponseWriter, r *http.Request) ([]string, error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxFrame))
	if err != nil {
		return nil, rc.Errorf(rc.TooLarge, "The request body is larger than %d bytes", maxFrame)
	}
	if len(bytes.TrimSpace(body)) == 0 {
		return nil, nil
	}
	var req rc.SubscriptionRequest
	if json.Unmarshal(body, &req) != nil {
		return nil, rc.Coded(rc.Invalid, "CMN-103", "The request body is not valid JSON for this operation")
	}
	return req.EventFilters, checkTransport(req.DeliveryMode)
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
	return invalid("deliveryMode.transportType", "The transport type %q is not available here; use WebSocket", mode.TransportType)
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

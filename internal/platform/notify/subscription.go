package notify

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"offhook/internal/platform/event"
	"offhook/internal/platform/wire"
	"offhook/internal/rc"
)

const (
	// subscriptionLife is stated, never enforced: a subscription lives as
	// long as its session, and a socket cannot be open for longer.
	subscriptionLife = 24 * time.Hour
	maxSubscriptions = 30   // of one user and app (contract 7.1)
	maxFilters       = 1000 // of one subscription; ours, to bound memory
)

// A subscription says which events a session gets. All fields but id and
// owner are guarded by Handler.mu.
type subscription struct {
	id       string
	owner    wire.Caller
	session  *session
	filters  []filter
	disabled []rc.DisabledFilter
	created  time.Time
	renewed  time.Time
}

// A route leads events of one path to a subscription.
type route struct {
	sub    *subscription
	filter filter
}

// fanOut turns an event into notifications. It is called for one event at a
// time, so that every session gets them in the same order.
func (h *Handler) fanOut(e event.Event) {
	o, now := newOccurrence(e), rc.TimeOf(h.now())
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, to := range h.routes[o.path] {
		body := o.bodyFor(to.sub.owner, to.filter)
		if body == nil || !to.filter.matches(o) {
			continue
		}
		err := to.sub.session.notify(rc.Notification{
			UUID: newUUID(), Event: to.filter.text, Timestamp: now, SubscriptionID: to.sub.id,
			OwnerID: fmt.Sprint(to.sub.owner.ExtensionID), Body: body,
		})
		if err != nil {
			h.Log.Error("notifying", "ext", to.sub.owner.ExtensionID, "event", to.filter.text, "err", err)
		}
	}
}

// subscription finds the request's subscription; another user's or app's
// looks absent. h.mu is held.
func (h *Handler) subscription(r *http.Request, c wire.Caller) (*subscription, error) {
	sub := h.subs[r.PathValue("subscriptionId")]
	if sub == nil || !sub.ownedBy(c) {
		return nil, noSubscription()
	}
	return sub, nil
}

func noSubscription() error {
	e := rc.Coded(rc.NotFound, "CMN-102", "Resource for parameter [subscriptionId] is not found")
	e.Parameter = "subscriptionId"
	return e
}

func tooManySubscriptions() error {
	return rc.Coded(rc.Denied, "SUB-505", "This user and app have %d subscriptions already; delete some of them or close their sockets", maxSubscriptions)
}

func (s *subscription) ownedBy(c wire.Caller) bool {
	return s.owner.AccountID == c.AccountID && s.owner.ExtensionID == c.ExtensionID && s.owner.ClientID == c.ClientID
}

// wanted are the filters that the client asked for.
func (s *subscription) wanted() []string {
	var texts []string
	for _, f := range s.filters {
		texts = append(texts, f.text)
	}
	for _, d := range s.disabled {
		texts = append(texts, d.Filter)
	}
	return texts
}

// ownedBy lists a user's subscriptions of an app. h.mu is held.
func (h *Handler) ownedBy(c wire.Caller) []*subscription {
	var mine []*subscription
	for _, sub := range h.subs {
		if sub.ownedBy(c) {
			mine = append(mine, sub)
		}
	}
	return mine
}

// makeRoomForSubscription keeps a user and app within their number of
// subscriptions, of which hooks are webhooks, not counting the one that s has.
// One whose session lost its socket makes room first, so that reloading many
// tabs at once works. h.mu is held.
func (h *Handler) makeRoomForSubscription(s *session, c wire.Caller, hooks int) error {
	mine := slices.DeleteFunc(h.ownedBy(c), func(sub *subscription) bool { return sub == s.sub })
	if len(mine)+hooks < maxSubscriptions {
		return nil
	}
	var oldest *subscription
	var since time.Time
	for _, sub := range mine {
		if left, ok := sub.session.detached(); ok && (oldest == nil || left.Before(since)) {
			oldest, since = sub, left
		}
	}
	if oldest == nil {
		return tooManySubscriptions()
	}
	h.unbind(oldest)
	return nil
}

// bind leads a subscription's events to s. h.mu is held.
func (h *Handler) bind(sub *subscription, s *session) error {
	if h.sessions[s.id] != s {
		return rc.Errorf(rc.Unavailable, "This connection has ended; open another one")
	}
	if s.sub != nil {
		h.unbind(s.sub)
	}
	s.sub, sub.session = sub, s
	h.subs[sub.id] = sub
	for _, f := range sub.filters {
		h.routes[f.path] = append(h.routes[f.path], route{sub, f})
	}
	return nil
}

// unbind ends a subscription's deliveries and removes it. h.mu is held.
func (h *Handler) unbind(sub *subscription) {
	delete(h.subs, sub.id)
	if sub.session.sub == sub {
		sub.session.sub = nil
	}
	for _, f := range sub.filters {
		rest := slices.DeleteFunc(h.routes[f.path], func(to route) bool { return to.sub == sub })
		if len(rest) == 0 {
			delete(h.routes, f.path)
		} else {
			h.routes[f.path] = rest
		}
	}
}

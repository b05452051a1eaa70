package service

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"offhook/internal/widget/visit"
)

// linger is how long a service outlives the last request for it. A page that
// is loaded again meanwhile finds it; later it registers anyway.
const linger = 12 * time.Hour

// mostServices is how many pages one user can have that have registered.
const mostServices = 20

// sessionEnded is the subject on which packages session and grant announce it.
const sessionEnded = "widget.session.ended"

// Start begins to drop the services of those who sign out, and to hear what
// pages say at other servers, until stop.
func (h *Handler) Start() (stop func(), err error) {
	deaf, err := h.listen()
	if err != nil {
		return nil, err
	}
	forget, err := h.Bus.Subscribe(sessionEnded, func(data []byte) {
		var e struct {
			GrantID string `json:"grantId"`
		}
		if json.Unmarshal(data, &e) == nil && e.GrantID != "" {
			h.signedOut(e.GrantID)
		}
	})
	if err != nil {
		deaf()
		return nil, err
	}
	return func() { forget(); deaf() }, nil
}

// signedOut drops a user's services in the frames in which they have no
// session left: who signs in there next may be somebody else.
func (h *Handler) signedOut(grantID string) {
	all, err := h.Store.SessionsOf(context.Background(), grantID)
	if err != nil {
		h.Log.Error("reading where somebody is signed in", "err", err)
		return
	}
	frames := map[string]bool{}
	for _, s := range all {
		frames[s.FrameKey] = true
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for o := range h.services {
		if o.grantID == grantID && !frames[o.frameKey] {
			delete(h.services, o)
		}
	}
}

// open returns the service of a visit, an empty one at first.
func (h *Handler) open(v visit.Visit) *Service {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := h.Now()
	h.sweep(now)
	o := owner{v.Session.GrantID, v.Frame.Key}
	s := h.services[o]
	if s == nil {
		s = &Service{owner: o}
		if h.services == nil {
			h.services = map[owner]*Service{}
		}
		h.services[o] = s
	}
	s.touch(now)
	return s
}

// sweep drops what nobody has asked for in a long time. It needs mu.
func (h *Handler) sweep(now time.Time) {
	if now.Sub(h.swept) < time.Minute {
		return
	}
	h.swept = now
	for o, s := range h.services {
		if s.idle(now) {
			delete(h.services, o)
		}
	}
}

// crowd drops the services of a user that were used longest ago, where there
// are too many with a new one, and says so. A page whose service is gone
// registers again when its phone is looked at.
func (h *Handler) crowd(one *Service) []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	var others []*Service
	for o, s := range h.services {
		if o.grantID == one.owner.grantID && s != one && s.Registered() {
			others = append(others, s)
		}
	}
	if len(others) < mostServices {
		return nil
	}
	slices.SortFunc(others, func(a, b *Service) int {
		return cmp.Or(a.lastUsed().Compare(b.lastUsed()), strings.Compare(a.owner.frameKey, b.owner.frameKey))
	})
	for _, s := range others[:len(others)-mostServices+1] {
		delete(h.services, s.owner)
	}
	return []string{fmt.Sprintf("The phone keeps the services of %d pages for one user. The one that was used longest ago was let go; it comes back when its phone is used.", mostServices)}
}

// Of returns the service of a visit for the panels, or nil when nothing is
// registered there.
func (h *Handler) Of(v visit.Visit) *Service {
	if v.Session == nil {
		return nil
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	s := h.services[owner{v.Session.GrantID, v.Frame.Key}]
	if s == nil || !s.Registered() {
		return nil
	}
	s.touch(h.Now())
	return s
}

// tagOf tells a frame's users apart, and the frame nothing else about them.
func tagOf(v visit.Visit, ownerID string) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{"service user", v.Frame.Platform, v.Frame.ClientID, v.Frame.Key, ownerID}, "\x00")))
	return base64.RawURLEncoding.EncodeToString(sum[:9])
}

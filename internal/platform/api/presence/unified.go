package presence

import (
	"net/http"
	"slices"
	"strings"

	"offhook/internal/platform/api/batch"
	"offhook/internal/platform/api/target"
	"offhook/internal/platform/wire"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// Values of unified presence.
const (
	visible               = "Visible"
	invisible             = "Invisible"
	doNotDisturb          = "DND"
	doNotAcceptQueueCalls = "DoNotAcceptQueueCalls"
)

func (h *Handler) unified(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	if isBatch(r) {
		return h.batch(w, r, c, batch.List, func(_ store.Extension, p view) any { return unify(p) })
	}
	e, err := target.Extension(r, c, h.Store)
	if err != nil {
		return err
	}
	p, err := h.seen(r, c, e)
	if err != nil {
		return err
	}
	wire.JSON(w, http.StatusOK, unify(p))
	return nil
}

// unify says the same in the words of unified presence: who takes no calls
// is not to be disturbed, who says to be offline is invisible.
func unify(p view) rc.UnifiedPresence {
	u := rc.UnifiedPresence{
		Status:    presenceStatus(p),
		Glip:      rc.UnifiedGlip{Status: "Online", Visibility: visible, Availability: rc.Available},
		Telephony: rc.UnifiedTelephony{Status: telephonyStatus(p), Visibility: visible, Availability: availability(p)},
		Meeting:   rc.UnifiedMeeting{Status: "NoMeeting"},
	}
	if p.RefusesPersonal && p.RefusesQueues {
		u.Glip.Availability = doNotDisturb
		if p.UserStatus != rc.Offline {
			u.Status = doNotDisturb
		}
	}
	if p.UserStatus == rc.Offline {
		u.Glip.Status, u.Glip.Visibility, u.Telephony.Visibility = rc.Offline, invisible, invisible
	}
	return u
}

func availability(p view) string {
	switch {
	case p.RefusesPersonal:
		return rc.DoNotAcceptAnyCalls
	case p.RefusesQueues:
		return doNotAcceptQueueCalls
	}
	return rc.TakeAllCalls
}

func (h *Handler) patchUnified(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	e, err := target.Own(r, c, h.Store)
	if err != nil {
		return err
	}
	var req rc.UnifiedPresenceRequest
	if err := wire.Body(w, r, &req); err != nil {
		return err
	}
	if err := checkUnified(req); err != nil {
		return err
	}
	p, err := h.change(r.Context(), e, func(p *store.Presence) { applyUnified(req, p) })
	if err != nil {
		return err
	}
	wire.JSON(w, http.StatusOK, unify(view{Presence: p, calls: h.active(e.ID)}))
	return nil
}

func checkUnified(req rc.UnifiedPresenceRequest) error {
	var visibility, messaging, telephony string
	if req.Glip != nil {
		visibility, messaging = req.Glip.Visibility, req.Glip.Availability
	}
	if req.Telephony != nil {
		telephony = req.Telephony.Availability
	}
	for _, f := range []struct {
		name, value string
		allowed     []string
	}{
		{"glip.visibility", visibility, []string{visible, invisible}},
		{"glip.availability", messaging, []string{rc.Available, doNotDisturb}},
		{"telephony.availability", telephony, []string{rc.TakeAllCalls, rc.DoNotAcceptAnyCalls, doNotAcceptQueueCalls}},
	} {
		if f.value != "" && !slices.Contains(f.allowed, f.value) {
			return target.Invalid(f.name, "Send "+strings.Join(f.allowed, " or ")+".")
		}
	}
	return nil
}

// applyUnified puts a request into force. The telephone's own word on calls
// wins over what do-not-disturb says of them.
func applyUnified(req rc.UnifiedPresenceRequest, p *store.Presence) {
	if g := req.Glip; g != nil {
		switch {
		case g.Visibility == invisible:
			p.UserStatus = rc.Offline
		case g.Visibility == visible && p.UserStatus == rc.Offline:
			p.UserStatus = rc.Available
		}
		if g.Availability != "" {
			refuses := g.Availability == doNotDisturb
			p.RefusesPersonal, p.RefusesQueues = refuses, refuses
		}
	}
	if t := req.Telephony; t != nil && t.Availability != "" {
		p.RefusesPersonal = t.Availability == rc.DoNotAcceptAnyCalls
		p.RefusesQueues = t.Availability != rc.TakeAllCalls
	}
}

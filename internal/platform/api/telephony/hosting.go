package telephony

import (
	"net/http"

	"offhook/internal/platform/api/target"
	"offhook/internal/platform/wire"
	"offhook/internal/rc"
)

// hosted is own for what the host of a conference may do with everybody in
// it, too: mute them, and take them out.
func (h *Handler) hosted(r *http.Request, c wire.Caller) (session, partyID string, err error) {
	s, err := h.session(r, c, r.PathValue("telephonySessionId"))
	if err != nil {
		return "", "", err
	}
	if !hosts(s, c.ExtensionID) {
		return h.own(r, c)
	}
	p, ok := party(s, r.PathValue("partyId"))
	switch {
	case !ok:
		return "", "", target.Missing("partyId")
	case p.Status.Over():
		return "", "", rc.Coded(rc.Conflict, "CMN-406", "The call has ended for this party")
	}
	return s.ID, p.ID, nil
}

// hosts reports whether an extension is the host of a conference, and in it.
func hosts(s rc.TelephonySession, extensionID int64) bool {
	for _, p := range s.Parties {
		if p.ConferenceRole == rc.ConferenceHost && ownedBy(p, extensionID) && !p.Status.Over() {
			return true
		}
	}
	return false
}

// endParty takes a party out of a call. A body says whether a conference that
// the caller leaves goes on without them.
func (h *Handler) endParty(x Ender) wire.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
		s, p, err := h.hosted(r, c)
		if err != nil {
			return err
		}
		var req struct {
			Keep bool `json:"keepConferenceAlive"`
		}
		if r.ContentLength != 0 {
			if err := wire.Body(w, r, &req); err != nil {
				return err
			}
		}
		if y, ok := h.Exchange.(Conferencer); ok && req.Keep {
			return done(w, y.LeaveConference(r.Context(), s, p))
		}
		return done(w, x.EndParty(r.Context(), s, p))
	}
}

package telephony

import (
	"context"
	"fmt"
	"net/http"
	"strconv"

	"offhook/internal/platform/api/target"
	"offhook/internal/platform/wire"
	"offhook/internal/rc"
)

// A Supervisor has a device of an extension listen in on a party of a
// colleague's, and returns the party that it is there. Whether the extension
// may has been looked at.
type Supervisor interface {
	SuperviseParty(ctx context.Context, session, party string, extensionID int64, deviceID string, auto bool) (newParty string, err error)
}

// mountSupervising registers what supervisors do.
func (h *Handler) mountSupervising(mux *http.ServeMux) {
	if x, ok := h.Exchange.(Supervisor); ok {
		h.Face.Handle(mux, "POST", sessionPath+"/supervise", h.superviseSession(x))
		h.Face.Handle(mux, "POST", partyPath+"/supervise", h.superviseParty(x))
	}
}

// A supervision is the body of both (SuperviseCallSessionRequest,
// PartySuperviseRequest). What is said about the sound is the exchange's
// business: nobody hears a supervisor at first.
type supervision struct {
	Mode                 string `json:"mode"`
	SupervisorDeviceID   string `json:"supervisorDeviceId"`
	AgentExtensionID     string `json:"agentExtensionId"`
	AgentExtensionNumber string `json:"agentExtensionNumber"`
	AutoAnswer           *bool  `json:"autoAnswer"`
}

func readSupervision(w http.ResponseWriter, r *http.Request) (supervision, error) {
	var req supervision
	if err := wire.Body(w, r, &req); err != nil {
		return req, err
	}
	if req.Mode != "Listen" {
		return req, target.Invalid("mode", "Send Listen. What comes after that is said by commands within the call.")
	}
	if req.SupervisorDeviceID == "" {
		return req, target.Invalid("supervisorDeviceId", "Send the id of the device that is to listen.")
	}
	return req, nil
}

// superviseSession listens in on an agent's part of a session.
func (h *Handler) superviseSession(x Supervisor) wire.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
		req, err := readSupervision(w, r)
		if err != nil {
			return err
		}
		agent, err := h.agent(r, c, req)
		if err != nil {
			return err
		}
		return h.supervise(w, r, c, x, req, func(p rc.TelephonyParty) bool { return ownedBy(p, agent) && !p.Status.Over() })
	}
}

// superviseParty listens in on one party.
func (h *Handler) superviseParty(x Supervisor) wire.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
		req, err := readSupervision(w, r)
		if err != nil {
			return err
		}
		return h.supervise(w, r, c, x, req, func(p rc.TelephonyParty) bool {
			return p.ID == r.PathValue("partyId") && (req.AgentExtensionID == "" || p.Owner != nil && p.Owner.ExtensionID == req.AgentExtensionID)
		})
	}
}

// agent is the extension that a request names, by one of two ways.
func (h *Handler) agent(r *http.Request, c wire.Caller, req supervision) (int64, error) {
	if id, err := strconv.ParseInt(req.AgentExtensionID, 10, 64); err == nil {
		return id, nil
	}
	all, err := h.Store.Extensions(r.Context(), c.AccountID)
	if err != nil {
		return 0, fmt.Errorf("reading the extensions of account %d: %w", c.AccountID, err)
	}
	for _, e := range all {
		if e.Number == req.AgentExtensionNumber {
			return e.ID, nil
		}
	}
	return 0, target.Invalid("agentExtensionId", "Send the id or the number of a colleague's extension.")
}

// supervise listens in on the first party of a session that fits, when the
// caller may. Who may not is told nothing of the session.
func (h *Handler) supervise(w http.ResponseWriter, r *http.Request, c wire.Caller, x Supervisor, req supervision, fits func(rc.TelephonyParty) bool) error {
	if err := target.Account(r, c); err != nil {
		return err
	}
	agent, err := h.monitored(r.Context(), c, r.PathValue("telephonySessionId"), fits)
	if err != nil {
		return err
	}
	session := r.PathValue("telephonySessionId")
	id, err := x.SuperviseParty(r.Context(), session, agent.ID, c.ExtensionID, req.SupervisorDeviceID, req.AutoAnswer == nil || *req.AutoAnswer)
	if err != nil {
		return err
	}
	s, ok := h.Book.Seen(session, c.ExtensionID)
	if !ok {
		return target.Missing("telephonySessionId")
	}
	p, ok := party(s, id)
	if !ok {
		return target.Missing("partyId")
	}
	wire.JSON(w, http.StatusCreated, p)
	return nil
}

// monitored finds a party on whose calls the caller may listen in.
func (h *Handler) monitored(ctx context.Context, c wire.Caller, session string, fits func(rc.TelephonyParty) bool) (rc.TelephonyParty, error) {
	s, ok := h.Book.Describe(session)
	if !ok || !ofAccount(s, c.AccountID) {
		return rc.TelephonyParty{}, target.Missing("telephonySessionId")
	}
	for _, p := range s.Parties {
		if !fits(p) || p.Hidden || p.Owner == nil || p.Owner.AccountID != strconv.FormatInt(c.AccountID, 10) {
			continue
		}
		id, err := strconv.ParseInt(p.Owner.ExtensionID, 10, 64)
		if err != nil {
			return p, fmt.Errorf("reading the owner of party %s: %w", p.ID, err)
		}
		may, err := h.Store.MayMonitor(ctx, c.ExtensionID, id)
		if err != nil {
			return p, fmt.Errorf("reading whom extension %d may listen to: %w", c.ExtensionID, err)
		}
		if may && id != c.ExtensionID {
			return p, nil
		}
	}
	return rc.TelephonyParty{}, target.Missing("telephonySessionId")
}

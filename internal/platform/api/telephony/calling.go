package telephony

import (
	"net/http"

	"offhook/internal/platform/api/target"
	"offhook/internal/platform/wire"
	"offhook/internal/rc"
)

// mountCalling registers what begins a call, or joins one.
func (h *Handler) mountCalling(mux *http.ServeMux) {
	if x, ok := h.Exchange.(Dialer); ok {
		h.Face.Handle(mux, "POST", target.AccountPath+"/telephony/call-out", h.callOut(x))
	}
	if x, ok := h.Exchange.(Picker); ok {
		h.Face.Handle(mux, "POST", partyPath+"/pickup", h.pickup(x))
	}
	if x, ok := h.Exchange.(Conferencer); ok {
		h.Face.Handle(mux, "POST", target.AccountPath+"/telephony/conference", h.conference(x))
		h.Face.Handle(mux, "POST", sessionPath+"/parties/bring-in", h.bringIn(x))
	}
}

// callOut has one of the caller's devices call somebody.
func (h *Handler) callOut(x Dialer) wire.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
		if err := target.Account(r, c); err != nil {
			return err
		}
		var req struct {
			From struct {
				DeviceID    string `json:"deviceId"`
				ExtensionID string `json:"extensionId"`
			} `json:"from"`
			To rc.CallTarget `json:"to"`
		}
		if err := wire.Body(w, r, &req); err != nil {
			return err
		}
		if req.From.DeviceID == "" && req.From.ExtensionID == "" {
			return target.Invalid("from.deviceId", "Send the id of one of your devices.")
		}
		if id := req.From.ExtensionID; id != "" && !ownedBy(rc.TelephonyParty{Owner: &rc.PartyOwner{ExtensionID: id}}, c.ExtensionID) {
			return rc.Coded(rc.Denied, "CMN-404", "Attempt to access another extension; use your own extension id")
		}
		if (req.To.PhoneNumber == "") == (req.To.ExtensionNumber == "") {
			return target.Invalid("to", "Send either phoneNumber or extensionNumber.")
		}
		id, err := x.CallOut(r.Context(), c.AccountID, c.ExtensionID, req.From.DeviceID, req.To)
		if err != nil {
			return err
		}
		return h.answerSession(w, r, c, id)
	}
}

// conference opens a conference of the caller's.
func (h *Handler) conference(x Conferencer) wire.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
		if err := target.Account(r, c); err != nil {
			return err
		}
		id, err := x.Conference(r.Context(), c.AccountID, c.ExtensionID)
		if err != nil {
			return err
		}
		s, ok := h.Book.Describe(id) // nobody is in it yet
		if !ok {
			return target.Missing("telephonySessionId")
		}
		wire.JSON(w, http.StatusCreated, rc.TelephonySessionAnswer{Session: s})
		return nil
	}
}

// bringIn takes the other side of a call of the caller's into a conference of
// theirs.
func (h *Handler) bringIn(x Conferencer) wire.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
		into, _, err := h.joined(r, c, r.PathValue("telephonySessionId"))
		if err != nil {
			return err
		}
		var req struct {
			SessionID          string `json:"sessionId"`
			TelephonySessionID string `json:"telephonySessionId"` // as one sample of the guide has it
			PartyID            string `json:"partyId"`
		}
		if err := wire.Body(w, r, &req); err != nil {
			return err
		}
		if req.SessionID == "" {
			req.SessionID = req.TelephonySessionID
		}
		from, own, err := h.joined(r, c, req.SessionID)
		if err != nil {
			return err
		}
		// The guide names the party that comes along, clients their own.
		if _, ok := party(from, req.PartyID); !ok {
			return target.Missing("partyId")
		}
		id, err := x.BringIn(r.Context(), into.ID, from.ID, own.ID)
		if err != nil {
			return err
		}
		return h.answerParty(w, r, c, into.ID, id)
	}
}

// pickup takes over a call that rings at a colleague's, or is parked.
func (h *Handler) pickup(x Picker) wire.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
		if err := target.Account(r, c); err != nil {
			return err
		}
		device, err := readDevice(w, r)
		if err != nil {
			return err
		}
		s, ok := h.Book.Describe(r.PathValue("telephonySessionId"))
		if !ok || !ofAccount(s, c.AccountID) {
			return target.Missing("telephonySessionId")
		}
		p, ok := party(s, r.PathValue("partyId"))
		if !ok || !ofAccount(rc.TelephonySession{Parties: []rc.TelephonyParty{p}}, c.AccountID) {
			return target.Missing("partyId")
		}
		id, err := x.PickupParty(r.Context(), s.ID, p.ID, c.ExtensionID, device)
		if err != nil {
			return err
		}
		return h.answerParty(w, r, c, s.ID, id)
	}
}

// answerSession answers with a session that was begun.
func (h *Handler) answerSession(w http.ResponseWriter, r *http.Request, c wire.Caller, id string) error {
	s, err := h.session(r, c, id)
	if err != nil {
		return err
	}
	wire.JSON(w, http.StatusCreated, rc.TelephonySessionAnswer{Session: s})
	return nil
}

// answerParty answers with a party that a command has added.
func (h *Handler) answerParty(w http.ResponseWriter, r *http.Request, c wire.Caller, session, id string) error {
	s, err := h.session(r, c, session)
	if err != nil {
		return err
	}
	p, ok := party(s, id)
	if !ok {
		return target.Missing("partyId")
	}
	wire.JSON(w, http.StatusCreated, p)
	return nil
}

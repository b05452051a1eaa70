package telephony

import (
	"context"
	"net/http"

	"offhook/internal/platform/api/target"
	"offhook/internal/platform/wire"
	"offhook/internal/rc"
)

// mountTalking registers what is done with a call that was answered.
func (h *Handler) mountTalking(mux *http.ServeMux) {
	if x, ok := h.Exchange.(Holder); ok {
		// The body of hold names protocols of RingCentral's own making; every
		// value means the same here.
		h.Face.Handle(mux, "POST", partyPath+"/hold", h.simply(http.StatusOK, func(ctx context.Context, s, p string) error { return x.HoldParty(ctx, s, p, true) }))
		h.Face.Handle(mux, "POST", partyPath+"/unhold", h.simply(http.StatusOK, func(ctx context.Context, s, p string) error { return x.HoldParty(ctx, s, p, false) }))
	}
	if x, ok := h.Exchange.(Muter); ok {
		h.Face.Handle(mux, "PATCH", partyPath, h.update(x))
	}
	if x, ok := h.Exchange.(Transferer); ok {
		h.Face.Handle(mux, "POST", partyPath+"/transfer", h.toTarget(x.TransferParty))
	}
	if x, ok := h.Exchange.(Bridger); ok {
		h.Face.Handle(mux, "POST", partyPath+"/bridge", h.bridge(x))
	}
	if x, ok := h.Exchange.(Parker); ok {
		h.Face.Handle(mux, "POST", partyPath+"/park", h.simply(http.StatusCreated, x.ParkParty))
	}
	if x, ok := h.Exchange.(Flipper); ok {
		h.Face.Handle(mux, "POST", partyPath+"/flip", h.flip(x))
	}
	if x, ok := h.Exchange.(Recorder); ok {
		h.mountRecording(mux, x)
	}
}

// simply runs a command without a body and answers with the party.
func (h *Handler) simply(status int, command func(ctx context.Context, session, party string) error) wire.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
		return h.on(w, r, c, status, func(s, p string) error { return command(r.Context(), s, p) })
	}
}

// toTarget runs a command that sends a call somewhere.
func (h *Handler) toTarget(command func(ctx context.Context, session, party string, to rc.CallTarget) error) wire.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
		return h.on(w, r, c, http.StatusOK, func(s, p string) error {
			var to rc.CallTarget
			if err := wire.Body(w, r, &to); err != nil {
				return err
			}
			if err := checkTarget(to); err != nil {
				return err
			}
			return command(r.Context(), s, p, to)
		})
	}
}

// checkTarget requires exactly one way to say where.
func checkTarget(to rc.CallTarget) error {
	n := 0
	for _, v := range []string{to.PhoneNumber, to.ExtensionNumber, to.ExtensionID, to.Voicemail, to.ParkOrbit} {
		if v != "" {
			n++
		}
	}
	if n != 1 {
		return target.Invalid("phoneNumber", "Send exactly one of phoneNumber, extensionNumber, extensionId, voicemail and parkOrbit.")
	}
	return nil
}

// update changes what a party says of itself. The members come alone or, as
// in the specification, inside of party.
func (h *Handler) update(x Muter) wire.HandlerFunc {
	type members struct {
		Muted *bool `json:"muted"`
	}
	return func(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
		session, id, err := h.hosted(r, c)
		if err != nil {
			return err
		}
		return h.run(w, r, c, http.StatusOK, session, id, func(s, p string) error {
			var req struct {
				members
				Party *members `json:"party"`
			}
			if err := wire.Body(w, r, &req); err != nil {
				return err
			}
			if req.Party != nil {
				req.members = *req.Party
			}
			if req.Muted == nil {
				return target.Invalid("muted", "Send true or false.")
			}
			return x.MuteParty(r.Context(), s, p, *req.Muted)
		})
	}
}

// bridge joins the other sides of two calls of the caller's.
func (h *Handler) bridge(x Bridger) wire.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
		return h.on(w, r, c, http.StatusOK, func(s, p string) error {
			var req struct {
				TelephonySessionID string `json:"telephonySessionId"`
				PartyID            string `json:"partyId"`
			}
			if err := wire.Body(w, r, &req); err != nil {
				return err
			}
			other := r.Clone(r.Context()) // the same question of another call
			other.SetPathValue("telephonySessionId", req.TelephonySessionID)
			other.SetPathValue("partyId", req.PartyID)
			otherSession, otherParty, err := h.own(other, c)
			if err != nil {
				return err
			}
			return x.BridgeParty(r.Context(), s, p, otherSession, otherParty)
		})
	}
}

func (h *Handler) flip(x Flipper) wire.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
		s, p, err := h.own(r, c)
		if err != nil {
			return err
		}
		var req struct {
			CallFlipID string `json:"callFlipId"`
		}
		if err := wire.Body(w, r, &req); err != nil {
			return err
		}
		if req.CallFlipID == "" {
			return target.Invalid("callFlipId", "Send the flipNumber of one of your forwarding numbers.")
		}
		if err := x.FlipParty(r.Context(), s, p, req.CallFlipID); err != nil {
			return err
		}
		w.WriteHeader(http.StatusOK)
		return nil
	}
}

func (h *Handler) mountRecording(mux *http.ServeMux, x Recorder) {
	h.Face.Handle(mux, "POST", partyPath+"/recordings", func(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
		s, p, err := h.own(r, c)
		if err != nil {
			return err
		}
		id, err := x.RecordParty(r.Context(), s, p, true)
		if err != nil {
			return err
		}
		wire.JSON(w, http.StatusCreated, rc.CallRecordingState{ID: id, Active: true, Mode: rc.RecordedOnDemand, View: "Party"})
		return nil
	})
	h.Face.Handle(mux, "PATCH", partyPath+"/recordings/{recordingId}", func(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
		s, p, err := h.own(r, c)
		if err != nil {
			return err
		}
		var req struct {
			Active *bool `json:"active"`
		}
		if err := wire.Body(w, r, &req); err != nil {
			return err
		}
		if req.Active == nil {
			return target.Invalid("active", "Send true or false.")
		}
		if !h.records(s, p, r.PathValue("recordingId")) {
			return target.Missing("recordingId")
		}
		id, err := x.RecordParty(r.Context(), s, p, *req.Active)
		if err != nil {
			return err
		}
		wire.JSON(w, http.StatusOK, rc.CallRecordingState{ID: id, Active: *req.Active, Mode: rc.RecordedOnDemand, View: "Party"})
		return nil
	})
}

// records reports whether a party has a recording.
func (h *Handler) records(session, partyID, recordingID string) bool {
	s, _ := h.Book.Describe(session)
	p, _ := party(s, partyID)
	for _, r := range p.Recordings {
		if r.ID == recordingID {
			return true
		}
	}
	return false
}

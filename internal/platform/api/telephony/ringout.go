package telephony

import (
	"fmt"
	"net/http"

	"offhook/internal/listen"
	"offhook/internal/platform/api/target"
	"offhook/internal/platform/wire"
	"offhook/internal/rc"
	"offhook/internal/store"
)

const ringOutPath = target.ExtensionPath + "/ring-out"

// Statuses of a RingOut (contract 5.5).
const (
	ringing  = "InProgress"
	succeeds = "Success"
)

// mountRingOut registers calls that ring at both ends. A RingOut has the id of
// its session; once that is over the call log says what became of it.
func (h *Handler) mountRingOut(mux *http.ServeMux) {
	x, ok := h.Exchange.(RingOuter)
	if !ok {
		return
	}
	h.Face.Handle(mux, "POST", ringOutPath, h.ringOut(x))
	h.Face.Handle(mux, "GET", ringOutPath+"/{ringoutId}", h.getRingOut)
	if end, ok := h.Exchange.(Ender); ok {
		h.Face.Handle(mux, "DELETE", ringOutPath+"/{ringoutId}", h.cancelRingOut(end))
	}
}

// ringOut begins a RingOut. With playPrompt whoever answers the user's phone is
// asked to press 1 before the other side rings; callerStatus is InProgress
// until then. Without the member nobody is asked.
func (h *Handler) ringOut(x RingOuter) wire.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
		e, err := target.Own(r, c, h.Store)
		if err != nil {
			return err
		}
		var req struct {
			From struct {
				PhoneNumber        string `json:"phoneNumber"`
				ForwardingNumberID string `json:"forwardingNumberId"`
			} `json:"from"`
			To struct {
				PhoneNumber string `json:"phoneNumber"`
			} `json:"to"`
			CallerID struct {
				PhoneNumber string `json:"phoneNumber"`
			} `json:"callerId"`
			PlayPrompt bool `json:"playPrompt"`
		}
		if err := wire.Body(w, r, &req); err != nil {
			return err
		}
		switch {
		case req.From.ForwardingNumberID != "":
			return target.Invalid("from.forwardingNumberId", "This platform has no line to numbers outside. Send one of your own numbers in from.phoneNumber.")
		case req.From.PhoneNumber == "":
			return target.Invalid("from.phoneNumber", "Send one of your own numbers.")
		case req.To.PhoneNumber == "":
			return target.Invalid("to.phoneNumber", "Send the number to call.")
		}
		id, err := x.RingOut(r.Context(), e.AccountID, e.ID, rc.RingOutOrder{
			From: req.From.PhoneNumber, Shown: req.CallerID.PhoneNumber, To: rc.CallTarget{PhoneNumber: req.To.PhoneNumber}, Prompt: req.PlayPrompt,
		})
		if err != nil {
			return err
		}
		status, err := h.ringOutStatus(r, e, id)
		if err != nil {
			return err
		}
		wire.JSON(w, http.StatusOK, ringOutCall(listen.BaseURL(r), e, id, status))
		return nil
	}
}

func (h *Handler) getRingOut(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	e, err := target.Own(r, c, h.Store)
	if err != nil {
		return err
	}
	id := r.PathValue("ringoutId")
	status, err := h.ringOutStatus(r, e, id)
	if err != nil {
		return err
	}
	wire.JSON(w, http.StatusOK, ringOutCall(listen.BaseURL(r), e, id, status))
	return nil
}

// cancelRingOut ends a RingOut that the other side has not answered.
func (h *Handler) cancelRingOut(x Ender) wire.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
		e, err := target.Own(r, c, h.Store)
		if err != nil {
			return err
		}
		id := r.PathValue("ringoutId")
		status, err := h.ringOutStatus(r, e, id)
		if err != nil {
			return err
		}
		if status.CalleeStatus != ringing {
			return rc.Coded(rc.Conflict, "CMN-406", "The other side does not ring any more. Hang up instead.")
		}
		return done(w, x.EndSession(r.Context(), id))
	}
}

func ringOutCall(base string, e store.Extension, id string, status rc.RingOutStatus) rc.RingOutCall {
	return rc.RingOutCall{ID: id, URI: base + rc.ExtensionPath(e.AccountID, e.ID) + "/ring-out/" + id, Status: status}
}

// ringOutStatus is how far a RingOut of an extension's is.
func (h *Handler) ringOutStatus(r *http.Request, e store.Extension, id string) (rc.RingOutStatus, error) {
	if s, ok := h.Book.Describe(id); ok && s.Origin.Type == rc.OriginRingOut && takesPart(s, e.ID) {
		return running(s.Parties[0].Status.Code), nil
	}
	past, err := h.Store.Calls(r.Context(), e.AccountID, store.CallQuery{ExtensionID: e.ID, TelephonySessionID: id}, 0, 1)
	if err != nil {
		return rc.RingOutStatus{}, fmt.Errorf("reading what became of call %s: %w", id, err)
	}
	if len(past) == 0 || past[0].Record.Action != "RingOut Web" {
		return rc.RingOutStatus{}, target.Missing("ringoutId")
	}
	return over(past[0].Record.Result), nil
}

// running is the status of a RingOut by the state of its caller's party.
func running(code string) rc.RingOutStatus {
	switch code {
	case rc.PartySetup:
		return rc.RingOutStatus{CallStatus: ringing, CallerStatus: ringing, CalleeStatus: ringing}
	case rc.PartyProceeding:
		return rc.RingOutStatus{CallStatus: ringing, CallerStatus: succeeds, CalleeStatus: ringing}
	}
	return rc.RingOutStatus{CallStatus: succeeds, CallerStatus: succeeds, CalleeStatus: succeeds}
}

// over is the status of a RingOut by the result of its call.
func over(result string) rc.RingOutStatus {
	switch result {
	case rc.CallConnected:
		return rc.RingOutStatus{CallStatus: "Finished", CallerStatus: "Finished", CalleeStatus: "Finished"}
	case rc.CallBusy:
		return rc.RingOutStatus{CallStatus: "Busy", CallerStatus: "Finished", CalleeStatus: "Busy"}
	case rc.CallRejected:
		return rc.RingOutStatus{CallStatus: "Rejected", CallerStatus: "Rejected", CalleeStatus: "CannotReach"}
	case rc.CallNoAnswer:
		return rc.RingOutStatus{CallStatus: "NoAnswer", CallerStatus: "NoAnswer", CalleeStatus: "CannotReach"}
	}
	return rc.RingOutStatus{CallStatus: "GenericError", CallerStatus: "Finished", CalleeStatus: "CannotReach"}
}

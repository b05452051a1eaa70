package telephony

import (
	"net/http"

	"offhook/internal/platform/wire"
)

func (h *Handler) mountEnding(mux *http.ServeMux) {
	x, ok := h.Exchange.(Ender)
	if !ok {
		return
	}
	h.Face.Handle(mux, "DELETE", sessionPath, func(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
		s, _, err := h.joined(r, c, r.PathValue("telephonySessionId"))
		if err == nil {
			err = x.EndSession(r.Context(), s.ID)
		}
		return done(w, err)
	})
	h.Face.Handle(mux, "DELETE", partyPath, h.endParty(x))
}

// done answers a command that has nothing to tell.
func done(w http.ResponseWriter, err error) error {
	if err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

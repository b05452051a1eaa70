package signin

import (
	"net/http"

	"offhook/internal/store"
)

// Enter is where every way to sign in ends: the frame gets a session on the
// grant, under a new id, in place of the one that it may have.
func (h *Handler) Enter(w http.ResponseWriter, r *http.Request, f store.Frame, way string, g store.Grant) error {
	if _, err := h.Sessions.Begin(w, r, f, g.ID); err != nil {
		return err
	}
	h.Log.Info("signed in", "way", way, "platform", f.Platform, "client", f.ClientID, "origin", f.Origin)
	return nil
}

package signin

import (
	"context"
	"net/http"

	"offhook/internal/store"
)

// Enter is where every way to sign in ends: the frame gets a session on the
// grant, under a new id, in place of the one that it may have.
func (h *Handler) Enter(w http.ResponseWriter, r *http.Request, f store.Frame, way string, g store.Grant) error {
	if _, err := h.Sessions.Begin(w, r, f, g.ID, way); err != nil {
		return err
	}
	e := entry(store.AuditSignIn, f, way)
	e.OwnerID, e.GrantID = g.OwnerID, g.ID
	h.Audit.Record(r.Context(), e)
	return nil
}

// Refused writes down that a sign-in of a frame was refused; why is one of
// our own sentences or an OAuth error code, never what somebody sent.
func (h *Handler) Refused(ctx context.Context, f store.Frame, way, why string) {
	e := entry(store.AuditRefusal, f, way)
	e.Detail = why
	h.Audit.Record(ctx, e)
}

func entry(kind store.AuditKind, f store.Frame, way string) store.AuditEntry {
	return store.AuditEntry{Kind: kind, Way: way, Platform: f.Platform, ClientID: f.ClientID, Origin: f.Origin}
}

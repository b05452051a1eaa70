package calllog

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"offhook/internal/listen"
	"offhook/internal/platform/api/media"
	"offhook/internal/platform/api/target"
	"offhook/internal/platform/wire"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// heard reads the recording that the path names, for who took part in the
// call and for administrators. To others it does not exist.
func (h *Handler) heard(r *http.Request, c wire.Caller) (store.CallRecording, error) {
	var none store.CallRecording
	if err := target.Account(r, c); err != nil {
		return none, err
	}
	id := r.PathValue("recordingId")
	rec, err := h.Store.CallRecording(r.Context(), c.AccountID, id)
	if errors.Is(err, store.ErrNotFound) {
		return none, target.Missing("recordingId")
	}
	if err != nil {
		return none, fmt.Errorf("reading recording %s: %w", id, err)
	}
	allowed, err := h.Store.HeardBy(r.Context(), c.ExtensionID, id)
	if err == nil && !allowed {
		allowed, err = h.administers(r.Context(), c)
	}
	if err != nil {
		return none, fmt.Errorf("asking who may hear recording %s: %w", id, err)
	}
	if !allowed {
		return none, target.Missing("recordingId")
	}
	return rec, nil
}

func (h *Handler) recording(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	rec, err := h.heard(r, c)
	if err != nil {
		return err
	}
	wire.JSON(w, http.StatusOK, rc.Recording{
		ID: rec.ID, ContentType: rec.ContentType, Duration: int(rec.Duration.Round(time.Second) / time.Second),
		ContentURI: listen.BaseURL(r) + rc.RecordingPath(rec.AccountID, rec.ID) + "/content",
	})
	return nil
}

// content answers with the sound, whole or by ranges, so that a player may
// jump.
func (h *Handler) content(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	rec, err := h.heard(r, c)
	if err != nil {
		return err
	}
	sound, err := h.Store.CallRecordingSound(r.Context(), rec.AccountID, rec.ID)
	if err != nil {
		return fmt.Errorf("reading the sound of recording %s: %w", rec.ID, err)
	}
	return media.Serve(w, r, media.Medium{Type: rec.ContentType, At: rec.CreatedAt, Body: sound})
}

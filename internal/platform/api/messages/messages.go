// Package messages is the message store's face: sending texts, and reading,
// syncing and changing what an extension has (contract 5.4). The Office
// takes texts and delivers them; Handler answers the operations. What
// changed is announced to notify with the event package, after the commit.
package messages

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"offhook/internal/listen"
	"offhook/internal/platform/api/target"
	"offhook/internal/platform/wire"
	"offhook/internal/rc"
	"offhook/internal/store"
)

const (
	extensionPath = target.ExtensionPath
	storePath     = extensionPath + "/message-store"
	messagePath   = storePath + "/{messageId}"
)

// A Handler answers the operations of the message store.
type Handler struct {
	Face   *wire.Face
	Store  store.Platform
	Office *Office
	Now    func() time.Time
	Log    *slog.Logger
}

// Mount registers the operations.
func (h *Handler) Mount(mux *http.ServeMux) {
	h.Face.Handle(mux, "POST", extensionPath+"/sms", h.send)
	h.Face.Handle(mux, "POST", extensionPath+"/mms", h.sendMMS)
	h.Face.Handle(mux, "POST", extensionPath+"/company-pager", h.page)
	h.Face.Handle(mux, "POST", extensionPath+"/fax", h.sendFax)
	h.Face.Handle(mux, "POST", target.AccountPath+"/message-threads/messages", h.sendThreaded)
	h.Face.Handle(mux, "GET", storePath, h.list)
	h.Face.Handle(mux, "DELETE", storePath, h.deleteMany)
	h.Face.Handle(mux, "GET", messagePath, h.get)
	h.Face.Handle(mux, "PUT", messagePath, h.put)
	h.Face.Handle(mux, "PATCH", messagePath, h.patch)
	h.Face.Handle(mux, "DELETE", messagePath, h.delete)
	h.Face.Handle(mux, "GET", messagePath+"/content/{attachmentId}", h.content)
	h.Face.Handle(mux, "GET", extensionPath+"/message-sync", h.sync)
}

func (h *Handler) get(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	e, err := target.Own(r, c, h.Store)
	if err != nil {
		return err
	}
	if strings.Contains(r.PathValue("messageId"), ",") {
		return h.getBulk(w, r, e)
	}
	m, err := h.message(r, e)
	if err != nil {
		return err
	}
	wire.JSON(w, http.StatusOK, record(listen.BaseURL(r), m))
	return nil
}

// message reads the message that the path names. A purged one is gone.
func (h *Handler) message(r *http.Request, e store.Extension) (store.Message, error) {
	id, err := strconv.ParseInt(r.PathValue("messageId"), 10, 64)
	if err != nil {
		return store.Message{}, target.Missing("messageId")
	}
	m, err := h.Store.Message(r.Context(), e.ID, id)
	if errors.Is(err, store.ErrNotFound) || err == nil && m.Availability == rc.Purged {
		return m, target.Missing("messageId")
	}
	if err != nil {
		return m, fmt.Errorf("reading message %d: %w", id, err)
	}
	return m, nil
}

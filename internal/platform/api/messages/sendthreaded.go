package messages

import (
	"mime"
	"net/http"
	"strconv"
	"strings"

	"offhook/internal/listen"
	"offhook/internal/platform/api/inbox"
	"offhook/internal/platform/api/plan"
	"offhook/internal/platform/api/target"
	"offhook/internal/platform/wire"
	"offhook/internal/store"
)

// sendThreaded answers POST account/~/message-threads/messages: a member
// sends a text from a number of their call queue, as JSON, or as a form with
// the JSON as its part metadata and files as parts attachments.
func (h *Handler) sendThreaded(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	if err := target.Account(r, c); err != nil {
		return err
	}
	l, err := readThreaded(w, r)
	if err != nil {
		return err
	}
	p, err := plan.Read(r.Context(), h.Store, c.AccountID)
	if err != nil {
		return err
	}
	t, err := sharedText(p, c.ExtensionID, l)
	if err != nil {
		return err
	}
	t.Base = listen.BaseURL(r)
	entry, _, err := h.Office.SendShared(r.Context(), p, c.ExtensionID, t)
	if err != nil {
		return err
	}
	wire.JSON(w, http.StatusCreated, inbox.MessageRecord(t.Base, p, entry))
	return nil
}

func readThreaded(w http.ResponseWriter, r *http.Request) (l letter, err error) {
	kind, params, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if strings.HasPrefix(kind, "multipart/") {
		return readForm(http.MaxBytesReader(w, r.Body, maxForm), params["boundary"])
	}
	return l, wire.Body(w, r, &l)
}

// sharedText checks what a member wants to send into a thread.
func sharedText(p *plan.Plan, extensionID int64, l letter) (t SharedText, err error) {
	text, err := readText(p, extensionID, l)
	if err != nil {
		return t, err
	}
	if n, _ := p.Number(text.From); n.ExtensionID == 0 || n.ExtensionID == extensionID {
		return t, target.Invalid("from", "Send from a number of one of your call queues.")
	}
	if l.ThreadID != "" {
		if t.ThreadID, err = strconv.ParseInt(l.ThreadID, 10, 64); err != nil || t.ThreadID == 0 {
			return t, target.Invalid("threadId", "Send the id of an open thread, or leave it out.")
		}
	}
	if len(text.To) > 1 {
		return t, target.Invalid("to", "Send to one number: the numbers of call queues have no group texts.")
	}
	if text.To[0] == text.From {
		return t, target.Invalid("to", "It is the number that you send from.")
	}
	t.From, t.To, t.Body, t.Files = text.From, text.To[0], text.Body, text.Files
	return t, nil
}

// dispatchShared sends a text from a call queue's number by way of a member's
// own message store.
func (h *Handler) dispatchShared(w http.ResponseWriter, r *http.Request, p *plan.Plan, e store.Extension, l letter) error {
	t, err := sharedText(p, e.ID, l)
	if err != nil {
		return err
	}
	t.Base = listen.BaseURL(r)
	_, m, err := h.Office.SendShared(r.Context(), p, e.ID, t)
	if err != nil {
		return err
	}
	wire.JSON(w, http.StatusOK, record(t.Base, m))
	return nil
}

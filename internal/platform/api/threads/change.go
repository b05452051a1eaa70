package threads

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"offhook/internal/platform/api/inbox"
	"offhook/internal/platform/api/media"
	"offhook/internal/platform/api/target"
	"offhook/internal/platform/wire"
	"offhook/internal/store"
)

func (h *Handler) resolve(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	return h.change(w, r, c, func(id int64) (store.Thread, error) {
		return h.Inbox.Resolve(r.Context(), c.AccountID, c.ExtensionID, id)
	})
}

// An assignment is AssignMessageThreadRequest. The assignee must be there;
// null is nobody.
type assignment struct {
	Assignee json.RawMessage `json:"assignee"`
}

// id is the extension that the thread is given to; 0 for nobody.
func (a assignment) id() (int64, error) {
	if bytes.Equal(a.Assignee, []byte("null")) {
		return 0, nil
	}
	var who struct {
		ExtensionID json.RawMessage `json:"extensionId"` // as text or as a number
	}
	if json.Unmarshal(a.Assignee, &who) != nil {
		return 0, target.Invalid("assignee", "Send assignee.extensionId, or null for nobody.")
	}
	id, err := strconv.ParseInt(string(bytes.Trim(who.ExtensionID, `"`)), 10, 64)
	if err != nil || id <= 0 {
		return 0, target.Invalid("assignee.extensionId", "Send the id of a member of the thread's call queue.")
	}
	return id, nil
}

func (h *Handler) assign(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	var req assignment
	if err := wire.Body(w, r, &req); err != nil {
		return err
	}
	assignee, err := req.id()
	if err != nil {
		return err
	}
	return h.change(w, r, c, func(id int64) (store.Thread, error) {
		return h.Inbox.Assign(r.Context(), c.AccountID, c.ExtensionID, id, assignee)
	})
}

// change changes the thread that the path names, and answers with it. Whether
// the caller may is decided inside the change.
func (h *Handler) change(w http.ResponseWriter, r *http.Request, c wire.Caller, fn func(threadID int64) (store.Thread, error)) error {
	v, err := h.view(r, c)
	if err != nil {
		return err
	}
	id, err := strconv.ParseInt(r.PathValue("threadId"), 10, 64)
	if err != nil {
		return target.Missing("threadId")
	}
	t, err := fn(id)
	if err != nil {
		return err
	}
	wire.JSON(w, http.StatusOK, inbox.Record(v.plan, t))
	return nil
}

// content answers with a picture or file of a text.
func (h *Handler) content(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	v, err := h.view(r, c)
	if err != nil {
		return err
	}
	id, err := strconv.ParseInt(r.PathValue("messageId"), 10, 64)
	if err != nil {
		return target.Missing("messageId")
	}
	e, err := h.Inbox.Store.ThreadEntry(r.Context(), c.AccountID, id)
	if errors.Is(err, store.ErrNotFound) || err == nil && !slices.Contains(v.queues, e.QueueID) {
		return target.Missing("messageId")
	}
	if err != nil {
		return fmt.Errorf("reading text %d of a thread: %w", id, err)
	}
	for _, a := range e.Attachments {
		if strconv.FormatInt(a.ID, 10) != r.PathValue("attachmentId") {
			continue
		}
		body, err := h.Inbox.Store.AttachmentContent(r.Context(), e.QueueID, a.ID)
		if err != nil {
			return fmt.Errorf("reading attachment %d of a thread: %w", a.ID, err)
		}
		return media.Serve(w, r, media.Medium{Type: a.ContentType, Name: a.FileName, At: e.CreatedAt, Body: body})
	}
	return target.Missing("attachmentId")
}

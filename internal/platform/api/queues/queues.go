// Package queues answers what clients read of call queues: which there are,
// who answers for them, and whose calls a user takes (contract Appendix A,
// presence and queues). Who is a member is decided by whoever runs the
// platform; a user says of themselves only whether they take calls now.
package queues

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strconv"

	"offhook/internal/bus"
	"offhook/internal/listen"
	"offhook/internal/platform/api/page"
	"offhook/internal/platform/api/plan"
	"offhook/internal/platform/api/target"
	"offhook/internal/platform/event"
	"offhook/internal/platform/wire"
	"offhook/internal/rc"
	"offhook/internal/store"
)

const (
	accountPath  = target.AccountPath
	presencePath = target.ExtensionPath + "/call-queue-presence"
)

// maxChanges bounds one change of call-queue-presence.
const maxChanges = 100

// A Handler answers for call queues.
type Handler struct {
	Face  *wire.Face
	Store store.Platform
	Bus   bus.Bus
	Log   *slog.Logger
}

// Mount registers the operations.
func (h *Handler) Mount(mux *http.ServeMux) {
	h.Face.Handle(mux, "GET", accountPath+"/call-queues", h.list)
	h.Face.Handle(mux, "GET", accountPath+"/call-queues/{groupId}/members", h.members)
	h.Face.Handle(mux, "GET", presencePath, h.presence)
	h.Face.Handle(mux, "PUT", presencePath, h.putPresence)
}

func (h *Handler) list(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	q := r.URL.Query()
	if err := target.Account(r, c); err != nil {
		return err
	}
	all, err := h.Store.Queues(r.Context(), c.AccountID)
	if err != nil {
		return fmt.Errorf("reading the call queues of account %d: %w", c.AccountID, err)
	}
	if text := q.Get("memberExtensionId"); text != "" {
		if all, err = h.of(r, c, text, all); err != nil {
			return err
		}
	}
	base := listen.BaseURL(r)
	records := make([]rc.CallQueue, len(all))
	for i, queue := range all {
		records[i] = rc.CallQueue{
			URI: fmt.Sprintf("%s/restapi/v1.0/account/%d/call-queues/%d", base, queue.AccountID, queue.ID), ID: strconv.FormatInt(queue.ID, 10),
			ExtensionNumber: queue.Number, Name: queue.Name, Status: "Enabled", Site: rc.Site{ID: "main-site", Name: "Main Site"},
		}
	}
	uri := fmt.Sprintf("%s/restapi/v1.0/account/%d/call-queues", base, c.AccountID)
	return page.Answer(w, r, uri, records)
}

// of leaves the queues that an extension is a member of.
func (h *Handler) of(r *http.Request, c wire.Caller, memberID string, all []store.Queue) ([]store.Queue, error) {
	id := c.ExtensionID
	if memberID != "~" {
		var err error
		if id, err = strconv.ParseInt(memberID, 10, 64); err != nil {
			return nil, target.Invalid("memberExtensionId", "Send the id of an extension.")
		}
	}
	memberships, err := h.Store.MemberQueues(r.Context(), id)
	if err != nil {
		return nil, fmt.Errorf("reading the queues of extension %d: %w", id, err)
	}
	return slices.DeleteFunc(all, func(q store.Queue) bool {
		return !slices.ContainsFunc(memberships, func(m store.QueueMember) bool { return m.QueueID == q.ID })
	}), nil
}

func (h *Handler) members(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	if err := target.Account(r, c); err != nil {
		return err
	}
	p, err := plan.Read(r.Context(), h.Store, c.AccountID)
	if err != nil {
		return err
	}
	id, _ := strconv.ParseInt(r.PathValue("groupId"), 10, 64)
	queue, ok := p.Queue(id)
	if !ok {
		return target.Missing("groupId")
	}
	all, err := h.Store.QueueMembers(r.Context(), queue.ID)
	if err != nil {
		return fmt.Errorf("reading the members of call queue %d: %w", queue.ID, err)
	}
	base := listen.BaseURL(r)
	records := []rc.ExtensionRef{}
	for _, m := range all {
		if e, ok := p.Extension(m.ExtensionID); ok {
			records = append(records, rc.ExtensionRef{ID: e.ID, URI: base + rc.ExtensionPath(e.AccountID, e.ID), ExtensionNumber: e.Number})
		}
	}
	uri := fmt.Sprintf("%s/restapi/v1.0/account/%d/call-queues/%d/members", base, c.AccountID, queue.ID)
	return page.Answer(w, r, uri, records)
}

func (h *Handler) presence(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	e, err := target.Own(r, c, h.Store)
	if err != nil {
		return err
	}
	return h.answerPresence(w, r, e)
}

// answerPresence lists the queues of a user with whether they take calls. All
// of them may be changed by their members.
func (h *Handler) answerPresence(w http.ResponseWriter, r *http.Request, e store.Extension) error {
	p, err := plan.Read(r.Context(), h.Store, e.AccountID)
	if err != nil {
		return err
	}
	all, err := h.Store.MemberQueues(r.Context(), e.ID)
	if err != nil {
		return fmt.Errorf("reading the queues of extension %d: %w", e.ID, err)
	}
	if r.URL.Query().Get("editableMemberStatus") == "false" {
		all = nil
	}
	records := []rc.CallQueuePresence{}
	for _, m := range all {
		if q, ok := p.Queue(m.QueueID); ok {
			queue := rc.CallQueueRef{ID: strconv.FormatInt(q.ID, 10), Name: q.Name, ExtensionNumber: q.Number, EditableMemberStatus: true}
			records = append(records, rc.CallQueuePresence{CallQueue: queue, AcceptCalls: &m.Accepts})
		}
	}
	wire.JSON(w, http.StatusOK, map[string]any{"records": records})
	return nil
}

// putPresence says whether a user takes the calls of their queues. All that a
// request names is changed, or nothing.
func (h *Handler) putPresence(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	e, err := target.Own(r, c, h.Store)
	if err != nil {
		return err
	}
	var req struct {
		Records []rc.CallQueuePresence `json:"records"`
	}
	if err := wire.Body(w, r, &req); err != nil {
		return err
	}
	if len(req.Records) > maxChanges {
		return target.Invalid("records", fmt.Sprintf("Send at most %d records.", maxChanges))
	}
	var changed []store.QueueMember
	err = h.Store.Write(r.Context(), func(tx store.PlatformTx) (err error) {
		changed, err = change(r.Context(), tx, e.ID, req.Records)
		return err
	})
	if err != nil {
		return fmt.Errorf("changing whose calls extension %d takes: %w", e.ID, err)
	}
	for _, m := range changed {
		h.announce(context.WithoutCancel(r.Context()), e, m)
	}
	return h.answerPresence(w, r, e)
}

// change writes what is different, and returns it. It writes by queue, in
// whichever order a request names them, so that no two requests wait for each
// other; and it makes nobody a member who has been removed meanwhile.
func change(ctx context.Context, tx store.PlatformTx, extensionID int64, records []rc.CallQueuePresence) (changed []store.QueueMember, err error) {
	now, err := tx.MemberQueues(ctx, extensionID)
	if err != nil {
		return nil, err
	}
	next := slices.Clone(now)
	for _, record := range records {
		i := slices.IndexFunc(now, func(m store.QueueMember) bool { return strconv.FormatInt(m.QueueID, 10) == record.CallQueue.ID })
		if i < 0 {
			return nil, target.Missing("callQueue.id")
		}
		if record.AcceptCalls == nil {
			return nil, target.Invalid("acceptCalls", "Send true or false.")
		}
		next[i].Accepts = *record.AcceptCalls
	}
	for i, m := range next {
		if m == now[i] {
			continue
		}
		err := tx.SaveQueueMember(ctx, m)
		if errors.Is(err, store.ErrNotFound) {
			return nil, target.Missing("callQueue.id")
		}
		if err != nil {
			return nil, err
		}
		changed = append(changed, m)
	}
	return changed, nil
}

// announce tells everybody of the account who listens. What is stored is
// stored: a bus that fails is logged.
func (h *Handler) announce(ctx context.Context, e store.Extension, m store.QueueMember) {
	body := rc.CallQueuePresenceEvent{ExtensionID: strconv.FormatInt(e.ID, 10), CallQueueID: strconv.FormatInt(m.QueueID, 10), AcceptCalls: m.Accepts}
	err := event.PublishShared(ctx, h.Bus, e.AccountID, e.ID, rc.CallQueuePresenceFilter(e.AccountID, m.QueueID), body, body)
	if err != nil {
		h.Log.Error("announcing whose calls an extension takes", "ext", e.ID, "err", err)
	}
}

package messages

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"offhook/internal/listen"
	"offhook/internal/platform/api/page"
	"offhook/internal/platform/api/target"
	"offhook/internal/platform/wire"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// A patch is what may change of a message.
type patch struct {
	ReadStatus   string `json:"readStatus"`
	Availability string `json:"availability"`
}

// check refuses what PUT (which knows the read status only) or PATCH cannot
// do.
func (p patch) check(method string) error {
	switch p.ReadStatus {
	case rc.Read, rc.Unread:
	case "":
		if method == http.MethodPut || p.Availability == "" {
			return target.Invalid("readStatus", "Send Read or Unread.")
		}
	default:
		return target.Invalid("readStatus", "Send Read or Unread.")
	}
	switch p.Availability {
	case "", rc.Alive, rc.Deleted, rc.Purged:
		return nil
	}
	return target.Invalid("availability", "Send Alive, Deleted or Purged.")
}

// apply changes m and reports whether that made a difference. A purged
// message stays purged, without its text and its parties.
func (p patch) apply(m *store.Message) bool {
	before := *m
	if p.ReadStatus != "" {
		m.ReadStatus = p.ReadStatus
	}
	if p.Availability != "" && m.Availability != rc.Purged {
		m.Availability = p.Availability
	}
	if m.Availability == rc.Purged {
		m.Text, m.From, m.To, m.Attachments, m.Facts = "", rc.Caller{}, nil, nil, store.MessageFacts{}
	}
	return m.ReadStatus != before.ReadStatus || m.Availability != before.Availability
}

func (h *Handler) put(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	return h.update(w, r, c)
}

func (h *Handler) patch(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	return h.update(w, r, c)
}

func (h *Handler) update(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	e, err := target.Own(r, c, h.Store)
	if err != nil {
		return err
	}
	if isBulk(r.PathValue("messageId")) {
		return h.updateBulk(w, r, e)
	}
	var p patch
	if err := wire.Body(w, r, &p); err != nil {
		return err
	}
	if err := p.check(r.Method); err != nil {
		return err
	}
	m, err := h.message(r, e)
	if err != nil {
		return err
	}
	results, err := h.Office.change(r.Context(), e, []int64{m.ID}, func(*store.Message) patch { return p })
	if err != nil {
		return err
	}
	if !results[0].found {
		return target.Missing("messageId")
	}
	wire.JSON(w, http.StatusOK, record(listen.BaseURL(r), results[0].message))
	return nil
}

// A result is what became of one message of a change.
type result struct {
	id      int64
	found   bool
	message store.Message
}

// change applies a patch to each of some messages of e in one transaction,
// and announces it when any is different afterwards.
func (o *Office) change(ctx context.Context, e store.Extension, ids []int64, p func(*store.Message) patch) ([]result, error) {
	var results []result
	var changed []store.Message
	err := o.Store.Write(ctx, func(tx store.PlatformTx) error {
		results, changed = nil, nil
		number, err := tx.NextMessageChange(ctx, e.ID)
		if err != nil {
			return err
		}
		for _, id := range ids {
			m, err := tx.Message(ctx, e.ID, id)
			if errors.Is(err, store.ErrNotFound) || err == nil && m.Availability == rc.Purged {
				results = append(results, result{id: id})
				continue
			}
			if err != nil {
				return err
			}
			held := len(m.Attachments) > 0
			if p(&m).apply(&m) {
				if held && len(m.Attachments) == 0 {
					if err := tx.DeleteAttachmentContents(ctx, e.ID, m.ID); err != nil {
						return err
					}
				}
				m.Change, m.ModifiedAt = number, later(o.Now(), m.ModifiedAt)
				if err := tx.SaveMessage(ctx, m); err != nil {
					return err
				}
				changed = append(changed, m)
			}
			results = append(results, result{id, true, m})
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("changing messages: %w", err)
	}
	o.announceChanged(context.WithoutCancel(ctx), changed...)
	return results, nil
}

// remove is the patch of a DELETE: an alive message becomes deleted, a
// deleted one is purged, and purge=true does both at once.
func remove(purge bool) func(*store.Message) patch {
	return func(m *store.Message) patch {
		if purge || m.Availability == rc.Deleted {
			return patch{Availability: rc.Purged}
		}
		return patch{Availability: rc.Deleted}
	}
}

func (h *Handler) delete(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	e, err := target.Own(r, c, h.Store)
	if err != nil {
		return err
	}
	purge, err := purge(r)
	if err != nil {
		return err
	}
	if isBulk(r.PathValue("messageId")) {
		return h.deleteBulk(w, r, e, remove(purge))
	}
	m, err := h.message(r, e)
	if err != nil {
		return err
	}
	if _, err := h.Office.change(r.Context(), e, []int64{m.ID}, remove(purge)); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func purge(r *http.Request) (bool, error) {
	text := r.URL.Query().Get("purge")
	if text == "" {
		return false, nil
	}
	purge, err := strconv.ParseBool(text)
	if err != nil {
		return false, target.Invalid("purge", "Send true or false.")
	}
	return purge, nil
}

// deleteMany answers DELETE extension/~/message-store: conversations, a
// type, or what is older than a moment.
func (h *Handler) deleteMany(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	e, err := target.Own(r, c, h.Store)
	if err != nil {
		return err
	}
	v := r.URL.Query()
	purge, err := purge(r)
	if err != nil {
		return err
	}
	q := store.MessageQuery{Availability: []string{rc.Alive, rc.Deleted}}
	if !purge { // what is deleted already is not touched again
		q.Availability = nil
	}
	if q.Types, err = types(v["type"]); err != nil {
		return target.Invalid("type", "Send SMS, Pager, Text, VoiceMail, Fax or All.")
	}
	if q.ConversationIDs, err = conversationIDs(v["conversationId"]); err != nil {
		return err
	}
	if q.To, err = page.Moment(v, "dateTo"); err != nil {
		return err
	}
	if err := owners(&q, v["owner"], e.ID); err != nil {
		return err
	}
	ms, err := h.Store.Messages(r.Context(), e.ID, q, 0, 0)
	if err != nil {
		return fmt.Errorf("looking for messages to delete: %w", err)
	}
	all := make([]int64, len(ms))
	for i, m := range ms {
		all[i] = m.ID
	}
	// In pieces, so that no change is larger than what a sync can tell.
	for ids := range slices.Chunk(all, maxBody) {
		if _, err := h.Office.change(r.Context(), e, ids, remove(purge)); err != nil {
			return err
		}
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// conversationIDs reads ids that are repeated or joined by commas.
func conversationIDs(values []string) ([]int64, error) {
	return ids(map[string][]string{"conversationId": strings.FieldsFunc(strings.Join(values, ","), func(c rune) bool { return c == ',' })}, "conversationId")
}

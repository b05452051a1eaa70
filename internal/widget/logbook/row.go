package logbook

import (
	"context"
	"encoding/json"
	"html/template"
	"net/http"
	"time"

	"offhook/internal/rc"
	"offhook/internal/widget/visit"
)

// A rowDo is the button that logs a conversation from its row.
type rowDo struct {
	mark
	ID    string
	Words string
	Named bool // its words are shown: it stands in a menu
}

// Rows returns how to draw a conversation's row: how its newest day stands,
// and the button that logs it, with its words in a menu. It is nil where
// nothing is logged.
func (h *Handler) Rows(ctx context.Context, v visit.Visit, menu bool) (func(conversation string, at time.Time) (mark, do template.HTML), error) {
	view, ok, err := h.ledgerView(ctx, v)
	if !ok {
		return nil, err
	}
	return func(conversation string, at time.Time) (template.HTML, template.HTML) {
		m := view.marks(view.place.logID(conversation, at))
		b := rowDo{m, conversation, words(view.call.loggers, m.Logged), menu}
		return h.drawn("mark", m), h.drawn("rowdo", b)
	}, nil
}

// drawn is empty, and logged, for what cannot be drawn.
func (h *Handler) drawn(name string, data any) template.HTML {
	html, err := draw(name, data)
	if err != nil {
		h.Log.Error("drawing what is logged", "err", err)
	}
	return html
}

// row answers GET /p/{key}/log/rows/{id}: a conversation of the list as the
// page gets it with the event of its own button (contract/service.md 12). It
// is the newest message's record with what is known around it.
func (h *Handler) row(w http.ResponseWriter, r *http.Request, c call) error {
	s, err := h.settings(r.Context(), c.target)
	if err != nil {
		return err
	}
	t, err := h.thread(r, c)
	if err != nil {
		return err
	}
	if len(t.Messages) == 0 {
		return rc.Errorf(rc.Conflict, "No text of this conversation has been sent yet.")
	}
	place := placeOf(s)
	it, err := h.item(r.Context(), c.target.owner, place, place.groups(t)[0])
	if err != nil {
		return err
	}
	out := it.Messages[0]
	out["conversationLogId"], out["date"] = it.ConversationLogID, it.Date
	out["self"], out["correspondents"] = it.Self, it.Correspondents
	out["unreadCounts"] = unread(t)
	out["correspondentMatches"], out["conversationMatches"] = h.people(c.visit, t), h.entities(c.page(), it.ConversationLogID)
	visit.JSON(w, http.StatusOK, out)
	return nil
}

// unread counts what came in and was not read.
func unread(t Thread) (n int) {
	for _, m := range t.Messages {
		if m.Direction == rc.Inbound && m.ReadStatus == rc.Unread {
			n++
		}
	}
	return n
}

// people are the contacts that the others of a conversation may be, as the
// page wrote them.
func (h *Handler) people(v visit.Visit, t Thread) []json.RawMessage {
	out := []json.RawMessage{}
	for _, other := range t.Others {
		for _, p := range h.Services.People(v, t.ID, other.Number) {
			out = append(out, p.Raw)
		}
	}
	return out
}

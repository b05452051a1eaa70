package panel

import (
	"context"
	"encoding/json"
	"net/http"

	"offhook/internal/rc"
)

// A Tidier puts conversations in order. Everything is done here at once and
// told to the platform soon after.
type Tidier interface {
	// List returns count conversations from a place on, newest first: all, or
	// the unread ones and the one named by keep.
	List(unread bool, keep string, from, count int) List
	// OnlyUnread reports whether a browser session shows unread ones only.
	OnlyUnread(session string) bool
	SetOnlyUnread(ctx context.Context, session string, only bool)
	// MarkRead and MarkUnread are NotFound for what is not here; only where
	// somebody else has written can be marked as unread.
	MarkRead(ctx context.Context, conversationID string) error
	MarkUnread(ctx context.Context, conversationID string) error
	// Remove deletes what it finds of conversations and messages. Undo brings
	// that back for a while; Confirm ends the while.
	Remove(ctx context.Context, conversations, messages []string) (id string, err error)
	Undo(ctx context.Context, id string) error
	Confirm(id string)
}

// A List is a part of the conversations.
type List struct {
	Total  int // of what was asked for
	Unread int // unread conversations, whatever was asked for
	Rows   []Conversation
}

// most bounds what one press marks or deletes.
const most = 500

// whom stands in a sentence where mail.js puts in a name.
const whom = "{name}"

func (h *Handler) mountTidying(mux *http.ServeMux) {
	h.onDesk(mux, "POST /p/{key}/panel/messages/filter", h.filter)
	h.onDesk(mux, "POST /p/{key}/panel/messages/mark", h.mark)
	h.onDesk(mux, "POST /p/{key}/panel/messages/delete", h.remove)
	h.onDesk(mux, "POST /p/{key}/panel/messages/delete/{id}/undo", h.undo)
	h.onDesk(mux, "POST /p/{key}/panel/messages/delete/{id}/confirm", h.confirm)
}

// filter chooses what this browser's list shows.
func (h *Handler) filter(w http.ResponseWriter, r *http.Request, p page) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	p.desk.SetOnlyUnread(r.Context(), p.visit.Session.ID, r.PostForm.Get("show") == "unread")
	return done(w, nil)
}

// mark marks conversations as read or unread. Of several, those that cannot
// be marked, or are gone, are left out.
func (h *Handler) mark(w http.ResponseWriter, r *http.Request, p page) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	ids := r.PostForm["conversation"]
	if len(ids) == 0 || len(ids) > most {
		return rc.Errorf(rc.Invalid, "Select 1 to %d conversations.", most)
	}
	mark := p.desk.MarkRead
	if r.PostForm.Get("as") == "unread" {
		mark = p.desk.MarkUnread
	}
	for _, id := range ids {
		if err := mark(r.Context(), id); err != nil && len(ids) == 1 {
			return err
		}
	}
	return done(w, nil)
}

// remove deletes, and answers with what can be said and how it is undone.
func (h *Handler) remove(w http.ResponseWriter, r *http.Request, p page) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	conversations, messages := r.PostForm["conversation"], r.PostForm["message"]
	if n := len(conversations) + len(messages); n == 0 || n > most {
		return rc.Errorf(rc.Invalid, "Select 1 to %d conversations.", most)
	}
	said := deleted(p, conversations)
	id, err := p.desk.Remove(r.Context(), conversations, messages)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(w).Encode(map[string]string{"id": id, "said": said})
}

// deleted says what will be gone: a conversation by its name, so many, or one
// message.
func deleted(p page, conversations []string) string {
	switch len(conversations) {
	case 0:
		return p.Lang.Say("The message was deleted.")
	case 1:
		c, _, _ := p.desk.Conversation(conversations[0]) // what is gone already has no name
		return p.Lang.Say("The conversation with %s was deleted.", apart(p.titled(c)))
	}
	return p.Lang.Count(len(conversations), "%d conversation was deleted.", "%d conversations were deleted.")
}

// apart keeps a name that is written from right to left from turning the
// sentence around it, where no element can stand around the name.
func apart(name string) string { return "\u2068" + name + "\u2069" }

func (h *Handler) undo(w http.ResponseWriter, r *http.Request, p page) error {
	return done(w, p.desk.Undo(r.Context(), r.PathValue("id")))
}

func (h *Handler) confirm(w http.ResponseWriter, r *http.Request, p page) error {
	p.desk.Confirm(r.PathValue("id"))
	return done(w, nil)
}

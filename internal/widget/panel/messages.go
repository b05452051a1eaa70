package panel

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
)

// rows is how many conversations a list shows at once; searching finds the
// rest.
const rows = 200

// A messagesView is the list of conversations with its search.
type messagesView struct {
	page
	Query  string
	Status Status
	Rows   []row
}

// A row is one conversation in the list.
type row struct {
	Conversation
	Href  string
	When  stamp
	Faces []Party // one or two of the others
	Count string  // unread, at most 99+
}

func (h *Handler) messages(w http.ResponseWriter, r *http.Request, p page) error {
	return render(w, http.StatusOK, "messages", newMessages(p, r.FormValue("q")))
}

// list answers with the rows alone, for searching and for refreshing.
func (h *Handler) list(w http.ResponseWriter, r *http.Request, p page) error {
	return render(w, http.StatusOK, "rows", newMessages(p, r.FormValue("q")))
}

// nothing fills the place of a conversation beside the list.
func (h *Handler) nothing(w http.ResponseWriter, r *http.Request, p page) error {
	return render(w, http.StatusOK, "nothing", p)
}

func newMessages(p page, query string) messagesView {
	v := messagesView{page: p, Query: cut(query, 200), Status: p.desk.Status()}
	for _, c := range p.desk.Conversations(v.Query, rows) {
		v.Rows = append(v.Rows, newRow(p, c))
	}
	return v
}

func newRow(p page, c Conversation) row {
	c.Title = cmp.Or(oneLine(c.Title), "Unknown number")
	c.Preview = cut(oneLine(c.Preview), 160)
	out := row{Conversation: c, Href: "#/conversations/" + url.PathEscape(c.ID), When: p.clock.Row(c.At), Faces: others(c.Parties)}
	if len(out.Faces) > 2 {
		out.Faces = out.Faces[:2]
	}
	switch {
	case c.Unread > 99:
		out.Count = "99+"
	case c.Unread > 0:
		out.Count = fmt.Sprint(c.Unread)
	}
	return out
}

func others(parties []Party) []Party {
	var out []Party
	for _, p := range parties {
		if !p.Self {
			out = append(out, p)
		}
	}
	if len(out) == 0 { // texts to oneself
		return parties
	}
	return out
}

package panel

import (
	"cmp"
	"context"
	"fmt"
	"html/template"
	"net/http"
	"net/url"

	"offhook/internal/widget/markup"
)

// rows is how many conversations a list shows at once; searching finds the
// rest.
const rows = 200

// A messagesView is the list of conversations with its search.
type messagesView struct {
	page
	Query  string
	Status Status
	Own    ownView
	Rows   []row
}

// A row is one conversation in the list.
type row struct {
	Conversation
	Href  string
	When  stamp
	Faces []Party       // one or two of the others
	Count string        // unread, at most 99+
	Log   template.HTML // how its newest day stands with the page's logger
	Acts  Acts          // of the page's application
}

func (h *Handler) messages(w http.ResponseWriter, r *http.Request, p page) error {
	v, err := newMessages(r.Context(), p, r.FormValue("q"))
	if err == nil {
		err = h.dress(r.Context(), &v)
	}
	if err != nil {
		return err
	}
	return render(w, http.StatusOK, "messages", v)
}

// list answers with the rows alone, for searching and for refreshing.
func (h *Handler) list(w http.ResponseWriter, r *http.Request, p page) error {
	v, err := newMessages(r.Context(), p, r.FormValue("q"))
	if err == nil {
		err = h.dress(r.Context(), &v)
	}
	if err != nil {
		return err
	}
	return render(w, http.StatusOK, "rows", v)
}

// nothing fills the place of a conversation beside the list.
func (h *Handler) nothing(w http.ResponseWriter, r *http.Request, p page) error {
	return render(w, http.StatusOK, "nothing", p)
}

func newMessages(ctx context.Context, p page, query string) (messagesView, error) {
	v := messagesView{page: p, Query: markup.Cut(query, 200), Status: p.desk.Status(), Own: newOwn(p)}
	for _, c := range p.desk.Conversations(v.Query, rows) {
		// What came in says more than what is half written.
		if c.Draft = c.Draft && c.Unread == 0; c.Draft {
			draft, err := p.desk.Draft(ctx, c.ID)
			if err != nil {
				return v, err
			}
			c.Preview = draft
		}
		v.Rows = append(v.Rows, newRow(p, c))
	}
	return v, nil
}

func newRow(p page, c Conversation) row {
	c.Title = cmp.Or(markup.Line(c.Title), "Unknown number")
	c.Preview = markup.Cut(markup.Line(c.Preview), 160)
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

// Colleague is whom a conversation of two is with, when that is a colleague.
func (r row) Colleague() *Party {
	if len(r.Faces) != 1 || r.Faces[0].ExtensionID == "" {
		return nil
	}
	return &r.Faces[0]
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

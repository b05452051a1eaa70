package panel

import (
	"cmp"
	"context"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"offhook/internal/widget/markup"
)

// rows is how many conversations a search shows; narrowing it finds the rest.
const rows = 200

// window is how many conversations make one window of the list. Only what
// somebody looks at is drawn, with a window more on each side.
const window = 50

// rowHeight is how high a row is, in rem: what is not drawn takes its place.
const rowHeight = 3.625

// A messagesView is the list of conversations with its search.
type messagesView struct {
	page
	Query   string
	Status  Status
	Own     ownView
	Kinds   kindsView
	Only    bool // unread conversations
	Unread  int  // how many there are, whatever is shown
	Total   int
	Windows []rowWindow
	Older   bool // the platform has older ones, or texts to search in
}

// A rowWindow is a part of the list. Where nobody looks it has no rows, and
// the height that they would have.
type rowWindow struct {
	At, Count int
	Rows      []row
}

// Height is that of a window that is not drawn.
func (w rowWindow) Height() string {
	return strconv.FormatFloat(rowHeight*float64(w.Count), 'f', -1, 64) + "rem"
}

// A row is one conversation in the list.
type row struct {
	Conversation
	Href  string
	When  stamp
	Faces []Party       // one or two of the others
	Count string        // unread, at most 99+
	Log   template.HTML // how its newest day stands with the page's logger
	Acts  Acts
	Line  []piece // of a search: the preview, with what was found in it
}

func (h *Handler) messages(w http.ResponseWriter, r *http.Request, p page) error {
	v, err := h.newList(r, p)
	if err != nil {
		return err
	}
	v.Kinds = kindsView{"texts", p.desk.Mailbox(r.Context())}
	return render(w, http.StatusOK, "messages", v)
}

// list answers with the rows alone, for searching and for refreshing.
func (h *Handler) list(w http.ResponseWriter, r *http.Request, p page) error {
	v, err := h.newList(r, p)
	if err != nil {
		return err
	}
	return render(w, http.StatusOK, "rows", v)
}

// nothing fills the place of a conversation beside the list.
func (h *Handler) nothing(w http.ResponseWriter, r *http.Request, p page) error {
	return render(w, http.StatusOK, "nothing", p)
}

// newList is the list as a request wants it: searched in, or with the windows
// around the place that somebody looks at.
func (h *Handler) newList(r *http.Request, p page) (messagesView, error) {
	at, _ := strconv.Atoi(r.FormValue("at"))
	only := p.visit.Session != nil && p.desk.OnlyUnread(p.visit.Session.ID)
	v, err := newMessages(r.Context(), p, listing{Query: r.FormValue("q"), Unread: only, Keep: r.FormValue("open"), At: at})
	if err == nil {
		err = h.dress(r.Context(), &v)
	}
	return v, err
}

// A listing is what somebody wants to see of the list.
type listing struct {
	Query  string
	Unread bool
	Keep   string // the conversation that is open
	At     int    // the place of the first row that is seen
}

func newMessages(ctx context.Context, p page, l listing) (messagesView, error) {
	v := messagesView{page: p, Query: markup.Cut(l.Query, 200), Status: p.desk.Status(), Own: newOwn(p), Only: l.Unread}
	if v.Query != "" {
		v.Older = p.desk.Older()
		found := p.desk.Conversations(v.Query, rows)
		v.Windows = []rowWindow{{Count: len(found)}}
		return v, v.fill(ctx, 0, found)
	}
	from := max(0, l.At/window-1) * window
	list := p.desk.List(l.Unread, l.Keep, from, max(0, l.At/window+2)*window-from)
	v.Total, v.Unread, v.Older = list.Total, list.Unread, !l.Unread && p.desk.Older()
	for at := 0; at < list.Total; at += window {
		v.Windows = append(v.Windows, rowWindow{At: at, Count: min(window, list.Total-at)})
	}
	for i := range v.Windows {
		w := &v.Windows[i]
		if skip := w.At - from; skip >= 0 && skip < len(list.Rows) {
			if err := v.fill(ctx, i, list.Rows[skip:min(skip+window, len(list.Rows))]); err != nil {
				return v, err
			}
		}
	}
	return v, nil
}

// fill draws the rows of a window.
func (v *messagesView) fill(ctx context.Context, i int, all []Conversation) error {
	for _, c := range all {
		// What came in says more than what is half written.
		if c.Draft = c.Draft && c.Unread == 0; c.Draft {
			draft, err := v.desk.Draft(ctx, c.ID)
			if err != nil {
				return err
			}
			c.Preview = draft
		}
		row := newRow(v.page, c)
		row.Acts.Listed = true
		if c.Hit != "" {
			row.Line = marked(row.Preview, v.Query)
		}
		v.Windows[i].Rows = append(v.Windows[i].Rows, row)
	}
	return nil
}

// Shown reports whether there is anything in the list.
func (v messagesView) Shown() bool {
	return len(v.Windows) > 0 && (v.Windows[0].Count > 0 || len(v.Windows) > 1)
}

// titled is what a list calls a conversation.
func (p page) titled(c Conversation) string {
	if who := others(c.Parties); len(who) == 1 && c.Title == who[0].Display {
		c.Title = p.written(who[0])
	}
	return cmp.Or(markup.Line(c.Title), p.Lang.Say("Unknown number"))
}

// carried says what a text carries.
func (p page) carried(c Carried) string {
	switch {
	case c.Files == 1 && c.Pictures:
		return p.Lang.Say("Picture")
	case c.Pictures:
		return p.Lang.Count(c.Files, "%d picture", "%d pictures")
	case c.Files > 1:
		return p.Lang.Count(c.Files, "%d file", "%d files")
	case c.Files == 1 && c.Name == "":
		return p.Lang.Say("File")
	}
	return c.Name
}

func newRow(p page, c Conversation) row {
	c.Title = p.titled(c)
	if c.Preview == "" && !c.Draft {
		c.Preview = p.carried(c.Carries)
	}
	c.Preview = markup.Cut(markup.Line(c.Preview), 160)
	out := row{
		Conversation: c, Href: "#/conversations/" + url.PathEscape(c.ID), When: p.clock.Row(c.At), Faces: others(c.Parties),
		Acts: Acts{ID: c.ID, Unread: c.Unread > 0, Answered: c.Answered},
	}
	out.Faces = slices.Clone(out.Faces[:min(len(out.Faces), 2)])
	for i, face := range out.Faces {
		out.Faces[i] = p.portrayed(face)
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

package panel

import (
	"net/http"

	"offhook/internal/widget/contact"
)

// textsOf is how many conversations the page of a contact shows.
const textsOf = 20

// A contactTexts is what was written with a contact: the conversations that
// they are in, the latest first.
type contactTexts struct {
	Rows   []row
	Name   string
	Number string // that a first text would go to
}

// find looks for a contact among those of all sources.
func (h *Handler) find(r *http.Request, p page) (c contact.Contact, ok bool) {
	typ, id := r.PathValue("type"), r.PathValue("id")
	switch typ {
	case contact.Company:
		c, ok = p.desk.Colleagues().Get(id)
	case contact.Queue:
		c, ok = p.desk.Queues().Get(id)
	case contact.Personal:
		c, ok = p.desk.Personal().Get(id)
	}
	if d, named := p.desk.(namedDesk); !ok && named {
		c, ok = d.books.Contact(d.visit, id)
		ok = ok && c.Type == typ
	}
	return c, ok
}

// contactTexts answers with the conversations of a contact.
func (h *Handler) contactTexts(w http.ResponseWriter, r *http.Request, p page) error {
	c, ok := h.find(r, p)
	if !ok {
		return gone()
	}
	return render(w, http.StatusOK, "contact-texts", newContactTexts(p, c))
}

func newContactTexts(p page, c contact.Contact) contactTexts {
	v := contactTexts{Name: c.Name}
	if len(c.Numbers) > 0 {
		v.Number = c.Numbers[0].Number
	}
	who := contact.NewBook([]contact.Entry{contact.NewEntry(c)})
	for _, talk := range p.desk.Conversations("", 0) {
		for _, party := range talk.Parties {
			if !party.Self && (len(who.Whose(party.Number)) > 0 || c.Type == contact.Company && party.ExtensionID == c.ID) {
				v.Rows = append(v.Rows, newRow(p, talk))
				break
			}
		}
		if len(v.Rows) == textsOf {
			break
		}
	}
	return v
}

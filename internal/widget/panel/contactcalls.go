package panel

import (
	"net/http"

	"offhook/internal/widget/contact"
)

// callsOf is how many calls the page of a contact shows.
const callsOf = 50

// A contactCalls is the calls with a contact, the latest first.
type contactCalls struct {
	Name  string
	Calls []callRow
	More  bool // the log goes on further back than is known here
}

// contactCalls answers with the calls of a contact.
func (h *Handler) contactCalls(w http.ResponseWriter, r *http.Request, p page) error {
	c, ok := h.find(r, p)
	if !ok {
		return gone()
	}
	v := newContactCalls(p, c)
	log := p.desk.CallLog(r.Context())
	if v.More = log.More || log.Full; !log.Readable {
		v.Calls = nil
	}
	return render(w, http.StatusOK, "contact-calls", v)
}

func newContactCalls(p page, c contact.Contact) contactCalls {
	v := contactCalls{Name: c.Name}
	who := contact.NewBook([]contact.Entry{contact.NewEntry(c)})
	for _, call := range p.desk.Calls() {
		if !isWith(call, c, who) {
			continue
		}
		row := p.row(call, false)
		row.When = p.clock.Row(call.At) // other days have no line of their own here
		if v.Calls = append(v.Calls, row); len(v.Calls) == callsOf {
			break
		}
	}
	return v
}

// isWith says whether a call was with a contact, whose numbers a book has.
func isWith(call Call, c contact.Contact, who *contact.Book) bool {
	if c.Type == contact.Company && call.Party.ExtensionID == c.ID {
		return true
	}
	return call.Party.Number != "" && len(who.Whose(call.Party.Number)) > 0
}

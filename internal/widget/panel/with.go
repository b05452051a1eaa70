package panel

import (
	"net/http"
	"strings"

	"offhook/internal/widget/contact"
	"offhook/internal/widget/markup"
	"offhook/internal/widget/visit"
)

// with answers which conversation of two the user has with a number, however
// it is written; an empty one for none.
func (h *Handler) with(w http.ResponseWriter, r *http.Request, p page) error {
	var out struct {
		Conversation string `json:"conversation"`
	}
	out.Conversation = conversationWith(p.desk, markup.Cut(r.PathValue("number"), 40))
	visit.JSON(w, http.StatusOK, out)
	return nil
}

func conversationWith(d Desk, written string) string {
	wanted := written
	// The lookup reads a number as its user would dial it, and a colleague's
	// by their extension.
	if found := d.Lookup(written, 1); len(found) > 0 && names(found[0], written) {
		wanted = found[0].Number
	}
	for _, c := range d.Conversations("", 0) {
		if all := others(c.Parties); len(all) == 1 && all[0].Number == wanted {
			return c.ID
		}
	}
	return ""
}

// names reports whether a number as somebody wrote it is this party's.
func names(p Party, written string) bool {
	digits := contact.Digits(written)
	return digits != "" && (digits == p.Extension || len(digits) >= 7 && strings.HasSuffix(contact.Digits(p.Number), digits))
}

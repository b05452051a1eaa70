package panel

import (
	"net/http"

	"offhook/internal/widget/markup"
)

// A numberView is the page of one number, where tel: links lead.
type numberView struct {
	page
	Party
	Who   whoView
	Known bool // it has a name
	Dial  string

	Holders holdersView
}

func (h *Handler) number(w http.ResponseWriter, r *http.Request, p page) error {
	number := markup.Cut(r.PathValue("number"), 40)
	v := newNumber(p, number, p.desk.Lookup(number, 1))
	v.Holders.mayKeep(r.Context(), p)
	return render(w, http.StatusOK, "number", v)
}

func newNumber(p page, number string, parties []Party) numberView {
	v := numberView{page: p, Party: Party{Number: number, Display: markup.Line(number)}}
	if len(parties) > 0 {
		v.Party = parties[0]
	}
	for _, own := range p.desk.Me().Numbers {
		if own.Number == number {
			v.Display, v.Name, v.Self = own.Display, p.Lang.Say("Your number"), true
		}
	}
	v.Holders = p.holders("", v.Party)
	v.Name = markup.Line(v.Name)
	v.Who = newWho(p, v.Party)
	v.Party = p.portrayed(v.Party)
	v.Dial = p.dial(v.Party)
	v.Known = v.Name != "" && v.Name != v.Display
	return v
}

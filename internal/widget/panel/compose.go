package panel

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// found is how many people a lookup offers: what fits without scrolling far.
const found = 12

// A composeView is the page for a new text.
type composeView struct {
	page
	Senders []OwnNumber
	Draft   string
	Limit   int
	Found   recipientsView // empty until someone is looked for
}

func (h *Handler) compose(w http.ResponseWriter, r *http.Request, p page) error {
	draft, err := p.desk.Draft(r.Context(), "")
	if err != nil {
		return err
	}
	return render(w, http.StatusOK, "compose", newCompose(p, draft))
}

// Composing says that the composer is not yet a conversation's: the people
// come first.
func (composeView) Composing() bool { return true }

func newCompose(p page, draft string) composeView {
	return composeView{page: p, Senders: p.desk.Me().senders(), Draft: draft, Limit: textLimit}
}

// A recipientsView is what the lookup offers.
type recipientsView struct {
	Query   string
	Options []option
}

// An option is one line of the lookup.
type option struct {
	Party
	ID  string
	Sub string
}

func (h *Handler) recipients(w http.ResponseWriter, r *http.Request, p page) error {
	query := strings.TrimSpace(cut(r.FormValue("q"), 100))
	return render(w, http.StatusOK, "options", newRecipients(query, p.desk.Lookup(query, found)))
}

func newRecipients(query string, parties []Party) recipientsView {
	v := recipientsView{Query: query}
	for i, party := range parties {
		party.Name = oneLine(party.Name)
		o := option{Party: party, ID: fmt.Sprintf("option-%d", i), Sub: party.Display}
		if party.Name == "" {
			o.Name, o.Sub = party.Display, "Text this number"
		}
		if party.Extension != "" {
			o.Sub += " · Ext. " + party.Extension
		}
		v.Options = append(v.Options, o)
	}
	return v
}

// A numberView is the page of one number, where tel: links lead.
type numberView struct {
	page
	Party
	Known bool // it has a name
}

func (h *Handler) number(w http.ResponseWriter, r *http.Request, p page) error {
	number := cut(r.PathValue("number"), 40)
	return render(w, http.StatusOK, "number", newNumber(p, number, p.desk.Lookup(number, 1)))
}

func newNumber(p page, number string, parties []Party) numberView {
	v := numberView{page: p, Party: Party{Number: number, Display: oneLine(number)}}
	if len(parties) > 0 {
		v.Party = parties[0]
	}
	for _, own := range p.desk.Me().Numbers {
		if own.Number == number {
			v.Display, v.Name = own.Display, "Your number"
		}
	}
	v.Name = oneLine(v.Name)
	v.Known = v.Name != "" && v.Name != v.Display
	return v
}

// A settingsView says who is signed in, and where.
type settingsView struct {
	page
	Me
	Direct  []OwnNumber
	Main    string // the company's number
	Host    string // the page that embeds the phone; empty when it stands alone
	App     string
	Version string
	Status  Status
}

func (h *Handler) settings(w http.ResponseWriter, r *http.Request, p page) error {
	v := newSettings(p, h.Version)
	if v.Host == r.Host {
		v.Host = "" // opened as a page of its own
	}
	return render(w, http.StatusOK, "settings", v)
}

func newSettings(p page, version string) settingsView {
	v := settingsView{page: p, Me: p.desk.Me(), Host: hostOf(p.visit.Frame.Origin), App: hostOf(p.visit.Frame.Platform), Version: version, Status: p.desk.Status()}
	for _, n := range v.Numbers {
		if n.UsageType == "MainCompanyNumber" {
			v.Main = n.Display
		} else {
			v.Direct = append(v.Direct, n)
		}
	}
	return v
}

// hostOf is the host of an origin as people read it.
func hostOf(origin string) string {
	u, err := url.Parse(origin)
	if err != nil {
		return ""
	}
	return u.Host
}

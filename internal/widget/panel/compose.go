package panel

import (
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strings"

	"offhook/internal/widget/contact"
	"offhook/internal/widget/markup"
)

// found is how many people a lookup offers: what fits without scrolling far.
const found = 12

// A composeView is the page for a new text.
type composeView struct {
	page
	Senders []OwnNumber
	Draft   string
	Added   []fileView // what goes with it
	Attach  bool       // pictures and files can be sent
	Limit   int
	Found   recipientsView // empty until someone is looked for
}

func (h *Handler) compose(w http.ResponseWriter, r *http.Request, p page) error {
	draft, err := p.desk.Draft(r.Context(), "")
	if err != nil {
		return err
	}
	v := newCompose(p, draft)
	if v.Added, err = h.added(r.Context(), p, ""); err != nil {
		return err
	}
	return render(w, http.StatusOK, "compose", v)
}

// Internal is for a conversation to say: here the people decide.
func (composeView) Internal() bool { return false }

// Composing says that the composer is not yet a conversation's: the people
// come first.
func (composeView) Composing() bool { return true }

func newCompose(p page, draft string) composeView {
	return composeView{page: p, Senders: p.desk.Me().senders(), Draft: draft, Limit: textLimit, Attach: p.desk.Me().CanAttach}
}

// A recipientsView is what the lookup offers.
type recipientsView struct {
	Query   string
	Options []option
}

// An option is one line of the lookup.
type option struct {
	Party
	ID   string
	Kind string       // what pressing it begins, where that is not clear
	Sub  string       // the number
	Ext  string       // a colleague's extension
	Icon template.URL // of the page's application, where it knows them
}

func (h *Handler) recipients(w http.ResponseWriter, r *http.Request, p page) error {
	query := strings.TrimSpace(markup.Cut(r.FormValue("q"), 100))
	kind := r.FormValue("kind")
	v := newRecipients(p, query, ofKind(kind, p.desk.Lookup(query, 4*found)))
	if app, ok := p.source(); ok && query != "" && kind != "internal" {
		v.add(app)
	}
	return render(w, http.StatusOK, "options", v)
}

// ofKind leaves those who can be added to a message that is "internal" or to
// "numbers" already.
func ofKind(kind string, all []Party) []Party {
	if kind != "" {
		all = slices.DeleteFunc(all, func(p Party) bool { return p.Internal != (kind == "internal") })
	}
	return all[:min(len(all), found)]
}

// add offers the numbers of the application's contacts below the user's own
// finds. Whoever is there already, by name and number, has its icon as well.
func (v *recipientsView) add(app contact.Source) {
	known := make(map[string]int)
	for i, o := range v.Options {
		known[last(o.Number)] = i
	}
	for _, c := range contact.Search(v.Query, app.Book).Window(0, found) {
		for _, n := range c.Numbers {
			d := last(n.Number)
			if i, there := known[d]; there {
				if o := &v.Options[i]; o.Icon == "" && contact.Fold(o.Name) == contact.Fold(c.Name) {
					o.Icon = template.URL(app.Icon)
				}
				continue
			}
			if d == "" || len(v.Options) >= 2*found {
				continue
			}
			known[d] = len(v.Options)
			face := faceOf(c)
			face.Number = n.Number
			v.Options = append(v.Options, option{Party: face, ID: fmt.Sprintf("option-%d", len(v.Options)), Sub: n.Number + " · " + app.Name, Icon: template.URL(app.Icon)})
		}
	}
}

// last are the digits that tell one number from another, with its country or
// without.
func last(number string) string {
	d := contact.Digits(number)
	return d[max(0, len(d)-10):]
}

func newRecipients(p page, query string, parties []Party) recipientsView {
	v := recipientsView{Query: query}
	for i, party := range parties {
		party = p.portrayed(party)
		party.Name = markup.Line(party.Name)
		o := option{Party: party, ID: fmt.Sprintf("option-%d", i), Sub: party.Display}
		if party.Name == "" {
			o.Name, o.Kind, o.Sub = party.Display, p.Lang.Say("Text this number"), ""
		}
		switch {
		case party.Internal:
			o.Kind, o.Sub = p.Lang.Say("Internal message"), p.written(party)
		case party.Extension != "":
			o.Ext = party.Extension
		}
		v.Options = append(v.Options, o)
	}
	return v
}

package panel

import (
	"bytes"
	"context"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"offhook/internal/rc"
	"offhook/internal/widget/contact"
	"offhook/internal/widget/lang"
	"offhook/internal/widget/markup"
)

// Faxes is what the panels need of one user's faxes.
type Faxes interface {
	// Faxes are those that are known, newest first.
	Faxes() []Fax
	// Fax is one of them, or a NotFound *rc.Error.
	Fax(id string) (Fax, error)
	SendingFaxes
	// SeeFaxes notes that the user has looked at those that failed.
	SeeFaxes()
	// FaxDocument is one document of it, a PDF. The error is an *rc.Error.
	FaxDocument(ctx context.Context, id, document string) (File, []byte, error)
}

// A Fax is one fax, in or out.
type Fax struct {
	ID        string
	Parties   []Party // who sent it, or whom it is for
	Inbound   bool
	At        time.Time
	Pages     int
	Unread    bool
	State     MessageState
	Error     string
	Documents []File
	Waiting   bool // not at the platform yet
	// Outcomes are what became of it for each of the parties, in their order;
	// empty where nobody knows yet.
	Outcomes []MessageState
}

// reached is how many of the parties have it.
func (f Fax) reached() (n int) {
	for _, o := range f.Outcomes {
		if o == Sent {
			n++
		}
	}
	return n
}

// A faxesView is the list of faxes with its search.
type faxesView struct {
	page
	Kinds   kindsView
	Query   string
	Status  Status
	Mailbox Mailbox
	Rows    []faxRow
	Shown   int
	More    bool
}

// A faxRow is one fax in the list.
type faxRow struct {
	Fax
	Href     string
	Title    string
	Face     Party
	Words    string // what became of it
	Sheets   string // how many pages
	Deleted  string // that it is gone; mail.js puts in whose it was
	When     stamp
	Editable bool
	CanFax   bool
}

func (h *Handler) mountFaxes(mux *http.ServeMux) {
	for pattern, f := range map[string]deskFunc{
		"GET /p/{key}/panel/fax":                          h.faxes,
		"GET /p/{key}/panel/fax/list":                     h.faxList,
		"POST /p/{key}/panel/fax/older":                   h.olderFaxes,
		"GET /p/{key}/panel/fax/{id}":                     h.fax,
		"GET /p/{key}/panel/fax/{id}/document/{document}": h.faxDocument,
	} {
		h.onDesk(mux, pattern, f)
	}
}

func (h *Handler) faxes(w http.ResponseWriter, r *http.Request, p page) error {
	p.desk.RefreshMail()
	v := newFaxes(r.Context(), p, r.FormValue("q"), callRows)
	p.desk.SeeFaxes() // who has the list before them sees what failed
	return render(w, http.StatusOK, "faxes", v)
}

// faxList answers with the rows alone.
func (h *Handler) faxList(w http.ResponseWriter, r *http.Request, p page) error {
	return render(w, http.StatusOK, "fax-rows", newFaxes(r.Context(), p, r.FormValue("q"), shownOf(r)))
}

func newFaxes(ctx context.Context, p page, query string, shown int) faxesView {
	box := p.desk.Mailbox(ctx)
	v := faxesView{page: p, Kinds: kindsView{"fax", box}, Query: markup.Cut(query, 200), Status: p.desk.Status(), Mailbox: box, Shown: shown}
	if !box.Faxes {
		return v
	}
	words, digits := strings.Fields(contact.Fold(v.Query)), contact.SearchDigits(v.Query)
	for _, f := range p.desk.Faxes() {
		if !anyMeets(f.Parties, words, digits) {
			continue
		}
		if v.More = len(v.Rows) == shown; v.More {
			break
		}
		v.Rows = append(v.Rows, p.faxRow(f, box))
	}
	v.More = v.More || box.OlderFaxes
	return v
}

func anyMeets(parties []Party, words []string, digits string) bool {
	for _, p := range parties {
		if meets(p, words, digits) {
			return true
		}
	}
	return len(words) == 0
}

// olderFaxes shows more rows, and asks the platform when all that are known are
// shown.
func (h *Handler) olderFaxes(w http.ResponseWriter, r *http.Request, p page) error {
	shown := shownOf(r) + callRows
	v := newFaxes(r.Context(), p, r.FormValue("q"), shown)
	if v.Mailbox.OlderFaxes && len(v.Rows) < shown {
		if err := p.desk.MoreFaxes(r.Context()); err != nil {
			return err
		}
		v = newFaxes(r.Context(), p, r.FormValue("q"), shown)
	}
	return render(w, http.StatusOK, "fax-rows", v)
}

func (p page) faxRow(f Fax, box Mailbox) faxRow {
	row := faxRow{Fax: f, Href: "#/messages/fax/" + url.PathEscape(f.ID), When: p.clock.Row(f.At), Editable: box.Editable, CanFax: box.CanFax, Title: p.Lang.Say("No caller ID"), Words: p.Lang.Say(faxWords[f.State])}
	if len(f.Parties) > 0 {
		row.Face, row.Title = p.portrayed(f.Parties[0]), p.callTitle(f.Parties[0])
	}
	if n := len(f.Parties); n > 1 {
		row.Title = p.Lang.Count(n-1, "%[2]s and one other", "%[2]s and %[1]d others", row.Title)
	}
	if n := f.reached(); f.State == Failed && n > 0 {
		row.Words = p.Lang.Say("Sent to %d of %d", n, len(f.Parties))
	}
	if f.Pages > 0 {
		row.Sheets = p.Lang.Count(f.Pages, "%d page", "%d pages")
	}
	if row.Deleted = p.Lang.Say("The fax to %s was deleted.", whom); f.Inbound {
		row.Deleted = p.Lang.Say("The fax from %s was deleted.", whom)
	}
	return row
}

var faxWords = map[MessageState]string{
	Sending: lang.Mark("Being sent"), Sent: lang.Mark("Sent"), Failed: lang.Mark("Not sent"), Received: lang.Mark("Received"),
}

// A faxView is the page of one fax.
type faxView struct {
	page
	faxRow
	Who     whoView
	Day     stamp
	Hour    stamp
	Text    string // the number that a text can go to
	Holders holdersView
	Papers  []paper
	To      []faxReceiver // of a fax to several
}

// A faxReceiver is one of several who were to get a fax.
type faxReceiver struct {
	Name   string
	Words  string // what became of it
	Failed bool
}

// A paper is a document that can be looked at.
type paper struct {
	Name, URL string
}

func (h *Handler) fax(w http.ResponseWriter, r *http.Request, p page) error {
	box := p.desk.Mailbox(r.Context())
	if err := mayLook(box); err != nil {
		return err
	}
	f, err := p.desk.Fax(r.PathValue("id"))
	if err != nil {
		return err
	}
	p.desk.SeeFaxes()
	v := newFax(p, f, box)
	v.Holders.mayKeep(r.Context(), p)
	return render(w, http.StatusOK, "fax", v)
}

func newFax(p page, f Fax, box Mailbox) faxView {
	v := faxView{page: p, faxRow: p.faxRow(f, box), Day: p.clock.Day(f.At), Hour: p.clock.Clock(f.At)}
	v.Who = newWho(p, v.Face)
	if len(f.Parties) == 1 && v.Face.Number != "" {
		v.Holders = p.holders("", v.Face)
		if strings.HasPrefix(v.Face.Number, "+") && !v.Face.Self {
			v.Text = v.Face.Number
		}
	}
	if len(f.Parties) > 1 && len(f.Outcomes) == len(f.Parties) {
		for i, o := range f.Outcomes {
			v.To = append(v.To, faxReceiver{p.callTitle(f.Parties[i]), p.Lang.Say(faxWords[o]), o == Failed})
		}
	}
	for _, d := range f.Documents {
		name := markup.Line(d.Name)
		if name == "" {
			name = "fax.pdf"
		}
		v.Papers = append(v.Papers, paper{name, p.Path("fax", f.ID, "document", d.ID)})
	}
	return v
}

func mayLook(box Mailbox) error {
	if box.Faxes {
		return nil
	}
	return rc.Errorf(rc.Denied, "Your phone service does not let this app read your faxes. Ask your administrator to allow it.")
}

// faxDocument answers with a PDF, to be drawn by the page or saved: it is
// never a document of its own here.
func (h *Handler) faxDocument(w http.ResponseWriter, r *http.Request, p page) error {
	if err := mayLook(p.desk.Mailbox(r.Context())); err != nil {
		return err
	}
	f, body, err := p.desk.FaxDocument(r.Context(), r.PathValue("id"), r.PathValue("document"))
	if err != nil {
		return err
	}
	name := markup.Line(f.Name)
	if name == "" {
		name = "fax.pdf"
	}
	head := w.Header()
	head.Set("Content-Type", "application/pdf")
	head.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	head.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
	return nil
}

// named gives the parties of a fax the names of the page's application.
func (d namedDesk) namedFax(f Fax) Fax {
	for i := range f.Parties {
		f.Parties[i], _ = d.party("", f.Parties[i])
	}
	return f
}

// Faxes names who sent them and who got them.
func (d namedDesk) Faxes() []Fax {
	all := d.Desk.Faxes()
	for i := range all {
		all[i] = d.namedFax(all[i])
	}
	return all
}

// Fax names who sent it or got it.
func (d namedDesk) Fax(id string) (Fax, error) {
	f, err := d.Desk.Fax(id)
	return d.namedFax(f), err
}

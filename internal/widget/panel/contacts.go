package panel

import (
	"cmp"
	"context"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"offhook/internal/rc"
	"offhook/internal/widget/contact"
	"offhook/internal/widget/lang"
	"offhook/internal/widget/markup"
)

// inWindow is how many contacts are drawn at once: a list of thousands is
// drawn where somebody looks, and elsewhere keeps its place.
const inWindow = 100

// manyPeople is from how many on letters help to find somebody.
const manyPeople = 40

// application is how addresses name the source that a host page registered,
// whatever it calls itself.
const application = "service"

// A peopleView is the list of contacts with what stands above it.
type peopleView struct {
	page
	Query   string
	Chosen  string // the source that is shown; empty for all
	Sources []sourceTab
	App     contact.Source // the page's application; Type is empty when there is none
	Status  Status
	List    contact.List
	Shown   []peopleWindow
	May     bool        // contacts can be made here
	Stars   []personRow // the favorites, above a list of all
	Coming  int         // so many of the user's own have come, and more will; 0 when all are here
	marks   marker
}

// A sourceTab is one source that the list can be narrowed to.
type sourceTab struct {
	Key, Name string
	Icon      template.URL
}

// A peopleWindow is a part of the list. Without rows it keeps the place of as
// many.
type peopleWindow struct {
	At, Count, Heads int
	Rows             []personRow
}

// A personRow is one contact in the list.
type personRow struct {
	Head string // the letter above it
	contact.Contact
	Href string
	Face Party
	Icon template.URL // of the source, where it is not the user's own
	Sub  string
	Dial string // what calls them
	Star starView
}

// A starView is the button that makes somebody a favorite; Address is empty
// where nobody can be.
type starView struct {
	Address string
	Name    string
	On      bool
}

// A marker knows who is a favorite.
type marker struct {
	page
	marked map[contact.Key]bool
	may    bool
}

func newMarker(ctx context.Context, p page) marker {
	all, known := p.desk.Favorites()
	m := marker{page: p, marked: make(map[contact.Key]bool), may: known && p.desk.MayEditContacts(ctx)}
	for _, k := range all {
		m.marked[k] = true
	}
	return m
}

// star is the button of a contact.
func (m marker) star(c contact.Contact) (s starView) {
	if m.may && (c.Type == contact.Company || c.Type == contact.Personal) {
		s = starView{m.Path("contacts", c.Type, c.ID, "favorite"), c.Name, m.marked[c.Key()]}
	}
	return s
}

// books are the sources that a view shows, by what addresses call them.
func (p page) books() (tabs []sourceTab, books map[string]*contact.Book, app contact.Source) {
	books = map[string]*contact.Book{contact.Company: p.desk.Colleagues()}
	tabs = []sourceTab{{Key: contact.Company, Name: p.Lang.Say("Company")}}
	if queues := p.desk.Queues(); queues.Len() > 0 {
		books[contact.Queue] = queues
		tabs = append(tabs, sourceTab{Key: contact.Queue, Name: p.Lang.Say("Queues")})
	}
	if own := p.desk.Personal(); own.Len() > 0 {
		books[contact.Personal] = own
		tabs = append(tabs, sourceTab{Key: contact.Personal, Name: p.Lang.Say("Personal")})
	}
	app, _ = p.source()
	if app.Syncs {
		books[application] = app.Book
		tabs = append(tabs, sourceTab{Key: application, Name: app.Name, Icon: template.URL(app.Icon)})
	}
	return tabs, books, app
}

func newPeople(ctx context.Context, p page, query, source string, around int) peopleView {
	v := peopleView{page: p, marks: newMarker(ctx, p), May: p.desk.MayEditContacts(ctx), Query: markup.Cut(query, 200), Status: p.desk.Status()}
	tabs, books, app := p.books()
	v.App = app
	if coming, soFar := p.desk.ContactsComing(); coming {
		v.Coming = soFar
	}
	if len(tabs) > 1 {
		v.Sources = append([]sourceTab{{Name: p.Lang.Say("All")}}, tabs...)
	}
	var some []*contact.Book
	for _, t := range tabs {
		if source == t.Key || !slices.ContainsFunc(tabs, func(t sourceTab) bool { return t.Key == source }) {
			some = append(some, books[t.Key])
		}
	}
	if len(some) < len(tabs) {
		v.Chosen = source
	}
	v.List = contact.Search(v.Query, some...)
	if v.Chosen == "" && app.Syncs {
		v.List = v.List.Once(app.Book.Twins(p.desk.Colleagues())) // a colleague who is among the application's contacts is one line
	}
	if v.Query == "" && v.Chosen == "" {
		v.favorites()
	}
	for at := 0; at < v.List.Len(); at += inWindow {
		w := peopleWindow{At: at, Count: min(inWindow, v.List.Len()-at)}
		for i := range w.Count {
			if v.List.Head(at+i) != "" {
				w.Heads++
			}
		}
		// The one that is looked at, and the next.
		if at <= around+inWindow && at+inWindow > around {
			w.Rows = v.rows(at)
		}
		v.Shown = append(v.Shown, w)
	}
	return v
}

// favorites puts those who are here above the list.
func (v *peopleView) favorites() {
	all, _ := v.desk.Favorites()
	for _, k := range all {
		book := v.desk.Colleagues()
		if k.Type == contact.Personal {
			book = v.desk.Personal()
		}
		if c, ok := book.Get(k.ID); ok {
			v.Stars = append(v.Stars, v.person(c))
		}
	}
}

// person is the row of a contact, with its star and whether it can be reached.
func (v peopleView) person(c contact.Contact) personRow {
	r := newPerson(v.page, c, v.App)
	r.Star = v.marks.star(c)
	r.Face.Reach = v.desk.Reach(r.Face.ExtensionID)
	return r
}

func (v peopleView) rows(at int) (rows []personRow) {
	for i, c := range v.List.Window(at, inWindow) {
		r := v.person(c)
		r.Head = v.List.Head(at + i)
		rows = append(rows, r)
	}
	return rows
}

func newPerson(p page, c contact.Contact, app contact.Source) personRow {
	r := personRow{Contact: c, Href: "#" + contactPath(c), Face: p.portrayed(faceOf(c)), Sub: p.sub(c)}
	r.Dial = p.dial(Party{Number: r.Face.Number, Extension: c.Extension})
	if c.Type == app.Type {
		r.Icon = template.URL(app.Icon)
	}
	return r
}

// contactPath is the route of a contact's page.
func contactPath(c contact.Contact) string {
	return "/contacts/" + url.PathEscape(c.Type) + "/" + url.PathEscape(c.ID)
}

// faceOf gives a contact the colour that its number has elsewhere.
func faceOf(c contact.Contact) Party {
	p := Party{Name: c.Name, Initials: contact.Initials(c.Name), Extension: c.Extension}
	if len(c.Numbers) > 0 {
		p.Number = c.Numbers[0].Number
	}
	if c.Type == contact.Company {
		p.ExtensionID = c.ID
	}
	return p
}

// Letters are where the letters begin, where there are so many people that
// they help; at most as many as fit beside the list.
func (v peopleView) Letters() []contact.Letter {
	if v.List.Len() < manyPeople {
		return nil
	}
	all := v.List.Letters()
	const most = 30
	for len(all) > most { // of scripts with thousands of letters, every other one
		kept := all[:0:0]
		for i := 0; i < len(all); i += 2 {
			kept = append(kept, all[i])
		}
		all = kept
	}
	return all
}

// Of is the address of this list, or of a part of it.
func (v peopleView) Of(part string, more ...string) string {
	q := url.Values{}
	if v.Query != "" {
		q.Set("q", v.Query)
	}
	if v.Chosen != "" {
		q.Set("source", v.Chosen)
	}
	for i := 0; i+1 < len(more); i += 2 {
		q.Set(more[i], more[i+1])
	}
	return v.Path("contacts", part) + "?" + q.Encode()
}

// Total says how many there are.
func (v peopleView) Total() string { return v.Lang.Count(v.List.Len(), "%d contact", "%d contacts") }

func (h *Handler) contacts(w http.ResponseWriter, r *http.Request, p page) error {
	p.desk.RefreshContacts() // who looks wants the newest; what is new comes by an event
	return render(w, http.StatusOK, "contacts", newPeople(r.Context(), p, r.FormValue("q"), r.FormValue("source"), 0))
}

// people answers with the list alone, around the place that is looked at.
func (h *Handler) people(w http.ResponseWriter, r *http.Request, p page) error {
	if r.FormValue("again") != "" {
		p.desk.RefreshContacts()
	}
	around, _ := strconv.Atoi(r.FormValue("at"))
	return render(w, http.StatusOK, "people", newPeople(r.Context(), p, r.FormValue("q"), r.FormValue("source"), around))
}

// peopleRows answers with one window.
func (h *Handler) peopleRows(w http.ResponseWriter, r *http.Request, p page) error {
	at, err := strconv.Atoi(r.FormValue("at"))
	if err != nil || at < 0 {
		return rc.Errorf(rc.Invalid, "Which part of the list is meant? Reload the page.")
	}
	v := newPeople(r.Context(), p, r.FormValue("q"), r.FormValue("source"), at)
	return render(w, http.StatusOK, "people-rows", v.rows(at))
}

// peopleStatus answers with what is going on.
func (h *Handler) peopleStatus(w http.ResponseWriter, r *http.Request, p page) error {
	return render(w, http.StatusOK, "people-status", newPeople(r.Context(), p, "", contact.Company, 0))
}

// A contactView is the page of one contact.
type contactView struct {
	page
	contact.Contact
	App     contact.Source
	Own     bool // of the page's application
	Face    Party
	Icon    template.URL
	Picture template.URL
	Work    []string
	Lines   []numberLine
	Raw     string // as its source wrote it, for the page
	May     bool   // it can be changed here
	Notes   string
	Star    starView
	Who     whoView // whether a colleague can be reached, in words
	Calls   bool    // the user's calls may be read
}

// Edit is the route of its form.
func (v contactView) Edit() string { return "#" + contactPath(v.Contact) + "/edit" }

// Tabbed reports whether there is more than the details.
func (v contactView) Tabbed() bool { return len(v.Lines) > 0 || v.Calls || v.App.Activities != "" }

// Act is where something is done with it.
func (v contactView) Act(what string) string { return v.Path("contacts", v.Type, v.ID, what) }

// A numberLine is a number with what it is.
type numberLine struct {
	contact.Number
	Display string
	Kind    string
	Dial    string // what calls it; nothing calls a fax
}

// kinds are the contract's phoneTypes for people.
var kinds = map[string]string{
	"business": lang.Mark("Business"), "extension": lang.Mark("Extension"), "home": lang.Mark("Home"), "mobile": lang.Mark("Mobile"), "phone": lang.Mark("Phone"), "company": lang.Mark("Company"),
	"direct": lang.Mark("Direct"), "fax": lang.Mark("Fax"), "contact": lang.Mark("Contact"),
}

// buttonIcon draws an icon of contract/service.md 12; a name that nobody
// knows is apps.
func buttonIcon(name string) string {
	known := map[string]string{
		"call": "phone", "text": "message-square", "clock": "clock", "calendar": "calendar", "settings": "settings", "read": "mail-open", "unread": "mail",
		"view": "eye", "edit": "pencil", "newAction": "plus", "viewLog": "clipboard-check", "download": "download", "refresh": "rotate-cw", "people": "users",
		"addMember": "user-plus", "sms": "message-square", "phone": "phone", "viewContact": "contact-round", "createContact": "user-plus",
		"refreshContact": "rotate-cw", "delete": "trash-2",
	}
	return cmp.Or(known[name], "layout-grid")
}

// contact answers with the page of one.
func (h *Handler) contact(w http.ResponseWriter, r *http.Request, p page) error {
	c, ok := h.find(r, p)
	if !ok {
		return gone()
	}
	app, known := p.source()
	v := newContact(p, c, app, known && c.Type == app.Type)
	v.Star = newMarker(r.Context(), p).star(c)
	v.Calls = p.desk.CallLog(r.Context()).Readable && (len(v.Lines) > 0 || v.Face.ExtensionID != "")
	if record, own := p.desk.Contact(c.ID); own && c.Type == contact.Personal {
		v.May, v.Notes = p.desk.MayEditContacts(r.Context()), markup.NoOverrides(record.Notes)
	}
	return render(w, http.StatusOK, "contact", v)
}

func newContact(p page, c contact.Contact, app contact.Source, own bool) contactView {
	v := contactView{page: p, Contact: c, App: app, Own: own, Face: p.portrayed(faceOf(c)), Raw: string(c.Raw), Picture: app.Picture(c.Picture), Icon: template.URL(app.Icon)}
	v.Face.Reach = p.desk.Reach(v.Face.ExtensionID)
	v.Who = p.colleague(v.Face)
	for _, s := range []string{c.JobTitle, c.Department, c.Company} {
		if s != "" && s != c.Name && !slices.Contains(v.Work, s) {
			v.Work = append(v.Work, s)
		}
	}
	for _, n := range c.Numbers {
		line := numberLine{Number: n, Display: p.desk.WriteNumber(n.Number), Kind: kinds[n.Type]}
		if p.Callable && n.Type != "fax" {
			line.Dial = n.Number
		}
		v.Lines = append(v.Lines, line)
	}
	return v
}

// colleague is the line that says whether somebody of the company can be
// reached; empty for anybody else, and for whoever has no number to ask by.
func (p page) colleague(face Party) whoView {
	for _, party := range p.desk.Lookup(face.Number, 1) {
		if face.ExtensionID != "" && party.ExtensionID == face.ExtensionID {
			return newWho(p, party)
		}
	}
	return whoView{}
}

// favorite marks somebody, or takes the mark away.
func (h *Handler) favorite(w http.ResponseWriter, r *http.Request, p page) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	if err := maySave(r.Context(), p); err != nil {
		return err
	}
	who := contact.Key{Type: r.PathValue("type"), ID: r.PathValue("id")}
	book := p.desk.Personal()
	if who.Type == contact.Company {
		book = p.desk.Colleagues()
	}
	if _, ok := book.Get(who.ID); !ok || who.Type != contact.Company && who.Type != contact.Personal {
		return gone()
	}
	return done(w, p.desk.SetFavorite(r.Context(), who, r.PostForm.Get("on") == "true"))
}

// A holder is one of the contacts that a number may be.
type holder struct {
	contact.Contact
	Href   string
	Chosen bool
	Raw    string
}

// A holdersView is who a number is, for the company's directory or for the
// page's application, and the way to say which when there are several.
type holdersView struct {
	App          contact.Source // Name is empty when it has nothing to say
	Conversation string
	Number       string
	All          []holder
	Colleague    string // the route of a colleague's page, or that of the user's own contact
	Save         string // the route of the form that makes a contact of a number that is nobody's
}

// holders are those of one party. In "", the conversation is the one that the
// user has with nobody else.
func (p page) holders(conversation string, with Party) (v holdersView) {
	v.Number = with.Number
	if with.ExtensionID != "" {
		if c, ok := p.desk.Colleagues().Get(with.ExtensionID); ok {
			v.Colleague = "#" + contactPath(c)
		}
		return v
	}
	if with.Self || with.Number == "" {
		return v
	}
	if own := p.desk.Personal().Whose(with.Number); len(own) > 0 {
		v.Colleague = "#" + contactPath(own[0])
		return v
	}
	v.Save = "#/contacts/" + contact.Personal + "/" + newContactID + "/edit/" + url.PathEscape(with.Number)
	d, ok := p.desk.(namedDesk)
	if !ok {
		return v
	}
	v.App, _ = p.source()
	v.Conversation = cmp.Or(conversation, d.alone(with.Number))
	for i, c := range p.whose(v.Conversation, with.Number) {
		v.All = append(v.All, holder{c, "#" + contactPath(c), i == 0, string(c.Raw)})
	}
	return v
}

// mayKeep leaves the way to save a number as a contact where the app may.
func (v *holdersView) mayKeep(ctx context.Context, p page) {
	if v.Save != "" && (len(v.All) > 0 || !p.desk.MayEditContacts(ctx)) {
		v.Save = ""
	}
}

// alone is the conversation with one number.
func (d namedDesk) alone(number string) string {
	for _, c := range d.Desk.Conversations(number, 0) {
		if who := others(c.Parties); len(who) == 1 && who[0].Number == number {
			return c.ID
		}
	}
	return ""
}

// View is the contact that the number stands for.
func (v holdersView) View() holder { return v.All[0] }

// Several reports whether the user can pick.
func (v holdersView) Several() bool { return len(v.All) > 1 }

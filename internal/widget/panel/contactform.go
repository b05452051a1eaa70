package panel

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"offhook/internal/rc"
	"offhook/internal/widget/contact"
	"offhook/internal/widget/markup"
)

// PersonalContacts is the part of a desk that changes the user's own
// contacts. What waits for the platform may say no by an *rc.Error, whose
// Parameter names the member at fault.
type PersonalContacts interface {
	// MayEditContacts says whether the app may change them.
	MayEditContacts(ctx context.Context) bool
	// ContactsComing says whether they are being read for the first time, which
	// takes minutes where there are thousands, and how many have come.
	ContactsComing() (coming bool, soFar int)
	// Contact is one as the platform has it.
	Contact(id string) (rc.PersonalContact, bool)
	AddContact(ctx context.Context, c rc.PersonalContact) (id string, err error)
	// ChangeContact makes now of a contact, where it differs from what the
	// user saw. Where both sides changed the same, it is a *contact.Clash.
	ChangeContact(ctx context.Context, id string, was, now rc.PersonalContact) error
	RemoveContact(ctx context.Context, id string) error
	// RestoreContact brings one back that was removed lately; it may have
	// another id then.
	RestoreContact(ctx context.Context, id string) (string, error)
	// ReadNumber reads what somebody typed as a contact's number.
	ReadNumber(typed string) (number string, ok bool)
	// WriteNumber writes a number as the user's country does.
	WriteNumber(number string) string
}

// newContactID stands for the id of a contact that is being made.
const newContactID = "new"

// A contactForm is the page on which a contact is made or changed.
type contactForm struct {
	page
	ID      string // newContactID for a new one
	Was     string // the contact as the user saw it, as JSON
	Fields  []contactField
	More    []contactField // those that are seldom needed
	Phones  []phoneRow
	Emails  []string
	Notes   string
	Wrong   map[string]string // what is wrong, by field
	Failed  string            // what is wrong with the whole
	Kept    bool              // it holds what was typed earlier and not saved
	Unfold  bool              // something is wrong or written among the seldom ones
	Gone    bool              // it was deleted elsewhere, and can be made anew
	Number  string            // that the contact is made for
	Pickers []personRow       // whom that number may belong to instead
}

// New reports whether there is no such contact yet.
func (f contactForm) New() bool { return f.ID == newContactID }

// Back is the route of where the form was opened.
func (f contactForm) Back() string {
	if f.New() {
		return "#/contacts"
	}
	return "#/contacts/" + contact.Personal + "/" + url.PathEscape(f.ID)
}

// Action is where the form goes.
func (f contactForm) Action() string {
	if f.New() {
		return f.Path("contacts", contact.Personal)
	}
	return f.Path("contacts", contact.Personal, f.ID)
}

// Draft is where it is kept while somebody writes.
func (f contactForm) Draft() string { return f.Path("contacts", contact.Personal, f.ID, "draft") }

// Kinds are the types that a number can have.
func (f contactForm) Kinds() []phoneKind { return phoneKinds }

// Pick is where others that the number may belong to are searched.
func (f contactForm) Pick() string {
	return f.Path("contacts", contact.Personal, "pick") + "?" + url.Values{"number": {f.Number}}.Encode()
}

// draftKey is the key of a form's draft at the desk.
func draftKey(id string) string { return "contact:" + id }

// maySave says no where the app may not change contacts.
func maySave(ctx context.Context, p page) error {
	if !p.desk.MayEditContacts(ctx) {
		return rc.Errorf(rc.Denied, "Your phone service does not let this app change contacts. Ask your administrator to allow it.")
	}
	return nil
}

// contactForm shows the form: what was typed before, or the contact as it is,
// with a number that it was opened for.
func (h *Handler) contactForm(w http.ResponseWriter, r *http.Request, p page) error {
	if err := maySave(r.Context(), p); err != nil {
		return err
	}
	id := r.PathValue("id")
	was, known := p.desk.Contact(id)
	if id != newContactID && !known {
		return gone()
	}
	draft, err := p.desk.Draft(r.Context(), draftKey(id))
	if err != nil {
		return err
	}
	f := newContactForm(p, id, was)
	if v := readDraft(draft); v != nil {
		f.take(v)
		f.Kept = true
	}
	if number := markup.Cut(r.PathValue("number"), 40); number != "" {
		f.offer(number)
	}
	return render(w, http.StatusOK, "contact-form", f)
}

func gone() error { return rc.Errorf(rc.NotFound, "This contact is not here any more.") }

func newContactForm(p page, id string, c rc.PersonalContact) contactForm {
	f := contactForm{page: p, ID: id, Wrong: make(map[string]string)}
	if f.show(c, c); f.New() {
		f.Phones = []phoneRow{{Kind: "mobile"}} // the line that most people fill
	}
	return f
}

// readDraft reads what saveContactDraft has kept; nil for nothing.
func readDraft(text string) (v url.Values) {
	if json.Unmarshal([]byte(text), &v) != nil {
		return nil
	}
	return v
}

// saveContactDraft keeps what is typed, as it is; an empty form forgets it.
func (h *Handler) saveContactDraft(w http.ResponseWriter, r *http.Request, p page) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	text := ""
	if len(r.PostForm) > 0 {
		raw, err := json.Marshal(r.PostForm)
		if err != nil {
			return err
		}
		text = string(raw)
	}
	return done(w, p.desk.SaveDraft(r.Context(), draftKey(r.PathValue("id")), text))
}

// saveContact makes or changes a contact and answers with the route of its
// page; what is wrong is said in the form, which keeps what was typed.
func (h *Handler) saveContact(w http.ResponseWriter, r *http.Request, p page) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	if err := maySave(r.Context(), p); err != nil {
		return err
	}
	id := r.PathValue("id")
	if id == "" {
		id = newContactID
	}
	f := contactForm{page: p, ID: id, Wrong: make(map[string]string)}
	was, now := f.take(r.PostForm)
	if f.check(); len(f.Wrong) > 0 || f.Failed != "" {
		return f.again(w)
	}
	saved, err := id, error(nil)
	if f.New() {
		saved, err = p.desk.AddContact(r.Context(), now)
	} else {
		err = p.desk.ChangeContact(r.Context(), id, was, now)
	}
	if err != nil {
		return f.refused(w, err, was, now)
	}
	if err := p.desk.SaveDraft(r.Context(), draftKey(id), ""); err != nil {
		h.Log.Error("forgetting what was typed of a contact", "err", err) // it is saved all the same
	}
	return contactRoute(w, saved)
}

// contactRoute answers with the route of a contact's page.
func contactRoute(w http.ResponseWriter, id string) error {
	w.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(w).Encode(map[string]string{"id": id, "route": contactPath(contact.Contact{Type: contact.Personal, ID: id})})
}

// again answers with the form and what is wrong with it.
func (f *contactForm) again(w http.ResponseWriter) error {
	for _, field := range f.More {
		f.Unfold = f.Unfold || f.Wrong[field.Name] != ""
	}
	return render(w, http.StatusUnprocessableEntity, "contact-fields", f)
}

// refused says in the form what the platform had against it.
func (f *contactForm) refused(w http.ResponseWriter, err error, was, now rc.PersonalContact) error {
	if clash, ok := errors.AsType[*contact.Clash](err); ok {
		f.clash(clash, was, now)
		return f.again(w)
	}
	e, ok := errors.AsType[*rc.Error](err)
	if !ok || e.Kind == rc.Unauthenticated {
		return err
	}
	sentence := f.Lang.Sentence(e.Message)
	f.Failed = sentence
	if f.Gone = e.Kind == rc.NotFound && !f.New(); f.Gone {
		f.Failed += " " + f.Lang.Say("What you wrote is still here: save it as a new contact, or leave it.")
		f.ID, f.Was = newContactID, ""
	}
	f.blame(e.Parameter, sentence)
	return f.again(w)
}

// clash shows the contact as it is now with the user's changes in it, and
// says where both changed the same.
func (f *contactForm) clash(c *contact.Clash, was, now rc.PersonalContact) {
	f.Failed = f.Lang.Sentence(c.Error())
	f.show(contact.Merge(was, now, c.Theirs), c.Theirs)
	theirs := newContactForm(f.page, f.ID, c.Theirs)
	for _, member := range c.Fields {
		f.blame(member, theirs.elsewhere(member))
	}
}

// elsewhere says what a member was changed to.
func (f *contactForm) elsewhere(member string) string {
	if text := f.text(member); text != "" {
		return f.Lang.Say("Elsewhere this was changed to “%s”.", markup.Cut(markup.Line(text), 80))
	}
	return f.Lang.Say("Elsewhere this was deleted.")
}

func (h *Handler) removeContact(w http.ResponseWriter, r *http.Request, p page) error {
	if err := maySave(r.Context(), p); err != nil {
		return err
	}
	id := r.PathValue("id")
	if err := p.desk.RemoveContact(r.Context(), id); err != nil {
		return err
	}
	draft, err := p.desk.Draft(r.Context(), draftKey(id))
	if err == nil && draft != "" {
		err = p.desk.SaveDraft(r.Context(), draftKey(id), "")
	}
	return done(w, err)
}

func (h *Handler) restoreContact(w http.ResponseWriter, r *http.Request, p page) error {
	if err := maySave(r.Context(), p); err != nil {
		return err
	}
	id, err := p.desk.RestoreContact(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	return contactRoute(w, id)
}

// pickContact lists whom a number may be added to.
func (h *Handler) pickContact(w http.ResponseWriter, r *http.Request, p page) error {
	f := contactForm{page: p, Number: markup.Cut(r.FormValue("number"), 40)}
	f.pick(strings.TrimSpace(markup.Cut(r.FormValue("q"), 100)))
	return render(w, http.StatusOK, "contact-pick", f)
}

// pick finds people among the user's own contacts.
func (f *contactForm) pick(query string) {
	for _, c := range contact.Search(query, f.desk.Personal()).Window(0, found) {
		row := newPerson(f.page, c, contact.Source{})
		row.Href = "#" + contactPath(c) + "/edit/" + url.PathEscape(f.Number)
		f.Pickers = append(f.Pickers, row)
	}
}

package panel

import (
	"encoding/json"
	"mime"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"offhook/internal/rc"
	"offhook/internal/widget/lang"
	"offhook/internal/widget/markup"
)

// Values of userStatus and dndStatus (contract/platform.md 5.2).
var (
	userStatuses = []string{rc.Available, rc.Busy, rc.Offline}
	dndStatuses  = []string{rc.TakeAllCalls, rc.DoNotAcceptDepartmentCalls, rc.TakeDepartmentCallsOnly, rc.DoNotAcceptAnyCalls}
)

// noteLimit is the longest status message that people write here.
const noteLimit = 80

// An ownView is the user's own face, with what they say of themselves.
type ownView struct {
	page
	Me
	Presence
	Known   bool
	Picture string // its address
}

// Word is what the user's own reach is called.
func (v ownView) Word() string { return word(v.Reach, true) }

// May says whether the face opens the menu.
func (v ownView) May() bool { return v.Known && v.CanSetPresence }

func newOwn(p page) ownView {
	v := ownView{page: p, Me: p.desk.Me()}
	v.Presence, v.Known = p.desk.Presence()
	v.Message = markup.Line(v.Message)
	v.Picture = p.portrayed(Party{ExtensionID: v.ExtensionID}).Portrayed()
	return v
}

// word is what people call a reach, in English. Who says of themselves to be offline is
// invisible: they are here.
func word(reach string, own bool) string {
	switch reach {
	case "available":
		return lang.Mark("Available")
	case "busy":
		return lang.Mark("Busy")
	case "dnd":
		return lang.Mark("Do not disturb")
	case "offline":
		if own {
			return lang.Mark("Invisible")
		}
		return lang.Mark("Offline")
	}
	return ""
}

// own draws the face again: small above the list, wide in the settings.
func (h *Handler) own(w http.ResponseWriter, r *http.Request, p page) error {
	name := "own"
	if r.PathValue("form") == "wide" {
		name = "own-wide"
	}
	return render(w, http.StatusOK, name, newOwn(p))
}

// A presenceView is the menu of what one may say.
type presenceView struct {
	ownView
	Choices []presenceChoice
	Limit   int
}

// A presenceChoice is one line of the menu.
type presenceChoice struct {
	Reach      string
	Title, Sub string
	UserStatus string
	DNDStatus  string
	Current    bool
}

func (h *Handler) presence(w http.ResponseWriter, r *http.Request, p page) error {
	return render(w, http.StatusOK, "presence", newPresence(p))
}

func newPresence(p page) presenceView {
	v := presenceView{ownView: newOwn(p), Limit: noteLimit}
	// Who takes no calls of queues goes on so, whatever else they say.
	takes := rc.TakeAllCalls
	if v.DNDStatus == rc.DoNotAcceptDepartmentCalls {
		takes = v.DNDStatus
	}
	v.Choices = []presenceChoice{
		{"available", lang.Mark("Available"), "", rc.Available, takes, false},
		{"busy", lang.Mark("Busy"), "", rc.Busy, takes, false},
		{"dnd", lang.Mark("Do not disturb"), lang.Mark("Takes no calls"), rc.Busy, rc.DoNotAcceptAnyCalls, false},
		{"offline", lang.Mark("Invisible"), lang.Mark("Looks offline to others"), rc.Offline, takes, false},
	}
	for i := range v.Choices {
		v.Choices[i].Current = v.Choices[i].Reach == v.Reach
	}
	return v
}

// A presenceForm is what setPresence takes, as a form or as JSON, the way
// host pages say it.
type presenceForm struct {
	UserStatus *string `json:"userStatus"`
	DNDStatus  *string `json:"dndStatus"`
	Message    *string `json:"message"`
}

// setPresence changes what the user says of themselves. It answers when the
// platform has; every tab is told by an event.
func (h *Handler) setPresence(w http.ResponseWriter, r *http.Request, p page) error {
	f, err := readPresence(w, r)
	if err != nil {
		return err
	}
	switch {
	case f.UserStatus == nil && f.DNDStatus == nil && f.Message == nil:
		return rc.Errorf(rc.Invalid, "Say userStatus, dndStatus or message.")
	case f.UserStatus != nil && !slices.Contains(userStatuses, *f.UserStatus):
		return rc.Errorf(rc.Invalid, "The userStatus must be %s.", strings.Join(userStatuses, ", "))
	case f.DNDStatus != nil && !slices.Contains(dndStatuses, *f.DNDStatus):
		return rc.Errorf(rc.Invalid, "The dndStatus must be %s.", strings.Join(dndStatuses, ", "))
	case f.Message != nil && utf8.RuneCountInString(*f.Message) > noteLimit:
		return rc.Errorf(rc.Invalid, "This status message is too long. Write at most %d characters.", noteLimit)
	}
	if f.Message != nil {
		line := markup.Line(*f.Message)
		f.Message = &line
	}
	own, err := p.desk.SetPresence(r.Context(), PresenceChange(f))
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(w).Encode(map[string]string{"userStatus": own.UserStatus, "dndStatus": own.DNDStatus, "message": own.Message})
}

func readPresence(w http.ResponseWriter, r *http.Request) (f presenceForm, err error) {
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind == "application/json" {
		if json.NewDecoder(http.MaxBytesReader(w, r.Body, 64<<10)).Decode(&f) != nil {
			return f, rc.Errorf(rc.Invalid, "This request is not JSON with userStatus, dndStatus and message as text.")
		}
		return f, nil
	}
	if err := readForm(w, r); err != nil {
		return f, err
	}
	for name, field := range map[string]**string{"userStatus": &f.UserStatus, "dndStatus": &f.DNDStatus, "message": &f.Message} {
		if values := r.PostForm[name]; len(values) > 0 {
			*field = &values[0]
		}
	}
	return f, nil
}

// A whoView is the line under a colleague's name: whether they can be
// reached, in words, and their message.
type whoView struct {
	page
	Party
}

// Word is what the party's reach is called; empty when nobody knows.
func (v whoView) Word() string { return word(v.Reach, v.Self) }

// Fresh is where the line is to be had again.
func (v whoView) Fresh() string { return v.Path("presence", "of", v.Number) }

// who draws the line again, when something has been told of its colleague.
func (h *Handler) who(w http.ResponseWriter, r *http.Request, p page) error {
	number := markup.Cut(r.PathValue("number"), 40)
	v := newWho(p, Party{})
	for _, party := range p.desk.Lookup(number, 1) {
		if party.Number == number {
			v = newWho(p, party)
		}
	}
	return render(w, http.StatusOK, "who-words", v)
}

// newWho also has the desk look for what may have changed of the message.
func newWho(p page, party Party) whoView {
	if party.ExtensionID != "" {
		p.desk.AskPresence(party.Number)
	}
	party.Note = markup.Cut(markup.Line(party.Note), 2*noteLimit)
	return whoView{page: p, Party: party}
}

package panel

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"

	"offhook/internal/widget/call"
	"offhook/internal/widget/lang"
)

// The sentences of these tables are said when they are drawn.

// A licence is what a part of the phone may be used by.
type licence struct{ Name, What, Licence string }

// licences are those of what browsers load. What the server is built with is
// named in its go.mod.
var licences = []licence{
	{"Offhook", lang.Mark("This phone"), "Apache License 2.0"},
	{"htmx", lang.Mark("Draws panels anew"), "0BSD"},
	{"PDF.js", lang.Mark("Draws the pages of faxes"), "Apache License 2.0"},
	{"Lucide", lang.Mark("The icons; some of them from Feather"), "ISC, MIT"},
}

// A shortcut is a key and what it does.
type shortcut struct {
	Keys   []string // pressed together
	What   string
	One    bool // a key without Ctrl and the like, which can be switched off
	Either bool // any one of Keys does it
	Call   bool // not there without calls
}

// shortcuts are all that the phone knows; web/widget/keys.js does those that can
// be switched off. The buttons of calls name theirs (aria-keyshortcuts).
var shortcuts = []shortcut{
	{Keys: []string{"Shift", "A"}, What: lang.Mark("Answer the call that rings"), One: true, Call: true},
	{Keys: []string{"Shift", "D"}, What: lang.Mark("Decline the call that rings"), One: true, Call: true},
	{Keys: []string{"Shift", "M"}, What: lang.Mark("Mute yourself in a call, or speak again"), One: true, Call: true},
	{Keys: []string{"Shift", "H"}, What: lang.Mark("Hold the call, or go on with it"), One: true, Call: true},
	{Keys: []string{"Shift", "E"}, What: lang.Mark("Hang up, unless that ends a conference for others"), One: true, Call: true},
	{Keys: []string{"?"}, What: lang.Mark("Show this list"), One: true},
	{Keys: []string{"n"}, What: lang.Mark("Write a new message"), One: true},
	{Keys: []string{"/"}, What: lang.Mark("Search in the list that is open"), One: true},
	{Keys: []string{"m"}, What: lang.Mark("Go to the messages"), One: true},
	{Keys: []string{"d"}, What: lang.Mark("Go to the dialer"), One: true, Call: true},
	{Keys: []string{"h"}, What: lang.Mark("Go to the history"), One: true},
	{Keys: []string{"c"}, What: lang.Mark("Go to the contacts"), One: true},
	{Keys: []string{"s"}, What: lang.Mark("Go to the settings"), One: true},
	{Keys: []string{lang.Mark("Esc")}, What: lang.Mark("Close what is open, or go back")},
	{Keys: []string{lang.Mark("Enter")}, What: lang.Mark("Send the text, where the settings say so")},
	{Keys: []string{lang.Mark("Ctrl"), "Enter"}, What: lang.Mark("Send the text, always; on a Mac with ⌘")},
	{Keys: []string{lang.Mark("Shift"), "Enter"}, What: lang.Mark("Begin a new line")},
	{Keys: []string{"↑", "↓"}, What: lang.Mark("Move in lists of people, menus and choices"), Either: true},
}

// shortcuts are those that there are for this user.
func (p page) shortcuts() []shortcut {
	if p.Callable {
		return shortcuts
	}
	return slices.DeleteFunc(slices.Clone(shortcuts), func(s shortcut) bool { return s.Call })
}

// A serverCheck is what the server knows of a question «why can't I».
type serverCheck struct {
	Name string
	Good bool
	Text string
	Do   string // for the user, or whom they ask; empty where all is well
	Page string // for who builds the page; empty for nothing
}

// planned are the features of a plan that this phone uses.
var planned = []struct{ feature, name, good, bad string }{
	{"SMSSending", lang.Mark("Sending texts"), lang.Mark("Your plan sends texts."), lang.Mark("Your extension cannot send texts. Ask your administrator for a number that can.")},
	{"SMSReceiving", lang.Mark("Receiving texts"), lang.Mark("Your plan receives texts."), lang.Mark("Your extension receives no texts. Ask your administrator for a number that does.")},
	{"MMSSending", lang.Mark("Pictures and files"), lang.Mark("Your plan sends pictures and files."), lang.Mark("Your plan does not send pictures and files. Ask your administrator.")},
	{"ReadExtensionCallLog", lang.Mark("History"), lang.Mark("You may see your calls."), lang.Mark("You may not see your calls. Ask your administrator to allow it.")},
	{"ReadPersonalContacts", lang.Mark("Contacts"), lang.Mark("You may see your own contacts."), lang.Mark("You may not see your own contacts. Ask your administrator to allow it.")},
	{"EditPresenceStatus", lang.Mark("Your status"), lang.Mark("You may change your status."), lang.Mark("You may not change your status. Ask your administrator to allow it.")},
	{"PagesSending", lang.Mark("Internal messages"), lang.Mark("Your plan sends messages to colleagues."), lang.Mark("Your plan has no messages between colleagues. Ask your administrator.")},
	{"Voicemail", lang.Mark("Voicemail"), lang.Mark("Your plan has voicemail."), lang.Mark("Your plan has no voicemail. Ask your administrator.")},
	{"FaxReceiving", lang.Mark("Fax"), lang.Mark("Your plan has fax."), lang.Mark("Your plan has no fax. Ask your administrator.")},
}

// checks are the answers to what only the server knows.
func checks(p page) []serverCheck {
	me, status := p.desk.Me(), p.desk.Status()
	all := []serverCheck{{
		Name: lang.Mark("Phone system"), Good: status.State == Ready,
		Text: map[State]string{Ready: lang.Mark("The server is connected to your phone system."), Loading: lang.Mark("The server is still connecting to your phone system."), Offline: status.Sentence}[status.State],
	}}
	if status.State != Ready {
		all[0].Do = lang.Mark("Wait a moment and check again. If it lasts, tell your administrator.")
		all[0].Page = lang.Mark("The server’s log says why the platform does not answer.")
	}
	for _, f := range planned {
		on, known := me.Features[f.feature]
		if !known {
			continue // the platform does not say, so nothing can be said
		}
		c := serverCheck{Name: f.name, Good: on, Text: f.good}
		if !on {
			c.Text, c.Do = f.bad, ""
			c.Page = fmt.Sprintf(lang.Mark("Feature %s is not available to this extension."), f.feature)
		}
		all = append(all, c)
	}
	return all
}

// lineCheck says whether calls can be placed and come in.
func lineCheck(l call.Line) serverCheck {
	c := serverCheck{Name: lang.Mark("Calls"), Text: l.Sentence}
	switch l.State {
	case call.Registered:
		c.Good, c.Text = true, lang.Mark("Your phone is registered: you can call and be called.")
	case call.Connecting:
		c.Text, c.Do = lang.Mark("Connecting to your phone service"), lang.Mark("Wait a moment and check again. If it lasts, tell your administrator.")
	case call.None:
		c.Text = cmp.Or(c.Text, lang.Mark("Your phone service does not let this app place calls. Ask your administrator to allow it, then sign in again."))
	default:
		c.Text = cmp.Or(c.Text, lang.Mark("Calls cannot be placed right now."))
	}
	return c
}

// A bundle is what support needs to know of a phone that does not do what it
// should. Nobody's name, number or words are in it, and no secret.
type bundle struct {
	Version       string          `json:"version"`
	At            time.Time       `json:"at"`
	Platform      string          `json:"platform"`
	Page          string          `json:"page"` // the host that embeds the phone
	State         State           `json:"state"`
	Admin         bool            `json:"admin"`
	Features      map[string]bool `json:"features"`
	Senders       int             `json:"senders"`
	Conversations int             `json:"conversations"`
	Colleagues    int             `json:"colleagues"`
	Personal      int             `json:"personal"`
	Preferences   map[string]any  `json:"preferences"`
	Checks        []bundleCheck   `json:"checks"`
	Sounds        []*call.Sound   `json:"sounds"` // of the latest calls, the newest first
}

// bundleSounds is how many calls a bundle says the sound of.
const bundleSounds = 20

type bundleCheck struct {
	Name string `json:"name"`
	Good bool   `json:"good"`
}

// support answers the server's part of the support bundle.
func (h *Handler) support(w http.ResponseWriter, r *http.Request, p page) error {
	notes, err := p.desk.CallNotes(r.Context(), bundleSounds)
	if err != nil {
		return err
	}
	b := newBundle(p, h.Version)
	for _, n := range notes {
		if n.Sound != nil {
			b.Sounds = append(b.Sounds, n.Sound)
		}
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	return json.NewEncoder(w).Encode(b)
}

func newBundle(p page, version string) bundle {
	me, like := p.desk.Me(), p.desk.Preferences()
	b := bundle{
		Version: version, At: p.clock.now.UTC(), Platform: hostOf(p.visit.Frame.Platform), Page: hostOf(p.visit.Frame.Origin),
		State: p.desk.Status().State, Admin: me.Admin, Features: me.Features, Senders: len(me.senders()),
		Conversations: len(p.desk.Conversations("", 0)), Colleagues: p.desk.Colleagues().Len(), Personal: p.desk.Personal().Len(),
		Preferences: map[string]any{
			"theme": like.Theme, "enter": like.Enter, "sound": like.Sound, "volume": like.Volume, "keys": like.Keys,
			"country": me.Country, "areaCode": like.AreaCode != "", "sender": like.Sender != "",
		},
	}
	for _, c := range checks(p) {
		b.Checks = append(b.Checks, bundleCheck{c.Name, c.Good})
	}
	return b
}

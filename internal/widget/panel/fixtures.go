package panel

import (
	"context"
	"strings"
	"time"

	"offhook/internal/rc"
	"offhook/internal/widget/call"
	"offhook/internal/widget/contact"
)

// The people of the stories.
var (
	dana  = Party{Name: "Dana Whitfield", Number: "+16505550101", Display: "(650) 555-0101", Extension: "101", Initials: "DW", Self: true}
	priya = Party{Name: "Priya Raman", Number: "+16505550102", Display: "(650) 555-0102", Extension: "102", Initials: "PR", ExtensionID: "1002", Reach: "busy", Note: "In the warehouse until three"}
	omar  = Party{Name: "Omar Haddad", Number: "+16505550103", Display: "(650) 555-0103", Extension: "103", Initials: "OH", ExtensionID: "1003", Reach: "offline"}
	marta = Party{Name: "Marta Lindqvist", Number: "+14155550144", Display: "(415) 555-0144", Initials: "ML"}
	lumen = Party{Name: "Lumen Interiors", Number: "+12125550166", Display: "(212) 555-0166", Initials: "LI"}
	cold  = Party{Number: "+13105550177", Display: "(310) 555-0177"}
	evil  = Party{Name: "<img src=x onerror=alert(1)> \u202eelgooG", Number: "+13105550199", Display: "(310) 555-0199", Initials: "<I"}
)

// A fixtureDesk is a desk whose data is written here. It changes nothing.
type fixtureDesk struct {
	queues        []string // as JSON
	overseen      []Presence
	callLog       CallLog
	calls         []Call
	mailbox       Mailbox
	voicemail     []Voicemail
	faxes         []Fax
	me            Me
	status        Status
	presence      Presence
	preferences   Preferences
	texts         []Template
	personal      []string // as JSON
	records       map[string]rc.PersonalContact
	drafts        map[string]string
	favorites     []contact.Key
	older         bool // there are older conversations
	readOnly      bool // contacts cannot be changed
	coming        int  // so many of the user's contacts have come, and more will
	conversations []Conversation
	messages      map[string][]Message
}

func ago(d time.Duration) time.Time { return storyTime.Add(-d) }

const day = 24 * time.Hour

func newFixtureDesk() *fixtureDesk {
	pair := func(p Party) []Party { return []Party{dana, p} }
	return &fixtureDesk{
		me: Me{Name: "Dana Whitfield", Initials: "DW", Email: "dana@harborsupply.example", Company: "Harbor Supply", JobTitle: "Account manager",
			ExtensionNumber: "101", Admin: true, CanSetPresence: true, CanAttach: true, Country: "US", HomeCountry: "US",
			Features: map[string]bool{"SMSSending": true, "MMSSending": true, "EditPresenceStatus": true, "PagesSending": false}, Numbers: []OwnNumber{
				{"+16505550101", "(650) 555-0101", "DirectNumber", true, true, true},
				{"+16505550100", "(650) 555-0100", "MainCompanyNumber", true, true, false},
			}},
		status:  Status{State: Ready},
		callLog: CallLog{Readable: true, Hearable: true, Synced: true, More: true, Missed: 1},
		calls:   storyCalls(),

		mailbox: Mailbox{Voicemail: true, Faxes: true, CanFax: true, Editable: true, Synced: true, Unheard: 2, Unseen: 1}, voicemail: storyVoicemail(), faxes: storyFaxes(),

		texts: []Template{
			{"1", "On my way", "I am on my way and will be there in ten minutes.", false},
			{"2", "Thanks", "Thank you! Anything else, just write.", false},
			{"3", "Opening hours", "We are open Monday to Friday, nine to six.\nSaturdays until noon.", true},
			{"4", "<b>Bold</b>", "</button><script>alert(1)</script>", true},
		},
		presence: Presence{ExtensionID: "1001", Reach: "available", UserStatus: "Available", DNDStatus: "TakeAllCalls"},
		conversations: []Conversation{
			{ID: "42", Parties: pair(marta), Title: marta.Name, Preview: "Can we move the delivery to Thursday morning? The site opens at seven.", At: ago(4 * time.Minute), Unread: 2},
			{ID: "41", Parties: pair(priya), Title: priya.Name, Preview: "Perfect, see you there", PreviewFromMe: true, At: ago(38 * time.Minute)},
			{ID: "43", Parties: []Party{dana, priya, omar}, Title: "Priya Raman, Omar Haddad", Preview: "I can take the morning shift if Omar takes the van", At: ago(3 * time.Hour), Unread: 12, Internal: true},
			{ID: "44", Parties: pair(cold), Title: cold.Display, Preview: "Your order is ready for pick-up.", PreviewFromMe: true, At: ago(day), Failed: true},
			{ID: "45", Parties: pair(omar), Title: omar.Name, Preview: "Could you send me the invoice?", At: ago(2 * day), Draft: true},
			{ID: "46", Parties: pair(lumen), Title: lumen.Name, Preview: "Thank you! The sample arrived and the colour is exactly right.", At: ago(3 * day)},
			{ID: "47", Parties: pair(Party{Name: "Jonas Weber", Number: "+16505550133", Display: "(650) 555-0133", Initials: "JW"}), Title: "Jonas Weber", Preview: "Great talking to you.", PreviewFromMe: true, At: ago(20 * day)},
			{ID: "48", Parties: pair(evil), Title: evil.Name, Preview: "<script>alert(1)</script>\u202e txt", At: ago(400 * day)},
		},
		messages: map[string][]Message{
			"41": {
				theirs("a1", priya, ago(day+3*time.Hour), "Are we still on for the supplier visit on Friday?"),
				mine("a2", ago(day+3*time.Hour-time.Minute), Delivered, "Yes, ten o'clock at the warehouse."),
				mine("a3", ago(day+3*time.Hour-2*time.Minute), Delivered, "I'll bring the samples from the last batch so that we can compare them side by side."),
				theirs("a4", priya, ago(52*time.Minute), "Good. The address is new: https://maps.example.com/harbor-7"),
				theirs("a5", priya, ago(51*time.Minute), "Parking is behind the building."),
				mine("a6", ago(38*time.Minute), Delivered, "Perfect, see you there"),
			},
			"42": {
				theirs("b1", marta, ago(2*day), "Hello Dana, is the oak flooring in stock again?"),
				mine("b2", ago(2*day-7*time.Minute), Delivered, "Hi Marta! It is, 60 square metres. Shall I reserve it for you?"),
				theirs("b3", marta, ago(2*day-9*time.Minute), "Yes please."),
				fresh(theirs("b4", marta, ago(6*time.Minute), "Good afternoon! One change, sorry:")),
				fresh(theirs("b5", marta, ago(4*time.Minute), "Can we move the delivery to Thursday morning? The site opens at seven.")),
			},
			"43": {
				theirs("c1", omar, ago(5*time.Hour), "Who covers Saturday?"),
				theirs("c2", priya, ago(4*time.Hour), "I can, until noon."),
				mine("c3", ago(4*time.Hour-time.Minute), Sent, "Thank you, both of you."),
				theirs("c4", omar, ago(3*time.Hour+time.Minute), "The van is booked from eight."),
				theirs("c5", priya, ago(3*time.Hour), "I can take the morning shift if Omar takes the van"),
			},
			"44": {
				mine("d1", ago(day+time.Minute), Delivered, "Hello, this is Harbor Supply."),
				failed(mine("d2", ago(day), Failed, "Your order is ready for pick-up."), "This number cannot get texts."),
				mine("d3", ago(time.Minute), Sending, "Trying from another line."),
			},
			"48": {
				theirs("e1", evil, ago(400*day), "<script>alert(1)</script> & \"quotes\" javascript:alert(1) https://safe.example/?a=1&b=<2>"),
				theirs("e2", evil, ago(400*day-time.Minute), "\u202egnp.exe \u202c http://user:pass@evil.example/ http://good.example/\u202egp.moc"),
			},
		},
	}
}

func theirs(key string, from Party, at time.Time, text string) Message {
	return Message{ID: key, Key: key, From: from, Text: text, At: at, State: Received}
}

func mine(key string, at time.Time, state MessageState, text string) Message {
	return Message{ID: key, Key: key, FromMe: true, From: dana, Text: text, At: at, State: state}
}

func fresh(m Message) Message {
	m.Unread = true
	return m
}

func failed(m Message, sentence string) Message {
	m.Error = sentence
	return m
}

func (d *fixtureDesk) Status() Status { return d.status }
func (d *fixtureDesk) Me() Me         { return d.me }

func (d *fixtureDesk) Conversations(query string, limit int) []Conversation {
	var out []Conversation
	for _, c := range d.conversations {
		if (limit <= 0 || len(out) < limit) && strings.Contains(strings.ToLower(c.Title+" "+c.Preview), strings.ToLower(query)) {
			if query != "" && strings.Contains(strings.ToLower(c.Preview), strings.ToLower(query)) {
				c.Hit = "hit-" + c.ID
			}
			out = append(out, c)
		}
	}
	return out
}

func (d *fixtureDesk) Conversation(id string) (Conversation, []Message, error) {
	for _, c := range d.conversations {
		if c.ID == id {
			return c, d.messages[id], nil
		}
	}
	return Conversation{}, nil, rc.Errorf(rc.NotFound, "This conversation is not here any more.")
}

func (d *fixtureDesk) Lookup(query string, limit int) []Party {
	var out []Party
	for _, p := range []Party{priya, omar, marta, lumen, cold} {
		if len(out) < limit && strings.Contains(strings.ToLower(p.Name+p.Number+p.Display), strings.ToLower(query)) {
			out = append(out, p)
		}
	}
	return out
}

func (d *fixtureDesk) Send(_ context.Context, o Outgoing) (string, error) {
	return o.ConversationID, nil
}
func (d *fixtureDesk) Draft(_ context.Context, id string) (string, error) {
	if id == "45" {
		return "The invoice for October is attached to the", nil
	}
	return d.drafts[id], nil
}
func (d *fixtureDesk) Retry(context.Context, string) error             { return nil }
func (d *fixtureDesk) SaveDraft(context.Context, string, string) error { return nil }
func (d *fixtureDesk) Presence() (Presence, bool)                      { return d.presence, d.presence.Reach != "" }
func (d *fixtureDesk) AskPresence(string)                              {}

func (d *fixtureDesk) SetPresence(context.Context, PresenceChange) (Presence, error) {
	return d.presence, nil
}

func (d *fixtureDesk) Preferences() Preferences { return d.preferences }

func (d *fixtureDesk) SetPreferences(_ context.Context, values map[string]string) error { return nil }

func (d *fixtureDesk) CallerIDs() (all []string) {
	for _, n := range d.me.Numbers {
		all = append(all, n.Number)
	}
	return all
}

func (*fixtureDesk) CallNotes(context.Context, int) ([]call.Note, error) {
	return []call.Note{{Session: "s-secret", Sound: &call.Sound{Codec: "Opus", Here: call.Hearing{MOS: 4.2}}}, {Session: "s-unseen", Unseen: true}}, nil
}

func (*fixtureDesk) CallNote(context.Context, string) (call.Note, bool, error) {
	return call.Note{}, false, nil
}

func (d *fixtureDesk) Countries() []Country {
	return []Country{
		{"CA", "Canada", 1, true, false}, {"DE", "Germany", 49, false, false}, {"MK", "North Macedonia", 389, false, true}, {"US", "United States", 1, true, false},
	}
}

func (d *fixtureDesk) Sounds() []string {
	return []string{"chime", "knock", "marimba", "ripple", "none"}
}

func (d *fixtureDesk) CanRingOut() bool { return true }

func (d *fixtureDesk) Ringtones() []string {
	return []string{"rising", "classic", "marimba", "bells", "harp", "pulse", "none"}
}

func (d *fixtureDesk) Templates(context.Context) ([]Template, error) { return d.texts, nil }

func (d *fixtureDesk) AddTemplate(context.Context, string, string) (Template, error) {
	return Template{ID: "9"}, nil
}

func (d *fixtureDesk) RemoveTemplate(context.Context, string) error { return nil }

func (d *fixtureDesk) ContactsComing() (bool, int) { return d.coming > 0, d.coming }

func (d *fixtureDesk) MayEditContacts(context.Context) bool { return !d.readOnly }

func (d *fixtureDesk) Contact(id string) (rc.PersonalContact, bool) {
	c, ok := d.records[id]
	return c, ok
}

func (d *fixtureDesk) AddContact(context.Context, rc.PersonalContact) (string, error) {
	return "9", nil
}

func (d *fixtureDesk) ChangeContact(context.Context, string, rc.PersonalContact, rc.PersonalContact) error {
	return nil
}
func (d *fixtureDesk) RemoveContact(context.Context, string) error { return nil }

func (d *fixtureDesk) RestoreContact(_ context.Context, id string) (string, error) { return id, nil }

// ReadNumber knows numbers of ten digits.
func (d *fixtureDesk) ReadNumber(typed string) (string, bool) {
	digits := strings.TrimPrefix(contact.Digits(typed), "1")
	return "+1" + digits, len(digits) == 10
}

func (d *fixtureDesk) WriteNumber(number string) string {
	if n, ok := strings.CutPrefix(number, "+1"); ok && len(n) == 10 {
		return "(" + n[:3] + ") " + n[3:6] + "-" + n[6:]
	}
	return number
}

// List tells the unread ones from the others.
func (d *fixtureDesk) List(unread bool, keep string, from, count int) List {
	var l List
	for _, c := range d.conversations {
		c.Answered = !c.Failed
		if c.Unread > 0 {
			l.Unread++
		}
		if !unread || c.Unread > 0 || c.ID == keep {
			if l.Total++; l.Total > from && len(l.Rows) < count {
				l.Rows = append(l.Rows, c)
			}
		}
	}
	return l
}
func (d *fixtureDesk) Older() bool                                { return d.older }
func (d *fixtureDesk) MoreConversations(context.Context) error    { return nil }
func (d *fixtureDesk) MoreMessages(context.Context, string) error { return nil }
func (d *fixtureDesk) MoreTexts(context.Context) (time.Time, bool, error) {
	return storyTime, false, nil
}
func (d *fixtureDesk) OnlyUnread(string) bool                                     { return false }
func (d *fixtureDesk) SetOnlyUnread(context.Context, string, bool)                {}
func (d *fixtureDesk) MarkRead(context.Context, string) error                     { return nil }
func (d *fixtureDesk) MarkUnread(context.Context, string) error                   { return nil }
func (d *fixtureDesk) Undo(context.Context, string) error                         { return nil }
func (d *fixtureDesk) Confirm(string)                                             {}
func (d *fixtureDesk) Remove(context.Context, []string, []string) (string, error) { return "r", nil }

// Personal are the contacts of the stories' user.
func (d *fixtureDesk) Personal() *contact.Book { return bookOf(contact.Personal, d.personal...) }

func (d *fixtureDesk) RefreshContacts() {}

func (d *fixtureDesk) Overseen() []Presence { return d.overseen }

func (d *fixtureDesk) Favorites() ([]contact.Key, bool) { return d.favorites, d.favorites != nil }

func (d *fixtureDesk) SetFavorite(context.Context, contact.Key, bool) error { return nil }

func (d *fixtureDesk) Reach(extensionID string) string {
	for _, p := range []Party{priya, omar} {
		if p.ExtensionID == extensionID {
			return p.Reach
		}
	}
	return ""
}

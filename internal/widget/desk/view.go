package desk

import (
	"time"

	"offhook/internal/rc"
)

// A State says whether a desk can be used.
type State string

// The states of a desk. A desk that has been ready once shows everything it
// knows while it is offline.
const (
	Loading State = "loading" // who the user is has not been answered yet
	Ready   State = "ready"   // account, extension and features are known, and the platform answers
	Offline State = "offline" // the platform does not answer; the desk keeps trying
)

// A Status is a desk's state with a sentence for people; the sentence is
// empty when the desk is ready.
type Status struct {
	State    State
	Since    time.Time
	Sentence string
	Synced   bool // the texts have been read; before, an empty list means nothing
	Live     bool // changes are told by the platform; otherwise the desk looks now and then
}

// Me is the user whose desk it is. It is zero until the status has been
// Ready once.
type Me struct {
	AccountID       string
	ExtensionID     string
	Name            string
	FirstName       string
	LastName        string
	Initials        string
	Email           string
	Company         string
	JobTitle        string
	ExtensionNumber string
	MainNumber      string      // of the account, E.164
	Country         string      // ISO code of the user's home country, such as "US": their choice, or the account's
	HomeCountry     string      // the account's
	Contracted      string      // ISO code of the country the account was contracted in
	Numbers         []OwnNumber // SMS senders first, the direct number first among them
	Features        map[string]bool
	Admin           bool
}

// Senders returns the numbers that texts can be sent from; the first is the
// default.
func (m Me) Senders() []OwnNumber {
	var senders []OwnNumber
	for _, n := range m.Numbers {
		if n.SMS {
			senders = append(senders, n)
		}
	}
	return senders
}

// An OwnNumber is a number of the user.
type OwnNumber struct {
	Number    string // E.164
	Display   string
	UsageType string // DirectNumber, MainCompanyNumber, CompanyNumber
	SMS       bool   // texts can be sent from it
	MMS       bool   // and pictures and files with them
	Primary   bool   // of the user's or the company's
}

// A Party is someone to text with.
type Party struct {
	Name      string // from the directory or the message; empty when nobody knows
	Number    string // E.164, or a short code
	Display   string // the number as people of the user's country write it
	Extension string // extension number of a colleague
	Initials  string // empty without a name
	Self      bool   // one of the user's own numbers

	ExtensionID string // of a colleague, as the platform names them
	Reach       string // whether they can be reached, see Presence; empty when nobody knows
	Note        string // their status message

	Heard bool // the name came with a text: nobody the user knows says so

	Internal bool // Number is not one: a colleague who is written to by their extension

	Picture string // of a colleague: see PictureOf
}

// Label is the name, or the number where there is no name.
func (p Party) Label() string {
	if p.Name != "" {
		return p.Name
	}
	return p.Display
}

// A Conversation is a thread of texts with one party or several.
type Conversation struct {
	ID            string
	Parties       []Party
	Title         string  // the parties' labels
	Preview       string  // the newest text
	Carries       Carried // of one without words
	PreviewFromMe bool
	At            time.Time // of the newest text; zero when there is none
	Unread        int
	Draft         bool   // something unsent is written down
	Failed        bool   // the newest text could not be sent or delivered
	Answered      bool   // somebody else has written: it can be marked as unread
	Internal      bool   // among colleagues, by their extensions
	Hit           string // of a search: the key of the text that Preview is from
	Older         bool   // of a conversation that is read by itself: the platform may have older texts
}

// A Delivery says how far a text has come.
type Delivery string

// The deliveries of a text.
const (
	Sending   Delivery = "sending" // stored here, not yet sent by the platform
	Sent      Delivery = "sent"
	Delivered Delivery = "delivered"
	Failed    Delivery = "failed" // see Message.Error; may be retried
	Received  Delivery = "received"
)

// A Message is one text of a conversation.
type Message struct {
	ID     string // the platform's id, or the client's while the platform has none
	Key    string // stays the same when the platform's record replaces the sender's copy
	FromMe bool
	From   Party
	Text   string
	Files  []File // pictures and files that came with it
	At     time.Time
	State  Delivery
	Error  string // a sentence when State is Failed
	Unread bool
}

// An Outgoing is a text to send. ID is made by the client (a UUID): sending
// the same ID twice sends once. It goes to a conversation, or to numbers in
// any notation.
type Outgoing struct {
	ID             string
	ConversationID string
	To             []string
	From           string // one of Me.Senders; empty for the conversation's or the default one
	Text           string
	Files          []string // ids of what was added to the draft; then Text may be empty
}

// The types of events.
const (
	EventResync       = "resync"       // what came before cannot be told any more: read everything again
	EventStatus       = "status"       // Status changed
	EventIdentity     = "identity"     // Me or names of the directory changed
	EventConversation = "conversation" // ID has changed: texts, read marks, delivery
	EventMessage      = "message"      // the platform's record of a text is new or has changed
	EventUnread       = "unread"       // Unread changed
	EventList         = "list"         // which conversations a list shows changed
	EventDraft        = "draft"        // the draft of ID changed
	EventPresence     = "presence"     // Presence, of the extension ID, changed
	EventFailed       = "failed"       // Failure has happened
	EventMail         = "mail"         // voicemail or faxes, or how many are unread, changed
	EventCalls        = "calls"        // the call log, or Missed, changed
	EventSession      = "session"      // Session, of ID, has changed
	EventPreferences  = "preferences"  // Preferences changed
	EventNotice       = "notice"       // Reason is a sentence for the user
	EventEnded        = "ended"        // the grant is over; nothing follows
)

// An Event tells a watcher what to look at again.
type Event struct {
	Position Position          `json:"position"`
	Type     string            `json:"type"`
	ID       string            `json:"id,omitempty"`      // of the conversation or extension
	Message  *rc.Message       `json:"message,omitempty"` // the platform's record; not to be changed
	New      bool              `json:"new,omitempty"`     // of a message: seen for the first time; of calls: a sync brought some
	Unread   int               `json:"unread"`            // texts to be looked at, in every event: see Unread
	Missed   int               `json:"missed,omitempty"`  // of calls: missed calls that nobody has looked at
	Presence *Presence         `json:"presence,omitempty"`
	Failure  *Failure          `json:"failure,omitempty"`
	Session  *TelephonySession `json:"session,omitempty"`
	Reason   string            `json:"reason,omitempty"` // of an end: signed-out, refused, revoked; of a notice: its sentence
}

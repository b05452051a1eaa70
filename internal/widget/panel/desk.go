package panel

import (
	"context"
	"time"

	"offhook/internal/widget/contact"
)

// A Desk is what the panels need of one user's live state. It is safe for
// concurrent use and answers with copies.
type Desk interface {
	Templates
	Files
	PersonalContacts
	History
	Mail
	Faxes
	Tidier
	Past
	Preferring
	Portraits
	Status() Status
	Me() Me
	// Conversations returns the newest first, all of them where limit is 0; a
	// query matches names, numbers and text.
	Conversations(query string, limit int) []Conversation
	// Conversation returns one with its messages, oldest first, or a NotFound
	// *rc.Error.
	Conversation(id string) (Conversation, []Message, error)
	// Lookup finds people to text. A query that reads as a number comes first.
	Lookup(query string, limit int) []Party
	// Colleagues are the people of the company's directory.
	Colleagues() *contact.Book
	// Queues are the company's call queues.
	Queues() *contact.Book
	// Personal are the user's own contacts.
	Personal() *contact.Book
	// Favorites are those whom the user has marked, in their order; false
	// where nobody can be marked.
	Favorites() ([]contact.Key, bool)
	// SetFavorite marks somebody and waits for the platform. What it may say
	// no with is an *rc.Error.
	SetFavorite(ctx context.Context, who contact.Key, on bool) error
	// Reach is whether a colleague can be reached, by the extension's id.
	Reach(extensionID string) string
	// Overseen are the colleagues who are in a call that the user may listen
	// in on.
	Overseen() []Presence
	// RefreshContacts has the user's own contacts read again soon.
	RefreshContacts()
	// Send stores a text to be delivered and returns its conversation; the
	// same ID twice sends once.
	Send(ctx context.Context, o Outgoing) (conversationID string, err error)
	// Retry delivers a failed text again.
	Retry(ctx context.Context, messageID string) error
	// Draft returns what was written and not sent; an empty id is the page
	// for a new text.
	Draft(ctx context.Context, conversationID string) (string, error)
	SaveDraft(ctx context.Context, conversationID, text string) error
	// Presence is the user's own; false while it is not known.
	Presence() (Presence, bool)
	// SetPresence changes it and waits for the platform. What it may say no
	// with is an *rc.Error.
	SetPresence(ctx context.Context, c PresenceChange) (Presence, error)
	// AskPresence has the desk find out what a colleague's status message is
	// now. It is told as an event.
	AskPresence(number string)
}

// A State says how fresh a desk is.
type State string

// The states of a desk.
const (
	Loading State = "loading" // nothing is known yet
	Ready   State = "ready"
	Offline State = "offline" // shown as it was; the platform does not answer
)

// Status is a desk's state with a sentence for people.
type Status struct {
	State    State
	Sentence string
}

// Me is who is signed in; zero until the desk has been ready once.
type Me struct {
	Name            string
	Initials        string
	Email           string
	Company         string
	JobTitle        string
	ExtensionNumber string
	Admin           bool
	CanSetPresence  bool
	Country         string          // ISO code of the country that numbers are read in
	HomeCountry     string          // the account's
	Features        map[string]bool // of the user's plan, by the platform's names
	CanAttach       bool            // pictures and files can be sent
	Numbers         []OwnNumber     // SMS senders first, the direct number first among them
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

// senders are the numbers that texts can be sent from, the default first.
func (m Me) senders() []OwnNumber {
	var out []OwnNumber
	for _, n := range m.Numbers {
		if n.SMS {
			out = append(out, n)
		}
	}
	return out
}

// A Party is one person or number.
type Party struct {
	Name      string
	Number    string // E.164
	Display   string // formatted
	Extension string
	Initials  string
	Self      bool

	ExtensionID string // of a colleague
	Reach       string // available, busy, dnd or offline; empty when nobody knows
	Note        string // their status message

	Heard bool // the name came with a text: nobody the user knows says so

	Internal bool // Number is not one: a colleague who is written to by their extension

	Picture string // of a colleague: its name, see Portraits; where it is drawn, its address
}

// A Presence is whether somebody can be reached.
type Presence struct {
	ExtensionID     string
	Reach           string // available, busy, dnd, offline
	UserStatus      string // these three as the platform has them
	DNDStatus       string
	TelephonyStatus string
	Message         string
}

// A PresenceChange is what the user says of themselves; nil stays as it is.
type PresenceChange struct {
	UserStatus *string
	DNDStatus  *string
	Message    *string
}

// A Carried is what a text carries that has no words of its own.
type Carried struct {
	Files    int
	Pictures bool   // all of them are
	Name     string // of the only one
}

// A Conversation is one row of the list.
type Conversation struct {
	ID            string
	Parties       []Party
	Title         string
	Preview       string  // the newest text
	Carries       Carried // of one without words
	PreviewFromMe bool
	At            time.Time
	Unread        int
	Draft         bool
	Failed        bool
	Answered      bool   // somebody else has written: it can be marked as unread
	Internal      bool   // among colleagues, by their extensions
	Older         bool   // of one that is read by itself: the platform may have older texts
	Hit           string // of a search: the key of the text that Preview is from
}

// A MessageState says what became of a message.
type MessageState string

// The states of a message.
const (
	Sending   MessageState = "sending"
	Sent      MessageState = "sent"
	Delivered MessageState = "delivered"
	Failed    MessageState = "failed"
	Received  MessageState = "received"
)

// A Message is one bubble. Key stays the same from the moment it is sent to
// the platform's record of it.
type Message struct {
	ID, Key string
	FromMe  bool
	From    Party
	Text    string
	Files   []File // pictures and files that came with it
	At      time.Time
	State   MessageState
	Error   string // a sentence, when it failed
	Unread  bool
}

// An Outgoing is a text to send, to a conversation or to numbers.
type Outgoing struct {
	ID             string // made by the browser, a UUID
	ConversationID string
	To             []string
	From           string // one of Me's numbers; empty for the default
	Text           string
	Files          []string // ids of what was added to the draft; then Text may be empty
}

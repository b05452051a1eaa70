// Package protocol is the one description of what the phone and the page
// around it say to each other: every message with its direction, capability
// and fields, every URL parameter and every member of RCAdapter, and what has
// become of it here. The frame's checks (web/widget/protocol.js), the types
// for developers (web/adapter/offhook.d.ts) and the tables of
// docs/host-api.md and docs/contract-status.md are generated from it, and
// Check holds the server to the same description.
package protocol

import "strings"

// What a host page may be allowed, by the names that the registry of embeds
// gives them. A command without its capability is refused in the frame, and
// what a page may not see is not sent to its frame as a host message.
const (
	Navigate = "navigate" // show a page of the phone
	Prefill  = "prefill"  // open a new text or a number, filled in; the user sends
	Status   = "status"   // who is signed in, which page is open, how many are unread
	SignIn   = "signin"   // ask for sign-in, sign out
	Texts    = "messages" // read the user's texts as they come and change
	Calls    = "calls"    // read the user's calls as they go on, and those of the past
	Dial     = "dial"     // place calls, and answer, hold and end them: this costs money
	Service  = "service"  // register a service: contacts, pages, settings, buttons, banner, do-not-contact
	Settings = "settings" // change presence, settings and features; alerts and templates
)

// A Capability is what an embed may be given.
type Capability struct{ Name, Means string }

// Capabilities are all of them.
var Capabilities = []Capability{
	{Navigate, "show a page of the phone"},
	{Prefill, "open a new text or a number, filled in; the user presses send"},
	{Status, "know whether somebody is signed in, which page is open, how many texts are unread, how the phone looks"},
	{SignIn, "ask for sign-in, sign out"},
	{Texts, "read texts, internal messages, voicemail and faxes as they come and change"},
	{Calls, "read calls as they go on, and those of the past"},
	{Dial, "place calls, and answer, hold and end them; without it the user presses call"},
	{Service, "register a service: contacts, pages, settings, buttons, banner, do-not-contact"},
	{Settings, "change presence, settings and features, show alerts, make templates"},
}

// A Kind is the type of a field.
type Kind string

// The kinds of fields. A letter each, as protocol.js has them.
const (
	Text       Kind = "s"
	Number     Kind = "n"
	Flag       Kind = "b"
	List       Kind = "a"
	Object     Kind = "o"
	Nullable   Kind = "O" // an object, or null
	TextOrList Kind = "t" // a text, or a list of texts
	TextOrFlag Kind = "f" // a text, or true
	Anything   Kind = "*"
)

// words say what a value of a kind is, in a sentence.
var words = map[Kind]string{
	Text: "a text", Number: "a number", Flag: "true or false", List: "a list", Object: "an object",
	Nullable: "an object or null", TextOrList: "a text or a list of texts", TextOrFlag: "a text or true", Anything: "anything",
}

// DefaultMax is how long a text may be whose field does not say otherwise.
const DefaultMax = 1024

// A Field is one member of a message.
type Field struct {
	Name     string
	Kind     Kind
	Required bool
	Max      int    // characters of a text, entries of a list; zero means DefaultMax for texts and no bound for lists
	Type     string // in TypeScript, where the kind says too little
	Means    string
}

// A Row is one name of the public contract and what has become of it here.
type Row struct {
	Name string
	Done bool   // works and is tested
	Note string // what it does here, or what is said instead
}

// Who takes a message in the frame.
const (
	byCommands = "" // web/widget/commands.js
	byService  = "service"
)

// A Message is one type of the message protocol.
type Message struct {
	Row
	ToHost bool
	Needs  string // the capability without which it is neither taken nor sent
	Fields []Field
	Large  bool   // up to LargeLimit characters instead of Limit
	Taker  string // who takes it in the frame; of messages from the host
}

// How many characters a message may have as JSON.
const (
	Limit      = 64 << 10
	LargeLimit = 1 << 20
)

// A Request is a path of rc-adapter-message-request.
type Request struct {
	Row
	Needs  string // the capability without which it is refused; empty for settings
	Fields []Field
	Answer string // in TypeScript
}

// Messages are all messages of the contract, and our own.
var Messages = append(append([]Message{}, fromHost...), toHost...)

// FromHost are the messages that a host page may post, in the contract's order.
func FromHost() []Row { return rows(false) }

// ToHost are the messages that a host page gets.
func ToHost() []Row { return rows(true) }

// Paths are the requests that a host page may make.
func Paths() (r []Row) {
	for _, q := range Requests {
		r = append(r, q.Row)
	}
	return r
}

func rows(toHost bool) (r []Row) {
	for _, m := range Messages {
		if m.ToHost != toHost {
			continue
		}
		row := m.Row
		if m.Needs != "" {
			row.Note = strings.TrimSpace(row.Note + " Capability `" + m.Needs + "`.")
		}
		r = append(r, row)
	}
	return r
}

// find returns the message of a type that host pages post, or nil.
func find(typ string) *Message {
	for i := range fromHost {
		if fromHost[i].Name == typ {
			return &fromHost[i]
		}
	}
	return nil
}

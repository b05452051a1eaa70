package logbook

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"offhook/internal/rc"
)

// An item is a conversation as a message logger gets it: one calendar day of
// it, in the user's zone (contract/service.md 8.1).
type item struct {
	ConversationLogID string            `json:"conversationLogId"`
	ConversationID    string            `json:"conversationId"`
	Date              string            `json:"date"`
	CreationTime      int64             `json:"creationTime"`
	Type              string            `json:"type"`
	Messages          []map[string]any  `json:"messages"`
	Self              contact           `json:"self"`
	Correspondents    []contact         `json:"correspondents"`
	Matches           []json.RawMessage `json:"conversationLogMatches"`
}

// A contact is one side of a conversation.
type contact struct {
	PhoneNumber     string `json:"phoneNumber,omitempty"`
	ExtensionNumber string `json:"extensionNumber,omitempty"`
	Name            string `json:"name,omitempty"`
	Location        string `json:"location,omitempty"`
}

// A place is where a user reads dates.
type place struct {
	zone   *time.Location
	locale string
}

// day is the calendar day of a moment, by which groups are made.
func (p place) day(at time.Time) string { return at.In(p.zone).Format(time.DateOnly) }

// date is the day as the user writes it.
func (p place) date(at time.Time) string { return writeDate(at.In(p.zone), p.locale) }

// logID names a conversation's day to loggers.
func (p place) logID(conversation string, at time.Time) string {
	return conversation + "/" + p.date(at)
}

// A group is one day of a thread, newest message first.
type group struct {
	thread   Thread
	messages []rc.Message
}

// newest is the message that names the group.
func (g group) newest() rc.Message { return g.messages[0] }

// key is the newest message's id.
func (g group) key() string { return strconv.FormatInt(g.newest().ID, 10) }

// groups cuts a thread into days, newest first.
func (p place) groups(t Thread) []group {
	var all []group
	last := ""
	for _, m := range t.Messages {
		day := p.day(m.CreationTime.Time)
		if day != last {
			all, last = append(all, group{thread: t}), day
		}
		g := &all[len(all)-1]
		g.messages = append(g.messages, m)
	}
	return all
}

// item draws a group up for a logger.
func (p place) item(g group) (item, error) {
	m := g.newest()
	out := item{
		ConversationLogID: p.logID(g.thread.ID, m.CreationTime.Time), ConversationID: g.thread.ID, Date: p.date(m.CreationTime.Time),
		CreationTime: m.CreationTime.UnixMilli(), Type: m.Type, Self: g.person(self(g.thread.Self)), Matches: []json.RawMessage{},
	}
	for _, other := range g.thread.Others {
		out.Correspondents = append(out.Correspondents, g.person(other))
	}
	for _, m := range g.messages {
		record, err := recordOf(m, g.thread.ID)
		if err != nil {
			return out, err
		}
		out.Messages = append(out.Messages, record)
	}
	return out, nil
}

// self is the user by their number or, of an internal message, by their
// extension.
func self(number string) Party {
	if number != "" && !strings.HasPrefix(number, "+") {
		return Party{Extension: number}
	}
	return Party{Number: number}
}

// person adds what the newest messages say of somebody.
func (g group) person(p Party) contact {
	c := contact{PhoneNumber: p.Number, Name: p.Name}
	if !strings.HasPrefix(p.Number, "+") && p.Extension != "" {
		c.PhoneNumber, c.ExtensionNumber = "", p.Extension
	}
	for _, m := range g.messages {
		callers := m.To
		if m.From != nil {
			callers = append([]rc.Caller{*m.From}, callers...)
		}
		for _, caller := range callers {
			if cmp.Or(caller.PhoneNumber, caller.ExtensionNumber) == p.Number && p.Number != "" {
				c.Name, c.Location = cmp.Or(c.Name, caller.Name), cmp.Or(c.Location, caller.Location)
			}
		}
	}
	return c
}

// recordOf is the platform's record without its addresses, with times in
// milliseconds.
func recordOf(m rc.Message, conversation string) (map[string]any, error) {
	at, changed := m.CreationTime.UnixMilli(), m.LastModifiedTime.UnixMilli()
	m.URI, m.Conversation = "", nil
	data, err := json.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("drawing up a message for a logger: %w", err)
	}
	var out map[string]any
	if err := json.Unmarshal(data, &out); err != nil {
		return nil, fmt.Errorf("drawing up a message for a logger: %w", err)
	}
	out["id"] = m.ID // exactly: a number passed through JSON's may lose its end
	out["conversationId"], out["creationTime"], out["lastModifiedTime"] = conversation, at, changed
	return out, nil
}

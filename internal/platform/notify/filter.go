package notify

import (
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"offhook/internal/platform/event"
	"offhook/internal/platform/wire"
	"offhook/internal/rc"
)

// A filter names events that a subscription wants: a path with real ids, and
// parameters that narrow it.
type filter struct {
	text  string // as the notification's event repeats it
	path  string
	query url.Values
}

// newFilter reads a filter as a client writes it; ~ becomes the caller's ids.
func newFilter(text string, c wire.Caller) (filter, error) {
	path, rawQuery, hasQuery := strings.Cut(text, "?")
	query, err := url.ParseQuery(rawQuery)
	path = strings.TrimRight(path, "/")
	if err != nil || !strings.HasPrefix(path, "/") {
		e := rc.Coded(rc.Invalid, "SUB-508", "The event filter %q is not a path; send for example /restapi/v1.0/account/~/extension/~/message-store", text)
		e.Parameter = "eventFilters"
		return filter{}, e
	}
	segments := strings.Split(path, "/")
	for i := 1; i < len(segments); i++ {
		if segments[i] == "~" {
			switch segments[i-1] {
			case "account":
				segments[i] = strconv.FormatInt(c.AccountID, 10)
			case "extension":
				segments[i] = strconv.FormatInt(c.ExtensionID, 10)
			}
		}
	}
	f := filter{path: strings.Join(segments, "/"), query: query}
	f.text = f.path
	if hasQuery {
		f.text += "?" + rawQuery
	}
	return f, nil
}

// scopes says which permission the events of a path need: the one that
// reading the same thing needs. The first row that a path contains decides.
var scopes = []struct {
	part  string
	scope rc.Scope
}{
	{"/message-store", rc.ReadMessages},
	{"/message-threads", rc.SMS},
	{"/voicemail", rc.ReadMessages},
	{"/fax", rc.ReadMessages},
	{"/shared-sms", rc.ReadMessages},
	{"/a2p-sms", rc.ReadMessages},
	{"/presence", rc.ReadPresence},
	{"/telephony/", rc.CallControl},
	{"/favorite", rc.ReadContacts},
	{"/glip/", rc.TeamMessaging},
	{"/team-messaging/", rc.TeamMessaging},
	{"/account/", rc.ReadAccounts},
}

// allow says why the caller may not use a filter, or nil. What the platform
// does not know is allowed: no event has such a path, and released clients
// give up when one of their filters is refused (clients.md section 3).
func (f filter) allow(c wire.Caller) *rc.Error {
	segments := strings.Split(f.path, "/")
	for i, s := range segments[:len(segments)-1] {
		id := segments[i+1]
		if s == "extension" && slices.Equal(segments[i+2:], []string{"presence"}) {
			continue // colleagues may look; what a hidden one does is not told
		}
		if s == "account" && id != strconv.FormatInt(c.AccountID, 10) || s == "extension" && id != strconv.FormatInt(c.ExtensionID, 10) {
			return rc.Coded(rc.Denied, "CMN-404", "The events of another %s cannot be subscribed to; use ~ for your own", s)
		}
	}
	for _, row := range scopes {
		if strings.Contains(f.path, row.part) {
			if !c.Scopes.Has(row.scope) {
				return rc.Coded(rc.Denied, "CMN-401", "In order to receive these events, application needs to have [%s] permission", row.scope)
			}
			return nil
		}
	}
	return nil
}

// matches reports whether an event of the filter's path has what the
// filter's parameters ask for. A parameter that an event says nothing about
// is no reason to withhold it: clients sync after an event, and a sync too
// many is harmless.
func (f filter) matches(e *occurrence) bool {
	if len(f.query) == 0 {
		return true
	}
	facts := e.known()
	for name, want := range f.query {
		have, ok := facts[name]
		if ok && !slices.ContainsFunc(want, func(v string) bool { return slices.Contains(have, v) }) {
			return false
		}
	}
	return true
}

// An occurrence is an event with what its filter's parameters can ask about,
// worked out at first use.
type occurrence struct {
	event.Event
	path  string
	facts url.Values
}

func newOccurrence(e event.Event) *occurrence {
	path, _, _ := strings.Cut(e.Filter, "?")
	return &occurrence{Event: e, path: path}
}

// known reads the facts from the event's own filter and, for the message
// store and for calls, from what has changed.
func (o *occurrence) known() url.Values {
	if o.facts != nil {
		return o.facts
	}
	_, query, _ := strings.Cut(o.Filter, "?")
	o.facts, _ = url.ParseQuery(query) // our own text
	if strings.HasSuffix(o.path, "/message-store") {
		var body rc.MessageStoreEvent
		if json.Unmarshal(o.Body, &body) == nil {
			for _, change := range body.Changes {
				o.facts.Add("type", change.Type)
			}
		}
	}
	if isTelephony(o.path) {
		var body rc.TelephonyEvent
		if json.Unmarshal(o.Body, &body) == nil {
			for _, p := range body.Parties {
				o.addParty(p)
			}
		}
	}
	return o.facts
}

// addParty notes what filters for calls ask about (contract 7.3).
func (o *occurrence) addParty(p rc.EventParty) {
	o.facts.Add("direction", p.Direction)
	o.facts.Add("statusCode", p.Status.Code)
	o.facts.Add("missedCall", strconv.FormatBool(p.MissedCall))
	o.facts.Add("withRecordings", "false") // which asks for nothing
	if len(p.Recordings) > 0 {
		o.facts.Add("withRecordings", "true")
	}
	for _, end := range []rc.TelephonyEnd{p.From, p.To} {
		bare := strings.TrimPrefix(end.PhoneNumber, "+")
		for _, spelling := range []string{end.PhoneNumber, bare, " " + bare} { // a plus sign that was not escaped arrives as a space
			o.facts.Add("phoneNumber", spelling)
		}
	}
}

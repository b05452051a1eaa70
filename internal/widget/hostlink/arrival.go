package hostlink

import (
	"net/url"
	"strconv"
	"time"

	"offhook/internal/rc"
	"offhook/internal/widget/lang"
)

// An Arrival is something new from somebody, or something that did not arrive, as the frame tells it to who
// does not look: with a sound, and where they have allowed it a notification.
type Arrival struct {
	Event string `json:"event"`           // the same in every tab and after a restart
	Kind  string `json:"kind"`            // text, pager, voicemail or fax; of what failed failed-text or failed-fax
	Title string `json:"title"`           // who it is from, or was for; empty for an unknown number
	Text  string `json:"text"`            // what it says; empty where it has no words
	Place string `json:"place"`           // what it belongs to: read there, it is no news
	Route string `json:"route"`           // the page that shows it
	Quiet bool   `json:"quiet,omitempty"` // the user is not to be disturbed
}

// textBound is how much of a text stands in a notification.
const textBound = 240

// placeOf is what a message belongs to: its conversation, or itself.
func placeOf(m rc.Message, conversation string) string {
	if m.Type == rc.TypeVoiceMail || m.Type == rc.TypeFax {
		return strconv.FormatInt(m.ID, 10)
	}
	return conversation
}

// arrivalOf is nil for what is not new, or not from somebody else.
func arrivalOf(m rc.Message, conversation, from string, isNew bool, now time.Time) *Arrival {
	if !isNews(m, isNew, now) {
		return nil
	}
	a := &Arrival{Event: eventID(inboundNotify, m), Kind: "text", Title: from, Place: placeOf(m, conversation), Route: "/conversations/" + url.PathEscape(conversation)}
	switch m.Type {
	case rc.TypeSMS:
		a.Text = m.Subject
	case rc.TypePager:
		a.Kind, a.Text = "pager", m.Subject
	case rc.TypeVoiceMail:
		a.Kind = "voicemail"
		a.Route = "/messages/voicemail/" + a.Place
	case rc.TypeFax:
		a.Kind = "fax"
		a.Route = "/messages/fax/" + a.Place
	default:
		return nil
	}
	if r := []rune(a.Text); len(r) > textBound {
		a.Text = string(r[:textBound]) + "…"
	}
	return a
}

// failureOf is what a frame tells of a text or fax that failed for good.
func failureOf(f Failure, l *lang.Language) *Arrival {
	a := &Arrival{Event: "failed " + f.Key, Kind: "failed-text", Title: f.To, Text: l.Sentence(f.Error), Place: f.Conversation, Route: "/conversations/" + url.PathEscape(f.Conversation)}
	if f.Fax != "" {
		a.Kind, a.Place = "failed-fax", f.Fax
		a.Route = "/messages/fax/" + url.PathEscape(f.Fax)
		if _, err := strconv.ParseInt(f.Fax, 10, 64); err != nil {
			a.Route = "/messages/fax" // the platform never had it, so it has no page
		}
	}
	return a
}

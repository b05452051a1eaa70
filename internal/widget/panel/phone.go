package panel

import (
	"cmp"
	"context"
	"net/http"
	"strings"
	"time"

	"offhook/internal/widget/call"
	"offhook/internal/widget/contact"
	"offhook/internal/widget/lang"
	"offhook/internal/widget/markup"
)

// Phones finds the phone of a grant's user, who calls with it.
type Phones interface {
	Phone(ctx context.Context, grantID string) (Phone, error)
}

// A Phone is what the panels need of one: what to draw. What is done with its
// calls, the page tells its softphone.
type Phone interface {
	Snapshot() call.Snapshot
}

func (h *Handler) mountCalls(mux *http.ServeMux) {
	for pattern, f := range map[string]phoneFunc{
		"GET /p/{key}/panel/dialer":        h.dialer,
		"GET /p/{key}/panel/dialer/line":   h.dialerLine,
		"GET /p/{key}/panel/dialer/found":  h.dialerFound,
		"GET /p/{key}/panel/dialer/others": h.dialerOthers,
		"GET /p/{key}/panel/calls/now":     h.callsNow,
		"GET /p/{key}/panel/calls/{id}":    h.liveCall,
	} {
		h.onDesk(mux, pattern, func(w http.ResponseWriter, r *http.Request, p page) error {
			now, err := h.now(r.Context(), p.visit.Session.GrantID)
			if err != nil {
				return err
			}
			return f(w, r, p, now)
		})
	}
}

// now is how a user's calls are. The error is of the phone.
func (h *Handler) now(ctx context.Context, grantID string) (call.Snapshot, error) {
	if h.Phones == nil {
		return call.Snapshot{Line: call.Line{State: call.None}}, nil
	}
	phone, err := h.Phones.Phone(ctx, grantID)
	if err != nil {
		return call.Snapshot{}, err
	}
	return phone.Snapshot(), nil
}

// A phoneFunc answers for someone who is signed in, with how their calls are.
type phoneFunc func(w http.ResponseWriter, r *http.Request, p page, now call.Snapshot) error

// A liveCall is a call that goes on, or has just ended, as people see it.
type liveCall struct {
	call.Call
	Party Party
	Title string
	Sub   string // the number, where Title is a name
	Firm  string // where they work, as far as anybody says
	Words string // what the call does; empty while its time is shown
	Since string // RFC 3339: when it was answered; empty where no time runs
	Clock string // the time it has lasted so far, or a message in it
	Text  string // the number that a text can go to
	To    string // the user's own number that was called, where they have several

	passed time.Duration // of a recorded message
}

// Waits reports whether somebody calls and waits for an answer.
func (c liveCall) Waits() bool { return waits(c.Call) }

// Up reports whether the two can speak with each other, or could if nobody
// held the call.
func (c liveCall) Up() bool { return c.State == call.Connected || c.State == call.Held }

// EndsForAll reports whether others would talk on if the user did not end the
// call: that takes a press on the button, and no key.
func (c liveCall) EndsForAll() bool { return c.Conference && len(c.Members) > 0 }

// ByKey reports whether keys press the buttons of calls, which then say so.
func (p page) ByKey() bool { return p.desk.Preferences().Keys != "off" }

func waits(c call.Call) bool { return c.Direction == call.Inbound && c.State == call.Ringing }

func (p page) live(c call.Call) liveCall {
	out := liveCall{Call: c, Party: p.portrayed(p.partyOf(c.Number, c.Name))}
	out.Title = p.callTitle(out.Party)
	if display := markup.Line(p.written(out.Party)); display != out.Title {
		out.Sub = display
	}
	if strings.HasPrefix(c.Number, "+") && !out.Party.Self && !c.NoSuch {
		out.Text = c.Number
	}
	out.Firm = p.firm(out.Party)
	out.Queue = markup.Line(c.Queue)
	out.Words = p.does(c)
	if c.Conference {
		p.gathered(&out)
	}
	if c.Dropping() {
		p.leaving(&out)
	} else if !c.Answered.IsZero() {
		end := p.clock.now
		if c.Over() {
			end = c.Ended
		} else {
			out.Since = c.Answered.UTC().Format(time.RFC3339Nano)
		}
		out.Clock = clockwise(max(0, end.Sub(c.Answered)))
	}
	if c.Over() && c.Sentence != "" {
		out.Clock = "" // a whole sentence says enough
	}
	if own := p.desk.Me().Numbers; len(own) > 1 && c.Direction == call.Inbound {
		for _, n := range own {
			if n.Number == c.Line {
				out.To = n.Display
			}
		}
	}
	return out
}

// partyOf is who has a number; whom nobody knows has the name that came with
// the call.
func (p page) partyOf(number, name string) Party {
	out := Party{Number: number}
	if number != "" {
		out.Display = p.desk.WriteNumber(number)
		if found := p.desk.Lookup(number, 1); len(found) > 0 && (found[0].Number == number || names(found[0], number)) {
			out = found[0]
		}
	}
	if out.Name == "" && name != "" {
		out.Name, out.Heard = markup.Line(name), true
		out.Initials = contact.Initials(out.Name)
	}
	return out
}

// firm is the company of somebody whom the page's application or the user's
// own contacts know.
func (p page) firm(who Party) string {
	for _, c := range p.whose("", who.Number) {
		if c.Company != "" {
			return markup.Line(c.Company)
		}
	}
	for _, c := range p.desk.Personal().Whose(who.Number) {
		if c.Company != "" {
			return markup.Line(c.Company)
		}
	}
	return ""
}

// does says what a call does; nothing of one whose time is shown.
func (p page) does(c call.Call) string {
	switch {
	case c.Over():
		return p.ended(c)
	case c.Dropping() && c.Drop.State == call.DropWaits:
		return p.Lang.Say("Waiting until they are silent")
	case c.Dropping():
		return p.Lang.Say("Leaving your message")
	case c.State == call.Held:
		return p.Lang.Say("On hold")
	case c.State == call.Connected && c.FarHeld:
		return p.Lang.Say("You are on hold")
	case c.State == call.Connected:
		return p.supervises(c)
	case waits(c):
		return p.Lang.Say("Incoming call")
	case c.State == call.Ringing:
		return p.Lang.Say("Ringing…")
	}
	return p.Lang.Say("Calling…")
}

// endings say how calls end, in English.
var endings = map[call.Outcome]string{
	call.HungUp: lang.Mark("Call ended"), call.Cancelled: lang.Mark("Call cancelled"), call.Elsewhere: lang.Mark("Answered on another device"),
	call.Voicemail: lang.Mark("Sent to voicemail"), call.Forwarded: lang.Mark("Forwarded"), call.Replied: lang.Mark("Answered with a message"),
	call.Moved: lang.Mark("The call goes on without you"), call.Merged: lang.Mark("In the conference now"), call.Failed: lang.Mark("The call failed"),
}

// ended says how a call ended, in the phone's sentence where it has one.
func (p page) ended(c call.Call) string {
	if c.Sentence != "" {
		return p.Lang.Sentence(c.Sentence)
	}
	switch {
	case c.Outcome == call.Moved && c.MovedTo.Number != "":
		return p.Lang.Say("Transferred to %s", p.callTitle(p.partyOf(c.MovedTo.Number, c.MovedTo.Name)))
	case c.Outcome == call.Missed && c.Direction == call.Outbound:
		return p.Lang.Say("No answer")
	case c.Outcome == call.Missed:
		return p.Lang.Say("Missed call")
	case c.Outcome == call.Declined && c.Direction == call.Outbound:
		return p.Lang.Say("They declined the call")
	case c.Outcome == call.Declined:
		return p.Lang.Say("You declined the call")
	}
	return p.Lang.Say(cmp.Or(endings[c.Outcome], endings[call.HungUp]))
}

// dial is what calls somebody, where there are phones to call with.
func (p page) dial(who Party) string {
	if !p.Callable {
		return ""
	}
	return dials(who)
}

// dials is what calls somebody: their number, or a colleague's extension;
// empty for nobody.
func dials(p Party) string {
	switch {
	case p.Self:
		return ""
	case strings.HasPrefix(p.Number, "+"):
		return p.Number
	case p.Extension == "" && strings.Trim(p.Number, "0123456789*#") == "":
		return p.Number // a short one, of the phone service itself
	}
	return p.Extension
}

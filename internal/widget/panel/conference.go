package panel

import (
	"offhook/internal/widget/call"
	"offhook/internal/widget/markup"
)

// A memberView is somebody in a conference of the user's.
type memberView struct {
	call.Member
	Party Party
	Title string
	Words string // their number, or what keeps them from talking
	Dial  string // what calls them; empty where there is no phone to call with
}

// seated are those in a conference, or who were there last, as people see them.
func (p page) seated(c call.Call) []memberView {
	var all []memberView
	for _, m := range c.Members {
		v := memberView{Member: m, Party: p.portrayed(p.partyOf(m.Number, m.Name))}
		v.Title, v.Dial = p.callTitle(v.Party), p.dial(v.Party)
		switch {
		case m.Held && !c.Over():
			v.Words = p.Lang.Say("Has put you on hold")
		case m.Muted && !c.Over():
			v.Words = p.Lang.Say("Muted")
		default:
			if written := markup.Line(p.written(v.Party)); written != v.Title {
				v.Words = written
			}
		}
		all = append(all, v)
	}
	return all
}

// Met are those in the conference; nil for an ordinary call.
func (v liveView) Met() []memberView { return v.seated(v.Call) }

// Merges reports whether two calls can become one conference.
func (v liveView) Merges(other liveCall) bool {
	return v.Up() && other.Up() && v.Supervision == "" && other.Supervision == "" && !v.Dropping() && !other.Dropping() && !(v.Conference && other.Conference) && !v.Service() && !other.Service()
}

// gathered draws a conference in the place of the one far side that it has
// not.
func (p page) gathered(out *liveCall) {
	out.Title, out.Sub, out.Party, out.Text, out.Number = p.Lang.Say("Conference"), "", Party{}, "", ""
	if n := len(out.Members); n > 0 && !out.Over() {
		out.Sub = p.Lang.Count(n, "You and %d other", "You and %d others")
	} else if !out.Over() {
		out.Sub = p.Lang.Say("Nobody else is here now")
	}
}

package panel

import (
	"net/http"

	"offhook/internal/rc"
	"offhook/internal/widget/call"
	"offhook/internal/widget/lang"
)

// An overseenView is a colleague in a call that the user may listen in on.
type overseenView struct {
	Party Party
	Title string
	Words string // how their call is
}

// Overseen are the colleagues whose calls the user may listen in on now.
func (p page) Overseen() (all []overseenView) {
	if !p.Callable {
		return nil
	}
	for _, o := range p.desk.Overseen() {
		c, ok := p.desk.Colleagues().Get(o.ExtensionID)
		if !ok {
			continue
		}
		v := overseenView{Party: p.portrayed(faceOf(c)), Words: p.Lang.Say("In a call")}
		v.Party.Reach = o.Reach
		v.Title = p.callTitle(v.Party)
		if o.TelephonyStatus == rc.TelephonyOnHold {
			v.Words = p.Lang.Say("On hold")
		}
		all = append(all, v)
	}
	return all
}

// A supervisingWay is something that a supervisor may be in a call.
type supervisingWay struct{ Mode, Icon, Word, Title string }

var supervisingWays = []supervisingWay{
	{string(call.Listens), "ear", lang.Mark("Listen in"), lang.Mark("Hear both; nobody hears you")},
	{string(call.Whispers), "audio-lines", lang.Mark("Whisper"), lang.Mark("Only your colleague hears you")},
	{string(call.JoinsIn), "users", lang.Mark("Join in"), lang.Mark("Both hear you")},
	{"takeover", "phone-forwarded", lang.Mark("Take over"), lang.Mark("Talk in your colleague’s place")},
}

// Ways are what a supervisor may do.
func (overseenView) Ways() []supervisingWay { return supervisingWays }

// Ways are the same in the call.
func (liveView) Ways() []supervisingWay { return supervisingWays }

// supervises says who hears a user that listens in on a call; empty of
// ordinary calls.
func (p page) supervises(c call.Call) string {
	switch c.Supervision {
	case call.Listens:
		return p.Lang.Say("You listen. Nobody hears you.")
	case call.Whispers:
		return p.Lang.Say("You whisper. Only your colleague hears you.")
	case call.JoinsIn:
		return p.Lang.Say("You have joined in. Both hear you.")
	}
	return ""
}

// overseen draws the calls of colleagues again, when one of them has changed.
func (h *Handler) overseen(w http.ResponseWriter, _ *http.Request, p page) error {
	return render(w, http.StatusOK, "overseen", p)
}

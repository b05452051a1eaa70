package panel

import (
	"net/http"
	"slices"
	"time"

	"offhook/internal/rc"
	"offhook/internal/widget/call"
	"offhook/internal/widget/lang"
)

// activeCall names the call that is heard, where a page is asked for without
// an id (contract/widget.md 4, /calls/active).
const activeCall = "active"

// A liveView is the page of one call that goes on.
type liveView struct {
	page
	liveCall
	Others []liveCall
	Flips  []flipView
	Show   string   // keypad, transfer or flip, for stories; else the page keeps it
	Typed  string   // the same
	Found  dialList // the same
	Pick   string   // what calls who waits in it, where it is parked; empty while it is not
	Weak   string   // what is heard of a bad connection; empty for nothing
	Drops  bool     // the page has recorded messages to leave
	// Messages are those that there are, for stories; else the page asks for them.
	Messages []string
}

// Joins reports whether two calls can be made one without the user: both are
// answered, and each has one far side.
func (v liveView) Joins(other liveCall) bool {
	return v.Up() && other.Up() && v.Supervision == "" && other.Supervision == "" && !v.Dropping() && !other.Dropping() && !v.Conference && !other.Conference && !v.Service() && !other.Service()
}

// Tools reports whether the call can be muted, passed on and the like: all that
// is not over, waits for an answer, is listened to or ends by itself.
func (v liveView) Tools() bool {
	return !v.Over() && !v.Waits() && v.Supervision == "" && !v.Dropping()
}

// Busy is no other call: who answers here looks at the call that rings.
func (liveView) Busy() *liveCall { return nil }

func (h *Handler) liveCall(w http.ResponseWriter, r *http.Request, p page, now call.Snapshot) error {
	id := r.PathValue("id")
	if id == activeCall {
		id = now.Active
		if bar := barCall(now); id == "" && bar != nil {
			id = bar.ID
		}
	}
	v, ok := newLive(p, now, id)
	if !ok {
		return rc.Errorf(rc.NotFound, "This call is over.")
	}
	v.Drops = h.drops(p)
	return render(w, http.StatusOK, "live", v)
}

func newLive(p page, now call.Snapshot, id string) (liveView, bool) {
	i := slices.IndexFunc(now.Calls, func(c call.Call) bool { return c.ID == id })
	if i < 0 {
		return liveView{}, false
	}
	v := liveView{page: p, liveCall: p.live(now.Calls[i])}
	v.Weak = p.weak(now.Calls[i])
	v.Flips = p.flips(now.Flips)
	for _, c := range now.Parked {
		if v.Over() && c.TelephonySessionID == v.TelephonySessionID {
			v.Pick = c.Place
		}
	}
	for j, c := range now.Calls {
		if j != i && !c.Over() && !waits(c) {
			v.Others = append(v.Others, p.live(c))
		}
	}
	return v, true
}

// The bounds below which a call is hard to follow (ITU-T G.107 annex B: fewer
// than 3.1 means that nearly all users are dissatisfied, 3.6 that many are).
const (
	badMOS, weakMOS = 3.1, 3.6
	badLoss         = 0.08
)

// weak says of a bad connection what it means for whoever speaks. A call that
// has just begun has no measure yet.
func (p page) weak(c call.Call) string {
	here, there := c.Quality, c.Sent
	switch {
	case c.State != call.Connected || c.Dropping():
		return ""
	case c.Unheard && c.Silent:
		return p.Lang.Say("You cannot hear each other: no sound gets through.")
	case c.Unheard:
		return p.Lang.Say("They cannot hear you: your sound does not get through.")
	case c.Silent:
		return p.Lang.Say("You cannot hear them: no sound comes from the other side.")
	case bad(here):
		return p.Lang.Say("The connection is bad: words are being lost.")
	case bad(there):
		return p.Lang.Say("They hear you badly: some of your words are being lost.")
	case weakly(here) || weakly(there):
		return p.Lang.Say("The connection is weak.")
	}
	return ""
}

func bad(q call.Quality) bool { return q.MOS != 0 && (q.MOS < badMOS || q.Loss > badLoss) }

func weakly(q call.Quality) bool { return q.MOS != 0 && q.MOS < weakMOS }

// A nowView is what of the calls stands over every panel: a bar for the one
// that goes on, and a sheet for each that waits for an answer.
type nowView struct {
	page
	Bar     *liveCall // nil for none
	More    int       // that go on besides it
	Parked  []parkedCall
	RingOut *ringOutView // nil for none
	Rings   []ringView
	Show    string // reply or forward, for stories; else the page keeps it
	Small   bool   // the same: sheets are bars
	Under   any    // for stories: the list below
	Sound   string // for stories: how the tab's microphone is, with a sentence
	Said    string
}

// A parkedCall is a call that the user has parked, as they see it.
type parkedCall struct {
	call.Parked
	Title string
	Since string // RFC 3339; empty where that is not known
	Clock string // how long it has waited so far
}

func (p page) parked(now call.Snapshot) (all []parkedCall) {
	for _, c := range now.Parked {
		out := parkedCall{Parked: c, Title: p.callTitle(p.partyOf(c.Number, c.Name))}
		if !c.Since.IsZero() {
			out.Since = c.Since.UTC().Format(time.RFC3339Nano)
			out.Clock = clockwise(max(0, p.clock.now.Sub(c.Since)))
		}
		all = append(all, out)
	}
	return all
}

// A ringView is a call that waits for an answer.
type ringView struct {
	page
	liveCall
	Busy    *liveCall // the answered call that goes on meanwhile
	Replies []string
}

// replies are what can be said to a caller instead of an answer.
var replies = []string{
	lang.Mark("I will call you back soon."), lang.Mark("I am on my way."), lang.Mark("I am in a meeting and will call you later."), lang.Mark("Please call me back later."),
}

func (h *Handler) callsNow(w http.ResponseWriter, r *http.Request, p page, now call.Snapshot) error {
	return render(w, http.StatusOK, "now", newNow(p, now))
}

func newNow(p page, now call.Snapshot) nowView {
	v := nowView{page: p, Parked: p.parked(now), RingOut: p.ringOut(now)}
	var busy *liveCall
	if c := barCall(now); c != nil {
		live := p.live(*c)
		v.Bar = &live
		if live.Up() && !live.Dropping() {
			busy = &live
		}
	}
	for _, c := range now.Calls {
		switch {
		case waits(c):
			ring := ringView{page: p, liveCall: p.live(c), Busy: busy}
			for _, s := range replies {
				ring.Replies = append(ring.Replies, p.Lang.Say(s))
			}
			v.Rings = append(v.Rings, ring)
		case !c.Over() && c.ID != v.Bar.ID:
			v.More++
		}
	}
	return v
}

func isParked(c call.Call, now call.Snapshot) bool {
	return c.TelephonySessionID != "" && slices.ContainsFunc(now.Parked, func(o call.Parked) bool { return o.TelephonySessionID == c.TelephonySessionID })
}

// barCall is the call that the bar shows: the one that is heard, else one
// that goes on, the user's before one that a message is left in, else the last
// that has ended, unless it is parked and shown as that. Nil for none.
func barCall(now call.Snapshot) *call.Call {
	var best *call.Call
	for i := range now.Calls {
		c := &now.Calls[i]
		switch {
		case waits(*c), c.Over() && isParked(*c, now):
		case c.ID == now.Active && !c.Over():
			return c
		case best == nil || best.Over() || best.Dropping() && !c.Over():
			best = c
		}
	}
	return best
}

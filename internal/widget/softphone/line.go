package softphone

import (
	"context"

	"offhook/internal/rc"
	"offhook/internal/sip"
	"offhook/internal/widget/call"
	"offhook/internal/widget/lang"
)

// Sentences of a line.
var (
	lineGone    = lang.Mark("The phone service cannot be reached. Calls work again as soon as it answers.")
	tooMany     = lang.Mark("As many phones are registered for you as your phone service allows. Close the phone elsewhere, or wait two minutes.")
	lineRefused = lang.Mark("The phone service refuses this phone. Sign out and in again; if that does not help, ask your administrator.")
	noPhone     = lang.Mark("Your phone service does not let this app place calls. Ask your administrator to allow it, then sign in again.")
)

// A line is a phone's registration with the platform:
//
//	asleep ──wanted──▶ provision ──▶ dial ──▶ REGISTER ──▶ registered ─┐
//	   ▲                   ▲                                          │ again before it expires
//	   │ nobody wants it   └──── wait, longer each time ◀─────────────┘ broken
//	   └──────────────────────────────────────────────────────────────
//
// It belongs to the phone's actor. While it is awake, a watchkeeper does the
// work beside it.
type line struct {
	ph    *Phone
	shown call.Line
	awake bool
	hurry chan struct{} // has room for one: try now
	sleep func()        // ends run

	flow  *sip.Flow // registered; nil while not
	info  rc.SIPInfo
	known *rc.SIPProvision // what the platform said; nil to ask again

	followed bool                // the platform tells telephony events
	heard    []rc.TelephonyEvent // lately, of sessions that no call is known of yet
	resting  *alarm              // looks whether anybody still wants the line
	run      int                 // counts wakes; what an earlier one still has to say is old
}

func (l *line) begin(ph *Phone) {
	l.ph, l.hurry = ph, make(chan struct{}, 1)
	l.shown = call.Line{State: call.Connecting}
}

// wanted wakes the line; one that waits tries at once.
func (l *line) wanted() {
	if l.ph.closing {
		return
	}
	if l.awake {
		select {
		case l.hurry <- struct{}{}:
		default:
		}
		return
	}
	l.awake = true
	l.run++
	w := &watchkeeper{line: l, run: l.run}
	ctx, cancel := context.WithCancel(l.ph.ctx)
	l.sleep = cancel
	l.ph.work.Go(func() { w.keep(ctx) })
	l.rest()
}

// rest puts a line to sleep that nobody wants any more, or looks again later.
func (l *line) rest() {
	l.resting.stop()
	if !l.awake || l.ph.closing {
		return
	}
	left := l.ph.pool.Waits.Linger - l.ph.idle()
	switch {
	case len(l.ph.talks) > 0:
		// The end of the last call comes here again.
	case left > 0:
		l.resting = l.ph.after(left, l.rest)
	default:
		l.awake = false
		l.flow = nil
		l.sleep()
		l.show(call.Connecting, "")
	}
}

func (l *line) show(state call.LineState, sentence string) {
	shown := call.Line{State: state, Sentence: sentence}
	if l.known != nil {
		shown.Device = l.known.Device.ID
	}
	if shown != l.shown {
		l.shown = shown
		l.ph.changed()
	}
}

// broken shows what is wrong.
func (l *line) broken(f *failure) {
	l.flow = nil
	if f.fresh {
		l.known = nil
	}
	l.show(f.state, f.sentence)
}

// registered takes calls on a flow.
func (l *line) registered(flow *sip.Flow, info rc.SIPInfo) {
	if l.ph.closing {
		return
	}
	again := l.flow != flow
	l.flow, l.info = flow, info
	l.show(call.Registered, "")
	if again {
		l.ph.moved(flow)
	}
}

// moved has calls go on over a new flow: their sound has not ended with the
// old one (RFC 5626 section 5.3).
func (ph *Phone) moved(flow *sip.Flow) {
	for _, t := range ph.talks {
		if t.live() && t.dialog != nil && t.flow != flow {
			t.flow, t.dialog = flow, t.dialog.On(flow)
		}
	}
}

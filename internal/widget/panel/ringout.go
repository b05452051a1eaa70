package panel

import (
	"cmp"
	"time"

	"offhook/internal/widget/call"
	"offhook/internal/widget/lang"
)

// callWays are how the user calls somebody.
var callWays = []choice{
	{"browser", lang.Mark("From this browser"), ""},
	{"ringout", lang.Mark("My own phone rings first"), lang.Mark("When you answer it, the other side is called. You talk on that phone, and this browser does not ring")},
}

// CallWays are those to choose from; none where there is nothing to choose.
func (v preferringView) CallWays() []choice {
	if !v.desk.CanRingOut() {
		return nil
	}
	return callWays
}

// Way is the one that counts: the user's choice, or else the page's.
func (v preferringView) Way() string { return cmp.Or(v.CallWith, v.PageWay, "browser") }

// A ringOutView is a call that rings the user's own phone first, as they see
// it.
type ringOutView struct {
	call.RingOut
	Title string
	Words string
	Since string // RFC 3339: when the far side answered; empty where no time runs
	Clock string
}

// Cancels reports whether it can be taken back here.
func (v ringOutView) Cancels() bool { return v.State == call.RingsHere || v.State == call.RingsThere }

func (p page) ringOut(now call.Snapshot) *ringOutView {
	if now.RingOut == nil {
		return nil
	}
	v := &ringOutView{RingOut: *now.RingOut, Title: p.callTitle(p.portrayed(p.partyOf(now.RingOut.Number, "")))}
	switch v.State {
	case call.RingsHere:
		v.Words = p.Lang.Say("Ringing your phone…")
		if v.Prompt {
			v.Words = p.Lang.Say("Answer your phone, then press 1")
		}
	case call.RingsThere:
		v.Words = p.Lang.Say("Ringing…")
	case call.RingsBoth:
		v.Words = p.Lang.Say("On your phone")
		v.Since = v.Answered.UTC().Format(time.RFC3339Nano)
		v.Clock = clockwise(max(0, p.clock.now.Sub(v.Answered)))
	case call.RingsOver:
		if v.Words = p.Lang.Sentence(v.Sentence); v.Words == "" {
			v.Words = p.Lang.Say("Call ended")
		}
	}
	return v
}

package softphone

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"offhook/internal/media"
	"offhook/internal/rc"
	"offhook/internal/sip"
	"offhook/internal/widget/call"
)

// Details are what an act needs to know besides its call.
type Details struct {
	To     string `json:"to"`     // forward, transfer: as it was typed
	CallID string `json:"callId"` // transfer: to the far side of this call
	Digits string `json:"digits"`
	Party  string `json:"party"` // remove, silence: somebody in the conference
	On     *bool  `json:"on"`    // record, silence; absent is on
	Mode   string `json:"mode"`  // supervise: a call.Supervision, or takeover

	Text     string `json:"text"`    // reply: the user's own words
	Pattern  string `json:"pattern"` // reply: one of the platform's (contract 6)
	Time     int    `json:"time"`
	TimeUnit string `json:"timeUnit"`

	number string // To, read
}

// An act is something that a user can do with a call, and when.
type act struct {
	in  []call.State
	dir call.Direction // empty for both
	do  func(t *talk, d Details, done func(error))
}

var (
	ringing = []call.State{call.Ringing}
	talking = []call.State{call.Connected, call.Held}
	living  = []call.State{call.Dialing, call.Ringing, call.Connected, call.Held}
)

// acts are what users can do.
var acts = map[string]act{
	"answer":    {ringing, call.Inbound, func(t *talk, _ Details, done func(error)) { t.answer(done) }},
	"ignore":    {ringing, call.Inbound, func(t *talk, _ Details, done func(error)) { t.ignore(done) }},
	"voicemail": {ringing, call.Inbound, func(t *talk, _ Details, done func(error)) { t.divert(call.Voicemail, done, clientVoicemail) }},
	"forward":   {ringing, call.Inbound, (*talk).forward},
	"reply":     {ringing, call.Inbound, (*talk).reply},
	"hangup":    {living, "", func(t *talk, _ Details, done func(error)) { t.hangUp(done) }},
	"hold":      {talking, "", func(t *talk, _ Details, done func(error)) { t.hold(true, done) }},
	"unhold":    {talking, "", func(t *talk, _ Details, done func(error)) { t.activate(done) }},
	"activate":  {talking, "", func(t *talk, _ Details, done func(error)) { t.activate(done) }},
	"mute":      {living, "", func(t *talk, _ Details, done func(error)) { t.mute(true, done) }},
	"unmute":    {living, "", func(t *talk, _ Details, done func(error)) { t.mute(false, done) }},
	"digits":    {living, "", (*talk).press},
	"transfer":  {talking, "", (*talk).pass},
	"record":    {talking, "", func(t *talk, d Details, done func(error)) { t.record(d.On == nil || *d.On, done) }},
	"park":      {talking, "", func(t *talk, _ Details, done func(error)) { t.park(done) }},
	"remove":    {talking, "", (*talk).remove},
	"silence":   {talking, "", (*talk).silence},
	"leave":     {talking, "", func(t *talk, _ Details, done func(error)) { t.leave(done) }},
	"supervise": {talking, "", (*talk).supervise},
	"flip":      {talking, "", func(t *talk, d Details, done func(error)) { t.flip(d.number, done) }},
}

// Act does something with a call and returns when the platform has done it.
// The error is an *rc.Error with a sentence, or ctx's.
func (ph *Phone) Act(ctx context.Context, id, name string, d Details) error {
	a, ok := acts[name]
	if !ok {
		return rc.Errorf(rc.NotFound, "The phone sent something that its server does not understand. Reload the page.")
	}
	if d.To != "" {
		desk, err := ph.pool.Desks.Desk(ctx, ph.grantID)
		if err != nil {
			return err
		}
		if d.number, err = dialable(desk, d.To); err != nil {
			return err
		}
	}
	return ph.ask(ctx, func(done func(error)) {
		if name == "hangup" && ph.cancelRing(id, done) {
			return
		}
		t, err := ph.find(id)
		if err == nil {
			err = cmp.Or(t.fits(name), a.may(t))
		}
		if err == nil && strings.HasPrefix(d.number, "+") {
			err = ph.countDial() // a number outside, which the platform calls
		}
		if err != nil {
			done(err)
			return
		}
		if waits := t.State == call.Ringing && t.Direction == call.Inbound; waits && name != "answer" {
			done = t.turnedAway(done)
		}
		a.do(t, d, done)
	})
}

// turnedAway has a call that the user did not want counted among those that
// they know of, once it is gone.
func (t *talk) turnedAway(done func(error)) func(error) {
	return func(err error) {
		declined := t.Outcome == call.Declined
		if session := t.TelephonySessionID; err == nil && session != "" && !t.live() {
			t.ph.aside(func(ctx context.Context) func() {
				if desk, err := t.ph.pool.Desks.Desk(ctx, t.ph.grantID); err == nil {
					desk.Known(session, declined)
				}
				return nil
			})
		}
		done(err)
	}
}

// may says why an act cannot be done now.
func (a act) may(t *talk) error {
	switch {
	case !t.live():
		return over()
	case slices.Contains(a.in, t.State) && (a.dir == "" || a.dir == t.Direction):
		return nil
	case t.talking():
		return rc.Errorf(rc.Conflict, "This call has been answered.")
	}
	return rc.Errorf(rc.Conflict, "Nobody has answered this call yet.")
}

// hangUp ends a call, and declines one that rings.
func (t *talk) hangUp(done func(error)) {
	if t.message != nil {
		t.message.fate = call.DropStopped
	}
	if t.invite == nil || t.answering {
		t.part()
		t.end(t.outcome(), "")
		done(nil)
		return
	}
	if t.leaving != "" {
		done(nil) // it is on its way elsewhere
		return
	}
	if t.notice == nil {
		_ = t.invite.Respond(603, "Decline")
		t.end(call.Declined, "")
		done(nil)
		return
	}
	t.command(call.Declined, func(err error) {
		if err != nil && t.State == call.Ringing { // declined in any case
			_ = t.invite.Respond(603, "Decline")
			t.end(call.Declined, "")
		}
		done(nil)
	}, clientReject)
}

// ignore has a call ring no more here; elsewhere it does.
func (t *talk) ignore(done func(error)) {
	t.part()
	t.end(call.Declined, "")
	done(nil)
}

// divert sends a call that rings somewhere else, which the platform does.
func (t *talk) divert(outcome call.Outcome, done func(error), command int, attrs ...attr) {
	switch {
	case t.queued:
		done(rc.Errorf(rc.Conflict, "A call of a queue can only be answered or declined."))
	case t.notice == nil:
		done(rc.Errorf(rc.Conflict, "This call can only be answered or declined."))
	case t.answering || t.leaving != "":
		done(over())
	default:
		t.command(outcome, done, command, attrs...)
	}
}

func (t *talk) forward(d Details, done func(error)) {
	if d.number == "" {
		done(rc.Errorf(rc.Invalid, "Say where the call is to go."))
		return
	}
	t.divert(call.Forwarded, done, clientForward, forwardTo(d.number)...)
}

// forwardTo says where a call is forwarded to, at once (contract 8.6).
func forwardTo(number string) []attr {
	return []attr{{"FwdDly", "0"}, {"Phn", number}, {"PhnTp", "3"}}
}

// longestReply bounds a reply that the platform reads out, in bytes.
const longestReply = 500

// patterns are the platform's ready replies (contract 8.6, 6).
var patterns = map[string]string{
	"WillCallYouBack": "1", "CallMeBack": "1", "OnMyWay": "2", "OnTheOtherLine": "3",
	"WillCallYouBackLater": "4", "CallMeBackLater": "4", "InAMeeting": "5", "OnTheOtherLineNoCall": "6",
}

func (t *talk) reply(d Details, done func(error)) {
	text := clean(d.Text)
	if pattern := patterns[d.Pattern]; pattern != "" {
		direction := "0"
		if strings.HasPrefix(d.Pattern, "CallMeBack") {
			direction = "1"
		}
		units := map[string]string{"Hour": "1", "Day": "2"}[d.TimeUnit]
		t.divert(call.Replied, done, clientReply, attr{"RepTp", pattern}, attr{"Dir", direction}, attr{"Vl", strconv.Itoa(max(0, d.Time))}, attr{"Units", cmp.Or(units, "0")})
		return
	}
	switch {
	case text == "" || d.Pattern != "":
		done(rc.Errorf(rc.Invalid, "Write what the caller is to be told."))
	case len(d.Text) > longestReply:
		done(rc.Errorf(rc.Invalid, "This is too long to be read out. Write something shorter."))
	default:
		t.divert(call.Replied, done, clientReply, attr{"RepTp", "0"}, attr{"Bdy", text})
	}
}

// mute keeps what the user says from the far side, which hears silence.
func (t *talk) mute(on bool, done func(error)) {
	if t.Muted != on {
		t.Muted = on
		t.ph.review()
		t.ph.changed()
	}
	done(nil)
}

// longestDigits bounds what is keyed in one go.
const longestDigits = 64

// press sends keys, which machines at the far side hear.
func (t *talk) press(d Details, done func(error)) {
	leg := t.wire.leg
	switch {
	case d.Digits == "" || len(d.Digits) > longestDigits || strings.Trim(d.Digits, "0123456789*#ABCD,") != "":
		done(rc.Errorf(rc.Invalid, "Only digits, * and # can be keyed in."))
		return
	case leg == nil || t.State == call.Held:
		done(rc.Errorf(rc.Conflict, "Take the call off hold first."))
		return
	}
	after := t.pressed
	mine := make(chan struct{})
	t.pressed = mine
	t.ph.sound.typing++
	t.ph.review()
	t.ph.aside(func(ctx context.Context) func() {
		defer close(mine)
		if after != nil {
			<-after // keys go one after the other
		}
		err := media.SendDigits(ctx, leg, d.Digits)
		return func() {
			t.ph.sound.typing--
			t.ph.review()
			if err != nil {
				err = over()
			}
			done(err)
		}
	})
}

// pass transfers a call, blindly or to the far side of another one.
func (t *talk) pass(d Details, done func(error)) {
	switch {
	case d.CallID != "":
		other, err := t.ph.find(d.CallID)
		if err != nil {
			done(err)
			return
		}
		if other.message != nil {
			done(dropping())
			return
		}
		t.attended(other, done)
	case d.number != "":
		t.blind(d.number, done)
	default:
		done(rc.Errorf(rc.Invalid, "Say where the call is to go."))
	}
}

// same reports whether a description is of the connection that the call has.
func (t *talk) same(offer []byte) bool {
	return t.offered == "" || t.offered == fingerprintOf(offer)
}

// fingerprintOf is what tells one connection's description from another's: the
// words of ICE are new for each (RFC 8839 section 5.4).
func fingerprintOf(description []byte) string {
	for line := range strings.SplitSeq(string(description), "\n") {
		if ufrag, ok := strings.CutPrefix(strings.TrimSpace(line), "a=ice-ufrag:"); ok {
			return ufrag
		}
	}
	return ""
}

var _ sip.Handler = (*Phone)(nil)

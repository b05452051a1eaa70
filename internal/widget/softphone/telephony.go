package softphone

import (
	"context"
	"errors"
	"slices"
	"strings"

	"offhook/internal/rc"
	"offhook/internal/widget/call"
)

// maxHeard bounds the events that are kept for calls not yet known by name.
const maxHeard = 32

// reasons are what the platform says of calls that came to nothing (contract
// 6), for people.
var reasons = map[string]struct {
	outcome  call.Outcome
	sentence string
}{
	rc.ReasonNoAnswer:       {call.Missed, noAnswer},
	rc.ReasonTimeout:        {call.Missed, noAnswer},
	rc.ReasonTargetBusy:     {call.Failed, isBusy},
	rc.ReasonRejected:       {call.Declined, wasDeclined},
	rc.ReasonInvalidNumber:  {call.Failed, noSuch},
	rc.ReasonNoSuchUser:     {call.Failed, noSuch},
	rc.ReasonBlocked:        {call.Failed, notLet},
	rc.ReasonInternalError:  {call.Failed, notPlaced},
	"InternationalDisabled": {call.Failed, notLet},
	"NotEnoughFunds":        {call.Failed, notLet},
}

// follow notes whether the platform tells what becomes of calls. While it
// does not, it is asked.
func (ph *Phone) follow(on bool) {
	ph.line.followed = on
	if on {
		ph.recallParked()
	}
	for _, t := range ph.talks {
		if t.live() && (!t.talking() || on) {
			t.inquire()
		}
	}
}

// telephony takes an event of the user's sessions.
func (ph *Phone) telephony(e rc.TelephonyEvent) {
	ph.parked(e)
	if ph.ringOut != nil && ph.ringOut.id == e.TelephonySessionID {
		ph.lookAt(ph.ringOut)
	}
	known := false
	for _, t := range ph.talks {
		if t.TelephonySessionID != "" && t.TelephonySessionID == e.TelephonySessionID {
			t.hears(e)
			known = true
		}
	}
	if known {
		return
	}
	// An event can be faster than the response that names its session.
	ph.line.heard = append(ph.line.heard, e)
	ph.line.heard = ph.line.heard[max(0, len(ph.line.heard)-maxHeard):]
}

// recall has a call hear what was told before its name was known.
func (ph *Phone) recall(t *talk) {
	var mine []rc.TelephonyEvent
	ph.line.heard = slices.DeleteFunc(ph.line.heard, func(e rc.TelephonyEvent) bool {
		own := e.TelephonySessionID == t.TelephonySessionID
		if own {
			mine = append(mine, e)
		}
		return own
	})
	for _, e := range mine {
		t.hears(e)
	}
}

// hears takes an event of the call's session. What is older than what was
// heard is dropped (contract 6).
func (t *talk) hears(e rc.TelephonyEvent) {
	if e.Sequence < t.seen {
		return
	}
	t.seen = e.Sequence
	if t.SessionID != e.SessionID {
		t.SessionID = e.SessionID
		t.ph.changed()
	}
	for _, p := range e.Parties {
		if t.PartyID == "" && strings.EqualFold(p.Direction, string(t.Direction)) || p.ID == t.PartyID {
			from, to := p.From, p.To
			if t.supervision != nil && p.ID == t.PartyID { // the platform has called this phone, and calls that outbound
				t.oversees(to)
				from = to
			}
			t.heardOf(p.Status, from, to, p.Recordings)
		}
	}
	t.gather()
}

// heardOf takes what the platform says of the user's own party.
func (t *talk) heardOf(s rc.PartyStatus, from, to rc.TelephonyEnd, recordings []rc.PartyRecording) {
	t.remote = s.Code
	if s.Reason != "" {
		t.reason, t.because = s.Reason, s.Description
	}
	t.meet(from, to)
	if len(recordings) > 0 && t.live() {
		on := slices.ContainsFunc(recordings, func(r rc.PartyRecording) bool { return r.Active })
		if on != t.Recording && len(t.replies) == 0 {
			t.recorded(on)
		}
	}
	switch {
	case !t.live():
		t.explain()
	case s.Code == rc.PartyGone:
		t.relink(s.PeerID)
	case goesOn(s.Reason): // with another party
	case s.Over():
		t.alarm(t.ph.after(t.ph.pool.Waits.Answer, func() { // SIP says it, too, and sooner
			t.part()
			t.left()
		}))
	case t.Direction == call.Inbound:
		// One party for all phones of the user: when this one has not
		// answered, another has.
		t.elsewhere = t.elsewhere || s.Code == rc.PartyAnswered && t.State == call.Ringing && !t.answering
	case s.Code == rc.PartyProceeding && t.State == call.Dialing:
		t.move(call.Ringing)
	case (s.Code == rc.PartyAnswered || s.Code == rc.PartyVoicemail) && t.accepted:
		t.connected()
	}
}

// goesOn reports whether a party that has ended for a reason has another in
// its place, so that the call goes on (contract 6).
func goesOn(reason string) bool {
	return reason == rc.ReasonPickup || reason == rc.ReasonCallSwitch
}

// relink follows a call that the far side has transferred: the dialog goes on,
// under the names of another session, with somebody else.
func (t *talk) relink(peer *rc.PeerID) {
	if peer == nil || peer.TelephonySessionID == "" {
		return
	}
	t.SessionID, t.TelephonySessionID, t.PartyID = peer.SessionID, peer.TelephonySessionID, peer.PartyID
	t.seen, t.stranger = 0, true
	t.ph.changed()
	t.ph.recall(t)
}

// meet takes the far party's name, where SIP had none, and the number of who
// has come in its place; and the user's own number, where the platform has
// chosen it.
func (t *talk) meet(from, to rc.TelephonyEnd) {
	if t.meeting != nil {
		return // there is not one
	}
	if own := clean(from.PhoneNumber); t.Direction == call.Outbound && t.Line == "" && !t.withheld && own != "" {
		t.Line = own
		t.ph.changed()
	}
	far := to
	if t.Direction == call.Inbound {
		far = from
	}
	name, number := clean(far.Name), clean(far.PhoneNumber)
	switch {
	case t.stranger && (name != "" || number != ""):
		t.Name, t.Number, t.stranger = name, number, false
	case t.Name == "" && name != "":
		t.Name = name
	default:
		return
	}
	t.ph.changed()
}

// explain says why a call that is just over came to nothing, when the reason
// is later than the end.
func (t *talk) explain() {
	why, because, ok := t.cameToNothing()
	if ok && t.Direction == call.Outbound && t.Answered.IsZero() && t.Outcome != call.Cancelled && t.Sentence != because {
		t.Outcome, t.Sentence = why, because
		t.NoSuch = because == noSuch
		t.ph.changed()
	}
}

// inquire asks the platform what has become of a call, when events do not
// tell. Where it is not to be had, the platform's acceptance has to do.
func (t *talk) inquire() {
	ph, id := t.ph, t.TelephonySessionID
	if !t.live() || t.talking() && id == "" {
		return
	}
	if id == "" {
		t.assume()
		return
	}
	ph.aside(func(ctx context.Context) func() {
		var session rc.TelephonySession
		desk, err := ph.pool.Desks.Desk(ctx, ph.grantID)
		if err == nil {
			session, err = desk.Session(ctx, id)
		}
		return func() {
			at := slices.IndexFunc(session.Parties, func(p rc.TelephonyParty) bool { return p.ID == t.PartyID })
			switch {
			case !t.live():
			case err != nil || at < 0:
				if e, ok := errors.AsType[*rc.Error](err); ok && e.Kind != rc.Unavailable || at < 0 && err == nil {
					t.assume()
				}
			default:
				p := session.Parties[at]
				t.heardOf(p.Status, p.From, p.To, p.Recordings)
			}
		}
	})
}

// assume takes the platform's acceptance for the callee's.
func (t *talk) assume() {
	if t.Direction == call.Outbound && t.accepted {
		t.connected()
	}
}

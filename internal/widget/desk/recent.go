package desk

import (
	"slices"
	"strings"
	"time"

	"offhook/internal/rc"
	calls "offhook/internal/widget/call"
)

// Bounds of the calls that the platform's log does not have yet.
const (
	maxRecent = 50
	// recentFor is how long after its end a call may be missing in a log that
	// was read.
	recentFor = 5 * time.Minute
)

// recentID begins the ids of calls by what is known of them here; their
// telephony session follows. They stay good when the log has the call.
const recentID = "recent-"

// A recentCall is a call as its events tell it, so that it is seen as soon as
// it is over: the log is read only so often.
type recentCall struct {
	rc.CallRecord
	seen     int64           // the sequence of the last event
	going    map[string]bool // the user's parties, by id, and whether they are in it
	answered time.Time
	mailbox  bool // its caller was sent to the user's voicemail
	ended    time.Time
}

func (c *recentCall) over() bool { return !c.ended.IsZero() }

// recall is what is known here of a session; nil for nothing.
func (b *callBook) recall(session string) *recentCall {
	i := slices.IndexFunc(b.recent, func(c *recentCall) bool { return c.TelephonySessionID == session })
	if i < 0 {
		return nil
	}
	return b.recent[i]
}

// remember makes room for a call that is not known yet.
func (b *callBook) remember(session, id string, at time.Time) *recentCall {
	c := &recentCall{going: map[string]bool{}, CallRecord: rc.CallRecord{ID: recentID + session, SessionID: id, CallFacts: rc.CallFacts{
		TelephonySessionID: session, StartTime: rc.TimeOf(at), Type: rc.Voice,
	}}}
	b.recent = append(b.recent, c)
	b.recent = b.recent[max(0, len(b.recent)-maxRecent):]
	return c
}

// unlogged puts what is known here into what the log says: calls that it does
// not have, and those that it has as going on.
func (b *callBook) unlogged(all []*rc.CallRecord) []*rc.CallRecord {
	for _, c := range b.recent {
		if !c.over() {
			continue
		}
		i := slices.IndexFunc(all, func(r *rc.CallRecord) bool { return r.TelephonySessionID == c.TelephonySessionID })
		switch {
		case i < 0:
			r := c.CallRecord
			all = append(all, &r)
		case all[i].Result == rc.CallInProgress:
			r := *all[i]
			r.Result, r.Reason, r.Duration, r.DurationMs = c.Result, "", c.Duration, c.DurationMs
			all[i] = &r
		}
	}
	return all
}

// forget drops the calls that the log has, or should have by now.
func (b *callBook) forget(now time.Time) {
	logged := map[string]bool{}
	for _, r := range b.byID {
		logged[r.TelephonySessionID] = logged[r.TelephonySessionID] || r.Result != rc.CallInProgress
	}
	before := len(b.recent)
	b.recent = slices.DeleteFunc(b.recent, func(c *recentCall) bool {
		return c.over() && (logged[c.TelephonySessionID] || now.Sub(c.ended) > recentFor)
	})
	if len(b.recent) != before {
		b.sorted = nil
	}
}

// find is a call by its id, or by what it was called before the log had it.
func (b *callBook) find(id string) *rc.CallRecord {
	if r := b.byID[id]; r != nil && r.Result != rc.CallInProgress {
		return r
	}
	session, recent := strings.CutPrefix(id, recentID)
	for _, r := range b.list() {
		if r.ID == id || recent && r.TelephonySessionID == session {
			return r
		}
	}
	return nil
}

// callTold takes what an event says of the user's part in a call. The user
// sees the call when they have left it.
func (d *Desk) callTold(e rc.TelephonyEvent) {
	if e.TelephonySessionID == "" || !plainID.MatchString(recentID+e.TelephonySessionID) {
		return // the log will have it
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	b := &d.calls
	if !d.me.Features[callFeature] || b.refused {
		return
	}
	at := e.EventTime.Time
	if at.IsZero() {
		at = d.pool.Now()
	}
	c := b.recall(e.TelephonySessionID)
	if c == nil {
		c = b.remember(e.TelephonySessionID, e.SessionID, at)
	}
	if e.Sequence < c.seen { // an older one (contract 6)
		return
	}
	c.seen = e.Sequence
	for _, p := range e.Parties {
		if p.ExtensionID == "" || p.ExtensionID == d.me.ExtensionID {
			c.hear(p, at)
		}
	}
	d.recentChanged(c)
}

// recentChanged shows a call when it is over. The caller holds mu.
func (d *Desk) recentChanged(c *recentCall) {
	if b := &d.calls; c.over() {
		b.sorted = nil
		d.tell(Event{Type: EventCalls, Missed: b.missed()})
	}
}

// hear takes what is told of one of the user's parties.
func (c *recentCall) hear(p rc.EventParty, at time.Time) {
	if c.PartyID == "" {
		c.PartyID, c.Direction = p.ID, p.Direction
	}
	if c.PartyID == p.ID {
		c.From, c.To = endOfCall(p.From), endOfCall(p.To)
	}
	c.going[p.ID] = !p.Status.Over()
	inbound := p.Direction == rc.Inbound
	switch p.Status.Code {
	case rc.PartyVoicemail:
		c.mailbox = c.mailbox || inbound
		if !inbound && c.answered.IsZero() {
			c.answered = at // by the callee's
		}
	case rc.PartyAnswered, rc.PartyHold, rc.PartyParked:
		if c.answered.IsZero() {
			c.answered = at
		}
	}
	c.ended = time.Time{}
	for _, going := range c.going {
		if going {
			return
		}
	}
	c.end(at, fateOf(inbound, !c.answered.IsZero(), c.mailbox, p.Status.Reason))
}

// end notes when and how the call ended. It lasted as long as the talk, or as
// it rang where there was none.
func (c *recentCall) end(at time.Time, result string) {
	began := c.StartTime.Time
	if !c.answered.IsZero() {
		began = c.answered
	}
	c.ended, c.Result = at, result
	c.DurationMs = max(0, at.Sub(began)).Milliseconds()
	c.Duration = c.DurationMs / 1000
}

// fates are what the log says of calls that nobody answered, by the reason
// that events give (contract 5.5 and 6).
var fates = map[string]string{
	rc.ReasonNoAnswer: rc.CallNoAnswer, rc.ReasonTimeout: rc.CallNoAnswer, rc.ReasonTargetBusy: rc.CallBusy, rc.ReasonRejected: rc.CallRejected,
	rc.ReasonInvalidNumber: "Wrong Number", rc.ReasonNoSuchUser: "Wrong Number", rc.ReasonBlocked: "Restricted Number",
	rc.ReasonInternationalDisabled: "International Disabled", rc.ReasonInternalError: "Call Failed", rc.ReasonCallDropped: "Call Failed",
}

// fateOf is what the log will say of a call.
func fateOf(inbound, answered, mailbox bool, reason string) string {
	switch {
	case answered && inbound:
		return rc.CallAccepted
	case answered:
		return rc.CallConnected
	case !inbound && fates[reason] != "":
		return fates[reason]
	case !inbound:
		return rc.CallHangUp
	case mailbox:
		return rc.CallToVoicemail
	case reason == rc.ReasonRejected:
		return rc.CallRejected
	case reason == rc.ReasonPickup || reason == rc.ReasonAgentAnswered:
		return rc.CallElsewhere
	case reason == rc.ReasonCallRedirected || reason == rc.ReasonCallSwitch || reason == rc.ReasonBlindTransfer || reason == rc.ReasonRCCTransfer || reason == rc.ReasonCallReplied:
		return rc.CallAccepted
	}
	return rc.CallMissed
}

// endOfCall is an end of a call as the log has it.
func endOfCall(e rc.TelephonyEnd) *rc.CallParty {
	if e == (rc.TelephonyEnd{}) {
		return nil
	}
	return callParty(e.PhoneNumber, e.Name, e.ExtensionID)
}

// callParty is somebody by a number as it is dialled.
func callParty(number, name, extensionID string) *rc.CallParty {
	p := &rc.CallParty{PhoneNumber: number, Name: name, ExtensionID: extensionID}
	if number != "" && !strings.HasPrefix(number, "+") {
		p.PhoneNumber, p.ExtensionNumber = "", number
	}
	return p
}

// outcomes are what the log will say of a call that nobody answered, by how
// the phone has seen it end. Of the others the phone sees no end: they go on
// elsewhere.
var outcomes = map[calls.Outcome]string{
	calls.HungUp: rc.CallHangUp, calls.Cancelled: rc.CallHangUp, calls.Declined: rc.CallRejected, calls.Voicemail: rc.CallToVoicemail, calls.Failed: "Call Failed",
}

// CallOver notes a call of the user's phone that has just ended. Where events
// tell of calls, they tell more.
func (d *Desk) CallOver(c calls.Call) {
	inbound := c.Direction == calls.Inbound
	result, ended := outcomes[c.Outcome]
	switch {
	case c.Outcome == calls.Missed && inbound:
		result, ended = rc.CallMissed, true
	case c.Outcome == calls.Missed:
		result, ended = rc.CallNoAnswer, true
	case c.NoSuch:
		result = fates[rc.ReasonNoSuchUser]
	}
	if !c.Answered.IsZero() {
		result = fateOf(inbound, true, false, "")
	}
	if !ended || c.Conference || c.TelephonySessionID == "" || !plainID.MatchString(recentID+c.TelephonySessionID) {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	b := &d.calls
	if !d.me.Features[callFeature] || b.refused || b.recall(c.TelephonySessionID) != nil {
		return
	}
	r := b.remember(c.TelephonySessionID, c.SessionID, c.Began)
	r.Direction, r.PartyID, r.answered = string(c.Direction), c.PartyID, c.Answered
	r.From, r.To = callParty(c.Line, "", ""), callParty(c.Number, c.Name, "")
	if inbound {
		r.From, r.To = r.To, r.From
	}
	r.end(c.Ended, result)
	d.recentChanged(r)
	wake(d.wantCalls) // no event does
}

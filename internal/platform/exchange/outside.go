package exchange

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"offhook/internal/media"
	"offhook/internal/platform/exchange/session"
	"offhook/internal/platform/exchange/trunk"
	"offhook/internal/rc"
	"offhook/internal/sip"
)

// Calls to numbers outside go through the trunk. Whatever asks for one (a
// phone, a transfer, a rule, a request), it begins in startOutside, and no
// INVITE leaves before the trunk's gate has admitted it.

// outsideTime is how long a phone outside may ring.
const outsideTime = 2 * time.Minute

// An outsider is whom a fork calls outside.
type outsider struct {
	number    string      // E.164
	by        int64       // the extension that pays for the call
	caller    session.End // who calls, for them; empty for somebody who withholds it
	leg       *media.Leg
	described string // the far side's description that the leg has
	progress  sip.Progress
}

// outsideAt is a number that the platform does not have, as a destination.
// Without a trunk it may exist all the same: it is not reached from here.
func (x *Exchange) outsideAt(e164 string) destination {
	if x.Trunk == nil {
		to := nowhere(e164, rc.ReasonBlocked)
		to.sentence = rc.OutsideUnconnected
		return to
	}
	return destination{outside: e164, end: session.End{Number: e164}}
}

// charge says which extension pays for a call, should it go outside. It leads
// nowhere when the gate would not let it out.
func (x *Exchange) charge(ctx context.Context, to destination, by int64) (destination, error) {
	if to.outside == "" || to.by != 0 {
		return to, nil
	}
	to.by = by
	err := x.Trunk.Allows(ctx, by, to.outside)
	var no *trunk.Refusal
	if errors.As(err, &no) {
		to.reason, to.sentence = no.Reason, no.Sentence
		return to, nil
	}
	return to, err
}

// reachOutside calls somebody outside.
func (c *call) reachOutside(to destination) {
	r := &ring{to: to, parties: map[int64]*session.Party{}}
	r.party = c.session.Add(session.PartySpec{Direction: rc.Inbound, From: c.caller, To: to.end})
	c.ring = r
	r.timer = c.later(outsideTime, func() {
		if c.ring == r {
			c.stopRing(ending{reason: rc.ReasonNoAnswer}, "")
			c.unreached(ending{reason: rc.ReasonNoAnswer})
		}
	})
	c.startOutside(r, to.outside, to.by)
	c.tune()
}

// joinOutside has a phone outside ring beside others, for a part of its own.
func (c *call) joinOutside(r *ring, to destination) {
	id := int64(-1 - len(r.parties)) // extensions have no such ids
	for r.parties[id] != nil {
		id--
	}
	r.parties[id] = c.session.Add(session.PartySpec{Direction: rc.Inbound, From: c.caller, To: to.end})
	c.startOutside(r, to.outside, to.by).party = r.parties[id]
}

// startOutside has a phone outside ring. An extension pays for the call.
func (c *call) startOutside(r *ring, e164 string, by int64) *fork {
	ctx, cancel := context.WithCancelCause(c.x.ctx)
	f := &fork{call: c, binding: &binding{}, party: r.party, cancel: cancel, outside: &outsider{number: e164, by: by, caller: c.caller}}
	r.forks = append(r.forks, f)
	c.x.spawn(func(context.Context) {
		defer cancel(nil)
		f.runOutside(ctx)
	})
	return f
}

// runOutside passes the gate and calls.
func (f *fork) runOutside(ctx context.Context) {
	c, x, o := f.call, f.call.x, f.outside
	if err := x.Trunk.Admit(ctx, o.by, o.number); err != nil {
		c.post(func() { c.failedOutside(f, x.refusal(c, err)) })
		return
	}
	leave, ok := x.Trunk.Enter()
	if !ok {
		c.post(func() {
			c.failedOutside(f, ending{rc.ReasonBlocked, "All lines to the telephone network are busy. Call again later."})
		})
		return
	}
	if !f.dial(ctx, leave) {
		leave()
	}
}

// refusal is why a call is not let out.
func (x *Exchange) refusal(c *call, err error) ending {
	var no *trunk.Refusal
	if errors.As(err, &no) {
		return ending{no.Reason, no.Sentence}
	}
	x.Log.Error("asking whether a call may go outside", "call", c.session.ID(), "err", err)
	return failed
}

// dial calls the number; true when somebody answered who is in the call now.
func (f *fork) dial(ctx context.Context, leave func()) bool {
	c, x, o := f.call, f.call.x, f.outside
	invite, key, err := f.composeOutside(ctx)
	if err != nil {
		c.post(func() { c.failedOutside(f, x.unconnected(c, err)) })
		return false
	}
	defer x.unlistFork(key)
	flow, res, err := x.Trunk.Do(ctx, invite, func(flow *sip.Flow, res *sip.Response) { f.progress(flow, invite, res) })
	if err != nil || res.StatusCode >= 300 {
		o.leg.Close()
		why := ending{}
		if err != nil {
			why = x.unconnected(c, err)
		} else {
			why = outcome(res.StatusCode)
		}
		c.post(func() { c.failedOutside(f, why) })
		return false
	}
	l := &line{x: x, leg: o.leg, local: invite.Body(), outside: true, leave: leave, updates: mayUpdate(res), expiry: sip.AnsweredExpiry(res)}
	l.wire.Store(o.progress.Dialog(flow, invite, res))
	err = l.dialog().Ack(nil, "")
	if err == nil {
		err = f.hear(string(res.Body()))
	}
	return f.offerLine(l, err)
}

// composeOutside makes the INVITE with its description, and has what the
// carrier sends behind its 200 wait for the line.
func (f *fork) composeOutside(ctx context.Context) (invite *sip.Request, key string, err error) {
	x, o := f.call.x, f.outside
	flow, err := x.Trunk.Flow()
	if err != nil {
		return nil, "", err
	}
	payer, err := x.Store.Extension(ctx, o.by)
	if err != nil {
		return nil, "", fmt.Errorf("reading extension %d: %w", o.by, err)
	}
	shown, err := x.callerEnd(ctx, payer, o.caller.Number)
	if err != nil {
		return nil, "", err
	}
	offer := ""
	if o.leg, offer, err = x.offerOut(flow); err != nil {
		return nil, "", err
	}
	if o.caller.ExtensionID == o.by {
		shown.Name = o.caller.Name
	}
	invite = x.Trunk.Invite(flow, trunk.Call{To: o.number, From: shown.Number, Name: shown.Name, Withheld: shownNumber(o.caller) == anonymous})
	sip.SetBody(invite, sip.SDP, []byte(offer))
	from, _ := sip.Tags(invite)
	key = outsideKey(invite.CallID().Value(), from)
	x.mu.Lock()
	x.forks[key] = f
	x.mu.Unlock()
	return invite, key, nil
}

// unlistFork has what came for a line that is there now, or never will be,
// dealt with.
func (x *Exchange) unlistFork(key string) {
	x.mu.Lock()
	f := x.forks[key]
	delete(x.forks, key)
	late := f.waiting
	x.mu.Unlock()
	for _, w := range late {
		w.peer.ServeSIP(w.tx)
	}
}

// progress takes a provisional response: it rings, or says something before
// anybody answers (RFC 3960). The carrier may want to know that we have heard
// of it (RFC 3262).
func (f *fork) progress(flow *sip.Flow, invite *sip.Request, res *sip.Response) {
	c := f.call
	d, prack, passOver := f.outside.progress.Take(flow, invite, res)
	if res.StatusCode == 100 || passOver {
		return
	}
	if prack != nil {
		c.x.spawn(func(ctx context.Context) {
			_, _ = c.x.Trunk.In(ctx, d, prack) // without it the carrier ends the call, which is told
		})
	}
	if len(res.Body()) > 0 && f.hear(string(res.Body())) == nil {
		c.post(func() { c.earlyMedia(f) })
	}
	if res.StatusCode != 183 {
		c.post(func() { c.rings(f) })
	}
}

// hear takes a description of the far side's, unless it is the one that is
// known. It runs on the fork's goroutine.
func (f *fork) hear(description string) error {
	if description == f.outside.described || f.outside.described != "" && undescribed(description) {
		return nil // a 200 need not repeat what a reliable response has said
	}
	take := f.outside.leg.SetAnswer
	if f.outside.described != "" {
		take = f.outside.leg.Redescribe
	}
	if err := take(description); err != nil {
		return err
	}
	f.outside.described = description
	return nil
}

// earlyMedia lets the one who waits hear what the carrier says. Nobody speaks
// to it before it has answered.
func (c *call) earlyMedia(f *fork) {
	r := c.ring
	if r == nil || !r.has(f) || r.to.outside == "" || r.early != nil {
		return
	}
	r.early = f.outside.leg
	c.tune()
}

// unconnected is why no call came about with a carrier that did not refuse it.
func (x *Exchange) unconnected(c *call, err error) ending {
	if errors.Is(err, context.Canceled) {
		return cancelled
	}
	x.Log.Warn("calling outside", "call", c.session.ID(), "err", err)
	return noNetwork
}

var noNetwork = ending{rc.ReasonInternalError, "The line to the telephone network does not work at the moment. Call again later."}

// outcome is what a carrier's response means for people.
func outcome(code int) ending {
	switch code {
	case 404, 410, 484, 604:
		return ending{rc.ReasonInvalidNumber, "This number is not in use."}
	case 403:
		return ending{rc.ReasonBlocked, "The telephone network does not put this call through."}
	case 408, 480, 487:
		return ending{reason: rc.ReasonNoAnswer}
	case 486, 600:
		return ending{reason: rc.ReasonTargetBusy}
	case 603:
		return ending{reason: rc.ReasonRejected}
	}
	return noNetwork
}

// failedOutside comes when a call outside leads to nobody. Where other phones
// ring, they ring on.
func (c *call) failedOutside(f *fork, why ending) {
	if f.joins != nil {
		c.cameNot(f)
		return
	}
	r := c.ring
	if r == nil || !r.has(f) {
		return
	}
	r.drop(f)
	f.party.End(why.reason, why.sentence)
	if r.to.outside == "" {
		c.memberLeaves(r, f.party, 480)
		return
	}
	c.stopRing(why, "")
	c.unreached(why)
}

// unreached ends a call that nobody outside has answered: one that was sent on
// goes back to the voicemail of who was called first.
func (c *call) unreached(why ending) {
	if c.journey.first != nil {
		c.turnBack()
		return
	}
	c.refuse(why)
}

// outsideKey names a dialog with the carrier, whose calls may come back in with
// the same Call-ID.
func outsideKey(callID, tag string) string { return "outside|" + callID + "|" + tag }

// key is what a line is found by.
func (l *line) key() string {
	d := l.dialog()
	if l.outside {
		return outsideKey(d.CallID, d.LocalTag)
	}
	return lineKey(d.Flow, d.CallID)
}

// pickUp accepts the call of somebody outside, once: who calls from there pays
// from now on.
func (l *line) pickUp() {
	tx := l.unanswered
	if tx == nil {
		return
	}
	l.unanswered = nil
	with := []sip.Option{sip.With("Contact", "<"+l.dialog().Contact.String()+">"), sip.With("Allow", outsideAllowed), l.expiry.Told}
	if !l.previewed {
		with = append(with, sip.WithBody(sip.SDP, l.local))
		if undescribed(string(tx.Request().Body())) {
			l.awaitAnswer(tx)
		}
	}
	l.lives(l.expiry)
	respond(tx, 200, "OK", with...)
}

// ringing tells somebody outside that a phone rings, and makes sure that they
// have heard where they ask for that.
func (l *line) ringing() {
	tx := l.unanswered
	if tx == nil || l.rang {
		return
	}
	contact := sip.With("Contact", "<"+l.dialog().Contact.String()+">")
	late, must := undescribed(string(tx.Request().Body())), sip.Requires(tx.Request(), sip.Reliable)
	switch {
	case late && must: // the first that is sure to be heard has the offer (RFC 3261 section 13.2.1)
		l.rang, l.previewed = true, true
		_ = tx.RespondReliably(180, "Ringing", l.answeredEarly, contact, sip.WithBody(sip.SDP, l.local)) // as with respond
	case must || !late && slices.Contains(sip.OptionTags(tx.Request(), "Supported"), sip.Reliable):
		l.rang = true
		_ = tx.RespondReliably(180, "Ringing", nil, contact)
	default:
		respond(tx, 180, "Ringing", contact)
	}
}

// answeredEarly takes the answer to our offer from a PRACK.
func (l *line) answeredEarly(prack *sip.Tx) {
	l.postElse(func(c *call) {
		if err := l.leg.SetAnswer(string(prack.Request().Body())); err != nil {
			c.x.Log.Info("a carrier answered an offer with what cannot be used", "call", c.session.ID(), "err", err)
			respond(prack, 488, "Not Acceptable Here")
			c.silent(l)
			return
		}
		respond(prack, 200, "OK")
	}, func() { respond(prack, 481, "Call/Transaction Does Not Exist") })
}

// decline refuses the call of somebody outside that nobody has answered.
func (l *line) decline(why ending) {
	if l.unanswered == nil {
		return
	}
	code, reason := 480, "Temporarily Unavailable"
	switch why.reason {
	case rc.ReasonTargetBusy:
		code, reason = 486, "Busy Here"
	case rc.ReasonInvalidNumber, rc.ReasonNoSuchUser:
		code, reason = 404, "Not Found"
	case rc.ReasonRejected, rc.ReasonBlocked:
		code, reason = 603, "Decline"
	case rc.ReasonInternalError:
		code, reason = 500, "Server Internal Error"
	}
	respond(l.unanswered, code, reason)
	l.unanswered, l.gone = nil, true
}

// outsiders are the lines of the trunk.
func (x *Exchange) outsiders(which func(*line) bool) []*line {
	x.mu.Lock()
	defer x.mu.Unlock()
	var all []*line
	for _, l := range x.lines {
		if l.outside && which(l) {
			all = append(all, l)
		}
	}
	return slices.Clip(all)
}

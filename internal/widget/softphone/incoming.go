package softphone

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"offhook/internal/media"
	"offhook/internal/rc"
	"offhook/internal/sip"
	"offhook/internal/widget/call"
	"offhook/internal/widget/lang"
)

var lineBroke = lang.Mark("The line to the phone service broke while it rang.")

// incoming takes the INVITE of a new call (contract 8.5).
func (ph *Phone) incoming(tx *sip.Tx) {
	req := tx.Request()
	if ph.closing || ph.live() >= maxLive {
		_ = tx.Respond(486, "Busy Here")
		return
	}
	_ = tx.Respond(100, "Trying")
	t := ph.newTalk(call.Inbound, call.Ringing)
	t.flow, t.sipID, t.invite, t.keys = tx.Flow(), req.CallID().Value(), tx, credentials(ph.line.info)
	t.offered = fingerprintOf(req.Body())
	t.introduce(req)
	t.named(req)
	if sip.HeaderValue(req, "p-rc-api-monitoring-ids") != "" {
		t.summoned()
	}
	if ph.ringsElsewhere(t) {
		ph.talks = slices.DeleteFunc(ph.talks, func(o *talk) bool { return o == t })
		_ = tx.Respond(480, "Temporarily Unavailable")
		return
	}
	_ = tx.Respond(180, "Ringing")
	if t.notice != nil {
		// Without it the call cannot be sent to voicemail later.
		confirm := t.agentMessage(receiveConfirm)
		ph.part(func(ctx context.Context) { _, _ = t.flow.Do(ctx, confirm, nil) })
	}
	ph.aside(func(ctx context.Context) func() {
		select {
		case <-tx.Cancelled():
			return t.cancelled
		case <-tx.Flow().Done():
			return func() { t.unreachable() }
		case <-t.gone:
		case <-ctx.Done():
		}
		return nil
	})
	w := ph.pool.Waits
	t.alarm(ph.after(w.Shown, func() {
		if !t.shown && t.State == call.Ringing {
			t.noticed(false)
		}
	}))
	t.alarm(ph.after(w.Unseen, t.unseen))
	t.alarm(ph.after(w.Ring, func() {
		if t.State == call.Ringing {
			t.part()
			t.end(call.Missed, "")
		}
	}))
	if strings.EqualFold(sip.HeaderValue(req, "Alert-Info"), "Auto Answer") {
		t.shown = true
		t.answer(func(error) {}) // what goes wrong is in the call's sentence
	}
}

// introduce reads who calls.
func (t *talk) introduce(req *sip.Request) {
	from := req.From()
	t.Number, t.Name = from.Address.User, from.DisplayName
	if n := readNotice(sip.HeaderValue(req, "P-rc")); n != nil {
		t.notice = n
		t.Number, t.Name, t.Line = cmp.Or(n.Body.Number, t.Number), cmp.Or(n.Body.Name, t.Name), n.Body.ToNumber
	}
	for attribute := range strings.SplitSeq(sip.HeaderValue(req, "p-rc-api-call-info"), ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(attribute), "=")
		switch name {
		case "queueName":
			t.Queue = value
		case "callerIdName":
			t.Name = cmp.Or(t.Name, value)
		case "callAttributes":
			t.queued = strings.Contains(value, "queue-call")
		}
	}
	if strings.EqualFold(t.Number, "anonymous") {
		t.Number = ""
	}
	t.Number, t.Name, t.Queue = clean(t.Number), clean(t.Name), clean(t.Queue)
}

// longestName bounds what a caller can have a phone show, in bytes.
const longestName = 128

// clean takes out of a text from outside what is not to be shown.
func clean(s string) string { return tidy(s, longestName) }

func tidy(s string, longest int) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	return strings.TrimSpace(s[:min(len(s), longest)])
}

// cancelled ends a call that does not ring any more: the caller has given up,
// or somebody has answered elsewhere (RFC 3326).
func (t *talk) cancelled() {
	if !t.live() || t.State != call.Ringing {
		return
	}
	outcome := call.Missed
	if t.elsewhere {
		outcome = call.Elsewhere
	}
	if t.leaving != "" {
		outcome = t.leaving
	}
	t.end(outcome, t.missedFor())
}

// missedFor says why a call was missed, where that is to be said.
func (t *talk) missedFor() string {
	if !t.shown && !t.elsewhere && t.leaving == "" {
		t.Unseen = true
		return neverSeen
	}
	return ""
}

// unreachable ends a call that still rings when its flow ends.
func (t *talk) unreachable() {
	if t.State == call.Ringing {
		t.end(call.Missed, lineBroke)
	}
}

// Shown notes that a page shows, and sounds, calls that ring. First reports
// whether it was the first page to say so of one of them.
func (ph *Phone) Shown(ctx context.Context, ids []string) (first bool, err error) {
	err = ph.ask(ctx, func(done func(error)) {
		for _, t := range ph.talks {
			if t.State == call.Ringing && t.Direction == call.Inbound && slices.Contains(ids, t.ID) {
				first = first || !t.shown
				t.noticed(true)
			}
		}
		done(nil)
	})
	return first, err
}

// answer takes a call that rings.
func (t *talk) answer(done func(error)) {
	switch {
	case t.answering:
		done(nil)
		return
	case t.leaving != "":
		done(over())
		return
	}
	t.answering = true
	offer := string(t.invite.Request().Body())
	t.ph.aside(func(ctx context.Context) func() {
		leg, err := t.ph.pool.Engine.Leg()
		var local string
		switch {
		case err != nil:
		case offer == "": // the platform wants our offer, and answers in its ACK
			local, err = leg.Offer(ctx)
		default:
			local, err = leg.Answer(ctx, offer)
		}
		return func() { done(t.picked(leg, local, err)) }
	})
}

// picked answers with our description.
func (t *talk) picked(leg *media.Leg, local string, err error) error {
	t.answering = false
	if err != nil || t.State != call.Ringing {
		if leg != nil {
			leg.Close()
		}
		if err == nil {
			return over()
		}
		t.ph.log.Warn("answering a call", "call", t.ID, "err", err)
		_ = t.invite.Respond(488, "Not Acceptable Here")
		t.end(call.Failed, soundLost)
		return rc.Errorf(rc.Unavailable, "The call could not be answered: its sound does not fit this phone.")
	}
	contact := t.flow.Contact(t.ph.line.info.Username)
	err = t.invite.Respond(200, "OK", sip.With("Contact", "<"+contact.String()+">"), sip.With("Allow", allowed),
		sip.WithBody(sip.SDP, []byte(local)))
	if err != nil { // it has been cancelled in the same moment, or the flow has ended
		leg.Close()
		t.end(call.Missed, "")
		return rc.Errorf(rc.Conflict, "The caller has hung up.")
	}
	t.dialog = sip.NewUAS(t.invite, contact)
	t.late = len(t.invite.Request().Body()) == 0
	t.invite, t.local = nil, []byte(local)
	t.move(call.Connected)
	t.ph.holdOthers(t)
	t.ph.active = t
	t.carry(leg)
	return nil
}

// acknowledged takes the ACK of an answer; that of one with our offer brings
// the platform's answer.
func (t *talk) acknowledged(req *sip.Request) {
	t.supervision.stands(nil)
	if !t.late || len(req.Body()) == 0 || t.wire.leg == nil {
		return
	}
	t.late = false
	if err := t.wire.leg.SetAnswer(string(req.Body())); err != nil {
		t.ph.log.Warn("the sound of a call cannot be connected", "call", t.ID, "err", err)
		t.part()
		t.end(call.Failed, soundLost)
	}
}

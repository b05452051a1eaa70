package softphone

import (
	"context"
	"slices"
	"strings"

	"offhook/internal/sip"
	"offhook/internal/widget/call"
)

// ServeSIP takes what the platform asks of the phone.
func (ph *Phone) ServeSIP(tx *sip.Tx) {
	if !ph.box.post(func() { ph.serve(tx) }) {
		_ = tx.Respond(503, "Service Unavailable") // the flow is about to end
	}
}

// serve answers a request, in the actor. A response that cannot be sent means
// that the flow is gone, which the line notices itself.
func (ph *Phone) serve(tx *sip.Tx) {
	req := tx.Request()
	_, to := sip.Tags(req)
	t := ph.byCallID(req.CallID().Value())
	switch req.Method {
	case sip.INVITE:
		switch {
		case to == "" && t == nil:
			ph.incoming(tx)
		case to == "":
			_ = tx.Respond(482, "Loop Detected") // the same call by another way (RFC 3261 section 8.2.2.2)
		case t == nil || !t.within(req):
			_ = tx.Respond(481, "Call/Transaction Does Not Exist")
		default:
			t.reinvited(tx)
		}
	case sip.ACK:
		if t != nil && t.within(req) {
			t.acknowledged(req)
		}
	case sip.BYE:
		if t == nil || !t.within(req) {
			_ = tx.Respond(481, "Call/Transaction Does Not Exist")
			return
		}
		_ = tx.Respond(200, "OK")
		t.left()
	case sip.MESSAGE:
		_ = tx.Respond(200, "OK")
		ph.message(t, req)
	case sip.INFO:
		_ = tx.Respond(200, "OK")
		if t != nil {
			t.informed(req)
		}
	case sip.NOTIFY:
		_ = tx.Respond(200, "OK")
		if t == nil {
			ph.notified(req)
		} else {
			t.notified(req)
		}
	case sip.OPTIONS, sip.UPDATE:
		_ = tx.Respond(200, "OK", sip.With("Allow", allowed))
	default:
		_ = tx.Respond(405, "Method Not Allowed", sip.With("Allow", allowed))
	}
}

// byCallID finds a call, also one that is just over.
func (ph *Phone) byCallID(id string) *talk {
	at := slices.IndexFunc(ph.talks, func(t *talk) bool { return t.sipID == id && id != "" })
	if at < 0 {
		return nil
	}
	return ph.talks[at]
}

// within reports whether a request belongs to the call's dialog. The address
// that it is sent to says nothing (contract 8.10), the tag does.
func (t *talk) within(req *sip.Request) bool {
	return t.live() && t.dialog != nil && t.dialog.Key() == sip.RequestKey(req)
}

// notified takes a NOTIFY outside of any call: one without an event says that
// how to register has changed (contract 8.3).
func (ph *Phone) notified(req *sip.Request) {
	if strings.TrimSpace(sip.HeaderValue(req, "Event")) == "" {
		ph.line.stale()
	}
}

// stale has the line ask the platform anew how to register, when it next
// connects: at once while there are no calls.
func (l *line) stale() {
	l.known = nil
	if l.ph.live() == 0 && l.flow != nil {
		l.flow.Close()
		l.wanted()
	}
}

// left ends a call that the far side, or the platform, has ended.
func (t *talk) left() {
	if t.refer != nil { // a transfer ends with it (contract 8.8)
		t.handedOver()
	}
	switch why, because, ok := t.cameToNothing(); {
	case t.merged:
		t.end(call.Merged, "")
	case t.transferred || t.moving || t.Flipped:
		t.end(call.Moved, "")
	case t.talking():
		t.end(call.HungUp, "")
	case ok:
		t.end(why, because)
	default:
		t.end(call.Missed, noAnswer)
	}
}

// outcome is how a call ends that somebody hangs up.
func (t *talk) outcome() call.Outcome {
	switch {
	case t.Flipped:
		return call.Moved
	case t.talking():
		return call.HungUp
	case t.Direction == call.Inbound:
		return call.Declined
	}
	return call.Cancelled
}

// part tells the platform that a call ends, whichever way fits. It does not
// wait for the answer: the call is over for us.
func (t *talk) part() {
	switch {
	case t.dialog != nil:
		d := t.dialog
		t.ph.part(func(ctx context.Context) { _, _ = t.send(ctx, d, d.Request(sip.BYE, nil, "")) })
	case t.invite != nil:
		_ = t.invite.Respond(480, "Temporarily Unavailable")
	}
	// An INVITE of ours is taken back by end.
}

// part does what is left to do for a call that is over.
func (ph *Phone) part(work func(ctx context.Context)) {
	ph.parting.Go(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ph.ctx), ph.pool.Waits.Answer)
		defer cancel()
		work(ctx)
	})
}

// send sends a request of a dialog, with the proof of who sends it where the
// platform asks for that.
func (t *talk) send(ctx context.Context, d *sip.Dialog, req *sip.Request) (*sip.Response, error) {
	ctx, cancel := context.WithTimeout(ctx, t.ph.pool.Waits.Answer)
	defer cancel()
	res, err := d.Do(ctx, req, nil)
	if err != nil || res.StatusCode != 401 && res.StatusCode != 407 {
		return res, err
	}
	if err := t.keys.Answer(req, res); err != nil {
		return nil, err
	}
	d.Request(sip.OPTIONS, nil, "") // is not sent: the proof has used its number
	return d.Do(ctx, req, nil)
}

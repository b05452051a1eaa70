package exchange

import (
	"context"
	"net/netip"
	"strings"

	"offhook/internal/media"
	"offhook/internal/platform/exchange/session"
	"offhook/internal/platform/exchange/trunk"
	"offhook/internal/rc"
	"offhook/internal/sip"
)

// outsideAllowed is what a carrier may ask for in a call.
const outsideAllowed = "INVITE, ACK, CANCEL, BYE, INFO, OPTIONS, PRACK, UPDATE"

// TrunkUp comes when the trunk has a connection with the carrier: calls whose
// own is dead go on over it.
func (x *Exchange) TrunkUp(f *sip.Flow) {
	for _, l := range x.outsiders((*line).dead) {
		l.wire.Store(l.dialog().On(f)) // its key is the same
	}
}

// TrunkDown comes when a connection with a carrier has ended.
func (x *Exchange) TrunkDown(f *sip.Flow) {
	for _, l := range x.outsiders(func(l *line) bool { return l.dialog().Flow == f }) {
		l.post(func(c *call) { c.lost(l) })
	}
}

// ServeTrunk takes what a carrier asks.
func (x *Exchange) ServeTrunk(tx *sip.Tx) {
	req := tx.Request()
	from, to := sip.Tags(req)
	if to == "" {
		if req.Method != sip.INVITE {
			respond(tx, 481, "Call/Transaction Does Not Exist")
			return
		}
		respond(tx, 100, "Trying")
		x.spawn(func(ctx context.Context) { x.callIn(ctx, tx) })
		return
	}
	key := outsideKey(req.CallID().Value(), to)
	x.mu.Lock()
	l, f := x.lines[key], x.forks[key]
	if l == nil && f != nil {
		f.waiting = append(f.waiting, waiting{sip.HandlerFunc(x.ServeTrunk), tx})
	}
	x.mu.Unlock()
	switch {
	case l != nil && l.dialog().RemoteTag == from:
		if !l.carrierAsks(tx) {
			respond(tx, 481, "Call/Transaction Does Not Exist")
		}
	case l == nil && f != nil: // its 200 is still being looked at
	default:
		respond(tx, 481, "Call/Transaction Does Not Exist")
	}
}

// carrierAsks takes a carrier's request in a call; false when the call is over.
// It may not send the call elsewhere.
func (l *line) carrierAsks(tx *sip.Tx) bool {
	req := tx.Request()
	switch req.Method {
	case sip.ACK:
		return l.acknowledged(tx)
	case sip.INVITE, sip.UPDATE:
		return l.postElse(func(c *call) { c.redescribed(l, tx) }, func() { respond(tx, 481, "Call/Transaction Does Not Exist") })
	case sip.BYE:
		ok := l.post(func(c *call) { c.hangup(l) })
		if ok {
			respond(tx, 200, "OK")
		}
		return ok
	case sip.INFO:
		respond(tx, 200, "OK")
		if key, ok := dialledKey(req); ok {
			l.typed(key)
		}
		return true
	case sip.REFER:
		respond(tx, 403, "Forbidden")
		return true
	}
	respond(tx, 405, "Method Not Allowed", sip.With("Allow", outsideAllowed))
	return true
}

// redescribed takes a re-INVITE or an UPDATE of a carrier: it holds, takes
// back, has moved, or only shows that it is there (RFC 4028).
func (c *call) redescribed(l *line, tx *sip.Tx) {
	expiry, ok := l.expiryOf(tx)
	if !ok {
		return
	}
	contact := sip.With("Contact", "<"+l.dialog().Contact.String()+">")
	body := tx.Request().Body()
	if len(body) == 0 {
		l.lives(expiry)
		if tx.Request().Method == sip.UPDATE {
			respond(tx, 200, "OK", contact, sip.With("Allow", outsideAllowed), expiry.Told)
			return
		}
		c.offerAnew(l, tx, outsideAllowed, expiry.Told)
		return
	}
	if err := l.leg.Redescribe(string(body)); err != nil {
		c.x.Log.Info("refusing a carrier's change of a call", "call", c.session.ID(), "err", err)
		respond(tx, 488, "Not Acceptable Here")
		return
	}
	direction := sip.DirectionOf(body)
	l.local = sip.NextVersion(sip.WithDirection(l.local, direction.Reverse()))
	l.lives(expiry)
	respond(tx, 200, "OK", contact, sip.With("Allow", outsideAllowed), expiry.Told, sip.WithBody(sip.SDP, l.local))
	c.hold(l, direction.Held())
}

// callIn takes a call from outside, to a number of the platform's.
func (x *Exchange) callIn(ctx context.Context, tx *sip.Tx) {
	if x.closing.Load() {
		respond(tx, 503, "Service Unavailable")
		return
	}
	to, err := x.called(ctx, tx.Request())
	switch {
	case err != nil:
		x.Log.Error("finding where a call from outside goes", "err", err)
		respond(tx, 500, "Server Internal Error")
		return
	case to.reason != "" || to.outside != "":
		respond(tx, 404, "Not Found")
		return
	}
	l := &line{x: x, outside: true, unanswered: tx, ended: make(chan struct{}), updates: mayUpdate(tx.Request())}
	expiry, ok := l.expiryOf(tx)
	if !ok {
		return
	}
	leave, ok := x.Trunk.Enter()
	if !ok {
		respond(tx, 486, "Busy Here")
		return
	}
	leg, described, err := x.soundIn(ctx, tx)
	if err != nil {
		leave()
		x.Log.Info("refusing a call from outside", "err", err)
		respond(tx, 488, "Not Acceptable Here")
		return
	}
	l.leg, l.local, l.leave, l.expiry = leg, []byte(described), leave, expiry
	l.wire.Store(sip.NewUAS(tx, x.Trunk.Contact(tx.Flow())))
	c := x.newCall(session.Spec{})
	l.call.Store(c)
	c.postElse(func() { c.comeIn(l, x.from(tx.Request()), to) }, func() {
		respond(tx, 503, "Service Unavailable")
		l.close()
	})
	x.spawn(func(context.Context) {
		for lost := tx.Lost(); ; lost = nil {
			select {
			case <-tx.Cancelled():
				l.post(func(c *call) { l.unanswered = nil; c.hangup(l) })
				return
			case <-lost: // nobody has acknowledged that it was answered
				l.post(func(c *call) { c.without(l) })
				return
			case <-l.ended:
				return
			}
		}
	})
}

// soundIn answers what a carrier offers, or offers something to one that does
// not.
func (x *Exchange) soundIn(ctx context.Context, tx *sip.Tx) (*media.Leg, string, error) {
	offer := string(tx.Request().Body())
	if undescribed(offer) {
		return x.offerOut(tx.Flow())
	}
	return x.soundFor(ctx, offer, netip.Addr{})
}

// from is who calls from outside. Their number may be one of the platform's
// only in name: they are nobody of it.
func (x *Exchange) from(req *sip.Request) session.End {
	number, name := trunk.Caller(req)
	if e164, ok := x.Number(number); ok {
		number = e164
	}
	return session.End{Number: tidyNumber(number), Name: name}
}

// called finds whom a call from outside is for: the number in the request, or
// in To where the carrier sends all calls to what is registered. Nothing but
// public numbers of the platform can be called.
func (x *Exchange) called(ctx context.Context, req *sip.Request) (destination, error) {
	number := req.Recipient.User
	if number == "" || number == x.Trunk.User() {
		number = req.To().Address.User
	}
	number = tidyNumber(number)
	for _, n := range []string{plus(number), number} {
		if !strings.HasPrefix(n, "+") && !isDigits(n) {
			break
		}
		to, err := x.routePublic(ctx, n)
		if err != nil || to.reason == "" && to.outside == "" {
			return to, err
		}
	}
	return nowhere(number, rc.ReasonInvalidNumber), nil
}

// comeIn begins a call from outside.
func (c *call) comeIn(l *line, caller session.End, to destination) {
	c.caller = caller
	l.party = c.session.Add(session.PartySpec{Direction: rc.Outbound, From: caller, To: to.end})
	c.connect(l)
	c.reach(to)
}

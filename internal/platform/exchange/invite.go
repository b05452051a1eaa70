package exchange

import (
	"context"
	"net/netip"
	"slices"
	"strconv"
	"sync"

	"offhook/internal/media"
	"offhook/internal/platform/exchange/session"
	"offhook/internal/rc"
	"offhook/internal/sip"
)

// invite takes a call that a phone places (contract 8.4).
func (p *peer) invite(tx *sip.Tx) {
	if p.x.closing.Load() {
		respond(tx, 503, "Service Unavailable")
		return
	}
	d, ok := p.device(p.x.ctx, tx)
	if !ok {
		return
	}
	b := p.binding(d.ID)
	if b == nil {
		respond(tx, 403, "Forbidden")
		return
	}
	req := tx.Request()
	if replaces := sip.HeaderValue(req, "Replaces"); replaces != "" {
		gone := func() { respond(tx, 481, "Call/Transaction Does Not Exist") }
		if old := p.x.replaced(b.ext.ID, replaces); old != nil {
			old.postElse(func(c *call) { c.moveTo(tx, b, old) }, gone)
		} else {
			gone()
		}
		return
	}
	caller, err := p.x.callerEnd(p.x.ctx, b.ext, asserted(req))
	var to destination
	urgent, listens := false, false
	var theirs *call
	if err == nil {
		to, urgent, err = p.x.urgent(p.x.ctx, b, req.Recipient.User)
	}
	if err == nil && !urgent && !p.x.mayReach(b.ext.ID) {
		p.x.tooMany(tx)
		return
	}
	if err == nil && !urgent {
		to, theirs, listens, err = p.x.supervised(p.x.ctx, b.ext, req.Recipient.User)
	}
	if err == nil && !urgent && !listens {
		if to, err = p.x.route(p.x.ctx, b.ext.AccountID, req.Recipient.User); err == nil {
			to, err = p.x.charge(p.x.ctx, to, b.ext.ID)
		}
	}
	if err != nil {
		p.x.Log.Error("finding where a call goes", "ext", b.ext.ID, "err", err)
		respond(tx, 500, "Server Internal Error")
		return
	}
	caller.DeviceID = strconv.FormatInt(d.ID, 10)
	c := p.x.parkedAt(to.orbit)
	if theirs != nil {
		c = theirs
	}
	if to.meeting != "" {
		c = p.x.conferenceAt(to.meeting)
	}
	if c == nil {
		c = p.x.newCall(session.Spec{})
	}
	c.postElse(func() { c.place(tx, b, caller, to) }, func() { respond(tx, 480, "Temporarily Unavailable") })
}

// mayCall counts one more call of a phone, until took; false when it has
// enough. An urgent one is always let through.
func (x *Exchange) mayCall(deviceID int64, urgent bool) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	n := x.taking[deviceID]
	for _, l := range x.lines {
		if l.device.ID == deviceID {
			n++
		}
	}
	if n >= x.MaxCalls && !urgent {
		return false
	}
	x.taking[deviceID]++
	return true
}

// took says that a call that mayCall counted is a line now, or came to
// nothing.
func (x *Exchange) took(deviceID int64) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.taking[deviceID]--; x.taking[deviceID] == 0 {
		delete(x.taking, deviceID)
	}
}

func (p *peer) binding(deviceID int64) *binding {
	p.x.mu.Lock()
	defer p.x.mu.Unlock()
	for _, own := range p.x.bindings {
		for _, b := range own {
			if b.flow == p.flow && b.device.ID == deviceID && p.x.Now().Before(b.expires) {
				return b
			}
		}
	}
	return nil
}

// asserted is the number that a phone wants to show.
func asserted(req *sip.Request) string {
	a, err := sip.ParseAddress(sip.HeaderValue(req, "P-Asserted-Identity"))
	if err != nil {
		return ""
	}
	return a.URI.User
}

// withholds reports whether a phone says that it wants to be anonymous.
func withholds(req *sip.Request) bool { return asserted(req) == anonymous }

// seen is a caller as the other side sees them: not at all where they withhold
// who they are.
func seen(caller session.End, req *sip.Request) session.End {
	if withholds(req) {
		return session.End{}
	}
	return caller
}

// place answers the phone as soon as there is sound, long before anybody has
// answered (contract 8.4).
func (c *call) place(tx *sip.Tx, b *binding, caller session.End, to destination) {
	if len(c.lines) == 0 {
		c.caller = seen(caller, tx.Request())
	}
	party := c.session.Add(session.PartySpec{
		Direction: rc.Outbound, AccountID: b.ext.AccountID, ExtensionID: b.ext.ID, From: caller, To: to.end,
		Withheld: withholds(tx.Request()), ConferenceRole: c.role(b.ext.ID), Action: to.action(), Hidden: to.watch != nil, Unlogged: to.asks != nil,
	})
	c.take(tx, b, party, to)
}

// take answers the phone of a party: it is accepted as soon as its sound is.
func (c *call) take(tx *sip.Tx, b *binding, party *session.Party, to destination) {
	dialog := sip.NewUAS(tx, b.flow.Contact("exchange"))
	l := &line{x: c.x, ext: b.ext, device: b.device, agent: c.x.agent(c.session, b.device.ID), party: party}
	l.wire.Store(dialog)
	offer := string(tx.Request().Body())
	if !c.x.mayCall(b.device.ID, to.service == emergency) {
		proceed(tx, ids(party))
		respond(tx, 486, "Busy Here", ids(party))
		c.leave(party, to, ending{rc.ReasonInternalError, "The phone has as many calls as it may have."})
		return
	}
	c.x.spawn(func(ctx context.Context) {
		took := sync.OnceFunc(func() { c.x.took(b.device.ID) })
		defer took()
		leg, answer, err := c.x.soundOf(ctx, b, offer)
		taken := make(chan struct{})
		c.post(func() {
			took() // a line from here on: who hears the 200 may place the next call
			c.accept(tx, l, leg, answer, err, to)
			close(taken)
		})
		select {
		case <-taken:
			return
		case <-c.done:
		}
		select {
		case <-taken: // it was what ended the call
		default: // the call ended before its turn came
			if leg != nil {
				leg.Close()
			}
			respond(tx, 480, "Temporarily Unavailable", ids(party))
		}
	})
	c.x.spawn(func(ctx context.Context) {
		select {
		case <-tx.Cancelled():
			c.post(func() {
				if slices.Contains(c.lines, l) || c.watches(l) { // its 200 waited for a PRACK
					c.hangup(l)
					return
				}
				c.leave(l.party, to, cancelled)
			})
		case <-tx.Lost(): // refused, because nobody has acknowledged the 183
			l.post(func(c *call) { c.hangup(l) })
		case <-c.done:
		}
	})
}

// proceed says in a 183 what there is, so that a phone is sure to hear of it
// where it requires that (RFC 3262). One that leaves the offer to us would have
// to find it there, and is answered by the 200 alone.
func proceed(tx *sip.Tx, opts ...sip.Option) {
	switch req := tx.Request(); {
	case !sip.Requires(req, sip.Reliable):
		respond(tx, 183, "Session Progress", opts...)
	case !undescribed(string(req.Body())):
		_ = tx.RespondReliably(183, "Session Progress", nil, opts...) // as with respond
	}
}

// soundFor answers an offer; from is as [media.Leg.Signalled] has it, and not
// valid for those who are trusted.
func (x *Exchange) soundFor(ctx context.Context, offer string, from netip.Addr) (*media.Leg, string, error) {
	leg, err := x.Engine.Leg()
	if err != nil {
		return nil, "", err
	}
	if from.IsValid() {
		leg.Signalled(from)
	}
	answer, err := leg.Answer(ctx, offer)
	if err != nil {
		leg.Close()
		return nil, "", err
	}
	return leg, answer, nil
}

// accept tells of the sound in a 183, without which a web phone of version 0.8
// cancels the call, and the same in the 200.
func (c *call) accept(tx *sip.Tx, l *line, leg *media.Leg, answer string, err error, to destination) {
	contact := sip.With("Contact", "<"+l.dialog().Contact.String()+">")
	if err != nil {
		c.x.Log.Info("refusing a call", "call", c.session.ID(), "err", err)
		proceed(tx, contact, ids(l.party))
		respond(tx, 488, "Not Acceptable Here", ids(l.party))
		c.leave(l.party, to, failed)
		return
	}
	l.leg, l.local = leg, []byte(answer)
	preview := []sip.Option{contact, ids(l.party)}
	late := undescribed(string(tx.Request().Body()))
	if !late { // an offer is in the 200 alone (RFC 3261 section 13.2.1)
		preview = append(preview, sip.WithBody(sip.SDP, l.local))
	}
	proceed(tx, preview...)
	if to.orbit != nowhereParked && len(c.lines) > 0 && c.orbit != to.orbit {
		to.reason = rc.ReasonInvalidNumber // somebody else has taken it in the same moment, and talks
	}
	if to.reason != "" {
		leg.Close()
		respond(tx, 486, "Busy Here", ids(l.party))
		c.leave(l.party, to, ending{to.reason, to.sentence})
		return
	}
	c.enlist(l) // what follows the 200 finds the line
	if late {
		l.awaitAnswer(tx)
	}
	err = tx.Respond(200, "OK", contact, sip.With("Allow", allowed), ids(l.party), sip.WithBody(sip.SDP, l.local))
	if err != nil {
		l.unlist()
		leg.Close()
		c.leave(l.party, to, cancelled)
		return
	}
	if to.watch != nil {
		c.listenIn(l, *to.watch)
		return
	}
	c.connect(l)
	if to.instead != nil {
		c.replace(to.instead, l)
		return
	}
	c.reach(to)
}

// leave takes out a party whose phone never was connected, and ends the call
// when nobody else is in it. One that has another phone stays.
func (c *call) leave(p *session.Party, to destination, why ending) {
	if to.instead != nil {
		return
	}
	p.End(why.reason, why.sentence)
	if len(c.lines) == 0 {
		c.finish(why)
	}
}

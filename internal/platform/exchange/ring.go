package exchange

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"offhook/internal/media"
	"offhook/internal/platform/exchange/session"
	"offhook/internal/rc"
	"offhook/internal/sip"
)

// A ring is the attempt to reach somebody: all phones of theirs ring, and the
// first that answers has the call.
type ring struct {
	to     destination
	party  *session.Party
	forks  []*fork
	timer  *time.Timer
	begged int // how often a phone has asked for more time
	// party is the part of who was called; nil for a queue, and parties are
	// those of its members who ring, or of people whose phones ring for others,
	// by extension.
	parties map[int64]*session.Party
	stages  []stage    // that are left
	turn    int        // counts stages, and who rings for a queue
	own     bool       // the phones of who was called have begun to ring
	seeking int        // numbers of this stage that are looked up, and services that ring
	hunt    *hunt      // of a queue
	replies bool       // a message to the caller is on its way
	early   *media.Leg // what a carrier says before anybody answers; may be nil
	// monitoring names the party that who answers listens to, as
	// p-rc-api-monitoring-ids has it; empty for who does not.
	monitoring string
	// then is set where the phones of the one who calls ring first: what is
	// done when one of them has answered.
	then func()
}

// A fork is one phone that rings.
type fork struct {
	call    *call
	binding *binding
	party   *session.Party
	agent   agent
	invite  *sip.Request
	cancel  context.CancelCauseFunc
	auto    bool      // it is to answer by itself
	outside *outsider // set for a phone outside
	waiting []waiting // guarded by Exchange.mu
	// joins is set for a phone that is not called, but asked to come in.
	joins func(l *line) bool
}

// A waiting request came in a dialog whose 200 is still being looked at.
type waiting struct {
	peer sip.Handler
	tx   *sip.Tx
}

func (r *ring) has(f *fork) bool { return slices.Contains(r.forks, f) }

// reach connects the one who waits with a destination.
func (c *call) reach(to destination) {
	switch {
	case to.service != "":
		c.serve(to)
	case to.asks != nil:
		c.askWhom(to)
	case to.orbit != nowhereParked:
		c.unpark(to)
	case to.announce:
		c.closed(to)
	case to.menu != nil:
		c.greet(to)
	case to.meeting != "" && c.conference != nil:
		for _, l := range c.lines {
			l.talks()
		}
		c.tune()
		c.tellRecorded(c.lines[len(c.lines)-1])
	case !to.mailbox && to.plan.redirects():
		c.redirect(to)
	case to.outside != "" && to.reason == "":
		c.reachOutside(to)
	case to.queue != nil:
		c.reachQueue(to)
	case to.ext == nil:
		c.refuse(ending{to.reason, cmp.Or(to.sentence, "Nobody can be called at this number.")})
	default:
		c.reachPerson(to)
	}
}

func (c *call) reachPerson(to destination) {
	party := c.session.Add(session.PartySpec{
		Direction: rc.Inbound, AccountID: to.ext.AccountID, ExtensionID: to.ext.ID, From: c.caller, To: to.end,
	})
	r := &ring{to: to, party: party, parties: map[int64]*session.Party{}}
	c.ring = r
	switch {
	case to.mailbox:
	case to.plan == nil:
		r.stages = []stage{{own: true, long: c.x.RingTime}}
	case to.plan.announce:
		c.nobody(r)
		return
	default:
		r.stages = to.plan.stages
	}
	c.advance(r)
	c.tune()
}

// speaks reports whether a phone is in the call already: it cannot call
// itself.
func (c *call) speaks(b *binding) bool {
	return slices.ContainsFunc(c.lines, func(l *line) bool { return l.device.ID == b.device.ID && l.dialog().Flow == b.flow })
}

// start has one phone ring, or answer by itself.
func (c *call) start(r *ring, b *binding, auto bool) {
	ctx, cancel := context.WithCancelCause(c.x.ctx)
	f := &fork{call: c, binding: b, party: r.partyOf(b.ext.ID), agent: c.x.agent(c.session, b.device.ID), cancel: cancel, auto: auto}
	f.invite = f.compose(r)
	r.forks = append(r.forks, f)
	key := lineKey(b.flow, f.invite.CallID().Value())
	c.x.mu.Lock()
	c.x.forks[key] = f
	c.x.mu.Unlock()
	c.x.spawn(func(context.Context) {
		defer cancel(nil)
		f.run(ctx)
		c.x.mu.Lock()
		delete(c.x.forks, key)
		late := f.waiting
		c.x.mu.Unlock()
		for _, w := range late {
			w.peer.ServeSIP(w.tx)
		}
	})
}

// early keeps a request that a phone sent right behind its 200 until the line
// is there.
func (x *Exchange) early(p *peer, tx *sip.Tx) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	f := x.forks[lineKey(tx.Flow(), tx.Request().CallID().Value())]
	if f == nil {
		return false
	}
	f.waiting = append(f.waiting, waiting{p, tx})
	return true
}

// compose makes the INVITE, without its description (contract 8.5).
func (f *fork) compose(r *ring) *sip.Request {
	c, x := f.call, f.call.x
	from := sip.Address{Name: c.caller.Name, URI: sip.URI{Scheme: "sip", User: shownNumber(c.caller), Host: x.Domain}}
	to := sip.Address{URI: sip.URI{Scheme: "sip", User: f.binding.device.Username, Host: x.Domain}}
	req := sip.NewRequest(sip.Outline{Method: sip.INVITE, Target: f.binding.contact, From: from, To: to})
	req.AppendHeader(sip.ContactHeader(f.binding.flow.Contact("exchange"), ""))
	sip.SetHeader(req, "Allow", allowed)
	sip.SetHeader(req, "P-rc", f.agent.invitation(c.caller, r.to.end))
	sip.SetHeader(req, "p-rc-api-ids", "party-id="+f.party.ID()+";session-id="+c.session.ID())
	sip.SetHeader(req, "p-rc-api-call-info", r.callInfo(c.caller))
	if r.monitoring != "" {
		sip.SetHeader(req, "p-rc-api-monitoring-ids", r.monitoring)
	}
	if f.auto {
		sip.SetHeader(req, "Alert-Info", "Auto Answer")
		sip.SetHeader(req, "Call-Info", "<"+x.Domain+">;purpose=info;Answer-After=0")
	}
	return req
}

// shownNumber is what From says of a caller.
func shownNumber(e session.End) string {
	switch {
	case e.Number != "":
		return e.Number
	case e.ExtensionNumber != "":
		return e.ExtensionNumber
	}
	return anonymous
}

// anonymous is what phones and carriers say instead of a number.
const anonymous = "anonymous"

// callInfo is a text as the value of a parameter of p-rc-api-call-info.
func callInfo(text string) string {
	return strings.NewReplacer(";", " ", "=", " ", ":", " ", "\r", " ", "\n", " ").Replace(text)
}

// run offers the call to the phone and waits for its answer.
func (f *fork) run(ctx context.Context) {
	c, x := f.call, f.call.x
	if x.vanished(ctx, f.binding) {
		c.post(func() { c.failed(f, 404) })
		return
	}
	leg, err := x.Engine.Leg()
	if err != nil {
		x.Log.Error("opening a port for the sound of a call", "call", c.session.ID(), "err", err)
		c.post(func() { c.failed(f, 500) })
		return
	}
	offer, err := f.binding.offer(ctx, x, leg)
	if err != nil {
		leg.Close()
		c.post(func() { c.failed(f, 500) })
		return
	}
	sip.SetBody(f.invite, sip.SDP, []byte(offer))
	res, err := f.binding.flow.Do(ctx, f.invite, func(res *sip.Response) {
		if res.StatusCode > 100 {
			c.post(func() { c.rings(f) })
		}
	})
	if err != nil || res.StatusCode >= 300 {
		leg.Close()
		code := 408
		if err == nil {
			code = res.StatusCode
		}
		c.post(func() { c.failed(f, code) })
		return
	}
	f.accepted(leg, res)
}

// accepted takes a phone's 200, which may come too late.
func (f *fork) accepted(leg *media.Leg, res *sip.Response) {
	c := f.call
	l := &line{
		x: c.x, ext: f.binding.ext, device: f.binding.device, leg: leg,
		agent: f.agent, local: f.invite.Body(),
	}
	l.wire.Store(sip.NewUAC(f.binding.flow, f.invite, res))
	err := l.dialog().Ack(nil, "")
	if err == nil {
		err = leg.SetAnswer(string(res.Body()))
	}
	f.offerLine(l, err)
}

// offerLine has the call take a phone that has answered, unless its answer
// cannot be used; false for one that was too late.
func (f *fork) offerLine(l *line, err error) (taken bool) {
	c := f.call
	if err != nil {
		c.x.Log.Info("a phone answered with what cannot be used", "call", c.session.ID(), "err", err)
	}
	if err == nil {
		answered := make(chan struct{})
		if c.post(func() { taken = c.answered(f, l); close(answered) }) {
			select {
			case <-answered:
			case <-c.done: // it ended before its turn came
			}
		}
	} else {
		c.post(func() { c.failed(f, 488) })
	}
	if !taken {
		l.leg.Close()
		_, _ = l.dialog().Do(c.x.ctx, l.dialog().Request(sip.BYE, nil, ""), nil) // a phone that is gone has none to end
	}
	return taken
}

// rings comes when a phone says that it rings.
func (c *call) rings(f *fork) {
	if c.ring == nil || !c.ring.has(f) || c.ring.then != nil {
		return
	}
	f.party.Proceed()
	c.rang()
}

// rang tells the one who waits that a phone rings. Who has talked in this call
// before, as somebody has who was transferred, stays connected.
func (c *call) rang() {
	if l := c.first(); l != nil {
		l.ringing()
	}
	if l := c.first(); l != nil && l.party.Status().Code == rc.PartySetup {
		l.party.Proceed()
	}
}

// answered connects the phone that was first; false for one that was not.
func (c *call) answered(f *fork, l *line) bool {
	if f.joins != nil {
		return f.joins(l)
	}
	r := c.ring
	if r == nil || !r.has(f) {
		return false
	}
	r.drop(f)
	c.stopForks(r, `SIP;cause=200;text="Call completed elsewhere"`, agentTaken)
	c.ring, c.journey = nil, journey{}
	l.party = f.party
	if r.party != nil && r.party != l.party {
		r.party.End(rc.ReasonCallRedirected, "") // at a forwarding number
	}
	r.endOthers(l.party, ending{reason: rc.ReasonAgentAnswered})
	c.connect(l)
	l.tell(agentTaken)
	if r.then != nil {
		r.then()
		return true
	}
	if first := c.first(); first != l {
		first.talks()
	}
	l.party.Answer()
	c.tune()
	return true
}

func (r *ring) drop(f *fork) {
	r.forks = slices.DeleteFunc(r.forks, func(o *fork) bool { return o == f })
}

// speaksForAll reports whether a phone's response is its user's word for all
// of their phones (RFC 3261 section 21.6). A busy one (486) is not: a phone
// that has as many calls as it takes says so by itself.
func speaksForAll(code int) bool { return code == 600 || code == 603 }

// failed comes when a phone will not answer: the rest go on.
func (c *call) failed(f *fork, code int) {
	if f.joins != nil {
		c.cameNot(f)
		return
	}
	r := c.ring
	if r == nil || !r.has(f) {
		return
	}
	if f.outside != nil {
		c.failedOutside(f, noNetwork)
		return
	}
	r.drop(f)
	switch {
	case f.party != r.party:
		c.memberLeaves(r, f.party, code)
	case speaksForAll(code):
		c.declined()
	default:
		c.exhausted(r)
	}
}

// exhausted goes on when no phone rings any more: to the next members of a
// queue, to the next stage, or to the voicemail.
func (c *call) exhausted(r *ring) {
	switch {
	case len(r.forks) > 0:
	case r.hunt != nil:
		c.wait(r, huntPause, c.search)
	default:
		c.unlessRinging(r)
	}
}

// declined ends the ringing: the one who called hears that the line is busy.
func (c *call) declined() {
	r := c.ring
	c.stopForks(r, "", agentClose)
	c.ring = nil
	r.party.End(rc.ReasonRejected, "")
	c.refuse(ending{reason: rc.ReasonTargetBusy})
}

// stopForks has all phones of a ring be quiet.
func (c *call) stopForks(r *ring, why sip.CancelReason, cmd int) {
	if r.timer != nil {
		r.timer.Stop()
	}
	if r.hunt != nil && r.hunt.limit != nil {
		r.hunt.limit.Stop()
	}
	for _, f := range r.forks {
		f.cancel(why)
		if f.outside != nil {
			continue
		}
		b := f.binding
		c.x.tell(f.agent, b.flow, b.contact, f.invite.CallID().Value(), cmd)
	}
	r.forks = nil
}

// stopRing gives an attempt up.
func (c *call) stopRing(why ending, reason sip.CancelReason) {
	r := c.ring
	if r == nil {
		return
	}
	c.stopForks(r, reason, agentClose)
	c.ring = nil
	r.end(why)
}

// end ends the parts of all who are called.
func (r *ring) end(why ending) {
	if r.party != nil {
		r.party.End(why.reason, why.sentence)
	}
	r.endOthers(nil, why)
}

// forward takes the call to another number instead of who rings.
func (c *call) forward(number string) {
	from := c.ring.to
	c.stopRing(ending{reason: rc.ReasonCallRedirected}, "")
	if !c.journey.sendOn(from) {
		c.turnBack()
		return
	}
	c.find(func(ctx context.Context) (destination, error) {
		to, err := c.x.route(ctx, from.ext.AccountID, number)
		if err != nil {
			return to, err
		}
		return c.x.charge(ctx, to, from.ext.ID)
	})
}

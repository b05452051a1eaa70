package exchange

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"offhook/internal/platform/exchange/session"
	"offhook/internal/rc"
	"offhook/internal/sip"
)

// refer transfers the other side of a line (contract 8.8): to a number, or to
// the other side of another line of the same user.
func (c *call) refer(l *line, tx *sip.Tx) {
	to, replaces, ok := referTarget(tx.Request())
	switch {
	case !ok:
		respond(tx, 400, "Bad Request")
	case c.other(l) == nil || c.orbit != nowhereParked:
		respond(tx, 481, "Call/Transaction Does Not Exist")
	case replaces != "":
		respond(tx, 202, "Accepted")
		c.attended(l, replaces)
	case !c.x.mayReach(l.ext.ID):
		c.x.tooMany(tx)
	default:
		respond(tx, 202, "Accepted")
		c.blind(l, to)
	}
}

// referTarget reads Refer-To, with or without angle brackets: the user that
// is called, and the Call-ID of the dialog that is replaced, if any.
func referTarget(req *sip.Request) (user, replaces string, ok bool) {
	text := strings.TrimSpace(sip.HeaderValue(req, "Refer-To"))
	if i := strings.IndexByte(text, '<'); i >= 0 {
		text, _, _ = strings.Cut(text[i+1:], ">")
	}
	text, query, _ := strings.Cut(text, "?")
	uri, err := sip.ParseURI(text)
	if err != nil || uri.User == "" {
		return "", "", false
	}
	for _, h := range strings.Split(query, "&") {
		name, value, _ := strings.Cut(h, "=")
		if !strings.EqualFold(name, "Replaces") {
			continue
		}
		if plain, err := url.PathUnescape(value); err == nil {
			value = plain
		}
		replaces, _, _ = strings.Cut(value, ";")
	}
	return uri.User, replaces, true
}

// blind tells the phone how it goes while it is found out who is called.
func (c *call) blind(l *line, number string) {
	c.x.spawn(func(ctx context.Context) {
		l.notify(ctx, "SIP/2.0 100 Trying", "active;expires=60")
		to, err := c.x.route(ctx, l.ext.AccountID, number)
		if err == nil {
			to, err = c.x.charge(ctx, to, l.ext.ID)
		}
		if err != nil || to.reason != "" {
			l.notify(ctx, "SIP/2.0 404 Not Found", "terminated;reason=noresource")
			return
		}
		l.notify(ctx, "SIP/2.0 200 OK", "terminated;reason=noresource")
		l.post(func(c *call) { c.transfer(l, to, rc.ReasonBlindTransfer) })
	})
}

// notifyTime is how long a phone may think about a NOTIFY.
const notifyTime = 5 * time.Second

// notify tells a phone how its transfer goes (RFC 3515 section 2.4.5).
func (l *line) notify(ctx context.Context, outcome, state string) {
	ctx, stop := context.WithTimeout(ctx, notifyTime)
	defer stop()
	req := l.dialog().Request(sip.NOTIFY, []byte(outcome+"\r\n"), "message/sipfrag;version=2.0")
	sip.SetHeader(req, "Event", "refer")
	sip.SetHeader(req, "Subscription-State", state)
	_, _ = l.dialog().Do(ctx, req, nil) // the transfer does not depend on it
}

// transfer takes a line out of the call and has the other side talk to
// somebody else.
func (c *call) transfer(l *line, to destination, reason string) bool {
	rest := c.other(l)
	if rest == nil || !slices.Contains(c.lines, l) || c.ring != nil || c.orbit != nowhereParked {
		return false
	}
	l.party.End(reason, "")
	l.bye(agentFree)
	c.drop(l)
	c.caller = rest.end()
	c.tune()
	c.reach(to)
	return true
}

// end is how others see who speaks on a line: not at all where they withhold
// it, also when the call is taken somewhere else.
func (l *line) end() session.End {
	spec := l.party.Spec()
	if spec.Withheld {
		return session.End{}
	}
	if spec.Direction == rc.Outbound {
		return spec.From
	}
	return spec.To
}

// attended joins the other side of a line with that of another line of the
// same user, who leaves both.
func (c *call) attended(l *line, callID string) {
	second := c.x.lineOf(l.ext.ID, callID)
	if second == nil || second == l {
		c.x.spawn(func(ctx context.Context) { l.notify(ctx, "SIP/2.0 404 Not Found", "terminated;reason=noresource") })
		return
	}
	c.x.spawn(func(ctx context.Context) {
		l.notify(ctx, "SIP/2.0 100 Trying", "active;expires=60")
		joined := make(chan error, 1)
		err := c.x.command(ctx, second.call.Load().session.ID(), func(into *call) error { return into.mayGive(second) })
		if err == nil {
			l.postElse(func(c *call) { c.merge(l, second, func(err error) { joined <- err }) }, func() { joined <- errOver })
			select {
			case err = <-joined:
			case <-ctx.Done():
				return
			}
		}
		if err != nil {
			l.notify(ctx, "SIP/2.0 404 Not Found", "terminated;reason=noresource")
			return
		}
		// The second call ends for the phone, then it is told so, then the
		// first one ends (contract 8.8).
		select {
		case <-second.parted:
		case <-time.After(notifyTime):
		}
		l.notify(ctx, "SIP/2.0 200 OK", "terminated;reason=noresource")
		l.post(func(c *call) { c.finish(ending{reason: rc.ReasonAttendedTransfer}) })
	})
}

// lineOf finds a line of an extension by its Call-ID.
func (x *Exchange) lineOf(extensionID int64, callID string) *line {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, l := range x.lines {
		if l.dialog().CallID == callID && l.ext.ID == extensionID {
			return l
		}
	}
	return nil
}

// merge moves the other side of a line into the call of a second line, in the
// place of that. done is told how it went, as by give: the call is to be ended
// then, or goes on as before.
func (c *call) merge(l, second *line, done func(error)) {
	rest, into := c.other(l), second.call.Load()
	if rest == nil || into == c || !slices.Contains(c.lines, l) || c.orbit != nowhereParked {
		done(errNotTalking)
		return
	}
	c.give(rest, into, func() error { return into.adopt(rest, second) }, func(err error) {
		if err == nil {
			c.leaves(l)
			l.party.End(rc.ReasonAttendedTransfer, "")
		}
		done(err)
	})
}

// mayGive says why a line's place in the call is not given to the line of
// another one; nil when it may be.
func (c *call) mayGive(l *line) error {
	switch {
	case !slices.Contains(c.lines, l) || c.parker == l || c.giving != nil: // it has hung up meanwhile, or waits for nobody any more
		return errNotTalking
	case c.hosts(l) && len(c.lines) == 1: // who came would be alone
		return errNotTalking
	case c.service != nil && c.service.reserved:
		return errReserved
	}
	return nil
}

// adopt takes a line of another call in the place of one of its own.
func (c *call) adopt(l, instead *line) error {
	if err := c.mayGive(instead); err != nil {
		return err
	}
	was := l.party
	c.leaves(instead)
	if c.hosts(instead) {
		c.conference.host = 0
	}
	spec := was.Spec()
	spec.ConferenceRole = c.role(l.ext.ID)
	if far, ok := c.far(instead); ok && spec.Direction == rc.Outbound {
		spec.To = far
	} else if ok {
		spec.From = far
	}
	l.party = c.session.Add(spec)
	l.talks()
	was.Gone(rc.ReasonAttendedTransfer, l.party)
	l.tellDialog()
	at := slices.Index(c.lines, instead)
	c.lines[at] = l
	if at == 0 {
		c.calledBy(l.end())
	}
	if at == 0 && c.service != nil {
		c.service.seat.Give(l.leg)
	}
	instead.party.End(rc.ReasonAttendedTransfer, "")
	instead.bye(agentFree)
	c.keepRecordingsOf(instead.party)
	instead.close()
	c.tune()
	c.tellRecorded(l)
	return nil
}

// far is who a line talks to, or waits for: another line, who is called, or
// what answers.
func (c *call) far(l *line) (end session.End, ok bool) {
	if other := c.other(l); other != nil {
		return other.end(), true
	}
	switch {
	case l != c.first():
		return end, false
	case c.ring != nil:
		return c.ring.to.end, true
	case c.service != nil:
		return c.service.party.Spec().To, true
	}
	return end, false
}

// calledBy says who waits for those who are called from now on, and who speaks
// to what answers: a message that is left is theirs.
func (c *call) calledBy(end session.End) {
	c.caller = end
	if r := c.ring; r != nil {
		if r.party != nil {
			r.party.CalledBy(end)
		}
		for _, p := range r.parties {
			p.CalledBy(end)
		}
	}
	if c.service != nil {
		c.service.party.CalledBy(end)
	}
}

// talks says that somebody talks with a line. A phone that has put the others
// on hold holds those too that it comes to: its user does not expect to be
// heard.
func (l *line) talks() {
	l.pickUp()
	if !l.held || l.party.Status().Code != rc.PartyHold {
		l.party.Answer()
	}
	if l.held {
		l.party.Hold(true)
	}
	l.party.Mute(l.muted)
}

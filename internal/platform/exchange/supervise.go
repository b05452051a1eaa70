package exchange

import (
	"context"
	"slices"

	"offhook/internal/media"
	"offhook/internal/platform/exchange/session"
	"offhook/internal/rc"
)

// A supervisor whom the company lets do so listens in on a colleague's call
// (contract 6, 8.7, 8.8). They come into it by a request, or by dialling *80
// to *83 with the colleague's extension, behind the code or as keys when they
// are asked for it, and change by commands in their call what they are in it:
//
//	monitor   hears both, and nobody hears them
//	whisper   the colleague alone hears them
//	barge     both hear them
//	takeover  the colleague is out, and they talk instead
//
// Nobody else is told of them: they are no part of the call in events and
// answers of others.

// Modes of a supervisor, as commands name them.
const (
	monitor  = "monitor"
	whisper  = "whisper"
	barge    = "barge"
	takeover = "takeover"
)

// monitoringAction is what the supervisor's call log calls it.
const monitoringAction = "Monitoring"

// A watch is a supervisor in a call.
type watch struct {
	line  *line // the supervisor's
	agent *line // whose call it is
	mode  string
	mixer *media.Mixer
	still func() // ends the silence that keeps the supervisor's line alive
	in    []*line
}

// A supervision is what somebody has dialled to listen in.
type supervision struct {
	agent int64 // extension
	mode  string
}

var (
	errNotLet  = rc.Coded(rc.Denied, "CMN-408", "You may not listen in on this colleague's calls. An administrator of the platform can let you.")
	errWatched = rc.Coded(rc.Conflict, "CMN-406", "Somebody listens in on this call already, or it is a conference.")
)

// SuperviseParty has a phone of an extension listen in on a colleague's party,
// and returns the party that it is there (contract 6). Without auto it rings
// first.
func (x *Exchange) SuperviseParty(ctx context.Context, id, party string, extensionID int64, deviceID string, auto bool) (newParty string, err error) {
	e, end, phone, err := x.ownPhone(ctx, extensionID, deviceID)
	if err != nil {
		return "", err
	}
	end.DeviceID = deviceID
	err = x.onLine(ctx, id, party, func(c *call, agent *line) error {
		if !c.mayBeWatched(agent) {
			return errWatched
		}
		newParty = c.summon(end, e.AccountID, phone, agent, auto).ID()
		return nil
	})
	return newParty, err
}

// mayBeWatched reports whether somebody can listen in on a line's talk.
func (c *call) mayBeWatched(agent *line) bool {
	return c.watch == nil && c.conference == nil && c.service == nil && c.ring == nil && c.orbit == nowhereParked && c.other(agent) != nil
}

// summon asks a phone of the supervisor's to come in.
func (c *call) summon(end session.End, accountID int64, b *binding, agent *line, auto bool) *session.Party {
	party := c.session.Add(session.PartySpec{
		Direction: rc.Outbound, AccountID: accountID, ExtensionID: b.ext.ID, From: end, To: agent.end(), RCC: true, Action: monitoringAction, Hidden: true,
	})
	r := &ring{to: destination{ext: &b.ext, end: end}, party: party, monitoring: "party-id=" + agent.party.ID() + ";session-id=" + c.session.ID()}
	c.start(r, b, auto)
	f := r.forks[0]
	c.summons = append(c.summons, r)
	over := func() { c.summons = slices.DeleteFunc(c.summons, func(o *ring) bool { return o == r }) }
	f.joins = func(l *line) bool {
		over()
		l.party = party
		return c.listenIn(l, supervision{agent.ext.ID, monitor})
	}
	c.later(c.x.RingTime, func() {
		if party.Status().Code == rc.PartySetup {
			c.stopForks(r, "", agentClose)
			party.End(rc.ReasonNoAnswer, "")
		}
		over()
	})
	return party
}

// listenIn takes a supervisor's line in; false when there is nothing to be
// heard any more, and the line has been ended then.
func (c *call) listenIn(l *line, s supervision) bool {
	c.host(l)
	at := slices.IndexFunc(c.lines, func(o *line) bool { return o.ext.ID == s.agent })
	if at < 0 || !c.mayBeWatched(c.lines[at]) {
		l.party.End(rc.ReasonInvalidNumber, errWatched.Message)
		l.bye(agentFree)
		l.close()
		return true
	}
	l.party.Supervise()
	c.watch = &watch{line: l, agent: c.lines[at], mode: monitor, mixer: media.NewMixer(), still: l.leg.Fill()}
	c.retap()
	c.tune()
	c.supervise(l, s.mode)
	return true
}

// watches reports whether a line is the supervisor's.
func (c *call) watches(l *line) bool { return c.watch != nil && c.watch.line == l }

// supervise changes what a supervisor is in the call; false where a line is
// none.
func (c *call) supervise(l *line, mode string) bool {
	if !c.watches(l) {
		return false
	}
	if mode == takeover {
		if c.orbit != nowhereParked || c.giving != nil || !slices.Contains(c.lines, c.watch.agent) { // whoever takes the call up there talks next
			return false
		}
		c.takeOver()
		return true
	}
	c.watch.mode = mode
	c.tune()
	return true
}

// overhear lets two who talk, and the supervisor, hear each other as far as
// they are to.
func (c *call) overhear(a, b *line) {
	w := c.watch
	customer := a
	if a == w.agent {
		customer = b
	}
	w.in = []*line{a, b}
	if !w.line.held {
		w.in = append(w.in, w.line)
	}
	for _, l := range w.in {
		w.mixer.Join(l.leg)
		w.mixer.Mute(l.leg, l.muted || l == w.line && w.mode == monitor)
	}
	w.mixer.Keep(w.line.leg, customer.leg, w.mode == whisper)
}

// unmix has nobody hear a watched call, until overhear.
func (c *call) unmix() {
	if c.watch == nil {
		return
	}
	for _, l := range c.watch.in {
		c.watch.mixer.Leave(l.leg)
	}
	c.watch.in = nil
}

// release ends the watch, and leaves the supervisor's line to whoever calls
// it.
func (c *call) release() (was *watch) {
	c.unmix()
	was, c.watch = c.watch, nil
	was.still()
	c.retap()
	c.x.spawn(func(context.Context) { was.mixer.Close() })
	return was
}

// unwatch has the supervisor leave.
func (c *call) unwatch(why ending) {
	if c.watch == nil {
		return
	}
	l := c.release().line
	l.party.End(why.reason, why.sentence)
	l.bye(agentFree)
	l.close()
	c.tune()
}

// takeOver has the supervisor talk in the place of the colleague.
func (c *call) takeOver() {
	rest := c.other(c.watch.agent)
	w := c.release()
	c.leaves(w.agent)
	c.lines[slices.Index(c.lines, w.agent)] = w.line
	if rest != nil {
		w.line.party.TakeOver(rest.end())
	}
	w.agent.party.End(rc.ReasonTakeOver, "")
	w.agent.bye(agentFree)
	c.keepRecordingsOf(w.agent.party)
	w.agent.close()
	c.tune()
}

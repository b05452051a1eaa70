package exchange

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"offhook/internal/media"
	"offhook/internal/platform/exchange/session"
	"offhook/internal/platform/exchange/sound"
	"offhook/internal/rc"
	"offhook/internal/store"
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

// modes are dialled before the extension of whom they are about.
var modes = map[string]string{"*80": monitor, "*81": whisper, "*82": barge, "*83": takeover}

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

// An inquiry asks a supervisor whose call they mean.
type inquiry struct {
	menu menu
	mode string
}

var (
	errNotLet  = rc.Coded(rc.Denied, "CMN-408", "You may not listen in on this colleague's calls. An administrator of the platform can let you.")
	errWatched = rc.Coded(rc.Conflict, "CMN-406", "Somebody listens in on this call already, or it is a conference.")
)

// supervised reads a code with an extension behind it, such as *80101, or
// alone.
func (x *Exchange) supervised(ctx context.Context, by store.Extension, dialled string) (to destination, c *call, ok bool, err error) {
	number := tidyNumber(dialled)
	if len(number) < 3 || modes[number[:3]] == "" {
		return to, nil, false, nil
	}
	mode, agent := modes[number[:3]], strings.TrimPrefix(number[3:], "*")
	if agent == "" {
		numbers, err := x.extensionNumbers(ctx, by.AccountID)
		return destination{end: session.End{Number: number}, asks: &inquiry{menu{numbers: numbers}, mode}}, nil, true, err
	}
	if _, parked := parkPlace(number); parked {
		return to, nil, false, nil
	}
	to, c, err = x.watched(ctx, by, mode, agent)
	return to, c, true, err
}

// watched finds the call of whoever has an extension number, for somebody who
// wants to listen in on it.
func (x *Exchange) watched(ctx context.Context, by store.Extension, mode, number string) (to destination, c *call, err error) {
	agent, err := x.route(ctx, by.AccountID, number)
	if err != nil {
		return to, nil, err
	}
	to = destination{end: agent.end, reason: rc.ReasonNoSuchUser}
	if agent.ext == nil || agent.ext.AccountID != by.AccountID {
		return to, nil, nil
	}
	may, err := x.Store.MayMonitor(ctx, by.ID, agent.ext.ID)
	if err != nil {
		return to, nil, fmt.Errorf("reading whom extension %d may listen to: %w", by.ID, err)
	}
	if !may {
		to.reason, to.sentence = rc.ReasonBlocked, errNotLet.Message
		return to, nil, nil
	}
	c = x.callOf(agent.ext.ID)
	if c == nil {
		to.reason, to.sentence = rc.ReasonInvalidNumber, "This colleague talks to nobody."
		return to, nil, nil
	}
	to.reason, to.watch = "", &supervision{agent.ext.ID, mode}
	return to, c, nil
}

// askWhom asks a supervisor whose call they mean, and takes them there.
func (c *call) askWhom(to destination) {
	l := c.first()
	if l == nil {
		c.finish(failed)
		return
	}
	party := c.session.Add(session.PartySpec{Direction: rc.Inbound, From: c.caller, To: to.end})
	party.Answer()
	l.party.Answer()
	ctx, s := c.attend(party, l)
	c.x.spawn(func(context.Context) {
		next, theirs, err := c.x.askedFor(ctx, l.ext, to.asks, s)
		if ctx.Err() != nil || errors.Is(err, media.ErrGone) {
			return // whoever ended it sees to the call
		}
		if err != nil {
			c.x.Log.Error("finding whom a supervisor wants to listen to", "call", c.session.ID(), "err", err)
			next = nowhere("", rc.ReasonInternalError)
		}
		c.post(func() {
			if c.service != s {
				return
			}
			c.stopService()
			if next.watch == nil {
				c.refuse(ending{next.reason, next.sentence})
				return
			}
			party.End(rc.ReasonCallerInput, "")
			c.listenElsewhere(l, theirs, next)
		})
	})
}

// askedFor reads the keys of a supervisor.
func (x *Exchange) askedFor(ctx context.Context, by store.Extension, q *inquiry, s *service) (to destination, c *call, err error) {
	number, err := sound.Menu{Question: sound.Whom, Match: q.menu.match}.Ask(ctx, s.seat)
	if err != nil || number == "" {
		return nowhere(number, rc.ReasonNoSuchUser), nil, err
	}
	return x.watched(ctx, by, q.mode, number)
}

// listenElsewhere moves a supervisor's line to the call of a colleague.
func (c *call) listenElsewhere(l *line, into *call, to destination) {
	c.lines = slices.DeleteFunc(c.lines, func(o *line) bool { return o == l })
	c.tune()
	l.call.Store(into)
	was := l.party
	spec := was.Spec()
	spec.To, spec.Hidden, spec.Unlogged = to.end, true, false
	over := func() { c.finish(finished) }
	moved := into.post(func() {
		l.party = into.session.Add(spec)
		was.Gone(rc.ReasonDTMFTransfer, l.party)
		into.listenIn(l, *to.watch)
		c.post(over)
	})
	if !moved { // it has ended meanwhile
		was.End(rc.ReasonInvalidNumber, "This colleague talks to nobody.")
		l.bye(agentFree)
		l.close()
		over()
	}
}

// callOf is the call in which an extension talks; nil for none.
func (x *Exchange) callOf(extensionID int64) *call {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, l := range x.lines {
		if l.ext.ID == extensionID {
			return l.call.Load()
		}
	}
	return nil
}

// SuperviseParty has a phone of an extension listen in on a colleague's party,
// and returns the party that it is there (contract 6). Without auto it rings
// first.
func (x *Exchange) SuperviseParty(ctx context.Context, id, party string, extensionID int64, deviceID string, auto bool) (newParty string, err error) {
	e, err := x.Store.Extension(ctx, extensionID)
	if err != nil {
		return "", fmt.Errorf("reading extension %d: %w", extensionID, err)
	}
	end, err := x.end(ctx, e)
	if err != nil {
		return "", err
	}
	end.DeviceID = deviceID
	var phone *binding
	for _, b := range x.phones(extensionID) {
		if strconv.FormatInt(b.device.ID, 10) == deviceID {
			phone = b
		}
	}
	if phone == nil {
		return "", rc.Coded(rc.Conflict, "CMN-406", "The device is not registered. Open the phone there and try again.")
	}
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
		if c.orbit != nowhereParked { // whoever takes the call up there talks next
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

package exchange

import (
	"context"
	"slices"
	"time"

	"offhook/internal/media"
	"offhook/internal/platform/exchange/session"
	"offhook/internal/platform/exchange/sound"
	"offhook/internal/rc"
	"offhook/internal/sip"
)

// A call is everybody who talks to each other, and what they hear meanwhile.
//
// A call from a phone goes this way; every arrow to the right may end in
// voicemail, in a busy tone or at once.
//
//	INVITE → accept (200) → ring → talk ⇄ hold
//	                         ↑       ↓
//	                         └── transfer, forward
type call struct {
	x       *Exchange
	session *session.Session
	mail    *mailbox
	done    chan struct{} // closed when all is over

	// All below belongs to the call's goroutine.
	caller     session.End // who is shown to those who ring
	journey    journey     // until somebody answers
	lines      []*line     // phones that are connected, at most two
	ring       *ring       // phones that ring, for lines[0] to talk to
	service    *service    // what talks to lines[0] instead of somebody
	bridge     media.Bridge
	hush       context.CancelFunc // ends the tone or music that somebody hears
	recordings []*recording
	orbit      place          // where the call is parked
	parker     *line          // who parked it
	conference *conference    // nil for an ordinary call
	watch      *watch         // the supervisor who listens in; nil for nobody
	summons    []*ring        // phones of supervisors that ring to come in
	flip       *flip          // another phone of somebody's that rings meanwhile; nil for none
	giving     *session.Party // who is on the way to another call, or there; nil for nobody
	over       bool
	why        ending // set when it is over
}

// An ending is why a call is over.
type ending struct {
	reason   string // of the parties, rc.Reason…
	sentence string // for people; may be empty
}

var (
	tooLong     = ending{rc.ReasonTimeout, "The call has lasted as long as calls may here."}
	finished    = ending{reason: rc.ReasonCallFinished}
	cancelled   = ending{reason: rc.ReasonCancelled}
	dropped     = ending{rc.ReasonCallDropped, "A phone lost its connection."}
	droppedByUs = ending{rc.ReasonCallDropped, "The exchange was stopped."}
	failed      = ending{rc.ReasonInternalError, "The exchange could not connect the call."}
)

// lastWords is how long before its end people are told of the end of a call
// that lasts too long.
const lastWords = time.Minute

// newCall begins a call without anybody in it.
func (x *Exchange) newCall(spec session.Spec) *call {
	c := &call{x: x, session: x.Book.Begin(spec), mail: newMailbox(), done: make(chan struct{}), hush: func() {}}
	x.mu.Lock()
	x.calls[c.session.ID()] = c
	x.mu.Unlock()
	c.later(x.LongestCall, func() { c.finish(tooLong) })
	if x.LongestCall > lastWords {
		c.later(x.LongestCall-lastWords, func() { c.announce(sound.OneMinute) })
	}
	x.wg.Go(func() {
		defer close(c.done)
		c.mail.run(func() bool { return c.over })
	})
	if x.closing.Load() { // Close may have looked before the call was there
		c.post(func() { c.finish(droppedByUs) })
	}
	return c
}

// post has the call's goroutine run f; false when the call is over.
func (c *call) post(f func()) bool {
	return c.mail.post(func() {
		if !c.over {
			f()
		}
	})
}

// later posts f after a time, unless the call is over by then.
func (c *call) later(d time.Duration, f func()) *time.Timer {
	return time.AfterFunc(d, func() { c.post(f) })
}

// first is who waits for somebody, or began to talk first.
func (c *call) first() *line {
	if len(c.lines) == 0 {
		return nil
	}
	return c.lines[0]
}

// other is who talks with a line; nil for nobody, and in a conference, where
// there is not one.
func (c *call) other(l *line) *line {
	if c.conference != nil || c.watches(l) {
		return nil
	}
	for _, o := range c.lines {
		if o != l {
			return o
		}
	}
	return nil
}

// tune arranges who hears what, after each change.
func (c *call) tune() {
	c.hush()
	c.hush = func() {}
	c.bridge.Set(media.A, nil)
	c.bridge.Set(media.B, nil)
	c.unmix()
	if c.conference != nil {
		c.gather()
		return
	}
	switch {
	case c.over || c.service != nil || len(c.lines) == 0:
	case c.orbit != nowhereParked:
		if parked := c.other(c.parker); parked != nil {
			c.loop(parked, sound.Music)
		}
	case len(c.lines) == 1:
		switch {
		case c.ring == nil || c.lines[0].held:
		case c.ring.early != nil:
			c.bridge.Mute(media.A, true)
			c.bridge.Set(media.A, c.lines[0].leg)
			c.bridge.Set(media.B, c.ring.early)
		default:
			c.loop(c.lines[0], c.ring.meanwhile())
		}
	default:
		c.tuneTwo(c.lines[0], c.lines[1])
	}
}

func (c *call) tuneTwo(a, b *line) {
	switch {
	case a.held && b.held:
	case a.held:
		c.loop(b, sound.Music)
	case b.held:
		c.loop(a, sound.Music)
	case c.watch != nil:
		c.overhear(a, b)
	default:
		c.bridge.Mute(media.A, a.muted)
		c.bridge.Mute(media.B, b.muted)
		c.bridge.Set(media.A, a.leg)
		c.bridge.Set(media.B, b.leg)
	}
}

// loop plays a sound to a line until the next tune. Making it may take a
// while, which the call does not wait for.
func (c *call) loop(l *line, made func() media.Sound) {
	ctx, stop := context.WithCancel(c.x.ctx)
	c.hush = stop
	c.x.spawn(func(context.Context) {
		_ = media.Loop(ctx, l.leg, made()) // ends with ctx or with the leg, and both are looked after
	})
}

// hangup comes when a phone has ended its dialog.
func (c *call) hangup(l *line) {
	l.gone = true
	switch {
	case c.watches(l):
		c.unwatch(finished)
	case !slices.Contains(c.lines, l): // it has left already
	case c.parker == l:
		c.drop(l)
	case c.conference != nil:
		c.leaveConference(l)
	case c.ring != nil, c.confirms():
		c.finish(cancelled)
	default:
		c.finish(finished)
	}
}

// lost comes when a phone's connection has ended: it has a moment to come
// back, and as long as the sound still flows nobody notices.
func (c *call) lost(l *line) {
	time.AfterFunc(c.x.Grace, func() {
		l.post(func(c *call) {
			if (slices.Contains(c.lines, l) || c.watches(l)) && l.dead() {
				l.gone = true
				c.without(l)
			}
		})
	})
}

// without goes on without a phone that was lost, as far as there are others
// to talk.
func (c *call) without(l *line) {
	switch {
	case c.watches(l):
		c.unwatch(dropped)
	case c.parker == l: // who waits there goes on to wait
		l.bye(agentFree)
		c.drop(l)
	case c.conference != nil:
		c.leaveConference(l)
	default:
		c.finish(dropped)
	}
}

// drop takes a line out of the call and frees what it has.
func (c *call) drop(l *line) {
	c.lines = slices.DeleteFunc(c.lines, func(o *line) bool { return o == l })
	c.leaves(l)
	c.keepRecordingsOf(l.party)
	l.close()
}

// leaves ends what goes on in the call for the sake of a line that leaves it:
// its supervisor hears nobody without it, and it is taken to no other phone.
func (c *call) leaves(l *line) {
	if c.watch != nil && c.watch.agent == l {
		c.unwatch(finished)
	}
	if c.flip != nil && c.flip.old == l {
		c.endFlip(finished)
	}
}

// finish ends the call for everybody who is left.
func (c *call) finish(why ending) {
	if c.over {
		return
	}
	c.stopRing(why, "")
	c.endFlip(why)
	for _, r := range c.summons {
		c.stopForks(r, "", agentClose)
	}
	c.stopService()
	c.over, c.why = true, why
	c.tune()
	c.keepRecordings()
	c.unwatch(why)
	for _, l := range slices.Clone(c.lines) {
		l.party.End(why.reason, why.sentence)
		l.decline(why)
		l.bye(agentFree)
		c.drop(l)
	}
	c.session.Drop(why.reason, why.sentence, c.giving)
	if c.conference != nil {
		c.conference.mixer.Close()
	}
	c.x.mu.Lock()
	if c.conference != nil {
		delete(c.x.conferences, c.conference.token)
	}
	delete(c.x.calls, c.session.ID())
	if c.orbit != nowhereParked {
		delete(c.x.parked, c.orbit)
	}
	c.x.mu.Unlock()
}

// refuse lets the one who waits hear that nobody answers, and ends the call.
func (c *call) refuse(why ending) {
	l := c.first()
	if l == nil {
		c.finish(why)
		return
	}
	for _, p := range c.session.Parties() {
		p.End(why.reason, why.sentence)
	}
	c.tune()
	if l.unanswered != nil {
		c.finish(why)
		return
	}
	c.loop(l, media.Busy)
	c.later(busyTime, func() { c.finish(why) })
}

// busyTime is how long somebody hears the busy tone.
const busyTime = 4 * time.Second

// ids are the headers that name a party of a call (contract 8.4).
func ids(p *session.Party) sip.Option {
	return sip.With("p-rc-api-ids", "party-id="+p.ID()+";session-id="+p.Session().ID())
}

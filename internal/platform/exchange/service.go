package exchange

import (
	"context"
	"time"

	"offhook/internal/media"
	"offhook/internal/platform/exchange/session"
	"offhook/internal/platform/exchange/sound"
	"offhook/internal/rc"
)

// A service is the exchange itself, or a voicemail, as the one who is called.
type service struct {
	party *session.Party
	stop  context.CancelFunc
	seat  *media.Seat // of the phone that it talks to
	// reserved is set where it is for its caller's user alone, who can take
	// nobody else there.
	reserved bool
}

// attend begins a service for the phone of a line.
func (c *call) attend(party *session.Party, l *line) (ctx context.Context, s *service) {
	ctx, stop := context.WithCancel(c.x.ctx)
	s = &service{party: party, stop: stop, seat: media.NewSeat(l.leg)}
	c.service = s
	c.tune()
	return ctx, s
}

const (
	// answersAfter is how long the service of that name rings.
	answersAfter = 5 * time.Second
	// neverTime is how long the one that never answers rings.
	neverTime = 2 * time.Minute
)

// serve has a service take the call.
func (c *call) serve(to destination) {
	party := c.session.Add(session.PartySpec{Direction: rc.Inbound, From: c.caller, To: to.end})
	switch to.service {
	case busy:
		party.End(rc.ReasonTargetBusy, "")
		c.refuse(ending{reason: rc.ReasonTargetBusy})
	case never:
		c.ringAlone(to, party, neverTime, func() { c.refuse(ending{reason: rc.ReasonNoAnswer}) })
	case after:
		c.ringAlone(to, party, answersAfter, func() { c.talk(party, c.script(to.service)) })
	case emergency:
		c.talk(party, assist(to))
		c.reserve()
	case voicemailIn:
		c.talk(party, c.script(to.service))
		c.reserve()
	default:
		c.talk(party, c.script(to.service))
	}
}

// reserve keeps the service of a call for who has called it.
func (c *call) reserve() {
	if c.service != nil {
		c.service.reserved = true
	}
}

// ringAlone lets the one who called hear that a phone rings where there is
// none.
func (c *call) ringAlone(to destination, party *session.Party, d time.Duration, then func()) {
	r := &ring{to: to, party: party}
	c.ring = r
	party.Proceed()
	c.rang()
	r.timer = c.later(d, func() {
		if c.ring == r {
			c.ring = nil
			then()
		}
	})
	c.tune()
}

// script is what a service says to a phone.
func (c *call) script(name string) func(context.Context, sound.Line) error {
	switch name {
	case clock:
		return func(ctx context.Context, l sound.Line) error { return sound.Clock(ctx, l, c.x.Now) }
	case after:
		return func(ctx context.Context, l sound.Line) error { return sound.Steady(ctx, l) }
	case digits:
		return func(ctx context.Context, l sound.Line) error { return sound.Keys(ctx, l, "123") }
	case voicemailIn:
		box := c.x.Mailboxes.Mailbox(c.first().ext)
		return func(ctx context.Context, l sound.Line) error { return sound.Access(ctx, l, box) }
	}
	return func(ctx context.Context, l sound.Line) error { return sound.Echo(ctx, l) }
}

// talk has a service answer, and ends the call when it is through.
func (c *call) talk(party *session.Party, say func(context.Context, sound.Line) error) {
	party.Answer()
	c.engage(party, say)
}

func (c *call) engage(party *session.Party, say func(context.Context, sound.Line) error) {
	l := c.first()
	if l == nil {
		c.finish(failed)
		return
	}
	l.pickUp()
	l.party.Answer()
	ctx, s := c.attend(party, l)
	c.x.spawn(func(context.Context) {
		_ = say(ctx, s.seat) // ended by us, by the phone, or through: the call is over in each case
		c.post(func() {
			if c.service == s {
				c.finish(finished)
			}
		})
	})
}

func (c *call) stopService() {
	if c.service != nil {
		c.service.stop()
		c.service = nil
	}
}

// voicemail takes a call in the place of those who ring.
func (c *call) voicemail(r *ring) {
	if r.hunt != nil {
		c.queueMail(r)
		return
	}
	c.stopForks(r, "", agentClose)
	c.ring = nil
	r.endOthers(r.party, ending{reason: rc.ReasonNoAnswer})
	if c.first() == nil {
		c.finish(ending{reason: rc.ReasonNoAnswer})
		return
	}
	c.takeMessage(r.party, r.to.ext.Number)
}

// takeMessage has the voicemail of an extension number answer for a party.
func (c *call) takeMessage(party *session.Party, number string) {
	party.Voicemail()
	c.engage(party, func(ctx context.Context, l sound.Line) error {
		m, err := sound.Voicemail(ctx, l, number, nil)
		party.Heard()
		if err == nil {
			err = sound.Goodbye(ctx, l, m)
		}
		if !m.Empty() {
			c.keepMessage(party, m)
		}
		return err
	})
}

// keepMessage stores what a caller has left. Nobody waits for it.
func (c *call) keepMessage(party *session.Party, m sound.Message) {
	left, wav, long := c.x.Now(), m.Sound.WAV(), m.Sound.Duration()
	c.x.spawn(func(context.Context) {
		c.keep(len(wav), func(ctx context.Context) error { return party.LeaveVoicemail(ctx, left, wav, long) })
	})
}

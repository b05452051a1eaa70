package exchange

import (
	"context"
	"fmt"
	"strconv"

	"offhook/internal/platform/exchange/session"
	"offhook/internal/platform/exchange/sound"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// AnswerParty has one of a party's phones take the call by itself: its INVITE
// is cancelled and another sent that says so (contract 6).
func (x *Exchange) AnswerParty(ctx context.Context, id, party, deviceID string) error {
	return x.onCalled(ctx, id, party, func(c *call, r *ring) error {
		for _, f := range r.forks {
			if !f.isPhone(party, deviceID) || f.auto {
				continue
			}
			r.forks = without(r.forks, f)
			c.stopForks(&ring{forks: []*fork{f}}, "", agentClose)
			c.start(r, f.binding, true)
			return nil
		}
		return errNotThere(deviceID)
	})
}

// CallOut has a user's phone call somebody: it answers by itself, and then
// the other side rings. Without a device, all phones of the user ring.
func (x *Exchange) CallOut(ctx context.Context, accountID, extensionID int64, deviceID string, target rc.CallTarget) (string, error) {
	return x.callFor(ctx, placing{origin: rc.OriginCallOut, accountID: accountID, extensionID: extensionID, deviceID: deviceID, to: target})
}

// RingOut has the phones of a user ring, at one of the user's own numbers, and
// then those of somebody else (contract 5.5), who is shown another of these
// numbers; the usual one unless it is the user's.
func (x *Exchange) RingOut(ctx context.Context, accountID, extensionID int64, o rc.RingOutOrder) (string, error) {
	own, err := x.find(ctx, session.PartySpec{AccountID: accountID}, rc.CallTarget{PhoneNumber: o.From})
	if err != nil {
		return "", err
	}
	if own.ext == nil || own.ext.ID != extensionID {
		e := rc.Coded(rc.Invalid, "CMN-101", "The phones that ring first are your own. Send one of your own numbers.")
		e.Parameter = "from.phoneNumber"
		return "", e
	}
	return x.callFor(ctx, placing{
		origin: rc.OriginRingOut, accountID: accountID, extensionID: extensionID, shown: o.Shown, to: o.To, prompt: o.Prompt,
	})
}

// A placing is a call that is to be placed for a user.
type placing struct {
	origin      string
	accountID   int64
	extensionID int64
	deviceID    string // that rings first; empty for all of the user's
	shown       string // to the other side; empty for the usual number
	to          rc.CallTarget
	prompt      bool // the user is asked to press 1 first
}

// callFor begins a call for a user.
func (x *Exchange) callFor(ctx context.Context, p placing) (string, error) {
	e, err := x.Store.Extension(ctx, p.extensionID)
	if err != nil {
		return "", fmt.Errorf("reading extension %d: %w", p.extensionID, err)
	}
	caller, err := x.callerEnd(ctx, e, p.shown)
	if err != nil {
		return "", err
	}
	caller.DeviceID = p.deviceID
	to, err := x.find(ctx, session.PartySpec{AccountID: p.accountID, ExtensionID: p.extensionID}, p.to)
	if err != nil {
		return "", err
	}
	if to.reason != "" || to.orbit != nowhereParked {
		return "", unreachable(to, "to.phoneNumber")
	}
	var phones []*binding
	for _, b := range x.phones(p.extensionID) {
		if p.deviceID == "" || strconv.FormatInt(b.device.ID, 10) == p.deviceID {
			phones = append(phones, b)
		}
	}
	if len(phones) == 0 {
		return "", rc.Coded(rc.Conflict, "CMN-406", "The device is not registered. Open the phone there and try again.")
	}
	if !x.mayReach(p.extensionID) {
		return "", x.errTooMany()
	}
	c := x.newCall(session.Spec{Origin: p.origin})
	err = x.command(ctx, c.session.ID(), func(c *call) error {
		c.placeFor(e, caller, to, phones, p)
		return nil
	})
	return c.session.ID(), err
}

// placeFor has the phones of the one who calls ring first. They see whom they
// are going to talk to.
func (c *call) placeFor(e store.Extension, caller session.End, to destination, phones []*binding, p placing) {
	party := c.session.Add(session.PartySpec{
		Direction: rc.Outbound, AccountID: e.AccountID, ExtensionID: e.ID, From: caller, To: to.end, RCC: true,
	})
	c.caller = to.end
	r := &ring{to: destination{end: caller}, party: party}
	r.then = func() {
		c.caller = caller
		c.reach(to)
	}
	if reach := r.then; p.prompt {
		r.then = func() { c.confirm(reach) }
	}
	r.timer = c.later(c.x.RingTime, func() {
		if c.ring == r {
			c.finish(ending{reason: rc.ReasonNoAnswer})
		}
	})
	c.ring = r
	for _, b := range phones {
		c.start(r, b, p.origin == rc.OriginCallOut && len(phones) == 1)
	}
}

// confirm asks the one who has answered to press 1, and goes on then: a phone
// may be answered by a machine, or by somebody else. Their party stays in
// Setup meanwhile, as if nobody had answered.
func (c *call) confirm(then func()) {
	l := c.first()
	ctx, s := c.attend(l.party, l)
	c.reserve()
	c.x.spawn(func(context.Context) {
		answer, err := sound.Confirm(ctx, s.seat)
		if err != nil {
			return // the phone has gone, or the call was ended: whoever did it sees to it
		}
		c.post(func() {
			switch {
			case c.service != s:
			case answer == sound.Yes:
				c.stopService()
				then()
			case answer == sound.No:
				c.finish(ending{reason: rc.ReasonRejected})
			default:
				c.finish(ending{reason: rc.ReasonNoAnswer})
			}
		})
	})
}

// confirms reports whether somebody is asked to press 1.
func (c *call) confirms() bool {
	return c.service != nil && len(c.lines) > 0 && c.service.party == c.lines[0].party
}

func without(forks []*fork, f *fork) []*fork {
	var rest []*fork
	for _, o := range forks {
		if o != f {
			rest = append(rest, o)
		}
	}
	return rest
}

package exchange

import (
	"context"
	"fmt"
	"strconv"

	"offhook/internal/platform/exchange/session"
	"offhook/internal/rc"
)

// AnswerParty has one of a party's phones take the call by itself: its INVITE
// is cancelled and another sent that says so (contract 6).
func (x *Exchange) AnswerParty(ctx context.Context, id, party, deviceID string) error {
	return x.onCalled(ctx, id, party, func(c *call, r *ring) error {
		for _, f := range r.forks {
			if strconv.FormatInt(f.binding.device.ID, 10) != deviceID || f.auto {
				continue
			}
			r.forks = without(r.forks, f)
			c.stopForks(&ring{forks: []*fork{f}}, "", agentClose)
			c.start(r, f.binding, true)
			return nil
		}
		return rc.Errorf(rc.NotFound, "The call does not ring on the device %s.", deviceID)
	})
}

// CallOut has a user's phone call somebody: it answers by itself, and then
// the other side rings. Without a device, all phones of the user ring.
func (x *Exchange) CallOut(ctx context.Context, accountID, extensionID int64, deviceID string, target rc.CallTarget) (string, error) {
	return x.callFor(ctx, rc.OriginCallOut, accountID, extensionID, deviceID, "", target)
}

// RingOut has the phones of a user ring, at one of the user's own numbers, and
// then those of somebody else (contract 5.5), who is shown another of these
// numbers; the usual one unless it is the user's.
func (x *Exchange) RingOut(ctx context.Context, accountID, extensionID int64, from, shown string, to rc.CallTarget) (string, error) {
	own, err := x.find(ctx, session.PartySpec{AccountID: accountID}, rc.CallTarget{PhoneNumber: from})
	if err != nil {
		return "", err
	}
	if own.ext == nil || own.ext.ID != extensionID {
		e := rc.Coded(rc.Invalid, "CMN-101", "The phones that ring first are your own. Send one of your own numbers.")
		e.Parameter = "from.phoneNumber"
		return "", e
	}
	return x.callFor(ctx, rc.OriginRingOut, accountID, extensionID, "", shown, to)
}

// callFor begins a call for a user, of an origin.
func (x *Exchange) callFor(ctx context.Context, origin string, accountID, extensionID int64, deviceID, shown string, target rc.CallTarget) (string, error) {
	e, err := x.Store.Extension(ctx, extensionID)
	if err != nil {
		return "", fmt.Errorf("reading extension %d: %w", extensionID, err)
	}
	caller, err := x.callerEnd(ctx, e, shown)
	if err != nil {
		return "", err
	}
	caller.DeviceID = deviceID
	to, err := x.find(ctx, session.PartySpec{AccountID: accountID, ExtensionID: extensionID}, target)
	if err != nil {
		return "", err
	}
	if to.reason != "" || to.orbit != nowhereParked {
		return "", unreachable(to, "to.phoneNumber")
	}
	var phones []*binding
	for _, b := range x.phones(extensionID) {
		if deviceID == "" || strconv.FormatInt(b.device.ID, 10) == deviceID {
			phones = append(phones, b)
		}
	}
	if len(phones) == 0 {
		return "", rc.Coded(rc.Conflict, "CMN-406", "The device is not registered. Open the phone there and try again.")
	}
	if !x.mayReach(extensionID) {
		return "", x.errTooMany()
	}
	c := x.newCall(session.Spec{Origin: origin})
	err = x.command(ctx, c.session.ID(), func(c *call) error {
		c.placeFor(e.AccountID, e.ID, caller, to, phones, origin == rc.OriginCallOut && len(phones) == 1)
		return nil
	})
	return c.session.ID(), err
}

// placeFor has the phones of the one who calls ring first. They see whom they
// are going to talk to.
func (c *call) placeFor(accountID, extensionID int64, caller session.End, to destination, phones []*binding, auto bool) {
	party := c.session.Add(session.PartySpec{
		Direction: rc.Outbound, AccountID: accountID, ExtensionID: extensionID, From: caller, To: to.end, RCC: true,
	})
	c.caller = to.end
	r := &ring{to: destination{end: caller}, party: party}
	r.then = func() {
		c.caller = caller
		c.reach(to)
	}
	r.timer = c.later(c.x.RingTime, func() {
		if c.ring == r {
			c.finish(ending{reason: rc.ReasonNoAnswer})
		}
	})
	c.ring = r
	for _, b := range phones {
		c.start(r, b, auto)
	}
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

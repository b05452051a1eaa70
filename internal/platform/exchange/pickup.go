package exchange

import (
	"context"
	"fmt"
	"strconv"

	"offhook/internal/platform/exchange/session"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// PickupParty has a phone of an extension take a call that rings at somebody
// else's, or is parked: it answers by itself. It returns the extension's party
// in the call.
func (x *Exchange) PickupParty(ctx context.Context, id, party string, extensionID int64, deviceID string) (newParty string, err error) {
	e, end, phone, err := x.ownPhone(ctx, extensionID, deviceID)
	if err != nil {
		return "", err
	}
	err = x.command(ctx, id, func(c *call) error {
		if c.parker != nil && c.parker.ext.AccountID != e.AccountID || !c.leaveFor(party) {
			return errNotRinging
		}
		newParty = c.pickup(destination{ext: &e, end: end}, phone).ID()
		return nil
	})
	return newParty, err
}

// ownPhone is an extension with one of its phones, which is to answer by
// itself.
func (x *Exchange) ownPhone(ctx context.Context, extensionID int64, deviceID string) (e store.Extension, end session.End, phone *binding, err error) {
	if e, err = x.Store.Extension(ctx, extensionID); err != nil {
		return e, end, nil, fmt.Errorf("reading extension %d: %w", extensionID, err)
	}
	if end, err = x.end(ctx, e); err != nil {
		return e, end, nil, err
	}
	for _, b := range x.phones(extensionID) {
		if strconv.FormatInt(b.device.ID, 10) == deviceID {
			phone = b
		}
	}
	if phone == nil {
		err = rc.Coded(rc.Conflict, "CMN-406", "The device is not registered. Open the phone there and try again.")
	}
	return e, end, phone, err
}

// leaveFor ends what a call does for a party that is called or has parked it,
// so that somebody else can take the call; false when it does neither.
func (c *call) leaveFor(party string) bool {
	switch r := c.ring; {
	case r != nil && r.then == nil && r.calls(party):
		c.stopForks(r, `SIP;cause=200;text="Call completed elsewhere"`, agentTaken)
		c.ring = nil
		r.end(ending{reason: rc.ReasonPickup})
		return true
	case c.orbit != nowhereParked:
		rest := c.other(c.parker)
		if rest == nil || rest.party.ID() != party && c.parker.party.ID() != party {
			return false
		}
		c.caller = rest.end()
		c.leavePlace()
		return true
	}
	return false
}

// pickup has one phone answer by itself for whoever waits.
func (c *call) pickup(to destination, b *binding) *session.Party {
	r := &ring{to: to, party: c.session.Add(session.PartySpec{
		Direction: rc.Inbound, AccountID: to.ext.AccountID, ExtensionID: to.ext.ID, From: c.caller, To: to.end, RCC: true,
	})}
	c.ring = r
	r.timer = c.later(c.x.RingTime, func() {
		if c.ring == r {
			c.voicemail(r)
		}
	})
	c.start(r, b, true)
	c.tune()
	return r.party
}

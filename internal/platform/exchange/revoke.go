package exchange

import (
	"context"
	"errors"
	"slices"

	"offhook/internal/store"
)

// SessionEnded takes a user's phones of an app away once none of their sessions
// with that app is left: somebody has signed out, or the access was revoked.
// The phones ring no more, their calls end, and what they know registers them
// no more. It returns at once.
func (x *Exchange) SessionEnded(clientID string, extensionID int64) {
	x.spawn(func(ctx context.Context) {
		var gone []int64
		err := x.Store.Write(ctx, func(tx store.PlatformTx) (err error) {
			gone, err = tx.RetireSIPPasswords(ctx, clientID, extensionID, x.Now())
			return err
		})
		if err != nil && ctx.Err() == nil {
			x.Log.Error("taking phones away from whom access was revoked", "ext", extensionID, "err", err)
		}
		if len(gone) > 0 {
			x.takeAway(func(d store.SIPDevice) bool { return slices.Contains(gone, d.ID) })
		}
	})
}

// takeAway ends what devices have here.
func (x *Exchange) takeAway(has func(store.SIPDevice) bool) {
	x.unbind(func(b *binding) bool { return has(b.device) })
	x.mu.Lock()
	var lines []*line
	for _, l := range x.lines {
		if has(l.device) {
			lines = append(lines, l)
		}
	}
	var forks []*fork
	for _, f := range x.forks {
		if f.binding != nil && has(f.binding.device) {
			forks = append(forks, f)
		}
	}
	x.mu.Unlock()
	for _, f := range forks {
		f.call.post(func() { f.call.silence(f) })
	}
	for _, l := range lines {
		l.post(func(c *call) {
			l.bye(agentFree)
			c.hangup(l)
		})
	}
}

// silence has one phone ring no more: one that is called, that a call is to go
// on at, or that is to listen in.
func (c *call) silence(f *fork) {
	if f.joins != nil {
		c.stopForks(&ring{forks: []*fork{f}}, "", agentClose)
		c.cameNot(f)
		return
	}
	if r := c.ring; r != nil && r.has(f) {
		c.quieten(r, func(o *fork) bool { return o == f })
		c.exhausted(r)
	}
}

// vanished reports whether a phone's device is gone, as those of users and apps
// are that were removed, and unbinds it then.
func (x *Exchange) vanished(ctx context.Context, b *binding) bool {
	if b == nil {
		return false // somebody outside
	}
	_, err := x.Store.SIPDevice(ctx, b.device.ID)
	if !errors.Is(err, store.ErrNotFound) {
		return false // a store that fails does not keep phones from ringing
	}
	x.unbind(func(o *binding) bool { return o.device.ID == b.device.ID })
	return true
}

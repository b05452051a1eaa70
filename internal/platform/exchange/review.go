package exchange

import (
	"bytes"
	"context"
	"slices"
	"time"

	"offhook/internal/rc"
	"offhook/internal/store"
)

// What people may do here can be taken back by somebody who tells this process
// nothing: by the command line, which writes to the store alone, or by another
// server. So the store is asked again every few seconds, about whoever is
// connected or listens in, and what it does not grant any more ends.

// reviewEvery is how often, unless the exchange is told otherwise.
const reviewEvery = 2 * time.Second

// review does so until the exchange closes.
func (x *Exchange) review(ctx context.Context) {
	tick := time.NewTicker(x.Review)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			x.reviewPhones(ctx)
			x.reviewWatches()
		}
	}
}

// devices are those of phones that are registered, ring or talk, as they were
// when they proved themselves, by whose they are.
func (x *Exchange) devices() map[int64][]store.SIPDevice {
	all := map[int64][]store.SIPDevice{}
	add := func(d store.SIPDevice) {
		if d.ID != 0 && !slices.ContainsFunc(all[d.ExtensionID], func(had store.SIPDevice) bool { return same(had, d) }) {
			all[d.ExtensionID] = append(all[d.ExtensionID], d)
		}
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, own := range x.bindings {
		for _, b := range own {
			add(b.device)
		}
	}
	for _, l := range x.lines {
		add(l.device)
	}
	for _, f := range x.forks {
		if f.binding != nil {
			add(f.binding.device)
		}
	}
	return all
}

// same reports whether a device has still the password that was proved.
func same(a, b store.SIPDevice) bool {
	return a.ID == b.ID && bytes.Equal(a.SealedPassword, b.SealedPassword)
}

// reviewPhones takes those away whose device is gone with its user or app, or
// has lost its password with the last session that was revoked. A store that
// fails takes nobody's phone away.
func (x *Exchange) reviewPhones(ctx context.Context) {
	for extensionID, proved := range x.devices() {
		now, err := x.Store.SIPDevices(ctx, extensionID)
		if err != nil {
			if ctx.Err() == nil {
				x.Log.Error("asking whether somebody may have phones", "ext", extensionID, "err", err)
			}
			continue
		}
		stale := func(d store.SIPDevice) bool {
			return slices.ContainsFunc(proved, func(p store.SIPDevice) bool { return same(p, d) }) &&
				!slices.ContainsFunc(now, func(n store.SIPDevice) bool { return same(n, d) })
		}
		if slices.ContainsFunc(proved, stale) {
			x.takeAway(stale)
		}
	}
}

// reviewWatches ends those of supervisors who may not listen in any more.
func (x *Exchange) reviewWatches() {
	for _, c := range x.running() {
		c.post(c.reviewWatch)
	}
}

// notLet ends a watch whose right was taken back.
var notLet = ending{rc.ReasonBlocked, errNotLet.Message}

// reviewWatch has a supervisor leave who may not listen in, or of whom nobody
// can tell whether they may.
func (c *call) reviewWatch() {
	w := c.watch
	if w == nil {
		return
	}
	supervisor, agent := w.line.ext.ID, w.agent.ext.ID
	c.x.spawn(func(ctx context.Context) {
		may, err := c.x.Store.MayMonitor(ctx, supervisor, agent)
		if err != nil && ctx.Err() == nil {
			c.x.Log.Error("asking whether a supervisor may listen in", "ext", supervisor, "err", err)
		}
		if may && err == nil {
			return
		}
		c.post(func() {
			if c.watch == w {
				c.unwatch(notLet)
			}
		})
	})
}

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

// An owner is whose phones they are, with which app.
type owner struct {
	clientID    string
	extensionID int64
}

// A reviewer knows what was found the last time. It belongs to one goroutine.
type reviewer struct {
	x        *Exchange
	sessions map[owner][]store.OAuthSession
}

// run reviews until the exchange closes.
func (v *reviewer) run(ctx context.Context) {
	tick := time.NewTicker(v.x.Review)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			v.phones(ctx)
			v.watches()
		}
	}
}

// devices are those of phones that are registered, ring or talk, as they were
// when they proved themselves.
func (x *Exchange) devices() map[owner][]store.SIPDevice {
	all := map[owner][]store.SIPDevice{}
	add := func(d store.SIPDevice) {
		o := owner{d.ClientID, d.ExtensionID}
		if d.ID != 0 && !slices.ContainsFunc(all[o], func(had store.SIPDevice) bool { return same(had, d) }) {
			all[o] = append(all[o], d)
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

// phones takes those away whose device is gone with its user or app, or has
// another password, and has a user's phones follow the sessions that they came
// with. A store that fails takes nobody's phone away.
func (v *reviewer) phones(ctx context.Context) {
	x := v.x
	found := map[owner][]store.OAuthSession{}
	for o, proved := range x.devices() {
		now, err := x.Store.SIPDevices(ctx, o.extensionID)
		if err != nil {
			v.trouble(ctx, o.extensionID, err)
			found[o] = v.sessions[o]
			continue
		}
		stale := func(d store.SIPDevice) bool {
			return slices.ContainsFunc(proved, func(p store.SIPDevice) bool { return same(p, d) }) &&
				!slices.ContainsFunc(now, func(n store.SIPDevice) bool { return same(n, d) })
		}
		if slices.ContainsFunc(proved, stale) {
			x.takeAway(stale)
		}
		sessions, err := x.Store.OAuthSessions(ctx, o.clientID, o.extensionID)
		if err != nil {
			v.trouble(ctx, o.extensionID, err)
			sessions = v.sessions[o]
		}
		if !slices.ContainsFunc(sessions, v.holds) && slices.ContainsFunc(v.sessions[o], v.holds) {
			x.SessionEnded(o.clientID, o.extensionID) // before its time: it was revoked
		}
		found[o] = sessions
	}
	v.sessions = found
}

func (v *reviewer) holds(s store.OAuthSession) bool { return v.x.Now().Before(s.ExpiresAt) }

func (v *reviewer) trouble(ctx context.Context, extensionID int64, err error) {
	if ctx.Err() == nil {
		v.x.Log.Error("asking whether somebody may have phones", "ext", extensionID, "err", err)
	}
}

// watches ends those of supervisors who may not listen in any more.
func (v *reviewer) watches() {
	for _, c := range v.x.running() {
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

package softphone

import "offhook/internal/widget/call"

// succeed begins a phone that another node had last: its versions follow on,
// and the calls that it had are over, which their user is told.
func (ph *Phone) succeed(last *call.Snapshot) {
	now := ph.pool.Now()
	// The clock is ahead of any versions that this node has not heard of.
	ph.floor, ph.step = max(last.Version+1, uint64(now.UnixMilli())), 2
	for _, c := range last.Calls {
		if !c.Over() {
			c = broken(c)
			c.Ended = now
		}
		t := &talk{Call: c, ph: ph, gone: make(chan struct{})}
		close(t.gone)
		ph.talks = append(ph.talks, t)
		ph.after(ph.pool.Waits.Past, t.forget)
	}
}

// broken is a call whose node is gone.
func broken(c call.Call) call.Call {
	switch {
	case c.State == call.Connected, c.State == call.Held:
		c.Outcome = call.HungUp
	case c.Direction == call.Inbound:
		c.Outcome = call.Missed
	default:
		c.Outcome = call.Failed
	}
	c.State, c.Sentence = call.Ended, restarted
	c.Muted, c.Recording, c.FarHeld, c.Unheard, c.Silent = false, false, false, false, false
	return c
}

// outrun has the next version be higher than one that pages have seen.
func (ph *Phone) outrun(seen uint64) {
	if seen <= ph.Snapshot().Version {
		return
	}
	ph.box.post(func() {
		ph.floor = max(ph.floor, seen)
		ph.changed()
	})
}

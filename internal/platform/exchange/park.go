package exchange

import (
	"fmt"
	"slices"

	"offhook/internal/rc"
)

// A place is where a call is parked. Every company has its own.
type place struct {
	accountID int64
	number    string // such as 801
}

// nowhereParked is the place of a call that is not parked.
var nowhereParked place

// parkedAt returns the call that is parked at a place, nil for none.
func (x *Exchange) parkedAt(orbit place) *call {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.parked[orbit]
}

// park leaves the other side of a line where anybody can take it by dialling
// the place with a star. The phone that parks ends its dialog itself (contract
// 8.7).
func (c *call) park(l *line) (number string, ok bool) {
	if !slices.Contains(c.lines, l) || c.other(l) == nil || c.orbit != nowhereParked {
		return "", false
	}
	orbit := c.x.keepAt(l.ext.AccountID, c)
	if orbit == nowhereParked {
		return "", false
	}
	c.orbit, c.parker = orbit, l
	l.party.Parked("*" + orbit.number)
	c.tune()
	c.later(c.x.ParkTime, func() {
		if c.orbit == orbit {
			c.comeBack(l)
		}
	})
	return orbit.number, true
}

// keepAt parks a call at the first place of an account that is free.
func (x *Exchange) keepAt(accountID int64, c *call) place {
	x.mu.Lock()
	defer x.mu.Unlock()
	for n := 801; n <= 899; n++ {
		at := place{accountID, fmt.Sprint(n)}
		if x.parked[at] == nil {
			x.parked[at] = c
			return at
		}
	}
	return nowhereParked
}

// comeBack calls the parker about a call that nobody has taken.
func (c *call) comeBack(parker *line) {
	rest := c.other(parker)
	c.leavePlace()
	if rest == nil {
		return
	}
	ext := parker.ext
	c.caller = rest.end()
	c.reachPerson(destination{ext: &ext, end: parker.end()})
}

// leavePlace frees the place of a parked call, and takes out who parked it.
func (c *call) leavePlace() {
	c.x.mu.Lock()
	delete(c.x.parked, c.orbit)
	c.x.mu.Unlock()
	c.orbit = nowhereParked
	p := c.parker
	c.parker = nil
	p.party.End(rc.ReasonCallPark, "")
	p.bye(agentFree)
	c.drop(p)
}

// unpark has the phone that dialled a place talk to who waits there.
func (c *call) unpark(to destination) {
	if c.orbit != to.orbit || c.orbit == nowhereParked {
		c.refuse(ending{reason: rc.ReasonInvalidNumber, sentence: "No call is parked there."})
		return
	}
	c.leavePlace()
	for _, l := range c.lines {
		l.talks()
	}
	c.tune()
}

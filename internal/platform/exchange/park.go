package exchange

import (
	"fmt"

	"offhook/internal/rc"
)

// parkedAt returns the call that is parked at a place, nil for none.
func (x *Exchange) parkedAt(orbit string) *call {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.parked[orbit]
}

// park leaves the other side of a line where anybody can take it by dialling
// the place with a star. The phone that parks ends its dialog itself (contract
// 8.7).
func (c *call) park(l *line) (orbit string, ok bool) {
	if c.other(l) == nil || c.orbit != "" {
		return "", false
	}
	c.x.mu.Lock()
	for n := 801; n <= 899 && orbit == ""; n++ {
		if place := fmt.Sprint(n); c.x.parked[place] == nil {
			orbit = place
			c.x.parked[orbit] = c
		}
	}
	c.x.mu.Unlock()
	if orbit == "" {
		return "", false
	}
	c.orbit, c.parker = orbit, l
	l.party.Parked("*" + orbit)
	c.tune()
	c.later(c.x.ParkTime, func() {
		if c.orbit == orbit {
			c.comeBack(l)
		}
	})
	return orbit, true
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
	c.orbit = ""
	p := c.parker
	c.parker = nil
	p.party.End(rc.ReasonCallPark, "")
	p.bye(agentFree)
	c.drop(p)
}

// unpark has the phone that dialled a place talk to who waits there.
func (c *call) unpark(to destination) {
	if c.orbit != to.orbit || c.orbit == "" {
		c.refuse(ending{reason: rc.ReasonInvalidNumber, sentence: "No call is parked there."})
		return
	}
	c.leavePlace()
	for _, l := range c.lines {
		l.party.Answer()
	}
	c.tune()
}

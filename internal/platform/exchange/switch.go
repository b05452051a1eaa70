package exchange

import (
	"slices"
	"strings"

	"offhook/internal/sip"
)

// replaced finds the line of an extension that a Replaces header names. The
// tags are enough: nobody can guess them, and clients put several things where
// the Call-ID belongs, and the tags in either order (contract 8.8).
func (x *Exchange) replaced(extensionID int64, header string) *line {
	tags := map[string]string{}
	for _, param := range strings.Split(header, ";")[1:] {
		name, value, _ := strings.Cut(strings.TrimSpace(param), "=")
		tags[strings.ToLower(name)] = value
	}
	to, from := tags["to-tag"], tags["from-tag"]
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, l := range x.lines {
		ours, theirs := l.dialog().LocalTag, l.dialog().RemoteTag
		if l.ext.ID == extensionID && (to == ours && from == theirs || to == theirs && from == ours) {
			return l
		}
	}
	return nil
}

// moveTo has another phone of the same user take over a line (contract 8.8).
func (c *call) moveTo(tx *sip.Tx, b *binding, old *line) {
	if !slices.Contains(c.lines, old) || c.parker == old || old.party.Status().Over() {
		respond(tx, 481, "Call/Transaction Does Not Exist")
		return
	}
	c.take(tx, b, old.party, destination{instead: old})
}

// replace puts a phone in the place of another, which is free then.
func (c *call) replace(old, l *line) {
	c.lines = slices.DeleteFunc(c.lines, func(o *line) bool { return o == l })
	at := slices.Index(c.lines, old)
	if at < 0 { // it has left meanwhile, for a third phone of the user perhaps, and others talk on
		l.bye(agentFree)
		l.close()
		return
	}
	c.lines[at] = l
	if c.watch != nil && c.watch.agent == old {
		c.watch.agent = l
	}
	if c.service != nil && at == 0 {
		c.service.seat.Give(l.leg)
	}
	l.muted = old.muted
	if old.held {
		l.party.Hold(false)
	}
	old.bye(agentFree)
	old.close()
	c.tune()
}

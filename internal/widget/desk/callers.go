package desk

import (
	"encoding/json"
	"strings"
	"time"

	"offhook/internal/rc"
)

// A callerName is what a call said of a number, and when.
type callerName struct {
	name string
	at   time.Time
}

// nobodysNames are what telephone networks say where they know no name. A
// number tells more.
var nobodysNames = map[string]bool{
	"anonymous": true, "unknown": true, "unknown caller": true, "unknown name": true, "unavailable": true, "name unavailable": true, "private": true, "private caller": true,
	"restricted": true, "out of area": true, "wireless caller": true, "cell phone": true, "toll free call": true, "toll free caller": true, "caller": true, "no name": true,
}

// hearCaller remembers what a call says of one of its ends, the newest word
// of all calls, and reports whether it is news.
func (p *people) hearCaller(c *rc.CallParty, at time.Time) bool {
	if c == nil || c.PhoneNumber == "" || isConference(c) {
		return false
	}
	name := strings.Join(strings.Fields(c.Name), " ")
	if name == "" || name == c.PhoneNumber || nobodysNames[strings.ToLower(name)] {
		return false
	}
	known, any := p.callers[c.PhoneNumber]
	if any && (known.name == name || at.Before(known.at)) {
		return false
	}
	p.callers[c.PhoneNumber] = callerName{name, at}
	return true
}

// hearCall remembers the names of a call.
func (p *people) hearCall(r *rc.CallRecord) bool {
	from := p.hearCaller(r.From, r.StartTime.Time)
	return p.hearCaller(r.To, r.StartTime.Time) || from
}

// ringing remembers what the platform says of a call while it rings, before
// any log has it.
func (d *Desk) ringing(body json.RawMessage) {
	var e struct {
		Parties []struct{ From, To *rc.CallParty }
	}
	if json.Unmarshal(body, &e) != nil {
		return // names may be missing, the log will have them
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	some := false
	for _, p := range e.Parties {
		for _, end := range []*rc.CallParty{p.From, p.To} {
			some = d.ledger.people.hearCaller(end, d.pool.Now()) || some
		}
	}
	if some {
		d.tell(Event{Type: EventIdentity})
	}
}

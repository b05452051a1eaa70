package oauth

import "time"

// A guard slows down the guessing of passwords, in such a way that nobody can
// keep somebody else out:
//
//   - A wait binds one name at one address. Whoever tries another's name from
//     elsewhere makes nobody wait but themselves.
//   - A browser that the user signed in with before is counted apart from its
//     address, so a neighbour behind the same address does not matter either.
//   - Many failures with one name from everywhere (guessing spread over many
//     addresses) do not lock the name. They make strangers' attempts dear: one
//     each, then minutes. The user at a new place still has that one.
//
// Its zero value is ready to use.
type guard struct {
	pairs     throttle // by name and source
	addresses throttle
	names     throttle // failures from strangers, wherever they come from
}

// A source is where an attempt comes from.
type source struct {
	key   string // an address, or a known browser
	known bool   // it is a browser that the user signed in with before
}

// The rules of the guard.
var (
	perUser    = rule{free: 5, first: 15 * time.Second, most: 15 * time.Minute}
	besieged   = rule{free: 1, first: 5 * time.Minute, most: time.Hour}
	perAddress = rule{free: 60, first: 15 * time.Second, most: 5 * time.Minute}
	perName    = rule{free: 100, first: 15 * time.Minute, most: 15 * time.Minute}
)

// take counts an attempt and returns zero, or how long to wait.
func (g *guard) take(name string, from source, now time.Time) time.Duration {
	pair, rule := name+" "+from.key, perUser
	if from.known {
		return g.pairs.take(pair, rule, now)
	}
	if g.names.wait(name, now) > 0 {
		rule = besieged
	}
	if wait := g.pairs.wait(pair, now); wait > 0 {
		return wait
	}
	if wait := g.addresses.take(from.key, perAddress, now); wait > 0 {
		return wait
	}
	return g.pairs.take(pair, rule, now)
}

// failed notes that an attempt had a wrong password.
func (g *guard) failed(name string, from source, now time.Time) {
	if !from.known {
		g.names.take(name, perName, now)
	}
}

// succeeded forgives the source what it tried before. The name is not
// forgiven: its user signing in does not end an attack.
func (g *guard) succeeded(name string, from source) {
	g.pairs.forgive(name + " " + from.key)
	if !from.known {
		g.addresses.giveBack(from.key)
	}
}

package exchange

import "slices"

// give has a line go over to another call. That takes it, in its own turn, or
// says why not; then the line comes back, so that nobody is hung up on. done is
// always told, in the turn of the call that gives, or when that is over.
func (c *call) give(l *line, into *call, take func() error, done func(error)) {
	at := slices.Index(c.lines, l)
	c.lines = slices.Delete(c.lines, at, at+1)
	c.giving = l.party
	c.tune()
	c.x.byes.Add(1) // it may have to be ended on its way
	back := func(err error) {
		c.postElse(func() {
			c.x.byes.Done()
			c.giving = nil
			c.lines = slices.Insert(c.lines, min(at, len(c.lines)), l)
			c.tune()
			done(err)
		}, func() {
			l.party.End(c.why.reason, c.why.sentence)
			l.bye(agentFree)
			l.close()
			c.x.byes.Done()
			done(err)
		}, func() { l.call.Store(c) })
	}
	into.postElse(func() {
		if err := take(); err != nil {
			back(err)
			return
		}
		c.x.byes.Done()
		c.postElse(func() { c.leaves(l); done(nil) }, func() { done(nil) })
	}, func() { back(errOver) }, func() { l.call.Store(into) })
}

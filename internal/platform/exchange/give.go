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
	l.call.Store(into)
	back := func(err error) {
		l.call.Store(c)
		c.postElse(func() {
			c.giving = nil
			c.lines = slices.Insert(c.lines, min(at, len(c.lines)), l)
			c.tune()
			if l.gone { // it has hung up on its way
				c.hangup(l)
			}
			done(err)
		}, func() {
			l.party.End(failed.reason, failed.sentence)
			l.bye(agentFree)
			l.close()
			done(err)
		})
	}
	into.postElse(func() {
		if err := take(); err != nil {
			back(err)
			return
		}
		if l.gone {
			into.hangup(l)
		}
		c.postElse(func() { c.leaves(l); done(nil) }, func() { done(nil) })
	}, func() { back(errOver) })
}

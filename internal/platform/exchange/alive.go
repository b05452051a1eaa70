package exchange

import (
	"context"
	"slices"
	"time"

	"offhook/internal/sip"
)

// A carrier may agree with us on signs of life in a call (RFC 4028): one side
// gives them, and without any the call is over.

// signPause is how long a sign of life waits at most that could not be given
// just now.
const signPause = 2 * time.Second

// mayUpdate reports whether who sent a message takes UPDATE, so that a sign of
// life has nothing to do with the sound.
func mayUpdate(m interface{ GetHeaders(string) []sip.Header }) bool {
	return slices.Contains(sip.OptionTags(m, "Allow"), "update")
}

// expiryOf is what a carrier's INVITE or UPDATE asks for; false when it has
// been refused, for a time that is too short.
func (l *line) expiryOf(tx *sip.Tx) (e sip.Expiry, ok bool) {
	least := l.x.Trunk.LeastExpiry()
	e, ok = sip.AskedExpiry(tx.Request(), least, l.expiry)
	if !ok {
		respond(tx, 422, "Session Interval Too Small", sip.TooShort(least))
	}
	return e, ok
}

// lives notes that the far side is there, and what was agreed on. It runs on
// the goroutine of the line's call.
func (l *line) lives(e sip.Expiry) {
	l.expiry = e
	if l.due != nil {
		l.due.Stop()
		l.due = nil
	}
	if e.After > 0 {
		end := time.Now().Add(e.After)
		l.await(e.Due(), func(c *call) { c.signOfLife(l, end) })
	}
}

// await has something done about the expiry, unless a sign of life comes first.
func (l *line) await(d time.Duration, f func(c *call)) {
	var timer *time.Timer
	timer = time.AfterFunc(d, func() {
		l.post(func(c *call) {
			if l.due == timer && slices.Contains(c.lines, l) {
				f(c)
			}
		})
	})
	l.due = timer
}

// signOfLife gives one, or finds that there was none.
func (c *call) signOfLife(l *line, end time.Time) {
	if !l.expiry.Ours {
		c.x.Log.Info("ending a call that shows no life", "call", c.session.ID())
		c.without(l)
		return
	}
	d := l.dialog()
	req := d.Request(sip.UPDATE, nil, "")
	if !l.updates {
		req = d.Request(sip.INVITE, l.local, sip.SDP)
	}
	l.expiry.Ask(req)
	c.x.spawn(func(ctx context.Context) {
		res, err := c.x.Trunk.In(ctx, d, req)
		if err == nil && res.StatusCode < 300 && res.CSeq().MethodName == sip.INVITE {
			req.CSeq().SeqNo = res.CSeq().SeqNo // the carrier may have wanted proof first
			err = d.AckOf(req)
		}
		l.post(func(c *call) {
			if slices.Contains(c.lines, l) && !l.gone {
				c.signed(l, end, res, err)
			}
		})
	})
}

// signed takes the answer to a sign of life.
func (c *call) signed(l *line, end time.Time, res *sip.Response, err error) {
	code := 0
	if err == nil {
		code = res.StatusCode
	}
	pause := min(signPause, l.expiry.After/8)
	if code == 422 {
		l.expiry.After = max(l.expiry.After, sip.Longer(res)) // and asked again, not without end
	}
	switch {
	case code >= 200 && code < 300:
		l.lives(sip.AnsweredExpiry(res))
		c.agreed(l, string(res.Body()), true) // an INVITE's answer may have moved
	case code == 408 || code == 481 || time.Now().Add(pause).After(end):
		c.x.Log.Info("ending a call whose far side does not answer", "call", c.session.ID(), "status", code, "err", err)
		c.without(l)
	default: // such as one that was asked something itself (491), or whose connection is made anew
		l.await(pause, func(c *call) { c.signOfLife(l, end) })
	}
}

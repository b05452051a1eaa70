package exchange

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"

	"offhook/internal/media"
	"offhook/internal/platform/exchange/session"
	"offhook/internal/rc"
	"offhook/internal/sip"
	"offhook/internal/store"
)

// A line is one phone's dialog in a call, and its sound.
type line struct {
	x      *Exchange
	call   atomic.Pointer[call]
	ext    store.Extension
	device store.SIPDevice
	dialog *sip.Dialog
	leg    *media.Leg
	agent  agent // of the messages to it
	out    bool  // the phone placed the call
	ended  chan struct{}
	once   sync.Once

	// These belong to the goroutine of the line's call.
	party *session.Party
	local []byte // our description of its sound, as the phone knows it
	held  bool   // the phone has put the others on hold
	muted bool   // at the exchange
	gone  bool   // the phone has ended its dialog
}

func lineKey(f *sip.Flow, callID string) string { return f.ID() + "|" + callID }

// line finds the dialog that a request belongs to. Web phones put nothing but
// the Call-ID right (contract 8.10), and a connection is one phone's.
func (x *Exchange) line(tx *sip.Tx) *line {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.lines[lineKey(tx.Flow(), tx.Request().CallID().Value())]
}

// connect adds a line to a call and looks after it from now on.
func (c *call) connect(l *line) {
	l.call.Store(c)
	l.ended = make(chan struct{})
	c.lines = append(c.lines, l)
	c.x.mu.Lock()
	c.x.lines[lineKey(l.dialog.Flow, l.dialog.CallID)] = l
	c.x.mu.Unlock()
	l.tellDialog()
	c.x.spawn(func(context.Context) {
		select {
		case <-l.leg.Done():
			l.post(func(c *call) { c.silent(l) })
		case <-l.ended:
		}
	})
	if l.dead() { // it may have gone before anybody could find the line
		c.lost(l)
	}
}

// silent comes when a line's sound has ended by itself.
func (c *call) silent(l *line) {
	if slices.Contains(c.lines, l) {
		c.without(l)
	}
}

// tellDialog has others find the call by the phone's dialog (contract 8.8).
func (l *line) tellDialog() {
	d := l.dialog
	l.party.SIP(rc.SIPData{
		CallID: d.CallID, ToTag: d.LocalTag, FromTag: d.RemoteTag, RemoteURI: d.Local.URI.String(), LocalURI: d.Remote.URI.String(),
	})
}

// post has the goroutine of the line's call run f, wherever the line is then.
func (l *line) post(f func(c *call)) bool {
	c := l.call.Load()
	return c.post(func() {
		if now := l.call.Load(); now != c {
			l.post(f)
			return
		}
		f(c)
	})
}

func (l *line) dead() bool {
	select {
	case <-l.dialog.Flow.Done():
		return true
	default:
		return false
	}
}

// request takes a request of the phone; false when the call is over.
func (l *line) request(tx *sip.Tx) bool {
	req := tx.Request()
	switch req.Method {
	case sip.ACK:
		return true
	case sip.INVITE:
		respond(tx, 100, "Trying")
		return l.post(func(c *call) { c.reinvite(l, tx) })
	case sip.BYE:
		ok := l.post(func(c *call) { c.hangup(l) })
		if ok {
			respond(tx, 200, "OK")
		}
		return ok
	case sip.INFO:
		respond(tx, 200, "OK")
		body := req.Body()
		return l.post(func(c *call) { c.info(l, body) })
	case sip.REFER:
		return l.post(func(c *call) { c.refer(l, tx) })
	case sip.MESSAGE, sip.UPDATE, sip.NOTIFY, sip.OPTIONS:
		respond(tx, 200, "OK")
		return true
	}
	respond(tx, 405, "Method Not Allowed", sip.With("Allow", allowed))
	return true
}

// reinvite holds or takes back. The connection of the sound stays as it is:
// the answer repeats our description, with the direction that fits (contract
// 8.8). The others see no SIP traffic; they hear music.
func (c *call) reinvite(l *line, tx *sip.Tx) {
	direction := sip.DirectionOf(tx.Request().Body())
	l.local = sip.NextVersion(sip.WithDirection(l.local, direction.Reverse()))
	respond(tx, 200, "OK", sip.With("Contact", "<"+l.dialog.Contact.String()+">"), sip.With("Allow", allowed), sip.WithBody(sip.SDP, l.local))
	c.hold(l, direction.Held())
}

func (c *call) hold(l *line, on bool) {
	if l.held == on {
		return
	}
	l.held = on
	l.party.Hold(on)
	c.tune()
}

// bye ends the phone's dialog, unless the phone did, and tells it what the
// agent's part of it is (contract 8.5).
func (l *line) bye(cmd int) {
	if l.gone {
		return
	}
	l.gone = true
	l.x.byes.Add(1)
	l.x.spawn(func(ctx context.Context) {
		defer l.x.byes.Done()
		_, _ = l.dialog.Do(ctx, l.dialog.Request(sip.BYE, nil, ""), nil) // a phone that is gone has none to end
	})
	l.tell(cmd)
}

// close frees what the line has.
func (l *line) close() {
	l.once.Do(func() { close(l.ended) })
	l.x.mu.Lock()
	delete(l.x.lines, lineKey(l.dialog.Flow, l.dialog.CallID))
	l.x.mu.Unlock()
	l.leg.Close()
}

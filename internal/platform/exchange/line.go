package exchange

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

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
	wire   atomic.Pointer[sip.Dialog] // replaced when the phone comes back on another connection
	leg    *media.Leg
	agent  agent // of the messages to it
	ended  chan struct{}
	parted chan struct{} // closed when the phone has answered our BYE
	once   sync.Once

	outside bool   // the trunk's; it has neither extension nor device
	leave   func() // of a line of the trunk's
	keeps   func() // releases its connection with the carrier
	typing  typing // the keys that the carrier tells of

	// These belong to the goroutine of the line's call.
	party *session.Party
	local []byte // our description of its sound, as the phone knows it
	held  bool   // the phone has put the others on hold
	muted bool   // at the exchange
	gone  bool   // the phone has ended its dialog
	// unanswered is the INVITE of somebody outside until the call is picked up.
	unanswered *sip.Tx
	// previewed: our offer was in a response before the 200, and its PRACK has
	// the answer.
	previewed bool
	rang      bool // the carrier knows for sure that a phone rings
	updates   bool // the carrier takes UPDATE
	expiry    sip.Expiry
	due       *time.Timer // what expiry asks for; nil for nothing
	// offers is an INVITE that is accepted by our offer, until its ACK answers;
	// again is set for one within the call.
	offers *sip.Tx
	again  bool
}

// dialog is the phone's, on the connection that it has now.
func (l *line) dialog() *sip.Dialog { return l.wire.Load() }

func lineKey(f *sip.Flow, callID string) string { return f.ID() + "|" + callID }

// line finds the dialog that a request belongs to. Web phones put nothing but
// the Call-ID right (contract 8.10), and a connection is one phone's.
func (x *Exchange) line(tx *sip.Tx) *line {
	x.mu.Lock()
	defer x.mu.Unlock()
	key := lineKey(tx.Flow(), tx.Request().CallID().Value())
	if l := x.lines[key]; l != nil {
		return l
	}
	return x.comeBack(tx)
}

// comeBack finds the line of a phone that has connected anew, also before its
// old connection is known to be dead. x.mu is held.
func (x *Exchange) comeBack(tx *sip.Tx) *line {
	_, tag := sip.Tags(tx.Request())
	if tag == "" {
		return nil
	}
	for _, l := range x.lines {
		d := l.dialog()
		if d.LocalTag == tag && d.CallID == tx.Request().CallID().Value() && x.isOn(l.device.ID, tx.Flow()) {
			x.move(l, tx.Flow())
			return l
		}
	}
	return nil
}

// isOn reports whether a device is registered on a connection. x.mu is held.
func (x *Exchange) isOn(deviceID int64, f *sip.Flow) bool {
	for _, own := range x.bindings {
		for _, b := range own {
			if b.device.ID == deviceID && b.flow == f {
				return true
			}
		}
	}
	return false
}

// move has a line go on over another connection of its phone: its sound has
// not ended with the old one (RFC 5626 section 5.3). x.mu is held.
func (x *Exchange) move(l *line, to *sip.Flow) {
	d := l.dialog()
	delete(x.lines, lineKey(d.Flow, d.CallID))
	l.wire.Store(d.On(to))
	x.lines[lineKey(to, d.CallID)] = l
}

// rejoin moves the lines of a device whose connection is dead to a new one.
// x.mu is held.
func (x *Exchange) rejoin(b *binding) {
	for _, l := range x.lines {
		if l.device.ID == b.device.ID && l.dead() {
			x.move(l, b.flow)
		}
	}
}

// connect adds a line to a call and looks after it from now on.
func (c *call) connect(l *line) {
	c.lines = append(c.lines, l)
	c.host(l)
}

// host looks after a line.
func (c *call) host(l *line) {
	if l.ended == nil {
		l.ended, l.parted = make(chan struct{}), make(chan struct{})
	}
	if l.outside && l.keeps == nil {
		l.keeps = l.dialog().Flow.Keep()
	}
	c.enlist(l)
	l.tellDialog()
	if l.outside && l.unanswered == nil && l.due == nil {
		l.lives(l.expiry)
	}
	c.x.spawn(func(context.Context) {
		select {
		case <-l.leg.Done():
			l.post(func(c *call) { c.awaitGoodbye(l) })
		case <-l.ended:
		}
	})
	if l.dead() { // it may have gone before anybody could find the line
		c.lost(l)
	}
}

// enlist has the call take what the phone asks from now on.
func (c *call) enlist(l *line) {
	l.call.Store(c)
	c.x.mu.Lock()
	c.x.lines[l.key()] = l
	c.x.mu.Unlock()
}

// awaitGoodbye comes when a line's sound has ended by itself. A phone that
// hangs up ends its sound as well, and its BYE may be the slower of the two: it
// says more, so it has its time.
func (c *call) awaitGoodbye(l *line) {
	time.AfterFunc(c.x.Goodbye, func() { l.post(func(c *call) { c.silent(l) }) })
}

// silent goes on without a line that has no sound.
func (c *call) silent(l *line) {
	if slices.Contains(c.lines, l) || c.watches(l) {
		c.without(l)
	}
}

// tellDialog has others find the call by the phone's dialog (contract 8.8).
func (l *line) tellDialog() {
	d := l.dialog()
	l.party.SIP(rc.SIPData{
		CallID: d.CallID, ToTag: d.LocalTag, FromTag: d.RemoteTag, RemoteURI: d.Local.URI.String(), LocalURI: d.Remote.URI.String(),
	})
}

// post has the goroutine of the line's call run f, wherever the line is then.
func (l *line) post(f func(c *call)) bool {
	c := l.call.Load()
	return c.mail.post(func() {
		if now := l.call.Load(); now != c {
			l.post(f)
			return
		}
		if !c.over {
			f(c)
		}
	})
}

// postElse posts f, or has otherwise run when the call ends before its turn:
// somebody waits for an answer.
func (l *line) postElse(f func(c *call), otherwise func()) bool {
	c := l.call.Load()
	there := func(do func()) func() {
		return func() {
			if l.call.Load() != c {
				l.postElse(f, otherwise)
				return
			}
			do()
		}
	}
	c.postElse(there(func() { f(c) }), there(otherwise))
	return true
}

func (l *line) dead() bool {
	select {
	case <-l.dialog().Flow.Done():
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
		return l.acknowledged(tx)
	case sip.INVITE:
		respond(tx, 100, "Trying")
		return l.postElse(func(c *call) { c.reinvite(l, tx) }, func() { respond(tx, 481, "Call/Transaction Does Not Exist") })
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
		return l.postElse(func(c *call) { c.refer(l, tx) }, func() { respond(tx, 481, "Call/Transaction Does Not Exist") })
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
	if undescribed(string(tx.Request().Body())) {
		c.offerAnew(l, tx, allowed)
		return
	}
	direction := sip.DirectionOf(tx.Request().Body())
	l.local = sip.NextVersion(sip.WithDirection(l.local, direction.Reverse()))
	respond(tx, 200, "OK", sip.With("Contact", "<"+l.dialog().Contact.String()+">"), sip.With("Allow", allowed), sip.WithBody(sip.SDP, l.local))
	c.hold(l, direction.Held())
}

func (c *call) hold(l *line, on bool) {
	if l.held == on {
		return
	}
	l.held = on
	if code := l.party.Status().Code; code == rc.PartyAnswered || code == rc.PartyHold {
		l.party.Hold(on) // before, talks does so
	}
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
		if l.parted != nil {
			defer close(l.parted)
		}
		if l.outside {
			_, _ = l.x.Trunk.In(ctx, l.dialog(), l.dialog().Request(sip.BYE, nil, "")) // as below
			return
		}
		_, _ = l.dialog().Do(ctx, l.dialog().Request(sip.BYE, nil, ""), nil) // a phone that is gone has none to end
	})
	l.tell(cmd)
}

// close frees what the line has.
func (l *line) close() {
	l.once.Do(func() { close(l.ended) })
	l.unlist()
	if l.due != nil {
		l.due.Stop()
	}
	if l.leave != nil {
		l.leave()
	}
	if l.keeps != nil {
		l.keeps()
	}
	l.leg.Close()
}

func (l *line) unlist() {
	l.x.mu.Lock()
	defer l.x.mu.Unlock()
	delete(l.x.lines, l.key())
}

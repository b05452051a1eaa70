package exchange

import (
	"sync/atomic"

	"offhook/internal/sip"
)

// A peer is a connection of a phone. What a phone asks outside of a call is
// done in order, on a goroutine of its own, because it reads the store.
type peer struct {
	x    *Exchange
	flow *sip.Flow
	mail *mailbox
	left atomic.Bool
	done chan struct{}

	addr    string       // where it connects from
	calm    func() bool  // stops waiting for its proof
	waiting atomic.Int32 // requests that mail has
	wrong   int          // passwords, one after the other; belongs to mail's goroutine
	proven  bool         // guarded by Exchange.mu

	// stream is set for phones of ServeStream.
	stream bool
}

func newPeer(x *Exchange, addr string) *peer {
	return &peer{x: x, addr: addr, mail: newMailbox(), done: make(chan struct{})}
}

// accepted comes before the first request.
func (p *peer) accepted(f *sip.Flow) {
	p.flow = f
	p.x.mu.Lock()
	p.x.peers[p] = true
	p.x.mu.Unlock()
	p.hurry()
	p.x.wg.Go(func() {
		defer close(p.done)
		p.mail.run(p.left.Load)
	})
}

// gone comes when the connection has ended.
func (p *peer) gone() {
	if p.flow == nil {
		return // it never became one
	}
	p.calm()
	p.mail.post(func() { p.left.Store(true) })
	<-p.done
	p.x.mu.Lock()
	delete(p.x.peers, p)
	var lost []*line
	for _, l := range p.x.lines {
		if l.dialog().Flow == p.flow {
			lost = append(lost, l)
		}
	}
	for _, own := range p.x.bindings { // a phone may be back before it is missed
		for _, b := range own {
			if b.flow != p.flow {
				p.x.rejoin(b)
			}
		}
	}
	p.x.mu.Unlock()
	p.x.unbind(func(b *binding) bool { return b.flow == p.flow })
	for _, l := range lost {
		l.post(func(c *call) { c.lost(l) })
	}
}

// ServeSIP hands a request to the call that it belongs to, or to the peer's
// own goroutine.
func (p *peer) ServeSIP(tx *sip.Tx) {
	req := tx.Request()
	if l := p.x.line(tx); l != nil {
		if !l.request(tx) {
			respond(tx, 481, "Call/Transaction Does Not Exist")
		}
		return
	}
	_, inDialog := sip.Tags(req)
	if inDialog != "" && req.Method != sip.MESSAGE && p.x.early(p, tx) {
		return
	}
	switch req.Method {
	case sip.REGISTER:
		p.hand(tx, p.register)
	case sip.INVITE:
		if inDialog != "" {
			respond(tx, 481, "Call/Transaction Does Not Exist")
			return
		}
		p.hand(tx, p.invite)
	case sip.MESSAGE:
		p.x.agentMessage(tx)
	case sip.OPTIONS, sip.PUBLISH: // a ping, or a report on quality (contract 8.2)
		respond(tx, 200, "OK")
	case sip.BYE, sip.INFO, sip.REFER, sip.UPDATE, sip.NOTIFY:
		respond(tx, 481, "Call/Transaction Does Not Exist")
	default:
		respond(tx, 405, "Method Not Allowed", sip.With("Allow", allowed))
	}
}

const allowed = "INVITE, ACK, CANCEL, BYE, INFO, MESSAGE, NOTIFY, OPTIONS, PRACK, REFER, REGISTER, UPDATE"

// respond sends a response. A phone that is gone, or has cancelled, misses
// nothing.
func respond(tx *sip.Tx, code int, reason string, opts ...sip.Option) {
	_ = tx.Respond(code, reason, opts...)
}

package exchange

import (
	"cmp"
	"net"
	"net/http"
	"time"

	"offhook/internal/listen"
	"offhook/internal/sip"
)

// Limits bound what anybody can take who reaches a port of the exchange.
// Zero fields have the values that stand behind them.
type Limits struct {
	Connections    int           // in all: 20,000
	Strangers      int           // of these, that have not proven whose they are: 2,000
	StrangersOfOne int           // of these, from one address: 200
	Proof          time.Duration // in which a connection has to: one minute
	Waiting        int           // requests of one connection that wait for the store: 100
	Wrong          int           // wrong passwords that a connection may try: 10
	// After runs a function after a time; nil is time.AfterFunc.
	After func(time.Duration, func()) (stop func() bool)
}

func (l *Limits) fill() {
	l.Connections = cmp.Or(l.Connections, 20_000)
	l.Strangers = cmp.Or(l.Strangers, 2_000)
	l.StrangersOfOne = cmp.Or(l.StrangersOfOne, 200)
	l.Proof = cmp.Or(l.Proof, time.Minute)
	l.Waiting = cmp.Or(l.Waiting, 100)
	l.Wrong = cmp.Or(l.Wrong, 10)
	if l.After == nil {
		l.After = func(d time.Duration, f func()) func() bool { return time.AfterFunc(d, f).Stop }
	}
}

// Guests count the connections of an exchange. A stranger is one that has not
// yet proven whose it is. Those that have are not counted by their address:
// all phones of a widget come from its server's.
type guests struct {
	all       int
	strangers map[string]int // by address
	strange   int            // the sum of these
}

// admit counts a connection until it is dismissed; false when there are too
// many.
func (x *Exchange) admit(p *peer) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	g, l := &x.guests, &x.Limits
	if g.all >= l.Connections || g.strange >= l.Strangers || g.strangers[p.addr] >= l.StrangersOfOne {
		return false
	}
	g.all++
	g.strange++
	g.strangers[p.addr]++
	return true
}

// dismiss counts a connection no more, which has ended.
func (x *Exchange) dismiss(p *peer) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.guests.all--
	x.befriend(p)
}

// befriend takes a connection out of the strangers. x.mu is held.
func (x *Exchange) befriend(p *peer) {
	if p.proven {
		return
	}
	p.proven = true
	x.guests.strange--
	if x.guests.strangers[p.addr]--; x.guests.strangers[p.addr] == 0 {
		delete(x.guests.strangers, p.addr)
	}
}

// prove notes that a connection has proven whose it is.
func (p *peer) prove() {
	p.wrong = 0
	p.x.mu.Lock()
	defer p.x.mu.Unlock()
	p.x.befriend(p)
}

// hurry ends a connection that proves nothing in its time.
func (p *peer) hurry() {
	p.calm = p.x.Limits.After(p.x.Limits.Proof, func() {
		p.x.mu.Lock()
		proven := p.proven
		p.x.mu.Unlock()
		if !proven {
			p.flow.Close()
		}
	})
}

// mistaken counts the wrong passwords of a connection and ends it when there
// are too many. It runs on the peer's goroutine.
func (p *peer) mistaken() {
	if p.wrong++; p.wrong >= p.x.Limits.Wrong {
		p.flow.Close()
	}
}

// hand has the peer's goroutine take a request. Where it is behind, as with a
// store that is slow, the phone is told to come back.
func (p *peer) hand(tx *sip.Tx, f func(*sip.Tx)) {
	if p.waiting.Add(1) > int32(p.x.Limits.Waiting) {
		p.waiting.Add(-1)
		respond(tx, 503, "Service Unavailable", sip.With("Retry-After", "10"))
		return
	}
	respond(tx, 100, "Trying")
	p.mail.post(func() {
		defer p.waiting.Add(-1)
		f(tx)
	})
}

// from is the address that a request comes from.
func from(r *http.Request) string {
	return cmp.Or(listen.Address(r.Context()), host(r.RemoteAddr))
}

func host(addr string) string {
	h, _, err := net.SplitHostPort(addr)
	if err != nil {
		return addr
	}
	return h
}

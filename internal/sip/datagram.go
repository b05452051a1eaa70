package sip

import (
	"log/slog"
	"net"
	"slices"
	"sync"
	"time"
)

const (
	// maxPeers is how many addresses a socket remembers; the one that was
	// silent the longest makes room, of those that nothing is going on with.
	// Anybody can write any sender on a datagram: who is busy is not pushed out.
	maxPeers = 256
	// unread is how many datagrams of one peer may wait; more are lost, as
	// datagrams are.
	unread = 256
)

// Datagrams is SIP on a UDP socket: a Flow for each address that sends
// something or is sent something. What is lost on the way is sent again, by
// the timers of RFC 3261 section 17, so that a flow is used like any other.
// Answers go to where the request came from (RFC 3581), which is where every
// carrier and exchange wants them.
type Datagrams struct {
	// Accept returns who is told of the requests of an address that has sent
	// something first; nil leaves them without an answer. It runs on the
	// goroutine that reads the socket.
	Accept func(remote net.Addr) Handler
	// Host is how peers reach this machine, where its own address is not the
	// one, as behind a router; empty finds the address that faces each peer.
	Host string
	Log  *slog.Logger // nil is silent

	conn net.PacketConn
	done chan struct{} // closed when nobody reads any more

	mu     sync.Mutex
	flows  map[string]*datagram // guarded by mu; by the peer's address
	closed bool                 // guarded by mu
}

// NewDatagrams speaks SIP on a socket, which it owns from Serve on.
func NewDatagrams(conn net.PacketConn) *Datagrams {
	return &Datagrams{conn: conn, done: make(chan struct{}), flows: map[string]*datagram{}}
}

// Addr is where the socket is.
func (d *Datagrams) Addr() net.Addr { return d.conn.LocalAddr() }

// Serve reads the socket until Close.
func (d *Datagrams) Serve() {
	defer close(d.done)
	buf := make([]byte, maxMessage)
	for {
		n, from, err := d.conn.ReadFrom(buf)
		if d.over() {
			return
		}
		if err != nil {
			if temporary(err) {
				continue // such as a peer that has closed its port
			}
			d.end()
			return
		}
		if p := d.peer(from); p != nil {
			p.deliver(slices.Clone(buf[:n]))
		}
	}
}

// temporary reports whether a socket may be read after an error: that of
// another packet, which this machine was told of.
func temporary(err error) bool {
	opError, ok := err.(*net.OpError)
	return ok && !opError.Timeout() && opError.Err != net.ErrClosed
}

// Flow is the flow to a peer; what it asks goes to h, unless the flow is
// there already. There is always room for a peer of our own choice, which stays
// while somebody keeps it.
func (d *Datagrams) Flow(remote net.Addr, h Handler) (*Flow, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return nil, ErrClosed
	}
	if p := d.flows[remote.String()]; p != nil {
		return p.flow, nil
	}
	d.room()
	return d.open(remote, h).flow, nil
}

// peer is who has sent something; nil for somebody who is not let in.
func (d *Datagrams) peer(from net.Addr) *datagram {
	d.mu.Lock()
	p := d.flows[from.String()]
	d.mu.Unlock()
	if p != nil || d.Accept == nil {
		return p
	}
	h := d.Accept(from)
	d.mu.Lock()
	defer d.mu.Unlock()
	if h == nil || d.closed || !d.room() {
		return nil
	}
	return d.open(from, h)
}

// room reports whether there is some for one more peer, or is now. d.mu is
// held.
func (d *Datagrams) room() bool {
	if len(d.flows) < maxPeers {
		return true
	}
	var oldest *datagram
	for _, p := range d.flows {
		if (oldest == nil || p.heard.Before(oldest.heard)) && !p.flow.busy() {
			oldest = p
		}
	}
	if oldest == nil {
		return false
	}
	oldest.flow.Close()
	delete(d.flows, oldest.to.String())
	return true
}

// open begins a flow. d.mu is held.
func (d *Datagrams) open(remote net.Addr, h Handler) *datagram {
	p := &datagram{d: d, to: remote, in: make(chan []byte, unread), gone: make(chan struct{}), heard: time.Now()}
	p.flow = newFlow(p, h, "UDP", d.sentBy(remote), remote.String(), d.Log)
	p.flow.lossy = true
	d.flows[remote.String()] = p
	go p.flow.run()
	return p
}

// sentBy is our address as a peer reaches it.
func (d *Datagrams) sentBy(remote net.Addr) string {
	local := d.conn.LocalAddr().String()
	host, port, err := net.SplitHostPort(local)
	if err != nil {
		return local
	}
	if d.Host != "" {
		return net.JoinHostPort(d.Host, port)
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		if c, err := net.Dial("udp", remote.String()); err == nil {
			host, _, _ = net.SplitHostPort(c.LocalAddr().String())
			_ = c.Close() // nothing was sent
		}
	}
	return net.JoinHostPort(host, port)
}

func (d *Datagrams) over() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.closed
}

// end closes all flows, once.
func (d *Datagrams) end() []*Flow {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return nil
	}
	d.closed = true
	var all []*Flow
	for _, p := range d.flows {
		p.flow.Close()
		all = append(all, p.flow)
	}
	return all
}

// Close sends what still waits, ends the flows and closes the socket. Serve
// has returned then.
func (d *Datagrams) Close() {
	for _, f := range d.end() {
		<-f.Done()
	}
	_ = d.conn.Close() // wakes Serve
	<-d.done
}

// A datagram is one peer of a socket, as a conn.
type datagram struct {
	d     *Datagrams
	to    net.Addr
	flow  *Flow
	in    chan []byte
	gone  chan struct{}
	once  sync.Once
	heard time.Time // guarded by d.mu
}

func (p *datagram) deliver(data []byte) {
	p.d.mu.Lock()
	p.heard = time.Now()
	p.d.mu.Unlock()
	select {
	case p.in <- data:
	default:
	}
}

func (p *datagram) read() ([]byte, error) {
	select {
	case data := <-p.in:
		return data, nil
	case <-p.gone:
		return nil, ErrClosed
	}
}

// write leaves a packet that cannot be sent to the timers, as if it were lost
// on the way.
func (p *datagram) write(data []byte) error {
	_, _ = p.d.conn.WriteTo(data, p.to)
	return nil
}

func (p *datagram) ping() error { return p.write([]byte("\r\n\r\n")) }

func (p *datagram) close() { p.once.Do(func() { close(p.gone) }) }

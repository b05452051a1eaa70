package media

import (
	"net"
	"net/netip"
	"sync"
	"time"
)

const (
	mtu = 2048 // longer datagrams are nobody's: neither sound nor handshakes have them
	// together is how many datagrams of a shared port are read and sent at once.
	together = 32
)

// A socket is a UDP port of legs. It reads and sends datagrams many at a time,
// and hands sound to the legs that have taken the short way (see [shortcut])
// itself; pion reads what is left. What legs send while a batch is handed out
// goes out together at its end: nothing waits for a time to pass.
type socket struct {
	*net.UDPConn

	// Of the goroutine that reads.
	in         *batch
	next, came int

	mu     sync.Mutex
	out    *batch // guarded by mu, as below
	queued int
	held   bool // a batch is being handed out
	most   int  // how many out has room for

	legs sync.RWMutex
	at   map[netip.AddrPort]*shortcut // guarded by legs
}

// newSocket makes a socket of a port that reads and sends up to n datagrams
// at once. It owns the port.
func newSocket(conn *net.UDPConn, n int) (s *socket, err error) {
	s = &socket{UDPConn: conn, most: n, at: map[netip.AddrPort]*shortcut{}}
	if s.in, err = newIncoming(conn, n); err != nil {
		return nil, err
	}
	s.out, err = newOutgoing(conn, n)
	return s, err
}

// ReadFromAddrPort returns the next datagram that is not sound of a leg that
// has taken the short way. It is pion's, and called by one goroutine alone.
func (s *socket) ReadFromAddrPort(b []byte) (int, netip.AddrPort, error) {
	for {
		for s.next < s.came {
			data, from := s.in.datagram(s.next)
			s.next++
			if len(data) == 0 || s.deliver(data, from) {
				continue
			}
			s.flush(s.next < s.came) // pion takes its time
			return copy(b, data), from, nil
		}
		s.flush(false)
		n, err := s.in.receive()
		if err != nil {
			return 0, netip.AddrPort{}, err
		}
		s.next, s.came = 0, n
		s.hold(n)
	}
}

// deliver hands sound to its leg, and reports false for everything else.
func (s *socket) deliver(data []byte, from netip.AddrPort) bool {
	if !isSound(data) {
		return false
	}
	s.legs.RLock()
	short := s.at[from]
	s.legs.RUnlock()
	return short != nil && short.hear(data, time.Now())
}

// isSound reports whether a datagram is RTP, and not RTCP, DTLS or STUN (RFC
// 7983 section 7, RFC 5761 section 4).
func isSound(data []byte) bool {
	return len(data) > 12 && data[0]>>6 == 2 && (data[1] < 192 || data[1] > 223)
}

// set has sound from an address go to a leg.
func (s *socket) set(from netip.AddrPort, to *shortcut) {
	s.legs.Lock()
	defer s.legs.Unlock()
	s.at[from] = to
}

// unset takes back what set did, where nobody else has come since.
func (s *socket) unset(from netip.AddrPort, to *shortcut) {
	s.legs.Lock()
	defer s.legs.Unlock()
	if s.at[from] == to {
		delete(s.at, from)
	}
}

// hold keeps back what is sent while n datagrams are handed out.
func (s *socket) hold(n int) {
	if n < 2 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.held = true
}

// flush sends what was kept back.
func (s *socket) flush(held bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.held = held && s.held
	s.send()
}

// send is called with mu held.
func (s *socket) send() {
	if s.queued > 0 {
		s.out.send(s.queued)
		s.queued = 0
	}
}

// WriteToAddrPort is pion's.
func (s *socket) WriteToAddrPort(b []byte, to netip.AddrPort) (int, error) {
	if s.put(b, to) {
		return len(b), nil
	}
	return s.WriteToUDPAddrPort(b, to)
}

// put sends a datagram, with the others where a batch is being handed out. It
// reports false when that cannot be done.
func (s *socket) put(b []byte, to netip.AddrPort) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.out.put(s.queued, b, to) {
		return false
	}
	if s.queued++; s.queued == s.most || !s.held {
		s.send()
	}
	return true
}

// ReadFrom is that of net.PacketConn.
func (s *socket) ReadFrom(b []byte) (int, net.Addr, error) {
	n, from, err := s.ReadFromAddrPort(b)
	if err != nil {
		return n, nil, err
	}
	return n, net.UDPAddrFromAddrPort(from), nil
}

// WriteTo is that of net.PacketConn.
func (s *socket) WriteTo(b []byte, to net.Addr) (int, error) {
	if u, ok := to.(*net.UDPAddr); ok {
		return s.WriteToAddrPort(b, u.AddrPort())
	}
	return s.UDPConn.WriteTo(b, to)
}

package media

import (
	"net"
	"net/netip"
	"sync"
	"sync/atomic"

	"github.com/pion/transport/v4"
	"github.com/pion/webrtc/v4"
)

// A road is what the sound of a leg travels by: the ports that it may use, and
// the one that it does, with the far side's address. Either may change while a
// call lasts, and the short way goes with them.
type road struct {
	transport.Net // of a leg with ports of its own

	at atomic.Pointer[ends] // nil while the short way cannot be had

	mu      sync.Mutex
	sockets []*socket // guarded by mu, as below
	short   *shortcut // nil before the stream is known
	closed  bool
}

// ends are the two of a road.
type ends struct {
	socket *socket
	far    netip.AddrPort
}

// ListenUDP opens a port for pion.
func (r *road) ListenUDP(network string, at *net.UDPAddr) (transport.UDPConn, error) {
	conn, err := net.ListenUDP(network, at)
	if err != nil {
		return nil, err
	}
	s, err := newSocket(conn, 1)
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sockets = append(r.sockets, s)
	return s, nil
}

// open lets a stream that is heard take the short way.
func (r *road) open(s *shortcut) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return
	}
	at := r.at.Load()
	r.turn(nil)
	r.short = s
	r.turn(at)
}

// move follows the far side to another address.
func (r *road) move(pair *webrtc.ICECandidatePair) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return
	}
	r.turn(r.ends(pair))
}

// close ends the short way for good.
func (r *road) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.turn(nil)
	r.closed = true
}

// turn is called with mu held, as ends is.
func (r *road) turn(at *ends) {
	if old := r.at.Swap(at); old != nil && r.short != nil {
		old.socket.unset(old.far, r.short)
	}
	if at != nil && r.short != nil {
		at.socket.set(at.far, r.short)
	}
}

// ends are nil for a way that is not one of our sockets': by TCP, or a relay.
func (r *road) ends(pair *webrtc.ICECandidatePair) (at *ends) {
	if pair == nil || pair.Local == nil || pair.Remote == nil || pair.Remote.Protocol != webrtc.ICEProtocolUDP || pair.Local.Typ == webrtc.ICECandidateTypeRelay {
		return nil
	}
	ip, err := netip.ParseAddr(pair.Remote.Address)
	if err != nil {
		return nil
	}
	for _, s := range r.sockets {
		local := s.LocalAddr().(*net.UDPAddr)
		if local.Port != int(pair.Local.Port) {
			continue
		}
		if at != nil { // ports of two addresses have one number
			return nil
		}
		at = &ends{s, netip.AddrPortFrom(ip.Unmap(), pair.Remote.Port)}
	}
	return at
}

package exchange

import (
	"context"
	"errors"
	"net"
	"net/netip"

	"offhook/internal/media"
	"offhook/internal/sip"
)

// ServeStream speaks with one phone over TCP or TLS until the connection ends
// (contract 8.11). Such phones have no WebRTC: their sound is RTP, encrypted
// by keys that the descriptions name.
func (x *Exchange) ServeStream(conn net.Conn) {
	p := newPeer(x, host(conn.RemoteAddr().String()))
	if !x.admit(p) {
		_ = conn.Close() // nothing was said
		return
	}
	defer x.dismiss(p)
	p.stream = true
	h := &accepting{peer: p, ready: make(chan struct{})}
	f := sip.NewStream(conn, h)
	p.accepted(f)
	close(h.ready)
	<-f.Done()
	p.gone()
}

// An accepting peer is one whose first request may come before the peer knows
// its connection.
type accepting struct {
	*peer
	ready chan struct{}
}

// ServeSIP waits for the moment that the peer needs.
func (a *accepting) ServeSIP(tx *sip.Tx) {
	<-a.ready
	a.peer.ServeSIP(tx)
}

// offer describes the sound of a call to a phone as it can read it.
func (b *binding) offer(ctx context.Context, x *Exchange, leg *media.Leg) (string, error) {
	if x.streams(b.flow) {
		leg.Signalled(b.from())
		return leg.OfferClassic(true)
	}
	return leg.Offer(ctx)
}

// soundOf answers what a phone offers, or offers something to one that does
// not. Web phones have WebRTC, which proves who is spoken to; those registered
// as other devices may do without.
func (x *Exchange) soundOf(ctx context.Context, b *binding, offer string) (*media.Leg, string, error) {
	if undescribed(offer) {
		return x.offerTo(ctx, b)
	}
	if media.Classic(offer) && b.flow.OverWebSocket() && b.device.Type != otherPhone {
		return nil, "", errNoWebRTC
	}
	return x.soundFor(ctx, offer, b.from())
}

// otherPhone is the type of devices that are no web phones.
const otherPhone = "OtherPhone"

var errNoWebRTC = errors.New("a web phone offers sound without WebRTC")

// from is the address that a phone's signalling comes from. Where that is not
// known, the phone has to be heard before it hears.
func (b *binding) from() netip.Addr {
	return at(b.flow)
}

// at is where a connection comes from; 0.0.0.0 where that is not known.
func at(f *sip.Flow) netip.Addr {
	at, err := netip.ParseAddrPort(f.RemoteAddr())
	if err != nil {
		return netip.IPv4Unspecified()
	}
	return at.Addr().Unmap()
}

// streams reports whether a connection is one of ServeStream's.
func (x *Exchange) streams(f *sip.Flow) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	for p := range x.peers {
		if p.flow == f {
			return p.stream
		}
	}
	return false
}

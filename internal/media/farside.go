package media

import (
	"fmt"
	"net/netip"
	"sync/atomic"
)

// A farSide is where the other side of classic sound may be. Descriptions are
// the words of whoever calls: they could have a server send to a third party,
// or to machines that only the server reaches.
type farSide struct {
	from  netip.Addr // of the far side's signalling; not valid where descriptions are trusted
	home  bool       // our sound stays on this machine
	heard atomic.Bool
}

// Signalled says which address the far side's signalling comes from. Sound
// without WebRTC is then sent there alone, until the far side itself has been
// heard from where it says that it is. It is for phones, and called before
// their descriptions are read; carriers, whose switches are many, are trusted.
func (l *Leg) Signalled(from netip.Addr) {
	from = from.Unmap()
	l.signalled.Store(&from)
}

// Toward says where the far side of a leg is that offers: the address that it
// names is of the same family, where this machine has one.
func (l *Leg) Toward(at netip.Addr) {
	at = at.Unmap()
	l.toward.Store(&at)
}

// likely is where the far side is as far as that is known: not valid for
// anywhere.
func (l *Leg) likely() netip.Addr {
	for _, known := range []*netip.Addr{l.toward.Load(), l.signalled.Load()} {
		if known != nil && !known.IsUnspecified() {
			return *known
		}
	}
	return netip.Addr{}
}

func (l *Leg) farSide() *farSide {
	f := &farSide{home: l.engine.config.LegIP.IsLoopback()}
	if from := l.signalled.Load(); from != nil {
		f.from = *from
	}
	return f
}

// secrets is where a cloud tells machines theirs, by IPv6.
var secrets = netip.MustParseAddr("fd00:ec2::254")

// refuses says why sound is never sent to an address.
func (f *farSide) refuses(at netip.Addr) error {
	switch {
	case !at.IsValid(), at.Zone() != "":
	case at.IsUnspecified(), at.IsMulticast(), at == netip.AddrFrom4([4]byte{255, 255, 255, 255}):
	case at == secrets, at.IsLinkLocalUnicast() && !f.from.IsLinkLocalUnicast(): // 169.254.169.254 is one of these
	case at.IsLoopback() && !f.home && !f.from.IsLoopback():
	default:
		return nil
	}
	return fmt.Errorf("sound is not sent to %s", at)
}

// waits reports whether sound for an address is kept back until the far side
// has been heard.
func (f *farSide) waits(to netip.Addr) bool {
	return f.from.IsValid() && to != f.from && !f.heard.Load()
}

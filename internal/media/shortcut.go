package media

import (
	"errors"
	"sync"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/srtp/v3"
	"github.com/pion/webrtc/v4"
)

// A shortcut is the short way of a leg's sound: from the goroutine that reads
// the port straight to whoever listens. pion's own way hands every packet
// through four goroutines, which costs more than everything else that is done
// with it. It stays the way of all that is not sound, of what the shortcut
// cannot read, and of a part of the sound.
type shortcut struct {
	leg   *Leg
	ssrc  uint32
	known map[uint8]codecAndClock

	mu      sync.Mutex    // held by who reads a port: a leg that changes its way may have two for a moment
	key     *srtp.Context // guarded by mu, as all below
	proven  bool          // key has read something
	packets uint32
	slow    int    // how many in a row the ears took long for
	long    uint32 // how many go the long way yet, because of that
	header  rtp.Header
	packet  rtp.Packet
	plain   []byte
}

const (
	// oneIn is how many packets of a stream one takes the long way of, so that
	// pion knows where the stream is when it has to take over, and that there
	// is somebody.
	oneIn = 64
	// longEar is how long those who listen may take for a packet on the
	// goroutine that all legs of a port share. Whoever decodes or records
	// takes longer, and is then heard on the leg's own. A busy machine takes
	// longer as well, but not for many packets in a row.
	longEar, longEars = 100 * time.Microsecond, 8
	// longWay is for how many packets.
	longWay = 250
)

// hear hands a packet to the leg's ears. It reports false when pion is to have
// the packet, which is as it was then. It is called by the goroutine that
// reads the port.
func (s *shortcut) hear(data []byte, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.packets++; s.packets%oneIn == 0 {
		return false
	}
	if s.long > 0 {
		s.long--
		return false
	}
	if n, err := s.header.Unmarshal(data); err != nil || n >= len(data) || s.header.SSRC != s.ssrc {
		return false
	}
	plain, again := s.decrypt(data)
	if plain == nil {
		return again
	}
	if s.packet.Unmarshal(plain) == nil {
		s.leg.sound(&s.packet, s.known, now)
		s.judge(time.Since(now))
	}
	return true
}

// judge sends the leg the long way when its ears take long.
func (s *shortcut) judge(took time.Duration) {
	if took < longEar {
		s.slow = 0
	} else if s.slow++; s.slow == longEars {
		s.slow, s.long = 0, longWay
	}
}

// decrypt returns nothing for what was not encrypted by the far side, and
// reports whether it has been here before.
func (s *shortcut) decrypt(data []byte) (plain []byte, again bool) {
	plain, err := s.key.DecryptRTP(s.plain, data, nil)
	if err == nil {
		s.proven = true
		return plain, false
	}
	// Too old or a copy: pion, which does not see everything, could not tell.
	return nil, s.proven && !errors.Is(err, srtp.ErrFailedToVerifyAuthTag)
}

// A shortWriter is the same for what a leg sends: it is encrypted here, and
// sent from the port. pion would pass it through a dozen objects.
type shortWriter struct {
	long rtpWriter // pion's
	leg  *Leg

	tried         bool
	key           *srtp.Context // nil where the long way is the only one
	packets       uint32
	plain, sealed []byte
}

// WriteRTP sends a packet; the caller holds the stream's lock. What is sent
// before there are keys is lost, as with pion. Both encrypt by the same key,
// and must never use a number twice: each sends other packets of one stream,
// whose numbers begin anew after 65535, which both have to count alike. So
// pion has the first packet and many more, and the key here sees all of them.
func (s *shortWriter) WriteRTP(h *rtp.Header, payload []byte) (int, error) {
	if !s.tried {
		if s.leg.dtls.State() != webrtc.DTLSTransportStateConnected {
			return 0, nil
		}
		s.key, _, _ = srtpKeys(s.leg.dtls)
		s.tried, s.plain, s.sealed = true, make([]byte, mtu), make([]byte, mtu)
	}
	if s.key == nil || len(payload) > mtu-64 {
		return s.long.WriteRTP(h, payload)
	}
	n, err := h.MarshalTo(s.plain)
	if err != nil {
		return 0, err
	}
	sealed, err := s.key.EncryptRTP(s.sealed, s.plain[:n+copy(s.plain[n:], payload)], h)
	if err != nil {
		return 0, err
	}
	at, long := s.leg.road.at.Load(), s.packets%oneIn == 0
	if s.packets++; long || at == nil {
		return s.long.WriteRTP(h, payload)
	}
	return at.socket.WriteToAddrPort(sealed, at.far)
}

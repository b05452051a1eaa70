package media

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"math/big"
	"net"
	"net/netip"
	"sync/atomic"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/srtp/v3"
)

// A classic is the sound of phones and trunks without WebRTC: RTP from one
// socket to one address, encrypted with keys that the descriptions name (SDES,
// RFC 4568) where the far side offers that. There is no RTCP.
type classic struct {
	conn *net.UDPConn
	far  *farSide
	ip   netip.Addr // ours, as the far side reaches it
	key  []byte     // ours, with its salt; nil without encryption
	ssrc uint32
	send atomic.Pointer[srtp.Context]
	hear atomic.Pointer[srtp.Context]
	// proven is set when something has come that was encrypted by the far
	// side's key. It belongs to the goroutine that reads.
	proven bool
	known  atomic.Pointer[map[uint8]codecAndClock]
	theirs []byte // the far side's key, as it was described last
	local  atomic.Pointer[string]
	to     atomic.Pointer[netip.AddrPort]
}

// keyLength is that of AES_CM_128_HMAC_SHA1_80: 16 bytes and a salt of 14.
const keyLength = 16 + 14

// OfferClassic offers RTP without WebRTC, encrypted or not, to be answered by
// SetAnswer. It is for phones and trunks that are known to want it; Answer
// finds out by itself.
func (l *Leg) OfferClassic(encrypted bool) (string, error) {
	return l.offerClassic(encrypted, []format{{111, codecAndClock{Opus, 48000}}, {0, codecAndClock{PCMU, Rate}}, {8, codecAndClock{PCMA, Rate}}, {110, codecAndClock{Event, 48000}}, {101, codecAndClock{Event, Rate}}})
}

// OfferNarrow is OfferClassic for the telephone network, which knows no codecs
// but its own.
func (l *Leg) OfferNarrow(encrypted bool) (string, error) {
	return l.offerClassic(encrypted, []format{{0, codecAndClock{PCMU, Rate}}, {8, codecAndClock{PCMA, Rate}}, {101, codecAndClock{Event, Rate}}})
}

func (l *Leg) offerClassic(encrypted bool, formats []format) (string, error) {
	c, err := l.openClassic(netip.Addr{})
	if err != nil {
		return "", err
	}
	if encrypted {
		c.key = newKey()
	}
	d := described{formats: formats}
	if c.key != nil {
		d.cryptoTag, d.key = "1", c.key
	}
	text := d.write(c.address())
	c.local.Store(&text)
	if !l.become(c) {
		return "", ErrClosed
	}
	return text, nil
}

// answerClassic answers an offer of RTP without WebRTC.
func (l *Leg) answerClassic(offer string) (string, error) {
	d, err := readDescribed(offer)
	if err != nil {
		return "", err
	}
	c, err := l.openClassic(d.at.Addr())
	if err != nil {
		return "", err
	}
	if d.key != nil {
		c.key = newKey()
	}
	if err := c.agree(d); err != nil {
		_ = c.conn.Close()
		return "", err
	}
	answer := described{formats: d.formats, cryptoTag: d.cryptoTag, key: c.key}
	text := answer.write(c.address())
	c.local.Store(&text)
	if !l.become(c) {
		return "", ErrClosed
	}
	l.start(c, d)
	return text, nil
}

// Redescribe takes another description of the far side's, as that of a re-INVITE
// is, which may have moved. It is for sound without WebRTC; the connection of
// others stays as it is.
func (l *Leg) Redescribe(description string) error {
	c := l.classic.Load()
	if c == nil {
		return nil
	}
	if d, err := readDescribed(description); err == nil && d.at.Addr().IsUnspecified() {
		return nil // the old way to hold (RFC 3264 section 8.4)
	}
	return l.answeredClassic(c, description)
}

// answeredClassic takes the answer to OfferClassic, or another one after it.
func (l *Leg) answeredClassic(c *classic, answer string) error {
	d, err := readDescribed(answer)
	if err != nil {
		return err
	}
	if (d.key == nil) != (c.key == nil) {
		return errors.New("the answer about sound is not encrypted as it was offered")
	}
	if err := c.agree(d); err != nil {
		return err
	}
	l.start(c, d)
	return nil
}

// become makes the leg a classic one. It reports false when the leg has ended.
func (l *Leg) become(c *classic) bool {
	l.classic.Store(c)
	select {
	case <-l.done:
		_ = c.conn.Close()
		return false
	default:
		return true
	}
}

// start lets sound pass. Both descriptions are known.
func (l *Leg) start(c *classic, d described) {
	types := map[codecAndClock]uint8{}
	main := codecAndClock{}
	for _, f := range d.formats {
		types[f.kind] = f.number
		if main.codec == 0 && f.kind.codec != Event {
			main = f.kind
		}
	}
	var id [4]byte
	_, _ = rand.Read(id[:]) // never fails
	if c.ssrc == 0 {
		c.ssrc = uint32(id[0])<<24 | uint32(id[1])<<16 | uint32(id[2])<<8 | uint32(id[3]) | 1
	}
	l.out.bind(c, types, main, c.ssrc)
	l.upOnce.Do(func() {
		close(l.up)
		l.engine.wait.Go(func() { l.hearClassic(c) })
	})
}

// openClassic opens a socket that to can be reached from.
func (l *Leg) openClassic(to netip.Addr) (*classic, error) {
	c := &classic{far: l.farSide()}
	if to.IsValid() {
		if err := c.far.refuses(to); err != nil {
			return nil, err
		}
	}
	e := l.engine
	if !to.IsValid() {
		to = l.likely()
	}
	network, own := e.home(to)
	conn, err := e.openPort(network, own)
	if err != nil {
		return nil, fmt.Errorf("opening a port for sound: %w", err)
	}
	ip, err := e.reachable(network, own, to)
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	c.conn, c.ip = conn, ip
	return c, nil
}

// home is the address that a port toward a far side is opened on, and its
// network: what is configured, else any of the far side's family. A machine
// that speaks to itself alone does so by either.
func (e *Engine) home(to netip.Addr) (network string, ip net.IP) {
	ip = e.config.LegIP
	own, ok := netip.AddrFromSlice(ip)
	switch {
	case !ok:
		own = to
	case own.Unmap().IsLoopback() && to.IsLoopback() && to.Is6():
		own, ip = to, net.IPv6loopback
	}
	if own.Unmap().Is6() {
		return "udp6", ip
	}
	return "udp4", ip
}

// openPort opens one of the configured ports, beginning anywhere among them.
func (e *Engine) openPort(network string, ip net.IP) (*net.UDPConn, error) {
	first, last := int64(e.config.PortMin), int64(e.config.PortMax)
	if first == 0 && last == 0 {
		return net.ListenUDP(network, &net.UDPAddr{IP: ip})
	}
	n := last - first + 1
	from, err := rand.Int(rand.Reader, big.NewInt(max(n, 1)))
	if err != nil {
		return nil, err
	}
	err = errors.New("the range of ports is empty")
	for i := range n {
		var conn *net.UDPConn
		if conn, err = net.ListenUDP(network, &net.UDPAddr{IP: ip, Port: int(first + (from.Int64()+i)%n)}); err == nil {
			return conn, nil
		}
	}
	return nil, err
}

// reachable is the address of ours that another is told. A far side of the other
// family than ours could not be reached from it.
func (e *Engine) reachable(network string, own net.IP, to netip.Addr) (netip.Addr, error) {
	six := network == "udp6"
	if to.IsValid() && to.Is6() != six {
		return netip.Addr{}, fmt.Errorf("%s cannot be reached from the addresses of this machine that sound uses", to)
	}
	for _, announced := range e.config.Announce {
		if ip, ok := netip.AddrFromSlice(announced); ok && ip.Unmap().Is6() == six {
			return ip.Unmap(), nil
		}
	}
	if ip, ok := netip.AddrFromSlice(own); ok {
		return ip.Unmap(), nil
	}
	if !to.IsValid() {
		to = netip.AddrFrom4([4]byte{198, 51, 100, 1}) // anywhere outside; nothing is sent
	}
	c, err := net.Dial(network, netip.AddrPortFrom(to, 9).String())
	if err != nil {
		return netip.Addr{}, fmt.Errorf("finding the address that %s reaches this machine by: %w", to, err)
	}
	defer c.Close()
	return c.LocalAddr().(*net.UDPAddr).AddrPort().Addr().Unmap(), nil
}

func (c *classic) address() netip.AddrPort {
	return netip.AddrPortFrom(c.ip, c.conn.LocalAddr().(*net.UDPAddr).AddrPort().Port())
}

// agree sets what the far side's description says.
func (c *classic) agree(d described) error {
	if err := c.far.refuses(d.at.Addr()); err != nil {
		return err
	}
	if d.at.Addr().Is6() != c.ip.Is6() {
		return fmt.Errorf("%s cannot be reached from %s", d.at.Addr(), c.ip)
	}
	if old := c.to.Load(); old != nil && old.Addr() != d.at.Addr() {
		c.far.heard.Store(false)
	}
	if c.key != nil && !bytes.Equal(d.key, c.theirs) {
		hear, err := cipher(d.key)
		if err != nil {
			return fmt.Errorf("reading the key of a call's sound: %w", err)
		}
		c.hear.Store(hear)
		c.theirs = d.key
	}
	if c.key != nil && c.send.Load() == nil {
		send, err := cipher(c.key)
		if err != nil {
			return fmt.Errorf("making the key of a call's sound: %w", err)
		}
		c.send.Store(send)
	}
	known := map[uint8]codecAndClock{}
	for _, f := range d.formats {
		known[f.number] = f.kind
	}
	c.known.Store(&known)
	c.to.Store(&d.at)
	return nil
}

func cipher(key []byte) (*srtp.Context, error) {
	return srtp.CreateContext(key[:16], key[16:], srtp.ProtectionProfileAes128CmHmacSha1_80, srtp.SRTPReplayProtection(64))
}

func newKey() []byte {
	key := make([]byte, keyLength)
	_, _ = rand.Read(key) // never fails
	return key
}

// WriteRTP sends a packet; the caller holds the stream's lock.
func (c *classic) WriteRTP(h *rtp.Header, payload []byte) (int, error) {
	b, err := (&rtp.Packet{Header: *h, Payload: payload}).Marshal()
	if err != nil {
		return 0, err
	}
	if send := c.send.Load(); send != nil {
		if b, err = send.EncryptRTP(nil, b, nil); err != nil {
			return 0, err
		}
	}
	to := *c.to.Load()
	if c.far.waits(to.Addr()) {
		return len(b), nil
	}
	return c.conn.WriteToUDPAddrPort(b, to)
}

// hearClassic reads until the socket is closed.
func (l *Leg) hearClassic(c *classic) {
	buf := make([]byte, 1600)
	var p rtp.Packet
	for {
		n, from, err := c.conn.ReadFromUDPAddrPort(buf)
		if err != nil {
			return
		}
		b, ok := c.accept(buf[:n], from)
		if !ok || p.Unmarshal(b) != nil || len(p.Payload) == 0 {
			continue
		}
		if kind, ok := (*c.known.Load())[p.PayloadType]; ok {
			if kind.codec == PCMA {
				kind.codec, p.Payload = PCMU, translated(p.Payload, p.Payload, &ulawOf)
			}
			l.heard(Packet{Codec: kind.codec, Clock: kind.clock, Marker: p.Marker, Sequence: p.SequenceNumber,
				Timestamp: p.Timestamp, Arrived: time.Now(), Payload: p.Payload})
		}
	}
}

// accept takes only what the far side has sent: by its key, or without one by
// the address that it described, so that a stranger cannot speak, or have the
// call sent to themselves. A phone's own address, which its signalling comes
// from, is as good as the one that it described. Where translation of addresses has changed the port
// it is answered at the new one. Some phones describe a port that is not theirs
// and first send a few bytes that are no sound, to show the right one.
func (c *classic) accept(b []byte, from netip.AddrPort) ([]byte, bool) {
	from = netip.AddrPortFrom(from.Addr().Unmap(), from.Port())
	to := *c.to.Load()
	hear := c.hear.Load()
	described, heard := from.Addr() == to.Addr() || from.Addr() == c.far.from, hear == nil
	if hear != nil {
		if plain, err := hear.DecryptRTP(nil, b, nil); err == nil {
			b, heard, c.proven = plain, true, true
		}
	}
	if from != to && (described && !c.proven || heard && c.proven) {
		c.to.Store(&from)
	}
	if !heard || !described && !c.proven {
		return nil, false
	}
	c.far.heard.Store(true)
	return b, true
}

// inline is a key as descriptions write it.
func inline(key []byte) string { return base64.StdEncoding.EncodeToString(key) }

package media

import (
	"encoding/binary"
	"net"
	"net/netip"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/srtp/v3"
)

// pages opens n legs of one engine's shared port, each with a leg of another
// engine's at its far side, as a browser would be.
func pages(t *testing.T, n int) (e *Engine, legs, far []*Leg) {
	t.Helper()
	open := func() *Engine {
		e, err := NewEngine(Config{LegIP: []byte{127, 0, 0, 1}})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = e.Close() })
		return e
	}
	e = open()
	browsers := open()
	for range n {
		page, err := browsers.Leg()
		if err != nil {
			t.Fatal(err)
		}
		offer, err := page.Offer(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		leg, answer, err := e.Browser(t.Context(), offer)
		if err != nil {
			t.Fatal(err)
		}
		if err := page.SetAnswer(answer); err != nil {
			t.Fatal(err)
		}
		legs, far = append(legs, leg), append(far, page)
	}
	for _, l := range append(append([]*Leg{}, legs...), far...) {
		select {
		case <-l.Connected():
		case <-time.After(30 * time.Second):
			t.Fatal("a leg does not connect")
		}
	}
	return e, legs, far
}

// count tells how often each packet of a leg is heard, by the number that it
// carries.
func count(t *testing.T, l *Leg) (heard func(number uint32) int, more <-chan struct{}) {
	var mu sync.Mutex
	times, some := map[uint32]int{}, make(chan struct{}, 1)
	t.Cleanup(l.Listen(func(p Packet) {
		mu.Lock()
		defer mu.Unlock()
		times[binary.BigEndian.Uint32(p.Payload)]++
		select {
		case some <- struct{}{}:
		default:
		}
	}))
	return func(number uint32) int {
		mu.Lock()
		defer mu.Unlock()
		return times[number]
	}, some
}

// numbered is a packet with a number in it.
func numbered(n uint32) Packet {
	return Packet{Codec: Opus, Clock: 48000, Sequence: uint16(n), Timestamp: n * 960, Payload: binary.BigEndian.AppendUint32(nil, n)}
}

// speak sends numbered packets until one is heard at the far side, from which
// on the stream is known there. It returns the next number.
func speak(t *testing.T, from *Leg, first uint32, heard func(uint32) int, more <-chan struct{}) uint32 {
	t.Helper()
	for n, late := first, time.After(30*time.Second); ; n++ {
		from.Write(t, numbered(n))
		select {
		case <-more:
			return n + 1
		case <-time.After(Frame): // at the speed of speech
		case <-late:
			t.Fatal("nothing is heard")
		}
	}
}

// waitFor waits until something is so.
func waitFor(t *testing.T, what string, so func() bool) {
	t.Helper()
	for late := time.Now().Add(30 * time.Second); !so(); time.Sleep(time.Millisecond) {
		if time.Now().After(late) {
			t.Fatalf("waited for %s in vain", what)
		}
	}
}

// short is how a leg hears by the short way, nil while it does not.
func (l *Leg) short() *shortcut {
	l.road.mu.Lock()
	defer l.road.mu.Unlock()
	if l.road.at.Load() == nil {
		return nil
	}
	return l.road.short
}

func TestSoundTakesTheShortWayAndArrivesOnce(t *testing.T) {
	_, legs, far := pages(t, 4)
	var all sync.WaitGroup
	for i := range legs {
		for _, way := range [][2]*Leg{{far[i], legs[i]}, {legs[i], far[i]}} {
			heard, more := count(t, way[1])
			all.Go(func() {
				// 65536 is passed: both ways have to count it.
				first := speak(t, way[0], 65000, heard, more)
				waitFor(t, "the short way", func() bool { return way[1].short() != nil })
				const packets = 2000
				for n := range uint32(packets) {
					way[0].Write(t, numbered(first+n))
					if n%20 == 19 { // as fast as it is heard, or buffers run over
						waitFor(t, "a packet", func() bool { return heard(first+n) > 0 })
					}
				}
				for n := range uint32(packets) {
					waitFor(t, "every packet", func() bool { return heard(first+n) > 0 })
					if times := heard(first + n); times != 1 {
						t.Errorf("packet %d is heard %d times", first+n, times)
					}
				}
				if s := way[1].Stats(); s.Lost > 0 {
					t.Errorf("%d packets were lost", s.Lost)
				}
			})
		}
	}
	all.Wait()
	for i := range legs {
		for _, l := range []*Leg{legs[i], far[i]} {
			if heard, sent := l.shortWays(); !heard || !sent {
				t.Errorf("the short way was taken by what is heard: %v, and by what is sent: %v", heard, sent)
			}
		}
	}
}

func TestBothWaysCountAStreamThatBeginsAtTheEndOfItsNumbers(t *testing.T) {
	_, legs, far := pages(t, 1)
	heard, more := count(t, far[0])
	first := speak(t, legs[0], 65500, heard, more)
	if first > 65536 {
		t.Fatalf("the stream is heard from %d on only", first)
	}
	for n := range uint32(3 * oneIn) {
		legs[0].Write(t, numbered(first+n))
		waitFor(t, "every packet", func() bool { return heard(first+n) == 1 })
	}
}

// shortWays reports whether the short way has been used, when nobody speaks.
func (l *Leg) shortWays() (heard, sent bool) {
	s := l.short()
	l.hearing.Lock()
	defer l.hearing.Unlock()
	l.out.mu.Lock()
	defer l.out.mu.Unlock()
	w, ok := l.out.stream.(*shortWriter)
	return s != nil && s.proven, ok && w.key != nil
}

// sealed is a packet as the far side of a leg would send it, by the key of
// whichever stream.
func sealed(t *testing.T, key *srtp.Context, ssrc uint32, p Packet) []byte {
	t.Helper()
	b, err := (&rtp.Packet{Header: rtp.Header{Version: 2, PayloadType: 111, SequenceNumber: p.Sequence, Timestamp: p.Timestamp, SSRC: ssrc}, Payload: p.Payload}).Marshal()
	if err == nil {
		b, err = key.EncryptRTP(nil, b, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestTheShortWayIsForTheFarSideAlone(t *testing.T) {
	e, legs, far := pages(t, 2)
	leg := legs[0]
	heard, more := count(t, legs[0])
	next := speak(t, far[0], 0, heard, more)
	waitFor(t, "the short way", func() bool { return leg.short() != nil })
	from, ssrc := leg.road.at.Load().far, far[0].out.source()
	theirs, _, err := srtpKeys(far[0].dtls)
	if err != nil {
		t.Fatal(err)
	}
	_, key, err := srtpKeys(leg.dtls)
	if err != nil {
		t.Fatal(err)
	}
	strangers, _, err := srtpKeys(far[1].dtls)
	if err != nil {
		t.Fatal(err)
	}
	copied := sealed(t, theirs, ssrc, numbered(next+10))
	// A port that nobody reads but this test.
	port := &socket{at: map[netip.AddrPort]*shortcut{from: {leg: leg, ssrc: ssrc, known: leg.short().known, key: key, plain: make([]byte, mtu)}}}
	for _, tt := range []struct {
		name  string
		data  []byte
		from  netip.AddrPort
		taken bool
		heard int
	}{
		{"the far side's", copied, from, true, 1},
		{"a copy of it", copied, from, true, 1},
		{"from another address", sealed(t, theirs, ssrc, numbered(next+10)), netip.MustParseAddrPort("127.0.0.1:9"), false, 1},
		{"by another key", sealed(t, strangers, ssrc, numbered(next+11)), from, false, 1},
		{"of another stream", sealed(t, theirs, ssrc+1, numbered(next+11)), from, false, 1},
		{"a report", []byte{0x80, 200, 0, 6, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, from, false, 1},
		{"a handshake", append([]byte{22, 0xfe, 0xfd}, make([]byte, 40)...), from, false, 1},
		{"a few bytes", []byte{0x80, 111}, from, false, 1},
	} {
		before := append([]byte{}, tt.data...)
		if got := port.deliver(tt.data, tt.from); got != tt.taken || heard(next+10) != tt.heard {
			t.Errorf("%s: taken %v, and the packet is heard %d times", tt.name, got, heard(next+10))
		}
		if !tt.taken && string(before) != string(tt.data) {
			t.Errorf("%s: pion would not get it as it came", tt.name)
		}
	}
	leg.Close()
	e.port.legs.RLock()
	defer e.port.legs.RUnlock()
	if e.port.at[from] != nil {
		t.Error("a leg that has ended is still at the port")
	}
}

func TestEarsThatTakeLongAreHeardOnTheirOwn(t *testing.T) {
	s := &shortcut{}
	for range longEars - 1 {
		s.judge(longEar)
	}
	s.judge(longEar / 2) // the machine was busy
	for range longEars - 1 {
		s.judge(longEar)
	}
	if s.long != 0 {
		t.Fatal("some that took long are enough")
	}
	s.judge(longEar)
	for i := range longWay {
		if s.long == 0 || s.hear(make([]byte, 20), time.Now()) {
			t.Fatalf("after %d packets on a goroutine of its own the leg is back", i)
		}
		if s.packets%oneIn == 0 { // it was not counted
			s.long--
		}
	}
}

func TestWhatIsSentWhileABatchIsHandedOutGoesTogether(t *testing.T) {
	listen := func(network, at string) *net.UDPConn {
		addr, err := net.ResolveUDPAddr(network, at)
		if err != nil {
			t.Fatal(err)
		}
		c, err := net.ListenUDP(network, addr)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() })
		return c
	}
	far := listen("udp4", "127.0.0.1:0")
	to := far.LocalAddr().(*net.UDPAddr).AddrPort()
	buf := make([]byte, 100)
	for _, port := range []*net.UDPConn{listen("udp4", "127.0.0.1:0"), listen("udp", ":0")} { // by IPv4, and by both
		s, err := newSocket(port, together)
		if err != nil {
			t.Fatal(err)
		}
		if s.hold(1); s.held {
			t.Error("a lone datagram holds back what is sent")
		}
		s.hold(2)
		const sent = together + 3
		for n := range sent {
			if _, err := s.WriteToAddrPort([]byte{byte(n)}, to); err != nil {
				t.Fatal(err)
			}
		}
		if runtime.GOOS == "linux" && s.queued != 3 {
			t.Errorf("%d are kept back, want what came after a whole batch", s.queued)
		}
		s.flush(false)
		if _, err := s.WriteToAddrPort([]byte{sent}, to); err != nil || s.queued > 0 {
			t.Errorf("%d are kept back after the batch (%v)", s.queued, err)
		}
		for n := range sent + 1 {
			if got, _, err := far.ReadFromUDPAddrPort(buf); err != nil || got != 1 || int(buf[0]) != n {
				t.Fatalf("got %v (%v), want %d", buf[:got], err, n)
			}
		}
		// And back: what is not sound is pion's to read.
		home := netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), s.LocalAddr().(*net.UDPAddr).AddrPort().Port())
		for n := range 5 {
			if _, err := far.WriteToUDPAddrPort([]byte{byte(n)}, home); err != nil {
				t.Fatal(err)
			}
		}
		for n := range 5 {
			if got, from, err := s.ReadFromAddrPort(buf); err != nil || got != 1 || int(buf[0]) != n || from != to {
				t.Fatalf("read %v from %v (%v), want %d from %v", buf[:got], from, err, n, to)
			}
		}
	}
}

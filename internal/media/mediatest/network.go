package mediatest

import (
	"net"
	"regexp"
	"sync"
	"testing"
	"time"
)

// A Network lies before an engine's shared port. Datagrams take a while each
// way, and some are lost.
type Network struct {
	t     testing.TB
	front *net.UDPConn
	to    *net.UDPAddr
	delay time.Duration // each way
	every int           // of so many packets of sound one is lost; 0: none

	mu    sync.Mutex
	backs map[string]*net.UDPConn // guarded by mu; by the sender
	wait  sync.WaitGroup
}

// NewNetwork returns a way to an address that ends with the test.
func NewNetwork(t testing.TB, to net.Addr, delay time.Duration, loseOneOf int) *Network {
	t.Helper()
	front, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	n := &Network{t: t, front: front, to: to.(*net.UDPAddr), delay: delay, every: loseOneOf, backs: map[string]*net.UDPConn{}}
	n.wait.Go(n.in)
	t.Cleanup(n.close)
	return n
}

var udpPort = regexp.MustCompile(`(?m)^(a=candidate:\S+ \d udp \d+ \S+) \d+ `)

// Through rewrites an answer so that sound takes this way.
func (n *Network) Through(answer string) string {
	_, port, err := net.SplitHostPort(n.front.LocalAddr().String())
	if err != nil {
		n.t.Fatal(err)
	}
	return udpPort.ReplaceAllString(answer, "$1 "+port+" ")
}

func (n *Network) close() {
	_ = n.front.Close()
	n.mu.Lock()
	for _, b := range n.backs {
		_ = b.Close()
	}
	n.mu.Unlock()
	n.wait.Wait()
}

func (n *Network) in() {
	count := 0
	for {
		b := make([]byte, 1600)
		size, from, err := n.front.ReadFromUDP(b)
		if err != nil {
			return
		}
		back, err := n.back(from)
		if err != nil {
			return
		}
		n.carry(&count, b[:size], func(b []byte) { _, _ = back.Write(b) })
	}
}

// back is the socket by which the engine sees one sender.
func (n *Network) back(from *net.UDPAddr) (*net.UDPConn, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if c := n.backs[from.String()]; c != nil {
		return c, nil
	}
	c, err := net.DialUDP("udp4", nil, n.to)
	if err != nil {
		return nil, err
	}
	n.backs[from.String()] = c
	n.wait.Go(func() {
		count := 0
		for {
			b := make([]byte, 1600)
			size, err := c.Read(b)
			if err != nil {
				return
			}
			n.carry(&count, b[:size], func(b []byte) { _, _ = n.front.WriteToUDP(b, from) })
		}
	})
	return c, nil
}

// carry delivers a datagram, or loses it. Sound begins with the bits 10 (RFC
// 7983) and is told from reports by the second byte (RFC 5761 section 4);
// count is of one direction.
func (n *Network) carry(count *int, b []byte, deliver func([]byte)) {
	if len(b) > 1 && b[0]>>6 == 2 && (b[1]&0x7f < 64 || b[1]&0x7f > 95) {
		*count++
		if n.every > 0 && *count%n.every == 0 {
			return
		}
	}
	time.AfterFunc(n.delay, func() { deliver(b) })
}

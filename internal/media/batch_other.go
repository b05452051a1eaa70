//go:build !linux

package media

import (
	"net"
	"net/netip"
)

// A batch is one datagram: this system has no calls for several.
type batch struct {
	conn *net.UDPConn
	data [mtu]byte
	n    int
	at   netip.AddrPort
}

// grow has the system keep up to n bytes that have come or are to go.
func grow(conn *net.UDPConn, n int) {
	_ = conn.SetReadBuffer(n)
	_ = conn.SetWriteBuffer(n)
}

func newIncoming(conn *net.UDPConn, _ int) (*batch, error) { return &batch{conn: conn}, nil }
func newOutgoing(conn *net.UDPConn, _ int) (*batch, error) { return &batch{conn: conn}, nil }

// receive waits until something has come and returns how many datagrams.
func (b *batch) receive() (int, error) {
	n, from, err := b.conn.ReadFromUDPAddrPort(b.data[:])
	if err != nil {
		return 0, err
	}
	b.n, b.at = n, netip.AddrPortFrom(from.Addr().Unmap(), from.Port())
	return 1, nil
}

func (b *batch) datagram(int) ([]byte, netip.AddrPort) { return b.data[:b.n], b.at }

// put has every datagram sent on its own.
func (b *batch) put(int, []byte, netip.AddrPort) bool { return false }

func (b *batch) send(int) {}

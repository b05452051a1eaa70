package media

import (
	"encoding/binary"
	"errors"
	"net"
	"net/netip"
	"os"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A batch is several datagrams that the system reads or sends at once: the
// way into the kernel costs as much as what it does for one.
type batch struct {
	raw     syscall.RawConn
	six     bool // the port is of IPv6
	headers []mmsghdr
	vectors []unix.Iovec
	names   []unix.RawSockaddrInet6 // large enough for those of IPv4
	data    []byte

	call        func(fd uintptr) bool // receives or sends; made once, because it would be allocated each time
	first, last int                   // what call is to do …
	n           int                   // … how many it did
	failed      syscall.Errno
}

// mmsghdr is the kernel's (recvmmsg(2)).
type mmsghdr struct {
	header unix.Msghdr
	length uint32
}

// newBatch prepares room for n datagrams of at most mtu bytes, to be received
// or to be sent.
func newBatch(conn *net.UDPConn, n int, number uintptr) (*batch, error) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return nil, err
	}
	b := &batch{raw: raw, six: conn.LocalAddr().(*net.UDPAddr).IP.To4() == nil, headers: make([]mmsghdr, n),
		vectors: make([]unix.Iovec, n), names: make([]unix.RawSockaddrInet6, n), data: make([]byte, n*mtu)}
	for i := range b.headers {
		h := &b.headers[i].header
		b.vectors[i].Base = &b.data[i*mtu]
		b.vectors[i].SetLen(mtu)
		h.Iov, h.Name = &b.vectors[i], (*byte)(unsafe.Pointer(&b.names[i]))
		h.Namelen = unix.SizeofSockaddrInet6
		h.SetIovlen(1)
	}
	b.call = func(fd uintptr) bool {
		// Neither waits, so the scheduler need not be told.
		done, _, errno := unix.RawSyscall6(number, fd, uintptr(unsafe.Pointer(&b.headers[b.first])), uintptr(b.last-b.first), 0, 0, 0)
		b.n, b.failed = int(done), errno
		return errno != unix.EAGAIN && errno != unix.EINTR
	}
	return b, nil
}

// grow has the system keep up to n bytes that have come or are to go, also
// beyond what it allows everybody (net.core.rmem_max) where this process may.
func grow(conn *net.UDPConn, n int) {
	_ = conn.SetReadBuffer(n)
	_ = conn.SetWriteBuffer(n)
	if raw, err := conn.SyscallConn(); err == nil {
		_ = raw.Control(func(fd uintptr) { _ = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, n) })
	}
}

func newIncoming(conn *net.UDPConn, n int) (*batch, error) {
	return newBatch(conn, n, unix.SYS_RECVMMSG)
}

func newOutgoing(conn *net.UDPConn, n int) (*batch, error) {
	return newBatch(conn, n, unix.SYS_SENDMMSG)
}

// receive waits until something has come and returns how many datagrams.
func (b *batch) receive() (int, error) {
	for i := range b.headers[:b.n] { // which the last time has changed
		b.vectors[i].SetLen(mtu)
		b.headers[i].header.Namelen = unix.SizeofSockaddrInet6
	}
	b.first, b.last = 0, len(b.headers)
	if err := b.raw.Read(b.call); err != nil {
		b.n = 0
		return 0, err
	}
	if b.failed != 0 {
		b.n = 0
		return 0, os.NewSyscallError("recvmmsg", b.failed)
	}
	return b.n, nil
}

// datagram is one of those that were received. Those that were too long are
// empty.
func (b *batch) datagram(i int) ([]byte, netip.AddrPort) {
	m := &b.headers[i]
	if m.header.Flags&unix.MSG_TRUNC != 0 {
		return nil, netip.AddrPort{}
	}
	at := &b.names[i]
	port := binary.BigEndian.Uint16((*[2]byte)(unsafe.Pointer(&at.Port))[:])
	data := b.data[i*mtu:][:m.length]
	if at.Family == unix.AF_INET {
		return data, netip.AddrPortFrom(netip.AddrFrom4((*unix.RawSockaddrInet4)(unsafe.Pointer(at)).Addr), port)
	}
	ip := netip.AddrFrom16(at.Addr)
	if ip.Is4In6() {
		ip = ip.Unmap()
	} else if at.Scope_id != 0 {
		if i, err := net.InterfaceByIndex(int(at.Scope_id)); err == nil {
			ip = ip.WithZone(i.Name)
		}
	}
	return data, netip.AddrPortFrom(ip, port)
}

// put makes a datagram the i-th of those to be sent. It reports false for one
// that has to be sent on its own.
func (b *batch) put(i int, data []byte, to netip.AddrPort) bool {
	ip := to.Addr()
	if len(data) > mtu || ip.Zone() != "" || !b.six && !ip.Unmap().Is4() {
		return false
	}
	b.vectors[i].SetLen(copy(b.data[i*mtu:][:mtu], data))
	at, h := &b.names[i], &b.headers[i].header
	binary.BigEndian.PutUint16((*[2]byte)(unsafe.Pointer(&at.Port))[:], to.Port())
	if b.six {
		at.Family, at.Addr, h.Namelen = unix.AF_INET6, ip.As16(), unix.SizeofSockaddrInet6
		return true
	}
	four := (*unix.RawSockaddrInet4)(unsafe.Pointer(at))
	four.Family, four.Addr, h.Namelen = unix.AF_INET, ip.Unmap().As4(), unix.SizeofSockaddrInet4
	return true
}

// send sends the first n. What the system refuses to send is lost, as
// datagrams are.
func (b *batch) send(n int) {
	for b.first, b.last = 0, n; b.first < n; {
		err := b.raw.Write(b.call)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil || b.failed != 0 || b.n == 0 {
			b.first++ // the one that failed
			continue
		}
		b.first += b.n
	}
}

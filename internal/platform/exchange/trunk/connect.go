package trunk

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/netip"
	"time"

	"offhook/internal/rc"
	"offhook/internal/sip"
)

const (
	// longestRetry is the longest pause between two attempts to connect.
	longestRetry = time.Minute
	// farewell is how long the end of a registration may take.
	farewell = 2 * time.Second
	// maxInside is how many connections carriers may open to us.
	maxInside = 64
)

// listen opens the ports.
func (t *Trunk) listen() error {
	at := t.cfg.Listen
	switch {
	case t.cfg.Transport == UDP:
		if at == "" {
			at = ":0"
		}
		conn, err := net.ListenPacket("udp", at)
		if err != nil {
			return rc.Errorf(rc.Invalid, "The trunk cannot listen at %s, because it is taken or not an address of this machine. Choose another.", at)
		}
		t.socket = sip.NewDatagrams(conn)
		t.socket.Host, t.socket.Log = t.cfg.Host, t.cfg.Log
		t.socket.Accept = func(remote net.Addr) sip.Handler {
			if !t.known(remote) {
				return nil
			}
			return t
		}
	case at != "":
		l, err := net.Listen("tcp", at)
		if err != nil {
			return rc.Errorf(rc.Invalid, "The trunk cannot listen at %s, because it is taken or not an address of this machine. Choose another.", at)
		}
		if t.cfg.Transport == TLS {
			l = tls.NewListener(l, t.cfg.Server)
		}
		t.listener = l
	}
	return nil
}

// Addr is where the trunk listens; empty where it does not.
func (t *Trunk) Addr() string {
	switch {
	case t.socket != nil:
		return t.socket.Addr().String()
	case t.listener != nil:
		return t.listener.Addr().String()
	}
	return ""
}

// known reports whether an address may call in: the carrier's own, and those
// of the configuration.
func (t *Trunk) known(remote net.Addr) bool {
	at, err := netip.ParseAddrPort(remote.String())
	if err != nil {
		return false
	}
	ip := at.Addr().Unmap()
	for _, p := range t.cfg.Peers {
		if p.Contains(ip) {
			return true
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, own := range t.own {
		if own == ip {
			return true
		}
	}
	return false
}

// accept takes the connections that carriers open.
func (t *Trunk) accept() {
	for {
		c, err := t.listener.Accept()
		if err != nil {
			return // closed
		}
		t.mu.Lock()
		room := len(t.inside) < maxInside
		t.mu.Unlock()
		if !room || !t.known(c.RemoteAddr()) {
			_ = c.Close() // nothing was said
			continue
		}
		t.wg.Go(func() { t.welcome(c) })
	}
}

// welcome serves a connection that a carrier has opened, until it ends.
func (t *Trunk) welcome(c net.Conn) {
	if secure, ok := c.(*tls.Conn); ok {
		ctx, stop := context.WithTimeout(t.ctx, t.cfg.Greeting)
		err := secure.HandshakeContext(ctx)
		stop()
		if err != nil {
			_ = c.Close() // nothing was said
			return
		}
	}
	f := sip.NewStream(c, t)
	t.mu.Lock()
	t.inside[f]++
	t.mu.Unlock()
	select {
	case <-f.Done():
	case <-t.ctx.Done():
		f.Close()
		<-f.Done()
	}
	t.mu.Lock()
	delete(t.inside, f)
	t.mu.Unlock()
	t.h.TrunkDown(f)
}

// keepConnected connects again and again, until Close.
func (t *Trunk) keepConnected() {
	pause := t.cfg.Retry
	for t.ctx.Err() == nil {
		f, at, err := t.connect()
		if err != nil {
			if t.ctx.Err() == nil {
				t.become(false, "The carrier cannot be reached: "+err.Error()+".")
			}
		} else {
			release := f.Keep()
			t.use(f)
			if t.look(f) {
				pause = t.cfg.Retry
				clear(t.failed)
			} else {
				t.failed[at] = true
			}
			t.use(nil)
			release()
			if t.socket == nil {
				f.Close()
				<-f.Done()
				t.h.TrunkDown(f)
			}
		}
		if !t.wait(pause, nil) {
			return
		}
		pause = min(2*pause, longestRetry)
	}
}

// wait waits; false when the trunk is closed meanwhile, or the flow ends.
func (t *Trunk) wait(d time.Duration, f *sip.Flow) bool {
	var gone <-chan struct{}
	if f != nil {
		gone = f.Done()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-gone:
	case <-t.ctx.Done():
	}
	return false
}

func (t *Trunk) use(f *sip.Flow) {
	t.mu.Lock()
	t.flow = f
	t.mu.Unlock()
	if f != nil {
		t.h.TrunkUp(f)
	}
}

// connect finds the carrier and opens a flow to it. A carrier by TLS that has
// no good certificate is not spoken to.
func (t *Trunk) connect() (*sip.Flow, netip.AddrPort, error) {
	ctx, stop := context.WithTimeout(t.ctx, t.cfg.Greeting)
	defer stop()
	found, err := t.find(ctx)
	if err != nil {
		return nil, netip.AddrPort{}, err
	}
	found = t.next(t.fitting(found))
	if t.socket != nil {
		at := found[0]
		f, err := t.socket.Flow(net.UDPAddrFromAddrPort(at), t)
		return f, at, err
	}
	var last error
	for _, at := range found {
		c, err := t.dial(ctx, at.String())
		if err == nil {
			return sip.NewStream(c, t), at, nil
		}
		t.failed[at], last = true, err
		if ctx.Err() != nil { // it has taken all the time there was: the next one is first then
			break
		}
	}
	return nil, netip.AddrPort{}, last
}

// fitting are the addresses that the socket can send to; all of them where
// there is no socket yet, or none would do.
func (t *Trunk) fitting(found []netip.AddrPort) []netip.AddrPort {
	if t.socket == nil {
		return found
	}
	local, err := netip.ParseAddrPort(t.socket.Addr().String())
	if err != nil || local.Addr().Unmap().IsUnspecified() {
		return found
	}
	var fit []netip.AddrPort
	for _, at := range found {
		if local.Addr().Unmap().Is4() == at.Addr().Is4() {
			fit = append(fit, at)
		}
	}
	if fit == nil {
		return found
	}
	return fit
}

func (t *Trunk) dial(ctx context.Context, addr string) (net.Conn, error) {
	c, err := (&net.Dialer{}).DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("%s does not accept a connection", addr)
	}
	if t.cfg.Transport != TLS {
		return c, nil
	}
	cfg := &tls.Config{}
	if t.cfg.Client != nil {
		cfg = t.cfg.Client.Clone()
	}
	cfg.ServerName = t.host
	cfg.MinVersion = tls.VersionTLS12
	secure := tls.Client(c, cfg)
	if err := secure.HandshakeContext(ctx); err != nil {
		_ = c.Close() // nothing was said
		return nil, fmt.Errorf("it does not prove by a certificate that it is %s (%w)", t.host, err)
	}
	return secure, nil
}

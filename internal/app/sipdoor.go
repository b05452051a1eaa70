package app

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"

	"offhook/internal/rc"
)

const (
	// sipConnections are the phones without WebRTC at a time.
	sipConnections = 4096
	// sipGreeting is how long a phone may take to agree on TLS.
	sipGreeting = 10 * time.Second
)

// A sipDoor lets phones in that speak SIP by TLS, each on a connection of its
// own. nil is none.
type sipDoor struct {
	listener net.Listener
	room     chan struct{}
	wait     sync.WaitGroup
	log      *slog.Logger
}

// openSIP listens at the address that a setting names.
func openSIP(setting, addr string, cfg *tls.Config, log *slog.Logger) (*sipDoor, error) {
	if addr == "" {
		return nil, nil
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, rc.Errorf(rc.Invalid, "%s: phones cannot be let in at %s, because it is taken or not an address of this machine. Choose another.", setting, addr)
	}
	cfg = cfg.Clone()
	cfg.NextProtos = nil // HTTP's
	return &sipDoor{listener: tls.NewListener(l, cfg), room: make(chan struct{}, sipConnections), log: log}, nil
}

// addr is where the door is; empty for none.
func (d *sipDoor) addr() string {
	if d == nil {
		return ""
	}
	return d.listener.Addr().String()
}

// open hands phones to serve, which returns when they are gone.
func (d *sipDoor) open(serve func(net.Conn)) {
	if d == nil {
		return
	}
	d.wait.Go(func() {
		for {
			c, err := d.listener.Accept()
			if err != nil {
				return // closed
			}
			select {
			case d.room <- struct{}{}:
				d.wait.Go(func() {
					defer func() { <-d.room }()
					d.greet(c, serve)
				})
			default:
				d.log.Warn("refusing a phone, because too many are connected", "connected", sipConnections)
				_ = c.Close() // nothing was said
			}
		}
	})
}

func (d *sipDoor) greet(c net.Conn, serve func(net.Conn)) {
	ctx, stop := context.WithTimeout(context.Background(), sipGreeting)
	defer stop()
	if err := c.(*tls.Conn).HandshakeContext(ctx); err != nil {
		d.log.Debug("a phone did not agree on TLS", "err", fmt.Errorf("greeting a phone: %w", err))
		_ = c.Close()
		return
	}
	serve(c)
}

// shut lets nobody in any more.
func (d *sipDoor) shut() {
	if d != nil {
		_ = d.listener.Close() // only its port is left
	}
}

// empty waits until the phones are gone, which serve has to see to.
func (d *sipDoor) empty() {
	if d != nil {
		d.wait.Wait()
	}
}

package exchange_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"math/big"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"offhook/internal/media"
	"offhook/internal/media/mediatest"
	"offhook/internal/platform/api/apitest"
	"offhook/internal/platform/exchange"
	"offhook/internal/platform/exchange/trunk"
	"offhook/internal/sip"
	"offhook/internal/store"
)

// far is a number outside, abroad one of a country that may not be called.
const (
	far    = "+12125551234"
	abroad = "+4930123456"
)

// A carrier is the other side of a trunk: it takes calls and places them, and
// has a voice. Its socket or its connections are real.
type carrier struct {
	t      *testing.T
	engine *media.Engine
	addr   string
	calls  chan *sip.Tx
	byes   chan *sip.Tx
	flows  chan *sip.Flow // that the trunk was first heard on
	seen   map[*sip.Flow]bool
	socket *sip.Datagrams
	cert   tls.Certificate
	roots  *x509.CertPool
	leave  func() // lets no connection in any more
	// alive answers an UPDATE, or an INVITE within a call; nil accepts it.
	alive func(tx *sip.Tx)
}

func newCarrier(t *testing.T, transport string, ip net.IP) *carrier {
	t.Helper()
	at := net.JoinHostPort(ip.String(), "0")
	c := &carrier{t: t, engine: mediatest.EngineAt(t, ip), calls: make(chan *sip.Tx, 9), byes: make(chan *sip.Tx, 9), flows: make(chan *sip.Flow, 9), seen: map[*sip.Flow]bool{}}
	if transport == trunk.UDP {
		conn, err := net.ListenPacket("udp", at)
		if err != nil {
			t.Fatal(err)
		}
		c.socket = sip.NewDatagrams(conn)
		c.socket.Accept = func(net.Addr) sip.Handler { return c }
		c.addr = conn.LocalAddr().String()
		go c.socket.Serve()
		t.Cleanup(c.socket.Close)
		return c
	}
	l, err := net.Listen("tcp", at)
	if err != nil {
		t.Fatal(err)
	}
	c.addr = l.Addr().String()
	if transport == trunk.TLS {
		c.certify()
		l = tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{c.cert}, MinVersion: tls.VersionTLS12})
	}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			f := sip.NewStream(conn, c)
			t.Cleanup(func() { f.Close(); <-f.Done() })
		}
	}()
	c.leave = func() { l.Close() }
	t.Cleanup(c.leave)
	return c
}

// certify makes a certificate for 127.0.0.1 and carrier.test.
func (c *carrier) certify() {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		c.t.Fatal(err)
	}
	of := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, DNSNames: []string{"carrier.test"},
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, of, of, &key.PublicKey, key)
	if err != nil {
		c.t.Fatal(err)
	}
	c.cert = tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		c.t.Fatal(err)
	}
	c.roots = x509.NewCertPool()
	c.roots.AddCert(leaf)
}

// ServeSIP takes what the trunk asks.
func (c *carrier) ServeSIP(tx *sip.Tx) {
	req := tx.Request()
	for name := range strings.SplitSeq("P-rc P-rc-Api-Ids p-rc-api-ids p-rc-api-call-info", " ") {
		if v := sip.HeaderValue(req, name); v != "" {
			c.t.Errorf("the carrier is told %s: %s", name, v)
		}
	}
	switch req.Method {
	case sip.OPTIONS:
		select {
		case c.flows <- tx.Flow():
		default:
		}
	case sip.INVITE:
		if _, tag := sip.Tags(req); tag == "" {
			_ = tx.Respond(100, "Trying")
			c.calls <- tx
			return
		}
		if c.alive != nil {
			c.alive(tx)
			return
		}
	case sip.UPDATE:
		if c.alive != nil {
			c.alive(tx)
			return
		}
	case sip.BYE:
		c.byes <- tx
	case sip.ACK:
		return
	}
	_ = tx.Respond(200, "OK")
}

// trunked is a world with a trunk to a carrier. Ada may call outside.
func trunked(t *testing.T, transport string, change ...func(*trunk.Config)) (*world, *carrier) {
	t.Helper()
	return trunkedAt(t, transport, net.IPv4(127, 0, 0, 1), change...)
}

// trunkedAt is trunked, with the carrier at an address.
func trunkedAt(t *testing.T, transport string, ip net.IP, change ...func(*trunk.Config)) (*world, *carrier) {
	t.Helper()
	c := newCarrier(t, transport, ip)
	var line *trunk.Trunk
	t.Cleanup(func() { // behind the exchange
		if line != nil {
			line.Close()
		}
	})
	w := newWorld(t, func(x *exchange.Exchange) {
		cfg := trunk.Config{
			Transport: transport, Address: c.addr, Listen: net.JoinHostPort(ip.String(), "0"), Peers: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}, Every: time.Hour,
			Gate: trunk.Gate{Grants: x.Store, Now: x.Now, Countries: []string{"US"}, Country: func(e164 string) (string, bool) {
				if strings.HasPrefix(e164, "+49") {
					return "DE", true
				}
				return "US", true
			}},
			Log: x.Log,
		}
		if transport == trunk.TLS {
			cfg.Client, cfg.Encrypted = &tls.Config{RootCAs: c.roots}, true
			cfg.Server = &tls.Config{Certificates: []tls.Certificate{c.cert}}
		}
		for _, f := range change {
			f(&cfg)
		}
		var err error
		if line, err = trunk.New(cfg); err != nil {
			t.Fatal(err)
		}
		x.Trunk = line
	})
	line.Start(w.x)
	w.let(t, apitest.Ada, true)
	return w, c
}

// adasTrunk is trunked, once the trunk has found its carrier, and Ada's phone.
func adasTrunk(t *testing.T, transport string, change ...func(*trunk.Config)) (*world, *carrier, *handset) {
	t.Helper()
	w, c := trunked(t, transport, change...)
	ada := w.handset(t, apitest.Ada, adaHz)
	w.ready(t)
	return w, c, ada
}

// let grants calls outside.
func (w *world) let(t *testing.T, extensionID int64, may bool) {
	t.Helper()
	err := w.Store.Write(t.Context(), func(tx store.PlatformTx) error { return tx.LetCallOutside(t.Context(), extensionID, may) })
	if err != nil {
		t.Fatal(err)
	}
}

// ready waits until the trunk has found its carrier.
func (w *world) ready(t *testing.T) {
	t.Helper()
	for {
		s, changed := w.x.Trunk.State()
		if s.Ready {
			return
		}
		mediatest.Wait(t, "the trunk to connect", changed)
	}
}

// side is a call as the carrier has it.
type side struct {
	*sip.Dialog
	c   *carrier
	leg *media.Leg
	ear *mediatest.Ear
	sdp string
	hz  float64

	hush func() // ends the voice
}

// take answers a call of the trunk's.
func (c *carrier) take(tx *sip.Tx, hertz float64, more ...sip.Option) *side {
	c.t.Helper()
	return c.takeOf(tx, string(tx.Request().Body()), hertz, more...)
}

// takeOf answers a call by a part of what it offers.
func (c *carrier) takeOf(tx *sip.Tx, offer string, hertz float64, more ...sip.Option) *side {
	c.t.Helper()
	leg := mediatest.Leg(c.t, c.engine)
	sdp, err := leg.Answer(c.t.Context(), offer)
	if err != nil {
		c.t.Fatal(err)
	}
	s := &side{Dialog: sip.NewUAS(tx, tx.Flow().Contact("far")), c: c, leg: leg, sdp: sdp, hz: hertz}
	if err := tx.Respond(200, "OK", append(more, sip.With("Contact", "<"+s.Contact.String()+">"), sip.WithBody(sip.SDP, []byte(sdp)))...); err != nil {
		c.t.Fatal(err)
	}
	s.speak()
	return s
}

func (s *side) speak() {
	s.hush = mediatest.Sing(s.c.t, s.leg, s.hz)
	s.ear = mediatest.Listen(s.c.t, s.leg)
}

func (s *side) send(method sip.Method, body, kind string) *sip.Response {
	s.c.t.Helper()
	req := s.Request(method, []byte(body), kind)
	res, err := s.Do(s.c.t.Context(), req, nil)
	if err != nil {
		s.c.t.Fatal(err)
	}
	if method == sip.INVITE && res.StatusCode == 200 {
		if err := s.AckOf(req); err != nil {
			s.c.t.Fatal(err)
		}
	}
	return res
}

// talking is a call of a phone's that somebody outside has answered: both hear
// each other.
func (c *carrier) talking(p *handset) (out *talk, there *side) {
	c.t.Helper()
	out = p.call(far)
	there = c.take(mediatest.Wait(c.t, "the carrier to be called", c.calls), 900)
	out.ear.Hears(c.t, there.hz)
	there.ear.Hears(c.t, p.hertz)
	return out, there
}

// hangUp ends a call at the phone, of which the carrier is told.
func (c *carrier) hangUp(out *talk) {
	c.t.Helper()
	out.hangup()
	mediatest.Wait(c.t, "the carrier to be told that it is over", c.byes)
}

// hangsUp ends a call at the carrier's side, of which the phone is told.
func (s *side) hangsUp(p *handset) {
	s.c.t.Helper()
	if res := s.send(sip.BYE, "", ""); res.StatusCode != 200 {
		s.c.t.Errorf("hanging up: %d", res.StatusCode)
	}
	p.ended()
}

// incoming is a call to a number of the platform's, yet to be placed.
func (c *carrier) incoming(f *sip.Flow, number, from, body string, headers ...string) *sip.Request {
	to := sip.URI{Scheme: "sip", User: number, Host: "platform.test"}
	req := sip.NewRequest(sip.Outline{Method: sip.INVITE, Target: to, To: sip.Address{URI: to}, From: sip.Address{Name: "Carl", URI: sip.URI{Scheme: "sip", User: from, Host: "carrier.test"}}})
	req.AppendHeader(sip.ContactHeader(f.Contact("far"), ""))
	for i := 0; i < len(headers); i += 2 {
		sip.SetHeader(req, headers[i], headers[i+1])
	}
	sip.SetBody(req, sip.SDP, []byte(body))
	return req
}

// call places a call to a number of the platform's.
func (c *carrier) call(ctx context.Context, f *sip.Flow, number, from string, headers ...string) (invite *sip.Request, answer func() (*side, *sip.Response)) {
	c.t.Helper()
	leg := mediatest.Leg(c.t, c.engine)
	offer, err := leg.OfferNarrow(false)
	if err != nil {
		c.t.Fatal(err)
	}
	invite = c.incoming(f, number, from, offer, headers...)
	type result struct {
		res *sip.Response
		err error
	}
	done := make(chan result, 1)
	go func() {
		res, err := f.Do(ctx, invite, nil)
		done <- result{res, err}
	}()
	return invite, func() (*side, *sip.Response) {
		c.t.Helper()
		r := mediatest.Wait(c.t, "the call in to be answered", done)
		if r.err != nil {
			return nil, nil
		}
		if r.res.StatusCode != 200 {
			return nil, r.res
		}
		s := &side{Dialog: sip.NewUAC(f, invite, r.res), c: c, leg: leg, sdp: offer, hz: 700}
		if err := s.Ack(nil, ""); err != nil {
			c.t.Fatal(err)
		}
		if err := leg.SetAnswer(string(r.res.Body())); err != nil {
			c.t.Fatal(err)
		}
		s.speak()
		return s, r.res
	}
}

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
	"offhook/internal/rc"
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
}

func newCarrier(t *testing.T, transport string) *carrier {
	t.Helper()
	c := &carrier{t: t, engine: mediatest.Engine(t), calls: make(chan *sip.Tx, 9), byes: make(chan *sip.Tx, 9), flows: make(chan *sip.Flow, 9), seen: map[*sip.Flow]bool{}}
	if transport == trunk.UDP {
		conn, err := net.ListenPacket("udp", "127.0.0.1:0")
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
	l, err := net.Listen("tcp", "127.0.0.1:0")
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

// certify makes a certificate for 127.0.0.1.
func (c *carrier) certify() {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		c.t.Fatal(err)
	}
	of := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
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
	c := newCarrier(t, transport)
	var line *trunk.Trunk
	t.Cleanup(func() { // behind the exchange
		if line != nil {
			line.Close()
		}
	})
	w := newWorld(t, func(x *exchange.Exchange) {
		cfg := trunk.Config{
			Transport: transport, Address: c.addr, Listen: "127.0.0.1:0", Peers: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}, Every: time.Hour,
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
func (c *carrier) take(tx *sip.Tx, hertz float64) *side {
	c.t.Helper()
	leg := mediatest.Leg(c.t, c.engine)
	sdp, err := leg.Answer(c.t.Context(), string(tx.Request().Body()))
	if err != nil {
		c.t.Fatal(err)
	}
	s := &side{Dialog: sip.NewUAS(tx, tx.Flow().Contact("far")), c: c, leg: leg, sdp: sdp, hz: hertz}
	if err := tx.Respond(200, "OK", sip.With("Contact", "<"+s.Contact.String()+">"), sip.WithBody(sip.SDP, []byte(sdp))); err != nil {
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

// call places a call to a number of the platform's.
func (c *carrier) call(ctx context.Context, f *sip.Flow, number, from string, headers ...string) (invite *sip.Request, answer func() (*side, *sip.Response)) {
	c.t.Helper()
	leg := mediatest.Leg(c.t, c.engine)
	offer, err := leg.OfferNarrow(false)
	if err != nil {
		c.t.Fatal(err)
	}
	to := sip.URI{Scheme: "sip", User: number, Host: "platform.test"}
	invite = sip.NewRequest(sip.Outline{Method: sip.INVITE, Target: to, To: sip.Address{URI: to}, From: sip.Address{Name: "Carl", URI: sip.URI{Scheme: "sip", User: from, Host: "carrier.test"}}})
	invite.AppendHeader(sip.ContactHeader(f.Contact("far"), ""))
	for i := 0; i < len(headers); i += 2 {
		sip.SetHeader(invite, headers[i], headers[i+1])
	}
	sip.SetBody(invite, sip.SDP, []byte(offer))
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

func TestCallsGoOutAndComeInByEveryTransport(t *testing.T) {
	for _, transport := range []string{trunk.UDP, trunk.TCP, trunk.TLS} {
		t.Run(transport, func(t *testing.T) {
			w, c := trunked(t, transport)
			ada := w.handset(t, apitest.Ada, 400)
			w.ready(t)

			out := ada.call(far)
			tx := mediatest.Wait(t, "the carrier to be called", c.calls)
			if got := tx.Request().Recipient.User; got != far {
				t.Errorf("the carrier is asked for %s", got)
			}
			if encrypted := strings.Contains(string(tx.Request().Body()), "RTP/SAVP"); encrypted != (transport == trunk.TLS) {
				t.Errorf("sound is encrypted: %v", encrypted)
			}
			_ = tx.Respond(180, "Ringing")
			there := c.take(tx, 900)
			out.ear.Hears(t, 900)
			there.ear.Hears(t, 400)
			if res := there.send(sip.REFER, "", ""); res.StatusCode != 403 {
				t.Errorf("a carrier that transfers is answered %d", res.StatusCode)
			}
			out.hangup()
			mediatest.Wait(t, "the carrier to be told that it is over", c.byes)
			w.idle(t)

			f := mediatest.Wait(t, "the trunk's connection", c.flows)
			_, answer := c.call(t.Context(), f, apitest.AdaPhone, "+12125550000")
			ring := ada.rings()
			if got := ring.Request().From().Address.User; got != "+12125550000" {
				t.Errorf("the phone shows %s", got)
			}
			in := ada.answer(ring)
			caller, _ := answer()
			in.ear.Hears(t, 700)
			caller.ear.Hears(t, 400)
			if res := caller.send(sip.BYE, "", ""); res.StatusCode != 200 {
				t.Errorf("hanging up: %d", res.StatusCode)
			}
			ada.ended()
			w.idle(t)
			if n := w.x.Trunk.Calls(); n != 0 {
				t.Errorf("%d calls are counted after the last", n)
			}
		})
	}
}

// refused is a call that the gate does not let out: the phone is told at once,
// and the caller's log says why.
func (w *world) refused(t *testing.T, p *handset, number, result string) {
	t.Helper()
	c := p.try(number)
	if got := c.codes[len(c.codes)-1]; got != 486 {
		t.Errorf("calling %s: %v, want a refusal", number, c.codes)
	}
	rows := w.rows(t, apitest.Ada)
	if got := rows[len(rows)-1].Record.Result; got != result {
		t.Errorf("calling %s: the log says %s, want %s", number, got, result)
	}
}

func TestNothingGoesOutThatTheGateDoesNotLet(t *testing.T) {
	w, c := trunked(t, trunk.UDP, func(cfg *trunk.Config) { cfg.Gate.PerUser = 2 })
	ada, bob := w.handset(t, apitest.Ada, 400), w.handset(t, apitest.Bob, 500)
	w.ready(t)

	w.refused(t, ada, abroad, "Restricted Number")
	for _, help := range []string{"+1911", "+49112", "+44999", "+353112"} {
		w.refused(t, ada, help, "Restricted Number")
	}
	w.let(t, apitest.Ada, false)
	w.refused(t, ada, far, "Restricted Number")

	// Nor by a transfer, a forward or a request of somebody who may not.
	talk := ada.call("102")
	there := bob.answer(bob.rings())
	talk.ear.Hears(t, 500)
	if code := talk.send(sip.REFER, "", "", "Refer-To", "<sip:"+far+"@"+domain+">"); code != 202 {
		t.Errorf("REFER: %d", code)
	}
	for {
		if got := mediatest.Wait(t, "the outcome of the transfer", ada.sipfrags); got != "SIP/2.0 100 Trying" {
			if got == "SIP/2.0 200 OK" {
				t.Error("a transfer went outside that may not")
			}
			break
		}
	}
	if _, err := w.x.CallOut(t.Context(), apitest.Acme, apitest.Ada, ada.id, rc.CallTarget{PhoneNumber: far}); err == nil || !strings.Contains(err.Error(), "administrator") {
		t.Errorf("a request to call outside: %v", err)
	}
	talk.hangup()
	there.p.ended()
	in := ada.call("102")
	ring := bob.rings()
	party := partyOf(sip.HeaderValue(ring.Request(), "p-rc-api-ids"))
	if err := w.x.ForwardParty(t.Context(), sessionOf(in.ids), party, rc.CallTarget{PhoneNumber: far}); err == nil {
		t.Error("a forward went outside that may not")
	}
	in.hangup()
	quiet(t, ring)

	// Who may is counted.
	w.let(t, apitest.Ada, true)
	for range 2 {
		out := ada.call(far)
		tx := mediatest.Wait(t, "the carrier to be called", c.calls)
		out.hangup()
		mediatest.Wait(t, "the carrier's phone to be quiet", tx.Cancelled())
	}
	third := ada.call(far) // the phone is accepted, and hears that it is busy
	ada.ended()
	_ = third
	rows := w.rows(t, apitest.Ada)
	if got := rows[len(rows)-1].Record.Result; got != "Restricted Number" {
		t.Errorf("the third call within a minute: %s", got)
	}
	select {
	case tx := <-c.calls:
		t.Errorf("the carrier was called: %s", tx.Request().Recipient.User)
	default:
	}
	w.idle(t)
}

func TestCarriersAnswersAreToldAsReasons(t *testing.T) {
	w, c := trunked(t, trunk.UDP, func(cfg *trunk.Config) { cfg.Gate.PerUser = 60 })
	ada := w.handset(t, apitest.Ada, 400)
	w.ready(t)
	for _, tt := range []struct {
		code int
		want string
	}{
		{404, "Wrong Number"}, {403, "Restricted Number"}, {480, "No Answer"}, {486, "Busy"}, {603, "Rejected"}, {503, "Call Failed"},
	} {
		call := ada.call(far)
		tx := mediatest.Wait(t, "the carrier to be called", c.calls)
		_ = tx.Respond(tt.code, "No")
		w.until(t, "the end of the caller's part", func() bool { return len(w.steps) > 0 && w.steps[len(w.steps)-1].State == rc.NoCall })
		rows := w.rows(t, apitest.Ada)
		if got := rows[len(rows)-1].Record.Result; got != tt.want {
			t.Errorf("after %d the log says %s, want %s", tt.code, got, tt.want)
		}
		call.hangup()
		w.mu.Lock()
		w.steps = nil
		w.mu.Unlock()
	}
	w.idle(t)
}

func TestWhoCallsHearsWhatTheCarrierSaysBeforeAnybodyAnswers(t *testing.T) {
	w, c := trunked(t, trunk.UDP)
	ada := w.handset(t, apitest.Ada, 400)
	w.ready(t)
	out := ada.call(far)
	tx := mediatest.Wait(t, "the carrier to be called", c.calls)
	announcement := mediatest.Leg(t, c.engine)
	sdp, err := announcement.Answer(t.Context(), string(tx.Request().Body()))
	if err != nil {
		t.Fatal(err)
	}
	_ = tx.Respond(183, "Session Progress", sip.WithBody(sip.SDP, []byte(sdp)))
	hush := mediatest.Sing(t, announcement, 600)
	out.ear.Hears(t, 600)
	hush()
	before := mediatest.Listen(t, announcement)
	there := c.take(tx, 900) // at another address
	if heard := before.Codecs(); len(heard) > 0 {
		t.Errorf("the carrier heard %v before anybody answered", heard)
	}
	out.ear.Hears(t, 900)
	there.ear.Hears(t, 400)
	out.hangup()
	mediatest.Wait(t, "the carrier to be told that it is over", c.byes)
	w.idle(t)
}

func TestCarriersHoldAndKeepCallsAlive(t *testing.T) {
	w, c := trunked(t, trunk.UDP)
	ada := w.handset(t, apitest.Ada, 400)
	w.ready(t)
	out := ada.call(far)
	there := c.take(mediatest.Wait(t, "the carrier to be called", c.calls), 900)
	there.ear.Hears(t, 400)
	held := string(sip.NextVersion(sip.WithDirection([]byte(there.sdp), sip.SendOnly)))
	if res := there.send(sip.INVITE, held, sip.SDP); res.StatusCode != 200 || sip.DirectionOf(res.Body()) != sip.RecvOnly {
		t.Errorf("holding: %d\n%s", res.StatusCode, res.Body())
	}
	back := string(sip.NextVersion(sip.WithDirection([]byte(held), sip.SendRecv)))
	if res := there.send(sip.INVITE, back, sip.SDP); res.StatusCode != 200 || sip.DirectionOf(res.Body()) != sip.SendRecv {
		t.Errorf("taking back: %d\n%s", res.StatusCode, res.Body())
	}
	there.ear.Hears(t, 400)
	if res := there.send(sip.UPDATE, "", ""); res.StatusCode != 200 {
		t.Errorf("keeping alive: %d", res.StatusCode)
	}
	there.hush() // who sends keys does not speak
	out.hush()
	keys := make(chan rune, 9)
	stop := out.leg.Listen(media.Digits(func(d rune) { keys <- d }))
	defer stop()
	if err := media.SendDigits(t.Context(), there.leg, "7"); err != nil {
		t.Fatal(err)
	}
	if d := mediatest.Wait(t, "the carrier's key", keys); d != '7' {
		t.Errorf("heard the key %c", d)
	}
	far := make(chan rune, 9)
	defer there.leg.Listen(media.Digits(func(d rune) { far <- d }))()
	if err := media.SendDigits(t.Context(), out.leg, "9"); err != nil {
		t.Fatal(err)
	}
	if d := mediatest.Wait(t, "the phone's key", far); d != '9' {
		t.Errorf("the carrier heard the key %c", d)
	}
	if res := there.send(sip.INFO, "Signal=5\r\nDuration=160\r\n", "application/dtmf-relay"); res.StatusCode != 200 {
		t.Errorf("a key: %d", res.StatusCode)
	}
	if d := mediatest.Wait(t, "the key of a message", keys); d != '5' {
		t.Errorf("heard the key %c", d)
	}
	if res := there.send(sip.BYE, "", ""); res.StatusCode != 200 {
		t.Errorf("hanging up: %d", res.StatusCode)
	}
	ada.ended()
	w.idle(t)
}

func TestCallsInReachNothingButNumbersOfThePlatform(t *testing.T) {
	w, c := trunked(t, trunk.UDP)
	ada := w.handset(t, apitest.Ada, 400)
	w.ready(t)
	f := mediatest.Wait(t, "the trunk's connection", c.flows)
	for _, number := range []string{far, "101", "*601", "*801", "911", "conf_x", "+1911", ""} {
		_, answer := c.call(t.Context(), f, number, "+12125550000")
		if _, res := answer(); res == nil || res.StatusCode != 404 {
			t.Errorf("calling %q from outside: %v, want 404", number, res)
		}
	}
	if _, answer := c.call(t.Context(), f, apitest.AdaPhone, "x", "Require", "100rel"); true {
		if _, res := answer(); res == nil || res.StatusCode != 420 {
			t.Errorf("a call that requires what is not there: %v", res)
		}
	}
	// Somebody withheld is nobody, and who gives up stops the ringing.
	ctx, giveUp := context.WithCancel(t.Context())
	_, answer := c.call(ctx, f, apitest.AdaPhone, "+12125550000", "Privacy", "id")
	ring := ada.rings()
	if got := ring.Request().From().Address.User; got != "anonymous" {
		t.Errorf("the phone shows %s", got)
	}
	giveUp()
	answer()
	quiet(t, ring)
	// A declined call is declined.
	_, answer = c.call(t.Context(), f, strings.TrimPrefix(apitest.AdaPhone, "+"), "+12125550000")
	_ = ada.rings().Respond(603, "Decline")
	if _, res := answer(); res == nil || res.StatusCode != 486 && res.StatusCode != 603 {
		t.Errorf("a declined call is answered %v", res)
	}
	w.idle(t)
	if n := w.x.Trunk.Calls(); n != 0 {
		t.Errorf("%d calls are counted after the last", n)
	}
}

func TestWhoHidesTheirNumberIsShownToTheCarrierAlone(t *testing.T) {
	w, c := trunked(t, trunk.UDP)
	ada := w.handset(t, apitest.Ada, 400)
	w.ready(t)
	for _, tt := range []struct {
		name, asks, from, privacy string
	}{
		{"openly", "", apitest.AdaPhone, ""},
		{"withheld", "<sip:anonymous@" + domain + ">", "anonymous", "id"},
	} {
		req := make(chan *talk, 1)
		go func() { req <- ada.try(far, "P-Asserted-Identity", tt.asks) }()
		tx := mediatest.Wait(t, "the carrier to be called", c.calls)
		got := tx.Request()
		if got.From().Address.User != tt.from || sip.HeaderValue(got, "Privacy") != tt.privacy {
			t.Errorf("%s: From is %s, Privacy %q", tt.name, got.From().Value(), sip.HeaderValue(got, "Privacy"))
		}
		if id := sip.HeaderValue(got, "P-Asserted-Identity"); !strings.Contains(id, apitest.AdaPhone) {
			t.Errorf("%s: the carrier is told %q", tt.name, id)
		}
		talk := mediatest.Wait(t, "the phone's call", req)
		talk.hangup()
		mediatest.Wait(t, "the carrier's phone to be quiet", tx.Cancelled())
	}
	w.idle(t)
}

func TestACallOutlivesTheTrunksConnection(t *testing.T) {
	w, c := trunked(t, trunk.TCP, func(cfg *trunk.Config) { cfg.Retry = 10 * time.Millisecond })
	ada := w.handset(t, apitest.Ada, 400)
	w.ready(t)
	first := mediatest.Wait(t, "the trunk's connection", c.flows)
	out := ada.call(far)
	there := c.take(mediatest.Wait(t, "the carrier to be called", c.calls), 900)
	out.ear.Hears(t, 900)
	first.Close()
	next := mediatest.Wait(t, "the trunk's next connection", c.flows)
	there.ear.Hears(t, 400)
	there.Dialog = there.On(next)
	if res := there.send(sip.BYE, "", ""); res.StatusCode != 200 {
		t.Errorf("hanging up over the next connection: %d", res.StatusCode)
	}
	ada.ended()
	w.idle(t)
}

func TestACarrierThatIsNotThereIsSaidAtOnce(t *testing.T) {
	w, c := trunked(t, trunk.TCP, func(cfg *trunk.Config) { cfg.Retry = 10 * time.Millisecond })
	ada := w.handset(t, apitest.Ada, 400)
	w.ready(t)
	c.leave()
	mediatest.Wait(t, "the trunk's connection", c.flows).Close()
	for {
		s, changed := w.x.Trunk.State()
		if !s.Ready && s.Trouble != "" {
			break
		}
		mediatest.Wait(t, "the trunk to say that it has none", changed)
	}
	ada.call(far)
	ada.ended()
	rows := w.rows(t, apitest.Ada)
	if got := rows[len(rows)-1].Record.Result; got != "Call Failed" {
		t.Errorf("a call without a carrier: %s", got)
	}
	w.idle(t)
}

func TestACarrierWithoutAGoodCertificateIsNotSpokenTo(t *testing.T) {
	w, c := trunked(t, trunk.TLS, func(cfg *trunk.Config) { cfg.Client, cfg.Retry = nil, 10*time.Millisecond })
	for {
		s, changed := w.x.Trunk.State()
		if strings.Contains(s.Trouble, "certificate") {
			break
		}
		mediatest.Wait(t, "the trunk to say what is wrong", changed)
	}
	select {
	case <-c.flows:
		t.Error("a carrier that proves nothing was asked something")
	default:
	}
}

func TestWhoTakesACallOutsidePaysForIt(t *testing.T) {
	w, c := trunked(t, trunk.UDP)
	w.let(t, apitest.Bob, true)
	w.let(t, apitest.Ada, false)
	ada, bob := w.handset(t, apitest.Ada, 400), w.handset(t, apitest.Bob, 500)
	w.ready(t)

	// Bob passes on what rings at his phone.
	in := ada.call("102")
	ring := bob.rings()
	party := partyOf(sip.HeaderValue(ring.Request(), "p-rc-api-ids"))
	if err := w.x.ForwardParty(t.Context(), sessionOf(in.ids), party, rc.CallTarget{PhoneNumber: far}); err != nil {
		t.Fatal(err)
	}
	tx := mediatest.Wait(t, "the carrier to be called", c.calls)
	if got := tx.Request().From().Address.User; got != apitest.BobPhone {
		t.Errorf("the carrier is shown %s, who does not pay", got)
	}
	there := c.take(tx, 900)
	in.ear.Hears(t, 900)
	there.ear.Hears(t, 400)
	in.hangup()
	mediatest.Wait(t, "the carrier to be told that it is over", c.byes)

	// Bob transfers whom he talks with.
	in = ada.call("102")
	talk := bob.answer(bob.rings())
	in.ear.Hears(t, 500)
	if code := talk.send(sip.REFER, "", "", "Refer-To", "<sip:"+far+"@"+domain+">"); code != 202 {
		t.Fatalf("REFER: %d", code)
	}
	there = c.take(mediatest.Wait(t, "the carrier to be called", c.calls), 900)
	in.ear.Hears(t, 900)
	there.ear.Hears(t, 400)
	if res := there.send(sip.BYE, "", ""); res.StatusCode != 200 {
		t.Errorf("hanging up: %d", res.StatusCode)
	}
	ada.ended()
	w.idle(t)
}

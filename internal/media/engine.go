package media

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/logging"
	"github.com/pion/stun/v4"
	"github.com/pion/transport/v4/stdnet"
	"github.com/pion/webrtc/v4"
)

// Config says which addresses an Engine uses. The zero value serves this
// machine alone.
type Config struct {
	// BrowserAddr is the UDP "ip:port" that all browser legs share. Empty is a
	// free port of 127.0.0.1.
	BrowserAddr string
	// TCPAddr is the TCP "ip:port" for browsers whose network blocks UDP
	// (RFC 6544). Empty offers none.
	TCPAddr string
	// Announce are the addresses that others reach this machine by, where they
	// are not its own, as behind a router that translates addresses.
	Announce []net.IP
	// LegIP is the address that SIP legs open their ports on. Empty is every
	// address of the machine.
	LegIP net.IP
	// PortMin and PortMax bound the UDP ports of SIP legs, one each; both zero
	// lets the system choose.
	PortMin, PortMax uint16
	// Speaks says that legs are spoken to by this machine: prompts, tones,
	// music and conferences. They are PCMU, for there is no encoder of Opus
	// without C, so a far side that has Opus alone is refused instead of left
	// in silence. Browsers all have both (RFC 7874 section 3).
	Speaks bool
}

// An Engine opens legs. All its methods may be called at any time.
type Engine struct {
	config Config
	certs  []webrtc.Certificate
	udp    ice.UDPMux
	port   *socket // that udp reads
	tcp    ice.TCPMux

	mu     sync.Mutex
	legs   map[*Leg]struct{} // guarded by mu
	closed bool              // guarded by mu
	wait   sync.WaitGroup    // goroutines of legs
}

// ErrClosed is returned for a leg of an engine that has been closed.
var ErrClosed = errors.New("the media engine is closed")

// NewEngine opens the ports that browser legs share. The error says which
// address cannot be used.
func NewEngine(c Config) (*Engine, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("making the key of media connections: %w", err)
	}
	// One certificate for the process: making one for every connection costs
	// more than the rest of its handshake.
	cert, err := webrtc.GenerateCertificate(key)
	if err != nil {
		return nil, fmt.Errorf("making the certificate of media connections: %w", err)
	}
	e := &Engine{config: c, certs: []webrtc.Certificate{*cert}, legs: map[*Leg]struct{}{}}
	if c.BrowserAddr == "" {
		c.BrowserAddr = "127.0.0.1:0"
	}
	if e.udp, e.port, err = listenUDP(c.BrowserAddr); err != nil {
		return nil, fmt.Errorf("opening UDP %s for the sound of browsers: %w", c.BrowserAddr, err)
	}
	if c.TCPAddr != "" {
		if e.tcp, err = listenTCP(c.TCPAddr); err != nil {
			_ = e.udp.Close()
			return nil, fmt.Errorf("opening TCP %s for the sound of browsers: %w", c.TCPAddr, err)
		}
	}
	return e, nil
}

func listenUDP(addr string) (ice.UDPMux, *socket, error) {
	a, err := net.ResolveUDPAddr("udp", addr)
	if err != nil {
		return nil, nil, err
	}
	conn, err := net.ListenUDP("udp", a)
	if err != nil {
		return nil, nil, err
	}
	// Hundreds of calls send through this one socket; what the system refuses
	// to grow stays as it is.
	grow(conn, 4<<20)
	s, err := newSocket(conn, together)
	if err != nil {
		_ = conn.Close()
		return nil, nil, err
	}
	return ice.NewUDPMuxDefault(ice.UDPMuxParams{UDPConn: s, Logger: quiet{}}), s, nil
}

func listenTCP(addr string) (ice.TCPMux, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, err
	}
	return ice.NewTCPMuxDefault(ice.TCPMuxParams{Listener: l, ReadBufferSize: 64, Logger: quiet{}}), nil
}

// BrowserAddr is the UDP address that browser legs share.
func (e *Engine) BrowserAddr() net.Addr { return e.udp.GetListenAddresses()[0] }

// Browser opens a leg toward a browser that offers, and returns the answer for
// it. The browser finds the way (ICE lite, RFC 8445 section 2.5). The error is
// about the offer, or ErrClosed.
func (e *Engine) Browser(ctx context.Context, offer string) (l *Leg, answer string, err error) {
	l, err = e.open(e.browserSettings)
	if err != nil {
		return nil, "", err
	}
	answer, err = l.Answer(ctx, offer)
	if err != nil {
		l.Close()
		return nil, "", err
	}
	return l, answer, nil
}

// Leg opens a leg toward a SIP phone or server, with a port of its own. It is
// connected by Offer and SetAnswer, or by Answer.
//
// A shared port would not do: two engines with one port each could carry only
// one call between them, because DTLS and SRTP are told apart by the far
// address alone.
func (e *Engine) Leg() (*Leg, error) { return e.open(e.legSettings) }

// Legs is how many legs are open.
func (e *Engine) Legs() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.legs)
}

// Close closes every leg and the shared ports, and waits until no goroutine
// of theirs is left.
func (e *Engine) Close() error {
	e.mu.Lock()
	e.closed = true
	legs := maps.Clone(e.legs)
	e.mu.Unlock()
	for l := range legs {
		l.Close()
	}
	e.wait.Wait()
	err := e.udp.Close()
	if e.tcp != nil {
		err = errors.Join(err, e.tcp.Close())
	}
	return err
}

func (e *Engine) open(settings func(*webrtc.SettingEngine, *road) error) (*Leg, error) {
	r := &road{}
	api, err := e.api(func(s *webrtc.SettingEngine) error { return settings(s, r) })
	if err != nil {
		return nil, err
	}
	pc, err := api.NewPeerConnection(webrtc.Configuration{Certificates: e.certs, BundlePolicy: webrtc.BundlePolicyMaxBundle})
	if err != nil {
		return nil, fmt.Errorf("opening a leg: %w", err)
	}
	l, err := newLeg(e, pc, r)
	if err != nil {
		_ = pc.Close()
		return nil, fmt.Errorf("opening a leg: %w", err)
	}
	return l, nil
}

// enter counts a goroutine of a leg; it reports false when the engine is closed.
func (e *Engine) enter(l *Leg) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.closed {
		e.legs[l] = struct{}{}
	}
	return !e.closed
}

func (e *Engine) leave(l *Leg) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.legs, l)
}

// codecs are what every leg negotiates, the better first. Opus needs events
// at its own clock, because browsers send none at another (RFC 4733 section 2.1).
var codecs = []webrtc.RTPCodecParameters{
	{RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2, SDPFmtpLine: "minptime=10;useinbandfec=1"}, PayloadType: 111},
	{RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypePCMU, ClockRate: 8000}, PayloadType: 0},
	{RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: mimeEvent, ClockRate: 48000, SDPFmtpLine: "0-16"}, PayloadType: 110},
	{RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: mimeEvent, ClockRate: 8000, SDPFmtpLine: "0-16"}, PayloadType: 101},
}

const mimeEvent = "audio/telephone-event"

func (e *Engine) api(settings func(*webrtc.SettingEngine) error) (*webrtc.API, error) {
	m := &webrtc.MediaEngine{}
	for _, c := range codecs {
		if err := m.RegisterCodec(c, webrtc.RTPCodecTypeAudio); err != nil {
			return nil, fmt.Errorf("registering %s: %w", c.MimeType, err)
		}
	}
	s := webrtc.SettingEngine{LoggerFactory: quiet{}}
	s.SetIncludeLoopbackCandidate(true)
	s.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	// As the controlling side pion would wait up to two seconds before it uses
	// an address that was found on the way.
	s.SetSrflxAcceptanceMinWait(50 * time.Millisecond)
	s.SetPrflxAcceptanceMinWait(50 * time.Millisecond)
	s.SetRelayAcceptanceMinWait(200 * time.Millisecond)
	if err := e.announce(&s); err != nil {
		return nil, err
	}
	if err := settings(&s); err != nil {
		return nil, err
	}
	return webrtc.NewAPI(webrtc.WithMediaEngine(m), webrtc.WithInterceptorRegistry(&interceptor.Registry{}), webrtc.WithSettingEngine(s)), nil
}

func (e *Engine) announce(s *webrtc.SettingEngine) error {
	if len(e.config.Announce) == 0 {
		return nil
	}
	rule := webrtc.ICEAddressRewriteRule{AsCandidateType: webrtc.ICECandidateTypeHost}
	for _, ip := range e.config.Announce {
		rule.External = append(rule.External, ip.String())
	}
	if err := s.SetICEAddressRewriteRules(rule); err != nil {
		return fmt.Errorf("announcing %v: %w", e.config.Announce, err)
	}
	return nil
}

func (e *Engine) browserSettings(s *webrtc.SettingEngine, r *road) error {
	r.sockets = []*socket{e.port}
	s.SetLite(true)
	s.SetICEUDPMux(e.udp)
	nets := []webrtc.NetworkType{webrtc.NetworkTypeUDP4, webrtc.NetworkTypeUDP6}
	if e.tcp != nil {
		s.SetICETCPMux(e.tcp)
		nets = append(nets, webrtc.NetworkTypeTCP4, webrtc.NetworkTypeTCP6)
	}
	s.SetNetworkTypes(nets)
	// Chromium nominates toward a lite side only with a later check, seconds
	// after the way is found; the first that is valid will do. TCP is for
	// those who have no other way, so the browser has to choose it.
	var once sync.Once
	s.SetICEBindingRequestHandler(func(_ *stun.Message, local, _ ice.Candidate, _ *ice.CandidatePair) (first bool) {
		if local.NetworkType().IsUDP() {
			once.Do(func() { first = true })
		}
		return first
	})
	// The browser is the server of DTLS: our hello is with it together with the
	// answer to its first check, a round trip before its own would be with us.
	if err := s.SetAnsweringDTLSRole(webrtc.DTLSRoleClient); err != nil {
		return err
	}
	// One that insists on being the client is spared the proof of its address,
	// which ICE has verified (RFC 6347 section 4.2.1).
	s.SetDTLSInsecureSkipHelloVerify(true)
	s.SetDTLSRetransmissionInterval(100 * time.Millisecond)
	// By these timers alone a lite side learns that a crashed tab is gone.
	s.SetICETimeouts(5*time.Second, 25*time.Second, 2*time.Second)
	return nil
}

func (e *Engine) legSettings(s *webrtc.SettingEngine, r *road) (err error) {
	if r.Net, err = stdnet.NewNet(); err != nil {
		return fmt.Errorf("looking at this machine's networks: %w", err)
	}
	s.SetNet(r)
	network := webrtc.NetworkTypeUDP4
	if n, _ := e.home(netip.Addr{}); n == "udp6" {
		network = webrtc.NetworkTypeUDP6
	}
	s.SetNetworkTypes([]webrtc.NetworkType{network})
	s.SetICETimeouts(5*time.Second, 25*time.Second, 2*time.Second)
	if ip := e.config.LegIP; ip != nil {
		s.SetIPFilter(ip.Equal)
	} else if len(e.config.Announce) > 0 {
		// A port of the machine's own address would be announced, too, and
		// nobody reaches it.
		s.SetIncludeLoopbackCandidate(false)
	}
	if e.config.PortMin == 0 && e.config.PortMax == 0 {
		return nil
	}
	if err := s.SetEphemeralUDPPortRange(e.config.PortMin, e.config.PortMax); err != nil {
		return fmt.Errorf("using UDP ports %d to %d for legs: %w", e.config.PortMin, e.config.PortMax, err)
	}
	return nil
}

// quiet is pion's logger: what matters of its errors is told by the state of
// the leg, and its lines may hold the credentials of ICE.
type quiet struct{}

func (quiet) NewLogger(string) logging.LeveledLogger { return quiet{} }
func (quiet) Trace(string)                           {}
func (quiet) Tracef(string, ...any)                  {}
func (quiet) Debug(string)                           {}
func (quiet) Debugf(string, ...any)                  {}
func (quiet) Info(string)                            {}
func (quiet) Infof(string, ...any)                   {}
func (quiet) Warn(string)                            {}
func (quiet) Warnf(string, ...any)                   {}
func (quiet) Error(string)                           {}
func (quiet) Errorf(string, ...any)                  {}

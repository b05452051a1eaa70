// Package trunk is the platform's line to the telephone network: the
// connection with one carrier or exchange by UDP, TCP or TLS, registered there
// or known by its address, and the gate that every call outside passes.
//
// A Trunk connects again by itself and says how it is. What calls are made of
// is the exchange's business: it is told of the carrier's requests, and sends
// its own by Do.
package trunk

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"sync"
	"time"

	"offhook/internal/rc"
	"offhook/internal/sip"
)

// Transports to a carrier.
const (
	UDP = "udp"
	TCP = "tcp"
	TLS = "tls"
)

// ErrDown: the carrier cannot be reached, or does not know us, at the moment.
var ErrDown = errors.New("there is no connection with the carrier")

// A Config says who the carrier is.
type Config struct {
	Transport string // UDP, TCP or TLS
	// Address is the carrier's host and port. Without a port the host's SRV
	// records say where it is, where it has any (RFC 3263).
	Address string
	// Resolver knows names; nil is the system's.
	Resolver Resolver
	// Listen is the ip:port that the carrier sends its requests to; empty is
	// any port, which only a carrier knows that we are registered at or that
	// uses the connection that is there.
	Listen string
	// Host is how the carrier reaches this machine, where its own address is
	// not the one.
	Host string
	// Domain stands in the addresses of calls and of the registration; empty
	// is the carrier's host.
	Domain string
	// Username and Password prove who we are; with Register they are
	// registered, too.
	Username string
	Password rc.Secret
	Register bool
	// Peers are the networks besides the carrier's own address from which
	// calls may come.
	Peers []netip.Prefix
	// Client checks the carrier's certificate; nil is the system's trust. A
	// carrier by TLS is never spoken to without.
	Client *tls.Config
	// Server is what listens by TLS; nil listens with none.
	Server *tls.Config
	// Encrypted has the sound be SRTP with keys in the descriptions (SDES).
	Encrypted bool
	// CallerID is shown for people without a public number.
	CallerID string
	// LeastExpiry is the shortest time that the carrier may agree on with us
	// after which a call without a sign of life is over (RFC 4028); zero is 90
	// seconds.
	LeastExpiry time.Duration
	// Greeting is how long a carrier may take to connect and to agree on TLS;
	// zero is ten seconds.
	Greeting time.Duration
	// MaxCalls is how many calls go through at a time, both ways; zero is 30.
	MaxCalls int
	// Gate is what calls out pass.
	Gate Gate
	// Expires is how long a registration is asked to hold; zero is five
	// minutes. Every is the pause between two questions whether the carrier is
	// there; zero is 30 seconds. Retry is the first pause before the next
	// attempt to connect, which grows to a minute; zero is a second.
	Expires, Every, Retry time.Duration

	Log *slog.Logger
}

// An Answerer is told what comes over a trunk. The requests of a flow come one
// at a time, on the goroutine that reads it.
type Answerer interface {
	// ServeTrunk takes a request other than OPTIONS.
	ServeTrunk(tx *sip.Tx)
	// TrunkUp comes with each connection with the carrier, TrunkDown when it
	// has ended.
	TrunkUp(f *sip.Flow)
	TrunkDown(f *sip.Flow)
}

// A Trunk is the line to one carrier, from Start to Close.
type Trunk struct {
	cfg  Config
	host string // of the carrier
	// anyPort: the configuration leaves it to the name where the carrier is.
	anyPort bool
	// failed are the servers that did not serve us since one did. It belongs to
	// keepConnected.
	failed map[netip.AddrPort]bool
	h      Answerer
	gate   gate

	ctx  context.Context
	stop context.CancelFunc
	wg   sync.WaitGroup

	socket   *sip.Datagrams // for UDP
	listener net.Listener   // for calls in over TCP and TLS; nil for none

	mu      sync.Mutex
	flow    *sip.Flow         // guarded by mu; nil while there is none
	ready   bool              // guarded by mu
	trouble string            // guarded by mu; a sentence, empty when all is well
	changed chan struct{}     // guarded by mu; closed with each change of the above
	own     []netip.Addr      // guarded by mu; of the carrier, as it was found last
	inside  map[*sip.Flow]int // guarded by mu; connections that carriers have opened
	calls   int               // guarded by mu
}

// New checks the configuration and opens what listens. The error says in a
// sentence what to change.
func New(cfg Config) (*Trunk, error) {
	host, port, err := net.SplitHostPort(cfg.Address)
	if err != nil {
		host, port = strings.Trim(cfg.Address, "[]"), "5060"
		if cfg.Transport == TLS {
			port = "5061"
		}
	}
	anyPort := err != nil
	cfg.Address = net.JoinHostPort(host, port)
	if cfg.Resolver == nil {
		cfg.Resolver = net.DefaultResolver
	}
	if cfg.Domain == "" {
		cfg.Domain = sip.Bracketed(host)
	}
	if cfg.Expires == 0 {
		cfg.Expires = 5 * time.Minute
	}
	if cfg.Every == 0 {
		cfg.Every = 30 * time.Second
	}
	if cfg.Retry == 0 {
		cfg.Retry = time.Second
	}
	if cfg.LeastExpiry == 0 {
		cfg.LeastExpiry = sip.LeastExpiry
	}
	if cfg.Greeting == 0 {
		cfg.Greeting = 10 * time.Second
	}
	if cfg.MaxCalls == 0 {
		cfg.MaxCalls = 30
	}
	t := &Trunk{cfg: cfg, host: host, anyPort: anyPort, changed: make(chan struct{}), inside: map[*sip.Flow]int{}, failed: map[netip.AddrPort]bool{}}
	t.gate.prepare(cfg.Gate)
	if err := t.listen(); err != nil {
		return nil, err
	}
	t.ctx, t.stop = context.WithCancel(context.Background())
	return t, nil
}

// Start connects, and tells h of what comes.
func (t *Trunk) Start(h Answerer) {
	t.h = h
	if t.socket != nil {
		go t.socket.Serve()
	}
	if t.listener != nil {
		t.wg.Go(t.accept)
	}
	t.wg.Go(t.keepConnected)
}

// Close ends the registration and the connections. The exchange has ended its
// calls before.
func (t *Trunk) Close() {
	t.stop()
	if t.listener != nil {
		_ = t.listener.Close() // only its port is left
	}
	t.wg.Wait()
	if t.socket != nil {
		t.socket.Close()
	}
}

// Flow is the connection with the carrier as it is now; ErrDown when there is
// none, or the carrier does not take our calls.
func (t *Trunk) Flow() (*sip.Flow, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.flow == nil || t.cfg.Register && !t.ready {
		return nil, ErrDown
	}
	return t.flow, nil
}

// A State is how a trunk is.
type State struct {
	// Ready: the carrier has answered, and knows us where we register.
	Ready bool
	// Trouble says in a sentence what is wrong; empty when nothing is.
	Trouble string
}

// State tells how the trunk is, and has changed closed with the next change.
func (t *Trunk) State() (s State, changed <-chan struct{}) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return State{t.ready, t.trouble}, t.changed
}

// become notes how the trunk is, and logs what is new.
func (t *Trunk) become(ready bool, trouble string) {
	t.mu.Lock()
	same := t.ready == ready && t.trouble == trouble
	t.ready, t.trouble = ready, trouble
	if !same {
		close(t.changed)
		t.changed = make(chan struct{})
	}
	t.mu.Unlock()
	switch {
	case same:
	case ready:
		t.cfg.Log.Info("the trunk is connected", "carrier", t.cfg.Address, "transport", t.cfg.Transport)
	case trouble != "":
		t.cfg.Log.Warn("the trunk does not work: "+trouble, "carrier", t.cfg.Address, "transport", t.cfg.Transport)
	}
}

// Enter counts a call of the trunk until leave; false when it has as many as
// it may have.
func (t *Trunk) Enter() (leave func(), ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.calls >= t.cfg.MaxCalls {
		return nil, false
	}
	t.calls++
	var once sync.Once
	return func() {
		once.Do(func() {
			t.mu.Lock()
			t.calls--
			t.mu.Unlock()
		})
	}, true
}

// Calls is how many calls go through now.
func (t *Trunk) Calls() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.calls
}

// LeastExpiry is that of the configuration.
func (t *Trunk) LeastExpiry() time.Duration { return t.cfg.LeastExpiry }

// Encrypted reports whether sound is to be encrypted.
func (t *Trunk) Encrypted() bool { return t.cfg.Encrypted }

// User is what our own address begins with; calls in may be for it.
func (t *Trunk) User() string { return cmp.Or(t.cfg.Username, "offhook") }

// Do sends a request outside of a dialog, and answers the carrier's challenge
// once. It returns the connection that it went over, and tells it with each
// provisional response.
func (t *Trunk) Do(ctx context.Context, req *sip.Request, provisional func(*sip.Flow, *sip.Response)) (*sip.Flow, *sip.Response, error) {
	f, err := t.Flow()
	if err != nil {
		return nil, nil, err
	}
	res, err := t.ask(ctx, f, req, func(res *sip.Response) { provisional(f, res) })
	return f, res, err
}

func (t *Trunk) ask(ctx context.Context, f *sip.Flow, req *sip.Request, provisional func(*sip.Response)) (*sip.Response, error) {
	res, err := f.Do(ctx, req, provisional)
	if err != nil || !challenged(res) || t.cfg.Username == "" {
		return res, err
	}
	if err := t.credentials().Answer(req, res); err != nil {
		return nil, err
	}
	return f.Do(ctx, req, provisional)
}

func challenged(res *sip.Response) bool { return res.StatusCode == 401 || res.StatusCode == 407 }

func (t *Trunk) credentials() sip.Credentials {
	return sip.Credentials{Username: t.cfg.Username, Password: string(t.cfg.Password), Domain: t.cfg.Domain, OfRequest: true}
}

// In sends a request of a dialog, which some carriers challenge again.
func (t *Trunk) In(ctx context.Context, d *sip.Dialog, req *sip.Request) (*sip.Response, error) {
	res, err := d.Do(ctx, req, nil)
	if err != nil || !challenged(res) || t.cfg.Username == "" {
		return res, err
	}
	again := d.Request(req.Method, req.Body(), sip.HeaderValue(req, "Content-Type"))
	for _, name := range []string{"RAck", "Supported", "Session-Expires"} {
		if value := sip.HeaderValue(req, name); value != "" {
			sip.SetHeader(again, name, value)
		}
	}
	again.CSeq().SeqNo-- // Answer raises it to the one that the dialog has counted
	if err := t.credentials().Answer(again, res); err != nil {
		return nil, err
	}
	return d.Do(ctx, again, nil)
}

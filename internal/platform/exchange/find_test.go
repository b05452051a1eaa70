package exchange_test

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"offhook/internal/media/mediatest"
	"offhook/internal/platform/api/apitest"
	"offhook/internal/platform/exchange/trunk"
	"offhook/internal/rigtest"
	"offhook/internal/sip"
)

// names is what a test's carrier is called: no network is asked.
type names map[string][]string // by _service._proto.name: host:port

func (n names) LookupSRV(_ context.Context, service, proto, name string) (string, []*net.SRV, error) {
	var all []*net.SRV
	for i, at := range n["_"+service+"._"+proto+"."+name] {
		a := netip.MustParseAddrPort(at)
		all = append(all, &net.SRV{Target: a.Addr().String(), Port: a.Port(), Priority: uint16(i)})
	}
	if all == nil {
		return "", nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
	}
	return "", all, nil
}

func (n names) LookupNetIP(_ context.Context, _, host string) ([]netip.Addr, error) {
	ip, err := netip.ParseAddr(host)
	return []netip.Addr{ip}, err
}

// closed is an address that nobody listens at.
func closed(t *testing.T) string {
	t.Helper()
	return fmt.Sprint("127.0.0.1:", rigtest.Port(t))
}

// unwilling is a carrier that registers nobody.
func unwilling(t *testing.T) string {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	d := sip.NewDatagrams(conn)
	d.Accept = func(net.Addr) sip.Handler {
		return sip.HandlerFunc(func(tx *sip.Tx) { _ = tx.Respond(503, "Service Unavailable") })
	}
	go d.Serve()
	t.Cleanup(d.Close)
	return conn.LocalAddr().String()
}

// silent is a server that takes connections and says nothing.
func silent(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l.Addr().String() // what waits to be accepted is connected
}

// TestAServerThatHangsKeepsNobodyFromTheNext: it takes all the time of an
// attempt, in which no other was tried.
func TestAServerThatHangsKeepsNobodyFromTheNext(t *testing.T) {
	t.Parallel()
	w, _ := trunked(t, trunk.TLS, func(cfg *trunk.Config) {
		cfg.Resolver = names{"_sips._tcp.carrier.test": {silent(t), silent(t), cfg.Address}}
		cfg.Address, cfg.Greeting, cfg.Retry = "carrier.test", time.Second, time.Millisecond
	})
	w.ready(t)
}

func TestACarrierIsFoundByItsName(t *testing.T) {
	t.Parallel()
	for transport, tt := range map[string]struct {
		record string
		broken func(*testing.T) string
	}{
		trunk.TCP: {"_sip._tcp.carrier.test", closed},
		trunk.UDP: {"_sip._udp.carrier.test", unwilling},
	} {
		t.Run(transport, func(t *testing.T) {
			t.Parallel()
			w, c := trunked(t, transport, func(cfg *trunk.Config) {
				cfg.Resolver = names{tt.record: {tt.broken(t), cfg.Address}}
				cfg.Address, cfg.Username, cfg.Register = "carrier.test", "us", true
				cfg.Every, cfg.Retry = time.Second, time.Millisecond
			})
			ada := w.handset(t, apitest.Ada, 400)
			w.ready(t)
			out := ada.call(far)
			tx := mediatest.Wait(t, "the second server to be called", c.calls)
			if got := tx.Request().Recipient; got.Host != "carrier.test" || got.Port != 0 {
				t.Errorf("the call is for %s", got.String())
			}
			out.hangup()
			mediatest.Wait(t, "the carrier's phone to be quiet", tx.Cancelled())
		})
	}
}

func TestACarrierThatServesNoCallsIsSaid(t *testing.T) {
	t.Parallel()
	w, _ := trunked(t, trunk.TCP, func(cfg *trunk.Config) {
		cfg.Address, cfg.Resolver = "carrier.test", nobody{}
	})
	w.troubled(t, "does not serve calls by TCP")
}

// troubled waits until the trunk says what is wrong.
func (w *world) troubled(t *testing.T, sentence string) {
	t.Helper()
	for {
		s, changed := w.x.Trunk.State()
		if strings.Contains(s.Trouble, sentence) {
			return
		}
		mediatest.Wait(t, "the trunk to say: "+sentence, changed)
	}
}

// nobody is a name that says that there is no such service (RFC 2782).
type nobody struct{ names }

func (nobody) LookupSRV(context.Context, string, string, string) (string, []*net.SRV, error) {
	return "", []*net.SRV{{Target: "."}}, nil
}

// A nameServer says something else each time.
type nameServer struct {
	names
	asked atomic.Int32
	srv   func(n int, then []*net.SRV) ([]*net.SRV, error)
}

func (a *nameServer) LookupSRV(ctx context.Context, service, proto, name string) (string, []*net.SRV, error) {
	_, then, err := a.names.LookupSRV(ctx, service, proto, name)
	if err != nil {
		return "", nil, err
	}
	all, err := a.srv(int(a.asked.Add(1)), then)
	return "", all, err
}

func TestANameServerThatFailsDoesNotSayThatThereIsNothing(t *testing.T) {
	t.Parallel()
	for name, failure := range map[string]*net.DNSError{
		"SERVFAIL": {Err: "server misbehaving", Name: "carrier.test", IsTemporary: true},
		"timeout":  {Err: "i/o timeout", Name: "carrier.test", IsTimeout: true, IsTemporary: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mended := make(chan struct{})
			w, c := trunked(t, trunk.UDP, func(cfg *trunk.Config) {
				cfg.Resolver = &nameServer{names: names{"_sip._udp.carrier.test": {cfg.Address}}, srv: func(_ int, then []*net.SRV) ([]*net.SRV, error) {
					select {
					case <-mended:
						return then, nil
					default:
						return nil, failure
					}
				}}
				cfg.Address, cfg.Retry = "carrier.test", time.Millisecond
			})
			w.troubled(t, "which servers carrier.test has (SRV)")
			select {
			case <-c.flows:
				t.Error("the name's own address was asked")
			default:
			}
			close(mended)
			w.ready(t)
		})
	}
}

func TestEqualServersAreTriedOneAfterTheOther(t *testing.T) {
	t.Parallel()
	w, _ := trunked(t, trunk.UDP, func(cfg *trunk.Config) {
		cfg.Resolver = &nameServer{names: names{"_sip._udp.carrier.test": {unwilling(t), cfg.Address}}, srv: func(n int, all []*net.SRV) ([]*net.SRV, error) {
			if n%2 == 0 { // by chance, as their weights have it
				slices.Reverse(all)
			}
			return all, nil
		}}
		cfg.Address, cfg.Username, cfg.Register = "carrier.test", "us", true
		cfg.Every, cfg.Retry = time.Millisecond, time.Millisecond
	})
	w.ready(t)
}

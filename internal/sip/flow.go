package sip

import (
	"fmt"
	"log/slog"
	"maps"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/emiago/sipgo/sip"
)

const (
	// queued is how many messages may wait for a slow peer before its flow ends.
	queued = 256
	// remembered is how many answered requests are recognised when they come
	// twice, and rememberedLossy on a flow where that is no exception.
	remembered      = 64
	rememberedLossy = 4096
	// patience is how long one write may take, and how long a peer may leave a
	// ping unanswered.
	patience = 10 * time.Second
	// pingEvery keeps the ways through firewalls open (RFC 7118 section 6).
	pingEvery = 25 * time.Second
)

// A conn carries whole messages. read is called by one goroutine, write and
// ping by another.
type conn interface {
	read() ([]byte, error) // the next message or keep-alive
	write(data []byte) error
	ping() error
	close()
}

// A Flow is one connection to a peer. All of it may be used by any goroutine.
type Flow struct {
	conn      conn
	handler   Handler
	log       *slog.Logger
	id        string
	transport string // as Via spells it: WS, WSS, TCP, TLS
	sentBy    string // host of our Via, invented where nobody can connect to us
	remote    string
	lossy     bool // what nobody has heard is sent again

	out  chan []byte
	quit chan struct{} // closed by Close
	once sync.Once
	done chan struct{} // closed when all is over
	wg   sync.WaitGroup
	kept atomic.Int32 // how many need it

	mu      sync.Mutex
	pending map[string]*outgoing // guarded by mu: what we asked, by key
	asked   map[string]*Tx       // guarded by mu: what the peer asked and has no answer
	past    map[string]*Tx       // guarded by mu: what was answered lately
	order   []string             // guarded by mu: keys of past, oldest first
	settled map[string]*settled  // guarded by mu: our INVITEs that have their answer, by turn
	unheard map[string]*Tx       // guarded by mu: INVITEs that we have answered, until the ACK, by turn
	relied  map[string]*Tx       // guarded by mu: INVITEs whose reliable response waits for its PRACK, by turn
}

func newFlow(c conn, h Handler, transport, sentBy, remote string, log *slog.Logger) *Flow {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Flow{
		conn: c, handler: h, log: log, id: Token(), transport: transport, sentBy: sentBy, remote: remote,
		out: make(chan []byte, queued), quit: make(chan struct{}), done: make(chan struct{}),
		pending: map[string]*outgoing{}, asked: map[string]*Tx{}, past: map[string]*Tx{},
		settled: map[string]*settled{}, unheard: map[string]*Tx{}, relied: map[string]*Tx{},
	}
}

// ID is different for every flow.
func (f *Flow) ID() string { return f.id }

// RemoteAddr is the peer's address as the network knows it.
func (f *Flow) RemoteAddr() string { return f.remote }

// Contact is how the peer reaches a user of ours on this flow.
func (f *Flow) Contact(user string) URI {
	transport := strings.ToLower(f.transport)
	if transport == "wss" { // RFC 7118 section 5.2.1 knows ws only
		transport = "ws"
	}
	params := sip.NewParams()
	params.Add("transport", transport)
	host, port := splitPort(f.sentBy)
	return URI{Scheme: "sip", User: user, Host: host, Port: port, UriParams: params}
}

// OverWebSocket reports whether the flow is one of RFC 7118, and so the peer a
// web phone.
func (f *Flow) OverWebSocket() bool { return strings.HasPrefix(f.transport, "WS") }

// Done is closed when the flow has ended and its handler has returned.
func (f *Flow) Done() <-chan struct{} { return f.done }

// Close sends what still waits, for as long as one write may take, and ends
// the flow. It does not wait for that; Done tells.
func (f *Flow) Close() { f.once.Do(func() { close(f.quit) }) }

// Keep has a flow over datagrams stay until release, as long as its peer may
// be silent. Others stay anyway.
func (f *Flow) Keep() (release func()) {
	f.kept.Add(1)
	return sync.OnceFunc(func() { f.kept.Add(-1) })
}

// busy reports whether somebody needs the flow, or something on it is not over.
func (f *Flow) busy() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.kept.Load() > 0 || len(f.asked) > 0 || len(f.pending) > 0 || len(f.unheard) > 0
}

// run reads until the connection ends.
func (f *Flow) run() {
	f.wg.Go(f.writeAll)
	for {
		data, err := f.conn.read()
		if err != nil {
			break
		}
		if len(data) <= 4 && strings.Trim(string(data), "\r\n") == "" {
			if len(data) == 4 { // a ping of RFC 5626 section 3.5.1
				_ = f.send([]byte("\r\n")) // an ended flow needs no pong
			}
			continue
		}
		m, err := f.parse(data)
		if err != nil && f.lossy {
			f.log.Debug("passing over a datagram that is no SIP", "remote", f.remote, "err", err)
			continue
		}
		if err != nil {
			f.log.Info("ending a SIP connection over what it sent", "remote", f.remote, "err", err)
			break
		}
		f.receive(m)
	}
	f.Close()
	f.wg.Wait()
	f.conn.close()
	f.mu.Lock()
	for _, o := range f.pending {
		o.again.stop()
		o.end()
	}
	unheard, relied := slices.Collect(maps.Values(f.unheard)), slices.Collect(maps.Values(f.relied))
	f.mu.Unlock()
	for _, tx := range unheard {
		tx.resending().stop()
	}
	for _, tx := range relied {
		tx.stopRelying()
	}
	close(f.done)
}

// writeAll writes what is queued, in order, and pings while there is nothing.
func (f *Flow) writeAll() {
	defer f.conn.close() // also wakes the reader
	tick := time.NewTicker(pingEvery)
	defer tick.Stop()
	for {
		var err error
		select {
		case data := <-f.out:
			err = f.conn.write(data)
		case <-tick.C:
			err = f.conn.ping()
		case <-f.quit:
			for {
				select {
				case data := <-f.out:
					if f.conn.write(data) == nil {
						continue
					}
				default:
				}
				return
			}
		}
		if err != nil {
			f.Close()
			return
		}
	}
}

// send queues a message. A peer that reads too slowly loses its flow, not the
// goroutine that has something to tell it.
func (f *Flow) send(data []byte) error {
	select {
	case <-f.quit:
		return ErrClosed
	default:
	}
	select {
	case f.out <- data:
		return nil
	default:
		f.Close()
		return fmt.Errorf("%w: its peer reads too slowly", ErrClosed)
	}
}

func (f *Flow) receive(m sip.Message) {
	switch m := m.(type) {
	case *sip.Response:
		f.mu.Lock()
		o := f.pending[key(m)]
		f.mu.Unlock()
		if o != nil {
			o.deliver(m)
			return
		}
		f.late(m)
	case *sip.Request:
		f.request(m)
	}
}

func (f *Flow) request(req *Request) {
	switch req.Method {
	case sip.ACK:
		f.mu.Lock()
		tx := f.past[key(req)]
		heard := f.unheard[turn(req)]
		delete(f.unheard, turn(req))
		f.mu.Unlock()
		if heard != nil {
			heard.resending().stop()
		}
		if tx != nil && tx.refused() {
			return // the transaction's own affair
		}
		f.handler.ServeSIP(newTx(f, req))
	case sip.CANCEL:
		f.cancel(req)
	default:
		tx, twice := f.admit(req)
		if twice {
			tx.again()
			return
		}
		if req.Method == sip.PRACK {
			f.prack(tx)
			return
		}
		f.handler.ServeSIP(tx)
	}
}

// admit returns the transaction of a request, and whether it is here already.
func (f *Flow) admit(req *Request) (tx *Tx, twice bool) {
	k := key(req)
	f.mu.Lock()
	defer f.mu.Unlock()
	if tx := f.asked[k]; tx != nil {
		return tx, true
	}
	if tx := f.past[k]; tx != nil {
		return tx, true
	}
	tx = newTx(f, req)
	f.asked[k] = tx
	return tx, false
}

// cancel answers a CANCEL, which names the INVITE by its branch (RFC 3261
// section 9.2).
func (f *Flow) cancel(req *Request) {
	f.mu.Lock()
	invite := f.asked[branch(req)+"|"+string(sip.INVITE)]
	f.mu.Unlock()
	tx := newTx(f, req)
	if invite == nil {
		_ = tx.Respond(481, "Call/Transaction Does Not Exist") // an ended flow needs no response
		return
	}
	_ = tx.Respond(200, "OK")
	invite.cancel()
}

// answered moves a transaction to those that are over.
func (f *Flow) answered(tx *Tx) {
	k := key(tx.req)
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.asked, k)
	if _, ok := f.past[k]; ok {
		return
	}
	f.past[k] = tx
	f.order = append(f.order, k)
	if len(f.order) > remembered && (!f.lossy || len(f.order) > rememberedLossy) {
		delete(f.past, f.order[0])
		f.order = f.order[1:]
	}
}

// via is the hop of a request of ours.
func (f *Flow) via() *sip.ViaHeader {
	host, port := splitPort(f.sentBy)
	params := sip.NewParams()
	params.Add("branch", sip.RFC3261BranchMagicCookie+Token())
	if !f.OverWebSocket() {
		params.Add("rport", "") // answers come back the same way (RFC 3581)
	}
	return &sip.ViaHeader{ProtocolName: "SIP", ProtocolVersion: "2.0", Transport: f.transport, Host: host, Port: port, Params: params}
}

// Bracketed is a host as URIs have it: addresses of IPv6 between brackets
// (RFC 3261 section 25.1).
func Bracketed(host string) string {
	if strings.Contains(host, ":") && !strings.HasPrefix(host, "[") {
		return "[" + host + "]"
	}
	return host
}

func splitPort(hostport string) (host string, port int) {
	host, text, err := net.SplitHostPort(hostport)
	if err != nil {
		return hostport, 0
	}
	_, _ = fmt.Sscan(text, &port) // 0 leaves the port away
	return Bracketed(host), port
}

// Package natsbus is the bus between the nodes of one house, over NATS. What is
// published is heard on this node at once and without NATS, so that a server
// whose NATS is away goes on as one by itself; the other nodes hear it as soon
// as NATS passes it on. Nobody waits for NATS but who asks another node, or
// begins to listen, and that for a bounded time: it may be gone, or hang.
package natsbus

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"

	"offhook/internal/bus"
)

// prefix begins every subject, for servers that others use as well.
const prefix = "offhook."

// A Config says how to reach NATS.
type Config struct {
	// Servers are nats:// or tls:// addresses of one cluster.
	Servers []string
	// Username and Password, or Credentials, the file of an NKey and JWT, are
	// what the servers know this node by.
	Username, Password, Credentials string
	// CA is a file with the certificates that the servers' may be signed by;
	// empty for the system's.
	CA string
	// Sealer has the keys that all nodes share.
	Sealer Sealer
	Log    *slog.Logger
}

// A Bus is one node's connection. It is made by Open.
type Bus struct {
	conn   *nats.Conn
	name   string // no other node's
	sealer Sealer
	log    *slog.Logger
	local  bus.InProcess
	link   *link
	out    *outbox

	replays  replays
	watching sync.WaitGroup
	unwatch  context.CancelFunc

	mu    sync.Mutex
	heard map[string]*heard // guarded by mu; by subject
	odd   time.Time         // guarded by mu; when it was last written down that others are heard
}

// heard is a subject that this node hears of the others.
type heard struct {
	sub   *nats.Subscription // the outbox's alone
	users int                // guarded by the bus's mu
}

var _ bus.Bus = (*Bus)(nil)

// errClosed says that the bus is closed.
var errClosed = errors.New("the connection with the other servers is closed")

const (
	// settleTime is how long NATS may take to hear of what a node listens to,
	// or of what it says last.
	settleTime = 2 * time.Second
	// writeTime is how long NATS may take nothing before it is left.
	writeTime = 5 * time.Second
)

// Open connects, once all of the servers have been tried. The connection is
// made anew by itself whenever it breaks.
func Open(c Config) (*Bus, error) {
	b := &Bus{name: rand.Text(), sealer: c.Sealer, log: c.Log, heard: make(map[string]*heard), link: newLink()}
	o := nats.GetDefaultOptions()
	o.Servers, o.Name, o.NoEcho = c.Servers, "offhook", true
	o.User, o.Password = c.Username, c.Password
	o.MaxReconnect, o.ReconnectWait, o.Timeout = -1, time.Second, 5*time.Second
	o.PingInterval, o.MaxPingsOut, o.FlusherTimeout = 5*time.Second, 2, writeTime
	o.DisconnectedErrCB = func(_ *nats.Conn, err error) {
		b.link.connected(false)
		if err != nil {
			b.lose(err)
		}
	}
	o.ReconnectedCB = func(*nats.Conn) {
		b.link.connected(true)
		b.regain()
	}
	o.AsyncErrorCB = func(_ *nats.Conn, _ *nats.Subscription, err error) { b.log.Error("NATS", "err", err) }
	for _, set := range c.options() {
		if err := set(&o); err != nil {
			return nil, fmt.Errorf("preparing the connection with NATS: %w", err)
		}
	}
	conn, err := o.Connect()
	if err != nil {
		return nil, fmt.Errorf("connecting with NATS: %w", err)
	}
	b.conn, b.out = conn, newOutbox()
	ctx, cancel := context.WithCancel(context.Background())
	b.unwatch = cancel
	b.watching.Go(func() { b.watch(ctx) })
	return b, nil
}

func (c Config) options() []nats.Option {
	var all []nats.Option
	if c.Credentials != "" {
		all = append(all, nats.UserCredentials(c.Credentials))
	}
	if c.CA != "" {
		all = append(all, trusting(c.CA))
	}
	return all
}

// trusting has the servers' certificates be signed by those of a file, and
// every server have one.
func trusting(file string) nats.Option {
	return func(o *nats.Options) error {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		roots := x509.NewCertPool()
		if !roots.AppendCertsFromPEM(text) {
			return fmt.Errorf("%s holds no certificates", file)
		}
		return nats.Secure(&tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12})(o)
	}
}

// Publish tells this node and the others. While NATS is away, what the others
// are to hear waits for it, within bounds.
func (b *Bus) Publish(ctx context.Context, subject string, data []byte) error {
	if err := b.local.Publish(ctx, subject, data); err != nil {
		return err
	}
	m := nats.NewMsg(prefix + subject)
	m.Data = b.sealer.Seal(data, row(subject))
	m.Header.Set(teller, b.name)
	err := b.out.put(len(m.Data), func() {
		if err := b.conn.PublishMsg(m); err != nil && !errors.Is(err, nats.ErrConnectionClosed) {
			b.log.Error("the other servers were not told", "subject", subject, "err", err)
		}
	})
	if err != nil {
		return fmt.Errorf("telling the other servers of %s: %w", subject, err)
	}
	return nil
}

// teller is the header that has the name of the node that tells something.
const teller = "Offhook-Node"

// Subscribe hears of this node and the others.
func (b *Bus) Subscribe(subject string, fn func(data []byte)) (cancel func(), err error) {
	here, err := b.local.Subscribe(subject, fn)
	if err != nil {
		return nil, err
	}
	there, err := b.hear(subject, func(m *nats.Msg) {
		if m.Header.Get(teller) == b.name {
			return // heard here when it was told: a connection of before has brought it late
		}
		if data, err := b.open(m); err == nil {
			_ = b.local.Publish(context.Background(), subject, data)
		}
	})
	if err != nil {
		here()
		return nil, err
	}
	return sync.OnceFunc(func() { there(); here() }), nil
}

// hear has the subject of the other nodes heard, by one subscription for any
// number of users. It returns when the servers know of it; while they do not
// answer, they will.
func (b *Bus) hear(subject string, fn nats.MsgHandler) (cancel func(), err error) {
	b.mu.Lock()
	h := b.heard[subject]
	first := h == nil
	asked := make(chan struct{})
	if first {
		h = new(heard)
		if err := b.out.put(0, func() { defer close(asked); b.listen(h, subject, fn) }); err != nil {
			b.mu.Unlock()
			return nil, fmt.Errorf("listening for %s: %w", subject, err)
		}
		b.heard[subject] = h
	}
	h.users++
	b.mu.Unlock()
	if first {
		b.settle(asked)
	}
	return sync.OnceFunc(func() { b.unhear(subject) }), nil
}

// listen is the outbox's.
func (b *Bus) listen(h *heard, subject string, fn nats.MsgHandler) {
	var err error
	if h.sub, err = b.conn.Subscribe(prefix+subject, fn); err == nil {
		err = h.sub.SetPendingLimits(-1, -1)
	}
	if err != nil && !errors.Is(err, nats.ErrConnectionClosed) {
		b.log.Error("listening to the other servers", "subject", subject, "err", err)
	}
}

// settle returns when something is done and the servers know of it, or when
// that takes too long.
func (b *Bus) settle(done <-chan struct{}) {
	if !b.isUp() {
		return
	}
	settled := make(chan struct{})
	go func() {
		defer close(settled)
		<-done
		_ = b.conn.FlushTimeout(settleTime)
	}()
	timer := time.NewTimer(settleTime)
	defer timer.Stop()
	select {
	case <-settled:
	case <-timer.C:
	}
}

func (b *Bus) unhear(subject string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	h := b.heard[subject]
	if h.users--; h.users == 0 {
		delete(b.heard, subject)
		_ = b.out.put(0, func() {
			if h.sub != nil {
				_ = h.sub.Drain() // so that questions on their way are told that nobody answers
			}
		}) // a bus that is closed hears nothing
	}
}

// Ask asks this node, and the others when nobody answers here. A question that
// cannot be heard at once is not kept for later: nobody waits for it then.
func (b *Bus) Ask(ctx context.Context, subject string, data []byte) ([]byte, error) {
	answer, err := b.local.Ask(ctx, subject, data)
	if !errors.Is(err, bus.ErrNobody) {
		return answer, err
	}
	m, err := b.request(ctx, subject, data)
	switch {
	case err == nil && m.Header.Get(nobody) == "":
		return b.open(m)
	case err == nil:
		return nil, bus.ErrNobody
	case errors.Is(err, bus.ErrNobody), errors.Is(err, nats.ErrNoResponders), errors.Is(err, nats.ErrConnectionClosed):
		return nil, bus.ErrNobody
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return nil, fmt.Errorf("asking another server: %w", err)
}

// request asks the other nodes, and waits for the answer for as long as ctx
// lasts and NATS answers.
func (b *Bus) request(ctx context.Context, subject string, data []byte) (*nats.Msg, error) {
	lost, up, gone := b.link.state()
	if gone {
		return nil, bus.ErrNobody
	}
	longest := patience
	if !up {
		longest = lateTime // after which nobody is to hear it any more
	}
	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	type outcome struct {
		m   *nats.Msg
		err error
	}
	got := make(chan outcome, 1)
	question := b.question(ctx, subject, data)
	go func() {
		m, err := b.conn.RequestWithContext(ctx, prefix+asked+subject, question)
		got <- outcome{m, err}
	}()
	var late <-chan time.Time
	for {
		select {
		case o := <-got:
			return o.m, o.err
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-lost:
			timer := time.NewTimer(lateTime)
			defer timer.Stop()
			lost, late = nil, timer.C
		case <-late:
			return nil, errUnheard
		}
	}
}

// errUnheard says that the answer did not come while NATS was heard.
var errUnheard = errors.New("NATS does not answer")

// Answer answers this node and the others.
func (b *Bus) Answer(subject string, fn func(ctx context.Context, data []byte) []byte) (cancel func(), err error) {
	here, err := b.local.Answer(subject, fn)
	if err != nil {
		return nil, err
	}
	since := time.Now()
	there, err := b.hear(asked+subject, func(m *nats.Msg) { go b.answer(subject, m, since) })
	if err != nil {
		here()
		return nil, err
	}
	return sync.OnceFunc(func() { there(); here() }), nil
}

// nobody is the header of an answer by a node where nobody answers any more,
// which the servers had not heard of, or nobody waits for one.
const nobody = "Offhook-Nobody"

// answer answers another node, here since then.
func (b *Bus) answer(subject string, m *nats.Msg, since time.Time) {
	reply := nats.NewMsg(m.Reply)
	data, until, err := b.heed(m, since)
	if err == nil {
		ctx, cancel := context.WithDeadline(context.Background(), until)
		defer cancel()
		if data, err = b.local.Ask(ctx, subject, data); err == nil {
			reply.Data = b.sealer.Seal(data, row(m.Reply))
		}
	}
	if err != nil {
		reply.Header.Set(nobody, "1")
	}
	if err := m.RespondMsg(reply); err != nil && !errors.Is(err, nats.ErrConnectionClosed) {
		b.log.Warn("another server was not answered", "subject", subject, "err", err)
	}
}

// Secure reports whether all servers are reached by TLS.
func (c Config) Secure() bool {
	for _, s := range c.Servers {
		if !strings.HasPrefix(s, "tls://") && c.CA == "" {
			return false
		}
	}
	return true
}

// Close sends what waits to be sent, for a short time, and ends the connection.
// Subscriptions end with their cancel, before or after.
func (b *Bus) Close() {
	b.out.close()
	b.settle(b.out.done)
	b.unwatch()
	b.conn.Close()
	b.watching.Wait()
	<-b.out.done
}

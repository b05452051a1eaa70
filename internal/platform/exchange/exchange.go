// Package exchange is the telephone exchange of the platform: the registrar
// of phones that speak SIP over WebSocket, and the calls between them
// (contract section 8). Each side of a call is a dialog of its own, and its
// sound ends here (a back-to-back user agent), so that holding, transferring
// and recording change nothing for the other side.
//
// What is told of calls is the package session's, what is heard of the
// exchange itself is sound's.
//
// A peer is one connection of a phone; a binding, a phone registered on it; a
// call, everybody who talks to each other; a line, one phone's dialog in a
// call. A call's state belongs to one goroutine, which others send functions
// to; nothing there waits for the network, the store or media.
package exchange

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"offhook/internal/media"
	"offhook/internal/platform/exchange/session"
	"offhook/internal/platform/exchange/sound"
	"offhook/internal/platform/exchange/trunk"
	"offhook/internal/sip"
	"offhook/internal/store"
)

// Path is where phones connect that ask for a path; others connect to "/".
const Path = "/sip"

// A Sealer closes and opens what only this server may read, for one row of the store.
type Sealer interface {
	Seal(plain []byte, row string) []byte
	Open(sealed []byte, row string) ([]byte, error)
}

// Mailboxes finds the voicemail of people.
type Mailboxes interface {
	Mailbox(e store.Extension) sound.Mailbox
}

// An Exchange serves phones from Start to Close.
type Exchange struct {
	Store  store.Platform
	Book   *session.Book // started before the exchange, closed after it
	Engine *media.Engine
	Sealer Sealer // of the passwords of phones
	Domain string // that phones register at and prove themselves to
	// Number reads a public number as people in the account's country dial
	// it; false for what is none.
	Number func(dialled string) (e164 string, ok bool)
	// Emergency knows the numbers of the emergency services; nil knows none.
	Emergency Alarm
	// Trunk is the line to the telephone network; nil has numbers outside be
	// none. It is started after the exchange, and closed after it.
	Trunk *trunk.Trunk
	// Mailboxes are where the service *86 finds messages; nil offers none.
	Mailboxes Mailboxes
	// Zone is where an extension, or with zero its company, is: whose clocks
	// its business hours go by. Nil has everybody in UTC.
	Zone func(ctx context.Context, accountID, extensionID int64) (*time.Location, error)
	Now  func() time.Time
	Log  *slog.Logger
	// RingTime is how long phones ring before the voicemail answers; zero is
	// 25 seconds.
	RingTime time.Duration
	// Grace is how long a call waits for a phone that lost its connection;
	// zero is 20 seconds.
	Grace time.Duration
	// Goodbye is how long a phone whose sound has ended has to hang up; zero is
	// five seconds.
	Goodbye time.Duration
	// ParkTime is how long a call stays parked before it rings at who parked
	// it; zero is three minutes.
	ParkTime time.Duration
	// LongestCall is how long a call may last, which ends with a warning a
	// minute before; zero is a day.
	LongestCall time.Duration
	// LongestRecording is how long a recording may be, with its pauses; zero is
	// an hour.
	LongestRecording time.Duration
	// MaxCalls is how many calls one phone may have at a time, each of which
	// takes a port; zero is 50.
	MaxCalls int
	// CallsPerMinute is how often an extension may reach somebody within a
	// minute; zero is 60.
	CallsPerMinute int
	// Review is how often the store is asked whether whoever is here may still
	// be; zero is two seconds.
	Review time.Duration
	Limits Limits // of connections

	auth *sip.Challenger
	ctx  context.Context // of everything that runs
	stop context.CancelFunc
	wg   sync.WaitGroup
	byes sync.WaitGroup // of dialogs that are being ended

	closing atomic.Bool // no more calls

	keeping context.Context // of storing what was said, which goes on while the rest ends
	abandon context.CancelFunc
	unkept  atomic.Int64 // bytes that wait for the store

	mu          sync.Mutex
	guests      guests                // guarded by mu
	peers       map[*peer]bool        // guarded by mu
	bindings    map[int64][]*binding  // guarded by mu; by extension, oldest first
	lines       map[string]*line      // guarded by mu; by lineKey
	forks       map[string]*fork      // guarded by mu; by lineKey
	calls       map[string]*call      // guarded by mu; by session id
	parked      map[place]*call       // guarded by mu
	conferences map[string]*call      // guarded by mu; by token
	turns       map[int64]int         // guarded by mu; calls that went to the members of a queue in turns, by queue
	taking      map[int64]int         // guarded by mu; calls whose sound is being negotiated, by the device that places them
	reached     map[int64][]time.Time // guarded by mu; when, in the last minute, by extension
}

// Start makes the exchange ready.
func (x *Exchange) Start() {
	x.ctx, x.stop = context.WithCancel(context.Background())
	x.keeping, x.abandon = context.WithCancel(context.Background())
	x.auth = sip.NewChallenger(x.Domain, x.Now)
	x.peers, x.bindings, x.lines = map[*peer]bool{}, map[int64][]*binding{}, map[string]*line{}
	x.forks, x.calls, x.parked = map[string]*fork{}, map[string]*call{}, map[place]*call{}
	x.conferences, x.taking, x.turns = map[string]*call{}, map[int64]int{}, map[int64]int{}
	x.reached, x.guests.strangers = map[int64][]time.Time{}, map[string]int{}
	x.Limits.fill()
	if x.CallsPerMinute == 0 {
		x.CallsPerMinute = 60
	}
	if x.RingTime == 0 {
		x.RingTime = 25 * time.Second
	}
	if x.Grace == 0 {
		x.Grace = 20 * time.Second
	}
	if x.Goodbye == 0 {
		x.Goodbye = 5 * time.Second
	}
	if x.LongestCall == 0 {
		x.LongestCall = 24 * time.Hour
	}
	if x.LongestRecording == 0 {
		x.LongestRecording = time.Hour
	}
	if x.MaxCalls == 0 {
		x.MaxCalls = 50
	}
	if x.ParkTime == 0 {
		x.ParkTime = 3 * time.Minute
	}
	if x.Review == 0 {
		x.Review = reviewEvery
	}
	x.spawn(x.review)
}

// Close ends the calls, tells the phones and closes their connections.
func (x *Exchange) Close() {
	x.closing.Store(true)
	all := x.running()
	for _, c := range all {
		c.post(func() { c.finish(droppedByUs) })
	}
	for _, c := range all {
		<-c.done
	}
	x.partings()
	x.mu.Lock()
	for p := range x.peers {
		p.flow.Close()
	}
	x.mu.Unlock()
	x.stop()
	defer time.AfterFunc(lastTime, x.abandon).Stop()
	x.wg.Wait()
}

// partings waits until phones have been told that their calls are over, but
// not for phones that do not answer.
func (x *Exchange) partings() {
	told := make(chan struct{})
	go func() { x.byes.Wait(); close(told) }()
	select {
	case <-told:
	case <-time.After(partingTime):
	}
}

// partingTime is how long Close waits for phones.
const partingTime = 2 * time.Second

// Mount serves phones at Path.
func (x *Exchange) Mount(mux *http.ServeMux) { mux.Handle("GET "+Path, x) }

// AtRoot serves phones that connect to "/" too, as web phones do that are
// told a host and a port, and leaves everything else to next.
func (x *Exchange) AtRoot(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/" && sip.IsUpgrade(r) {
			x.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// ServeHTTP speaks with one phone.
func (x *Exchange) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p := newPeer(x, from(r))
	if !x.admit(p) {
		w.Header().Set("Retry-After", "60")
		http.Error(w, "Too many phones are connecting. Try again in a minute.", http.StatusServiceUnavailable)
		return
	}
	defer x.dismiss(p)
	sip.Serve(w, r, p, sip.ServeOptions{Log: x.Log, Accepted: p.accepted})
	p.gone()
}

// spawn runs what may wait.
func (x *Exchange) spawn(f func(ctx context.Context)) {
	x.wg.Go(func() { f(x.ctx) })
}

func (x *Exchange) running() []*call {
	x.mu.Lock()
	defer x.mu.Unlock()
	var all []*call
	for _, c := range x.calls {
		all = append(all, c)
	}
	return all
}

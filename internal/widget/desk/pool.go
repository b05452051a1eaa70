// Package desk keeps what is known of one signed-in user, live: who they
// are, their conversations and texts, what they have written and not yet
// sent. A desk is a cache of the platform with a budget: it hears of changes
// by events, closes gaps by sync tokens, and never sends more requests than
// the platform allows. What it knows is kept sealed, so a restart costs an
// incremental sync. Every tab of the user is a view of the one desk.
package desk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"time"

	"offhook/internal/bus"
	"offhook/internal/rc"
	"offhook/internal/store"
	"offhook/internal/widget/seal"
)

// A Street is a desk's way to the platform of a grant.
type Street interface {
	// Do sends req with the grant's token. req.URL may be relative to the
	// platform's origin. When the platform has ended the grant the error is
	// an Unauthenticated *rc.Error.
	Do(ctx context.Context, grantID string, req *http.Request) (*http.Response, error)
	// Gateway returns the client that may open a WebSocket at u, or an error
	// when the platform's record does not list its host.
	Gateway(ctx context.Context, grantID string, u *url.URL) (*http.Client, error)
}

// Subjects of the bus.
const (
	grantEnded   = "widget.grant.ended"
	draftChanged = "widget.desk.draft"

	preferencesChanged = "widget.desk.preferences"
)

// A Pool holds the open desks, one for each grant. Its fields are set before
// first use and not changed after.
type Pool struct {
	Store  store.Widget
	Bus    bus.Bus
	Ring   *seal.Ring
	Street Street
	Log    *slog.Logger
	Now    func() time.Time // nil means time.Now
	// Node names this process among those that share the database; a process
	// that takes the place of another has its name. Empty is right while there
	// is only one.
	Node string
	// Linger is how long a desk stays open that nobody watches or asks; zero
	// means five minutes.
	Linger time.Duration
	// FaxSettle is how long a platform may go on with a fax whose answer was
	// lost; zero means 100 seconds.
	FaxSettle time.Duration

	contents contents // the attachments that were read last

	start   sync.Once
	err     error // of start
	sounds  sounds
	ids     store.IDs
	ctx     context.Context
	cancel  context.CancelFunc
	unbus   []func()
	wg      sync.WaitGroup
	mu      sync.Mutex
	desks   map[string]*slot // guarded by mu
	budgets map[user]*budget // guarded by mu
	closed  bool             // guarded by mu
	process string           // tells our own announcements from those of other processes
}

// A user is whose requests the platform counts together: one person in one
// app, whichever grant they come by.
type user struct{ platform, clientID, ownerID string }

// A slot is a desk that is open or being opened.
type slot struct {
	ready chan struct{} // closed when desk or err is set
	desk  *Desk
	err   error
}

// Start opens the desks whose texts were written down and not sent before
// the last stop, so that they go out even when nobody opens the phone again.
func (p *Pool) Start() error { return p.begin() }

// Desk returns the desk of a grant and opens it at first use: what was kept
// is readable at once, the rest follows. It is an Unauthenticated *rc.Error
// when there is no such grant.
func (p *Pool) Desk(ctx context.Context, grantID string) (*Desk, error) {
	if err := p.begin(); err != nil {
		return nil, err
	}
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return nil, rc.Errorf(rc.Unavailable, "The phone is restarting. Try again in a moment.")
	}
	s, ok := p.desks[grantID]
	if !ok {
		s = &slot{ready: make(chan struct{})}
		p.desks[grantID] = s
	}
	p.mu.Unlock()
	if !ok {
		p.open(grantID, s)
	}
	select {
	case <-s.ready:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if s.err != nil {
		return nil, s.err
	}
	if s.desk.ended() {
		p.forget(grantID, s)
		s.desk.close()
		return nil, signedOut()
	}
	s.desk.touch()
	if s.desk.Status().State == Offline {
		s.desk.poke() // somebody looks: no better moment to try again
	}
	return s.desk, nil
}

func signedOut() error {
	return rc.Errorf(rc.Unauthenticated, "You are signed out. Sign in to go on.")
}

// Close closes every desk: what they know is written down and their
// connections end. The store must still be open.
func (p *Pool) Close() {
	if p.begin() != nil {
		return
	}
	p.mu.Lock()
	p.closed = true
	open := p.desks
	p.desks = map[string]*slot{}
	p.mu.Unlock()
	for _, cancel := range p.unbus {
		cancel()
	}
	p.cancel()
	for _, s := range open {
		<-s.ready
		if s.desk != nil {
			s.desk.close()
		}
	}
	p.wg.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, b := range p.budgets {
		b.stop()
	}
}

func (p *Pool) begin() error {
	p.start.Do(func() {
		if p.Now == nil {
			p.Now = time.Now
		}
		if p.Linger == 0 {
			p.Linger = 5 * time.Minute
		}
		p.ids.Now = p.Now
		p.process = newEpoch()
		p.desks = make(map[string]*slot)
		p.budgets = make(map[user]*budget)
		p.ctx, p.cancel = context.WithCancel(context.Background())
		for subject, fn := range map[string]func([]byte){grantEnded: p.grantEnded, draftChanged: p.draftChanged, preferencesChanged: p.preferencesChanged} {
			cancel, err := p.Bus.Subscribe(subject, fn)
			if err != nil {
				p.err = fmt.Errorf("listening for %s: %w", subject, err)
				return
			}
			p.unbus = append(p.unbus, cancel)
		}
		p.wg.Go(p.tidy)
	})
	return p.err
}

func (p *Pool) open(grantID string, s *slot) {
	// Whoever asked first may go away while others wait for the same desk.
	d, err := openDesk(p.ctx, p, grantID)
	s.desk, s.err = d, err
	if err != nil {
		p.forget(grantID, s)
	}
	close(s.ready)
}

// budget returns what the user of a grant may ask for. It outlives desk and
// grant: whoever signs out and in again has spent what was spent.
func (p *Pool) budget(gr store.Grant) *budget {
	p.mu.Lock()
	defer p.mu.Unlock()
	u := user{gr.Platform, gr.ClientID, gr.OwnerID}
	b := p.budgets[u]
	if b == nil {
		for other, old := range p.budgets {
			if old.unspent() {
				delete(p.budgets, other)
			}
		}
		b = newBudget(p.Now, p.Log)
		p.budgets[u] = b
	}
	return b
}

func (p *Pool) forget(grantID string, s *slot) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.desks[grantID] == s {
		delete(p.desks, grantID)
	}
}

// present returns the open desk of a grant, or nil.
func (p *Pool) present(grantID string) (*Desk, *slot) {
	p.mu.Lock()
	s := p.desks[grantID]
	p.mu.Unlock()
	if s == nil {
		return nil, nil
	}
	<-s.ready
	return s.desk, s
}

// grantEnded closes the desk of a grant that is over.
func (p *Pool) grantEnded(data []byte) {
	var e struct {
		GrantID string `json:"grantId"`
		Reason  string `json:"reason"`
	}
	if err := json.Unmarshal(data, &e); err != nil {
		p.Log.Error("reading the end of a grant", "err", err)
		return
	}
	if d, s := p.present(e.GrantID); d != nil {
		p.forget(e.GrantID, s)
		d.end(e.Reason)
		d.close()
	}
}

// A draftNote tells the other processes that a draft has changed.
type draftNote struct {
	GrantID string `json:"grantId"`
	Key     string `json:"key"`
	Process string `json:"process"`
}

func (p *Pool) draftChanged(data []byte) {
	var n draftNote
	if err := json.Unmarshal(data, &n); err != nil {
		p.Log.Error("reading the change of a draft", "err", err)
		return
	}
	if n.Process == p.process {
		return
	}
	if d, _ := p.present(n.GrantID); d != nil {
		if err := d.reloadDraft(p.ctx, n.Key); err != nil && !errors.Is(err, context.Canceled) {
			p.Log.Error("reading a draft", "err", err)
		}
	}
}

// resume opens the desks that have texts to send: those of the last run, and
// those of another server that has gone away.
func (p *Pool) resume() {
	ids, err := p.Store.GrantsWithMail(p.ctx)
	for _, id := range ids {
		if err == nil {
			_, err = p.Desk(p.ctx, id)
		}
	}
	if err != nil && p.ctx.Err() == nil {
		p.Log.Error("opening desks that have texts to send", "err", err)
	}
}

// tidy closes desks that nobody uses.
func (p *Pool) tidy() {
	tick := time.NewTicker(p.Linger / 5)
	defer tick.Stop()
	for {
		p.resume()
		select {
		case <-p.ctx.Done():
			return
		case <-tick.C:
		}
		p.mu.Lock()
		var idle []*Desk
		for id, s := range p.desks {
			select {
			case <-s.ready:
				if s.desk != nil && s.desk.idle() {
					idle = append(idle, s.desk)
					delete(p.desks, id)
				}
			default:
			}
		}
		p.mu.Unlock()
		for _, d := range idle {
			d.close()
		}
	}
}

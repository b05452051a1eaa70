// Package softphone is the telephone of the widget: for each signed-in user
// one SIP user agent, registered with the platform, whose calls live here and
// not in a browser. Tabs lend it a microphone and a loudspeaker, and may come
// and go while a call lasts.
//
// A [Phone] is an actor: whatever happens to it, a command of a tab, a message
// of the platform or a timer, is a step in its mailbox, and steps run one
// after the other. Long work runs beside it and posts its result as a step.
// What a phone tells is a [call.Snapshot], a value that is replaced and never
// changed.
package softphone

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"time"

	"offhook/internal/bus"
	"offhook/internal/listen"
	"offhook/internal/media"
	"offhook/internal/rc"
	"offhook/internal/widget/visit"
)

// Desks finds the desk of a grant, or an Unauthenticated *rc.Error.
type Desks interface {
	Desk(ctx context.Context, grantID string) (Desk, error)
}

// A Desk is what a phone needs of its user's desk. Whoever listens to its
// telephony keeps it open.
type Desk interface {
	// Provision asks the platform how to register. The error is an *rc.Error
	// with a sentence: Denied when asking again is of no use.
	Provision(ctx context.Context, request rc.SIPProvisionRequest) (rc.SIPProvision, error)
	// Session asks the platform for a telephony session. It is a NotFound
	// *rc.Error when there is none.
	Session(ctx context.Context, id string) (rc.TelephonySession, error)
	// ActiveCalls asks the platform which calls the user has, parked ones
	// among them.
	ActiveCalls(ctx context.Context) ([]rc.ActiveCall, error)
	// Telephony has told called with each event of the user's telephony
	// sessions, and followed with whether the platform tells them: once at
	// the beginning and whenever that changes. Both must return at once.
	Telephony(told func(rc.TelephonyEvent), followed func(bool)) (stop func())
	// Known notes that the user knows of a call, by its telephony session,
	// although they did not answer it: they have declined it, or sent it
	// elsewhere. It returns at once.
	Known(session string, declined bool)
	// Dialable reads what a person typed, by the user's region. The error is
	// an *rc.Error with a sentence.
	Dialable(typed string) (number string, err error)
	Conferences
	Supervising
	RingOuts
	// ForwardingNumbers asks the platform for the user's own numbers at which
	// calls can ring, or go on.
	ForwardingNumbers(ctx context.Context) ([]rc.ForwardingNumber, error)
	// Emergency reports whether what was typed calls the emergency services,
	// and its digits; test where it only tries them.
	Emergency(typed string) (number string, test, ok bool)
	// EmergencyAddress is where help is sent to when a device calls them; nil
	// where nothing is registered. The error is an *rc.Error with a sentence.
	EmergencyAddress(ctx context.Context, deviceID string) (*rc.EmergencyAddress, error)
	// RegisterEmergencyAddress has help sent there from now on.
	RegisterEmergencyAddress(ctx context.Context, deviceID string, a rc.EmergencyAddress) (*rc.EmergencyAddress, error)
	// HelpCountries are where such an address may be, as ISO codes.
	HelpCountries() (home string, all []string)
	// MayShow reports whether a number is the user's own to be shown to
	// those they call.
	MayShow(number string) bool
	Absences
}

// A Street says how a platform may be dialled.
type Street interface {
	// Gateway returns the client that may open a WebSocket at u, or an error
	// when the record of the grant's platform does not list its host.
	Gateway(ctx context.Context, grantID string, u *url.URL) (*http.Client, error)
}

// grantEnded is the subject that tells of the end of grants.
const grantEnded = "widget.grant.ended"

// A Pool holds the phones, one for each grant that has been used. Its fields
// are set before first use and not changed after.
type Pool struct {
	Visits *visit.Face
	Desks  Desks
	Street Street
	Guards Guards // nil where no page is asked before somebody is called
	Audit  Audit
	Engine *media.Engine
	Relays *Relays // nil for none
	Bus    bus.Bus
	Log    *slog.Logger
	Now    func() time.Time // nil means time.Now
	Waits  Waits
	// Cluster is the nodes that this one is of; nil where it is by itself.
	Cluster *Cluster

	start     sync.Once
	err       error // of start
	ctx       context.Context
	cancel    context.CancelFunc
	unbus     func()
	part      func()          // ends being one of the cluster
	following sync.WaitGroup  // of phones at other nodes
	parcels   parcels         // from other nodes
	shown     listen.Throttle // of tabs that show what rings, by session
	mu        sync.Mutex
	phones    map[string]*Phone // guarded by mu; none in a cluster
	seats     map[string]*seat  // guarded by mu; those of a cluster
	closed    bool              // guarded by mu
}

// Waits are how long phones wait for things. Zero means what is said of each.
type Waits struct {
	Linger  time.Duration // a line nobody uses stays registered: one minute
	Shown   time.Duration // a page has to say that it shows a ringing call: 2 s
	Unseen  time.Duration // a call that no page shows is given up: 12 s
	Gap     time.Duration // without a microphone the far side hears silence, then a tone: 2 s
	Grace   time.Duration // a call without a microphone is ended: 30 s
	Leave   time.Duration // the sound of a page that goes is still heard: 150 ms
	Spare   time.Duration // a microphone without calls is given back: 30 s
	Past    time.Duration // a call that is over is still told: 8 s
	Answer  time.Duration // the platform has to answer a request within a call: 10 s
	Ring    time.Duration // the platform does not accept a call of ours: 3 minutes
	Again   time.Duration // from one question after a call that nobody has answered to the next: 3 minutes
	Unsure  time.Duration // nobody says whether a call was answered: 20 s
	Gather  time.Duration // the platform is asked who is in a conference: 5 s
	Measure time.Duration // from one look at the quality of calls to the next: 3 s
	Hushed  time.Duration // nothing of a side that sends all the time, silence too, until that is said: 6 s
	Chatter time.Duration // a far side has to fall silent before a message is left: 90 s
	Retry   time.Duration // the first wait before a broken line is mended: 1 s
}

func (w *Waits) fill() {
	w.Linger = cmp.Or(w.Linger, time.Minute)
	w.Shown = cmp.Or(w.Shown, 2*time.Second)
	w.Unseen = cmp.Or(w.Unseen, 12*time.Second)
	w.Gap = cmp.Or(w.Gap, 2*time.Second)
	w.Grace = cmp.Or(w.Grace, 30*time.Second)
	w.Leave = cmp.Or(w.Leave, 150*time.Millisecond)
	w.Spare = cmp.Or(w.Spare, 30*time.Second)
	w.Past = cmp.Or(w.Past, 8*time.Second)
	w.Answer = cmp.Or(w.Answer, 10*time.Second)
	w.Ring = cmp.Or(w.Ring, 3*time.Minute)
	w.Again = cmp.Or(w.Again, 3*time.Minute)
	w.Unsure = cmp.Or(w.Unsure, 20*time.Second)
	w.Gather = cmp.Or(w.Gather, 5*time.Second)
	w.Measure = cmp.Or(w.Measure, 3*time.Second)
	w.Hushed = cmp.Or(w.Hushed, 6*time.Second)
	w.Chatter = cmp.Or(w.Chatter, 90*time.Second)
	w.Retry = cmp.Or(w.Retry, time.Second)
}

func (p *Pool) begin() error {
	p.start.Do(func() {
		if p.Now == nil {
			p.Now = time.Now
		}
		p.Waits.fill()
		p.phones = make(map[string]*Phone)
		p.ctx, p.cancel = context.WithCancel(context.Background())
		p.unbus, p.err = p.Bus.Subscribe(grantEnded, p.grantEnded)
		if p.err != nil {
			p.err = fmt.Errorf("listening for %s: %w", grantEnded, p.err)
		}
		if p.part = func() {}; p.err == nil && p.Cluster != nil {
			p.part, p.err = p.join()
		}
	})
	return p.err
}

// Phone returns the phone of a grant, which it makes at first use. It is an
// Unauthenticated *rc.Error when there is no such grant.
func (p *Pool) Phone(ctx context.Context, grantID string) (*Phone, error) {
	if err := p.begin(); err != nil {
		return nil, err
	}
	if ph, err := p.present(grantID); ph != nil || err != nil {
		return ph, err
	}
	if _, err := p.Desks.Desk(ctx, grantID); err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	ph := p.phones[grantID]
	if ph == nil && !p.closed {
		ph = newPhone(p, grantID, nil, nil)
		p.phones[grantID] = ph
	}
	if ph == nil {
		return nil, restarting()
	}
	return ph, nil
}

// present is the phone of a grant that has been used before, or nil.
func (p *Pool) present(grantID string) (*Phone, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, restarting()
	}
	ph := p.phones[grantID]
	if ph != nil {
		ph.use()
	}
	return ph, nil
}

func restarting() error {
	return rc.Errorf(rc.Unavailable, "The phone is restarting. Try again in a moment.")
}

// grantEnded ends the phone of a grant that is over.
func (p *Pool) grantEnded(data []byte) {
	var e struct {
		GrantID string `json:"grantId"`
	}
	if err := json.Unmarshal(data, &e); err != nil {
		p.Log.Error("reading the end of a grant", "err", err)
		return
	}
	p.mu.Lock()
	ph, s := p.phones[e.GrantID], p.seats[e.GrantID]
	delete(p.phones, e.GrantID)
	delete(p.seats, e.GrantID)
	p.mu.Unlock()
	if ph != nil {
		ph.close(signedOut)
	}
	if s != nil {
		s.close(signedOut)
	}
}

// Close ends every call with a sentence, and every phone. Watchers see the
// end before it returns.
func (p *Pool) Close() {
	if p.begin() != nil {
		return
	}
	p.mu.Lock()
	p.closed = true
	phones, seats := p.phones, p.seats
	p.phones, p.seats = map[string]*Phone{}, map[string]*seat{}
	p.mu.Unlock()
	p.unbus()
	var wg sync.WaitGroup
	for _, s := range seats {
		wg.Go(func() { s.close(restarted) })
	}
	for _, ph := range phones {
		wg.Go(func() { ph.close(restarted) })
	}
	wg.Wait()
	p.part()
	p.cancel()
	p.following.Wait()
}

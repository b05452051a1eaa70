package desk

import (
	"context"
	crand "crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"offhook/internal/rc"
	"offhook/internal/store"
	"offhook/internal/widget/lang"
)

// Sentences of a status.
var (
	gettingReady = lang.Mark("Getting your phone ready…")
	notReachable = lang.Mark("The phone service does not answer. What you see may be old; texts are kept and go out when it is back.")
	notAllowed   = lang.Mark("The phone service does not let this app read your account. Ask your administrator to allow it, then sign in again.")
)

// A Desk is the live state of one grant's user. Its methods may be called
// from any goroutine; what they return is a copy, and only those that say so
// wait for the platform. A desk that was closed for being idle still answers what it knew.
type Desk struct {
	grantID string
	pool    *Pool
	log     *slog.Logger
	budget  *budget
	feed    *feed
	ctx     context.Context
	cancel  context.CancelFunc
	wg      sync.WaitGroup
	done    chan struct{} // closed by close
	once    sync.Once     // of close

	// Each wakes one loop; all have room for one wake.
	keep, wantSync, wantIdentity, wantDirectory, post, readMarks, sweep chan struct{}
	wantPresence, wantColleagues, wantContacts, wantCalls, urgeCalls    chan struct{}
	wantMail, wantFax                                                   chan struct{}

	syncing chan struct{} // holds one token while no sync runs

	telephony  telephony  // has a lock of its own
	overseeing overseeing // guarded by mu; its channel is not
	portraits  portraits

	owner    user       // whose desk it is
	drafting sync.Mutex // held while a draft changes in the store and here; taken before mu
	choosing sync.Mutex // held while preferences change in the store and here; taken before mu

	mu          sync.Mutex
	ledger      *ledger            // guarded by mu
	identity    *identity          // guarded by mu; nil until known
	me          Me                 // guarded by mu; made from identity and the directory
	lives       string             // guarded by mu; the country that help is sent to, as far as is known
	directoryAt time.Time          // guarded by mu; when the directory was read
	token       string             // guarded by mu; where the next sync goes on
	syncGen     int                // guarded by mu; counts syncs that were started
	changed     map[rowKey]bool    // guarded by mu
	status      Status             // guarded by mu
	connected   bool               // guarded by mu; the gateway's socket is up
	restDown    bool               // guarded by mu; the last request got no answer
	refused     bool               // guarded by mu; identity was refused
	over        bool               // guarded by mu; the grant has ended
	used        time.Time          // guarded by mu
	poked       chan struct{}      // guarded by mu; closed when a user acts, and replaced
	lastPoke    time.Time          // guarded by mu
	lastUnread  int                // guarded by mu; as watchers know it
	book        bookRow            // guarded by mu; how far the user's contacts are read
	templates   templates          // guarded by mu
	preferences Preferences        // guarded by mu
	calls       callBook           // guarded by mu
	mail        mailbox            // guarded by mu
	sessions    []TelephonySession // guarded by mu; the one told last at the end
	curious     map[string]bool    // guarded by mu; extensions whose presence is to be asked for

	filters       filterRow        // guarded by mu
	older         older            // guarded by mu
	looked        bool             // guarded by mu; somebody has asked for the contacts
	walking       bool             // guarded by mu; a sync of the contacts is under way
	removed       []removedContact // guarded by mu; the contacts deleted last, to be brought back
	favorites     favoriteRow      // guarded by mu
	starring      sync.Mutex       // held while the list of favorites is changed at the platform
	wantFavorites chan struct{}    // as those above

	faxes  map[string]*faxItem // guarded by mu; of the outbox
	covers []rc.FaxCoverPage   // guarded by mu; nil until somebody asked
}

func newEpoch() string { return crand.Text()[:10] }

// openDesk opens the desk of a grant and starts its loops.
func openDesk(ctx context.Context, p *Pool, grantID string) (*Desk, error) {
	gr, err := p.Store.Grant(ctx, grantID)
	if errors.Is(err, store.ErrNotFound) {
		return nil, signedOut()
	} else if err != nil {
		return nil, fmt.Errorf("reading the grant of a desk: %w", err)
	}
	d := &Desk{
		grantID: grantID, pool: p, log: p.Log.With("grant", grantID), feed: newFeed(), done: make(chan struct{}),
		keep: make(chan struct{}, 1), wantSync: make(chan struct{}, 1), wantIdentity: make(chan struct{}, 1),
		wantPresence: make(chan struct{}, 1), wantColleagues: make(chan struct{}, 1), wantContacts: make(chan struct{}, 1), curious: make(map[string]bool),
		wantCalls: make(chan struct{}, 1), urgeCalls: make(chan struct{}, 1), calls: callBook{byID: make(map[string]*rc.CallRecord)},
		wantMail: make(chan struct{}, 1), mail: mailbox{byID: make(map[int64]*mail)}, wantFax: make(chan struct{}, 1), faxes: make(map[string]*faxItem),
		wantDirectory: make(chan struct{}, 1), post: make(chan struct{}, 1), readMarks: make(chan struct{}, 1), sweep: make(chan struct{}, 1),
		wantFavorites: make(chan struct{}, 1), syncing: make(chan struct{}, 1), ledger: newLedger(grantID, newPeople("", nil)),
		overseeing: overseeing{want: make(chan struct{}, 1)},
		changed:    make(map[rowKey]bool), used: p.Now(), poked: make(chan struct{}), portraits: portraits{asking: make(chan struct{}, portraitsAtOnce)},
	}
	d.owner = user{gr.Platform, gr.ClientID, gr.OwnerID}
	d.budget = p.budget(gr)
	d.ctx, d.cancel = context.WithCancel(ctx)
	d.syncing <- struct{}{}
	d.status = Status{State: Loading, Since: p.Now(), Sentence: gettingReady}
	err = d.loadPreferences(ctx) // first: messages are filed by the country
	if err == nil {
		err = d.load(ctx)
	}
	if err != nil {
		d.cancel()
		return nil, err
	}
	d.mu.Lock()
	d.review()
	d.lastUnread = d.ledger.news()
	d.mu.Unlock()
	for _, loop := range []func(){d.keeper, d.identifier, d.librarian, d.syncer, d.gateway, d.courier, d.reader, d.sweeper, d.watcher, d.rollCall, d.bookkeeper, d.fan, d.caller, d.postman, d.faxer, d.overseer} {
		d.wg.Go(loop)
	}
	return d, nil
}

// close ends the loops and writes down what is not yet written.
func (d *Desk) close() {
	d.once.Do(func() {
		d.cancel()
		d.wg.Wait()
		d.pool.contents.forget(d.grantID)
		d.pool.sounds.forget(d.grantID)
		ctx, cancel := context.WithTimeout(context.WithoutCancel(d.ctx), 5*time.Second)
		defer cancel()
		d.mu.Lock()
		over := d.over
		d.mu.Unlock()
		if !over {
			d.write(ctx)
		}
		close(d.done)
	})
}

// end tells watchers that the grant is over, and stops the loops.
func (d *Desk) end(reason string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.over {
		return
	}
	d.over = true
	d.feed.publish(Event{Type: EventEnded, Reason: reason})
	d.cancel()
}

func (d *Desk) ended() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.over
}

// touch notes that somebody uses the desk.
func (d *Desk) touch() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.used = d.pool.Now()
}

// idle reports whether nobody has used the desk for a while and nothing waits
// to be sent.
func (d *Desk) idle() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return !d.feed.watched() && !d.telephony.listened() && d.pool.Now().Sub(d.used) > d.pool.Linger && len(d.changed) == 0 && !d.ledger.pending() && len(d.ledger.removals) == 0 && !d.mail.wishes() && !d.faxing()
}

// Position is that of the newest event: what the desk's methods return after
// a call of Position holds at least everything up to it.
func (d *Desk) Position() Position { return d.feed.position() }

// Watch starts telling what happens after a position, or from now on, with a
// resync first, when that cannot be told any more.
func (d *Desk) Watch(after Position) *Watch {
	d.touch()
	return d.feed.watch(after, d.done)
}

// Status says whether the desk can be used.
func (d *Desk) Status() Status {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.status
}

// reached notes that the platform answers.
func (d *Desk) reached() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.restDown = false
	d.review()
}

// unreached notes that a request got no answer.
func (d *Desk) unreached() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.restDown = true
	d.review()
}

// setConnected notes whether the gateway's socket is up.
func (d *Desk) setConnected(up bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.connected = up
	if up {
		d.restDown = false
	}
	d.review()
}

// review works out the status and tells when it has changed. One way to the
// platform is enough to be online. The caller holds mu.
func (d *Desk) review() {
	s := Status{State: Ready, Synced: d.token != "", Live: d.connected}
	switch {
	case d.restDown && !d.connected:
		s.State, s.Sentence = Offline, notReachable
	case d.identity == nil && d.refused:
		s.State, s.Sentence = Offline, notAllowed
	case d.identity == nil:
		s.State, s.Sentence = Loading, gettingReady
	}
	s.Since = d.status.Since
	if s == d.status {
		return
	}
	if s.State != d.status.State {
		s.Since = d.pool.Now()
	}
	d.status = s
	d.tell(Event{Type: EventStatus})
}

// tell publishes an event. The caller holds mu.
func (d *Desk) tell(e Event) {
	e.Unread = d.ledger.news()
	d.feed.publish(e)
}

// maxTold is how much of a change is told piece by piece; more is a resync.
const maxTold = 300

// commit tells and keeps a change of the ledger. The caller holds mu.
func (d *Desk) commit(c *change) {
	if d.ledger.trim(c) {
		d.older.read, d.older.whole = time.Time{}, false
	}
	for k := range c.rows {
		d.dirty(k)
	}
	if c.names {
		d.tell(Event{Type: EventIdentity})
	}
	records := c.records
	if len(records)+len(c.threads) > maxTold {
		d.tell(Event{Type: EventResync})
		c.threads = nil
		records = records[max(0, len(records)-maxTold/4):]
	}
	for _, r := range records {
		e := Event{Type: EventMessage, Message: r.message, New: r.isNew}
		if m := d.ledger.messages[r.message.ID]; m != nil {
			e.ID = m.thread.id
		}
		d.tell(e)
	}
	for t := range c.threads {
		d.tell(Event{Type: EventConversation, ID: t.id})
		if t.kept && t.local != t.id {
			d.tell(Event{Type: EventConversation, ID: t.local}) // some page may still know it by its first id
		}
	}
	d.failed(c.failed...)
	if n := d.ledger.news(); n != d.lastUnread {
		d.lastUnread = n
		d.tell(Event{Type: EventUnread})
	}
}

package softphone

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"offhook/internal/rc"
	"offhook/internal/widget/call"
	"offhook/internal/widget/lang"
)

// Why all calls of a phone end.
var (
	restarted = lang.Mark("The phone's server was restarted, which ended this call.")
	signedOut = lang.Mark("You were signed out, which ended this call.")
)

// A Phone is the telephone of one grant's user. Its methods may be called
// from any goroutine.
type Phone struct {
	pool    *Pool
	grantID string
	log     *slog.Logger
	box     *mailbox
	ctx     context.Context // of long work
	cancel  context.CancelCauseFunc
	work    sync.WaitGroup
	parting sync.WaitGroup // what is left to tell of calls that are over
	done    chan struct{}  // closed when the last step has run
	snap    atomic.Pointer[call.Snapshot]
	told    func(*call.Snapshot) // is told of each snapshot; nil for nobody
	step    uint64               // from one version to the next
	floor   uint64               // belongs to the actor; versions are higher

	mu       sync.Mutex
	watchers map[chan struct{}]bool // guarded by mu
	used     time.Time              // guarded by mu; when somebody last asked for the phone

	// What follows belongs to the actor.
	line     line
	talks    []*talk // oldest first
	active   *talk   // whose sound the tab has
	sound    sound
	parking  parking
	flips    flips
	ringOut  *ringOut               // nil for none
	entering bool                   // the platform is asked to call this phone into a call
	summons  map[string]func(*talk) // calls that the platform is to call this phone into, by its party
	dials    []time.Time            // of the last minute
	dirty    bool                   // the snapshot is old
	answers  []func()               // to what was asked; given when the snapshot is new
	closing  bool
}

// newPhone makes the phone of a grant: after is how another node had it last,
// and told is told of each snapshot. Both are nil where there is no other node.
func newPhone(p *Pool, grantID string, after *call.Snapshot, told func(*call.Snapshot)) *Phone {
	ph := &Phone{
		pool: p, grantID: grantID, log: p.Log.With("grant", grantID), box: newMailbox(), done: make(chan struct{}),
		watchers: make(map[chan struct{}]bool), used: p.Now(), told: told, step: 1,
	}
	ph.ctx, ph.cancel = context.WithCancelCause(p.ctx)
	ph.line.begin(ph)
	if after != nil {
		ph.succeed(after)
	}
	ph.snap.Store(ph.draw())
	go ph.run()
	ph.use()
	return ph
}

// run takes the steps of the mailbox until the phone is closed.
func (ph *Phone) run() {
	defer close(ph.done)
	defer ph.box.close()
	for range ph.box.wake {
		for _, step := range ph.box.take() {
			ph.take(step)
		}
		if ph.dirty {
			ph.publish()
		}
		for _, answer := range ph.answers {
			answer()
		}
		ph.answers = nil
		if ph.closing {
			return
		}
	}
}

// take runs a step. One that panics is a mistake of ours, which must not take
// the calls of everybody else with it.
func (ph *Phone) take(step func()) {
	defer func() {
		if r := recover(); r != nil {
			ph.log.Error("a step of a phone went wrong", "err", fmt.Sprint(r), "stack", string(debug.Stack()))
		}
	}()
	step()
}

// farewell is how long a phone that is closed waits for the platform.
const farewell = 3 * time.Second

// errTaken is why a phone is closed that another node has by now.
var errTaken = errors.New("another server has the phone")

// close ends every call, saying why, and the phone, and takes it back at the
// platform. Watchers have been told when it returns.
func (ph *Phone) close(why string) { ph.closeFor(why, nil) }

// closeFor is close with a cause; after [errTaken] the platform is told
// nothing, since the phone is registered from elsewhere.
func (ph *Phone) closeFor(why string, cause error) {
	ph.box.post(func() {
		ph.closing = true
		for _, t := range ph.talks {
			if t.live() {
				t.part()
				t.end(t.outcome(), why)
			}
		}
		ph.detached(ph.sound.leg)
		ph.line.resting.stop()
		ph.changed()
	})
	<-ph.done
	told := make(chan struct{})
	go func() {
		ph.parting.Wait()
		close(told)
	}()
	timer := time.NewTimer(farewell)
	defer timer.Stop()
	select {
	case <-told:
	case <-timer.C:
	}
	ph.cancel(cause)
	ph.work.Wait()
}

// Snapshot is the phone at this moment.
func (ph *Phone) Snapshot() call.Snapshot { return *ph.snap.Load() }

// Watch keeps the phone registered and sends when the snapshot has changed,
// once for any number of changes that nobody has looked at. Stop may be
// called twice.
func (ph *Phone) Watch() (changes <-chan struct{}, stop func()) {
	c := make(chan struct{}, 1)
	ph.mu.Lock()
	ph.watchers[c] = true
	ph.mu.Unlock()
	ph.use()
	return c, sync.OnceFunc(func() {
		ph.mu.Lock()
		delete(ph.watchers, c)
		ph.used = ph.pool.Now()
		ph.mu.Unlock()
	})
}

// use notes that somebody wants the phone, and wakes a line that sleeps.
func (ph *Phone) use() {
	ph.mu.Lock()
	ph.used = ph.pool.Now()
	ph.mu.Unlock()
	ph.box.post(ph.line.wanted)
}

// idle is how long nobody has wanted the phone; zero while somebody watches.
func (ph *Phone) idle() time.Duration {
	ph.mu.Lock()
	defer ph.mu.Unlock()
	if len(ph.watchers) > 0 {
		return 0
	}
	return ph.pool.Now().Sub(ph.used)
}

// draw makes the snapshot that follows.
func (ph *Phone) draw() *call.Snapshot {
	s := &call.Snapshot{Line: ph.line.shown, Calls: make([]call.Call, 0, len(ph.talks)), Microphone: ph.sound.tab}
	s.Version = ph.floor
	if last := ph.snap.Load(); last != nil {
		s.Version = max(last.Version, ph.floor) + ph.step
	}
	for _, t := range ph.talks {
		if t.shows() {
			s.Calls = append(s.Calls, t.Call)
		}
	}
	for _, c := range ph.parking.calls {
		s.Parked = append(s.Parked, c.Parked)
	}
	if ph.live() > 0 {
		s.Flips = ph.flips.known
	}
	if ph.ringOut != nil {
		r := ph.ringOut.RingOut
		s.RingOut = &r
	}
	if ph.active != nil {
		s.Active = ph.active.ID
	}
	return s
}

func (ph *Phone) publish() {
	ph.dirty = false
	now := ph.draw()
	ph.snap.Store(now)
	if ph.told != nil {
		ph.told(now)
	}
	ph.mu.Lock()
	defer ph.mu.Unlock()
	for c := range ph.watchers {
		select {
		case c <- struct{}{}:
		default:
		}
	}
}

// changed has the snapshot drawn anew after the step.
func (ph *Phone) changed() { ph.dirty = true }

// ask has the actor begin something and waits until it calls done, which it
// may do later and from a later step. The snapshot has what came of it when ask
// returns.
func (ph *Phone) ask(ctx context.Context, begin func(done func(error))) error {
	result := make(chan error, 1)
	answer := func(err error) {
		ph.answers = append(ph.answers, func() {
			select {
			case result <- err:
			default: // it has been answered
			}
		})
	}
	if !ph.box.post(func() { begin(answer) }) {
		return restarting()
	}
	select {
	case err := <-result:
		return err
	case <-ph.done:
		return restarting()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// aside does long work beside the actor; what it returns is a step.
func (ph *Phone) aside(work func(ctx context.Context) (then func())) {
	ph.work.Go(func() {
		if then := work(ph.ctx); then != nil {
			ph.box.post(then)
		}
	})
}

// An alarm is a step that comes later.
type alarm struct {
	timer *time.Timer
	off   bool // belongs to the actor
}

// after has a step run in a while.
func (ph *Phone) after(d time.Duration, step func()) *alarm {
	a := &alarm{}
	a.timer = time.AfterFunc(d, func() {
		ph.box.post(func() {
			if !a.off {
				a.off = true
				step()
			}
		})
	})
	return a
}

// stop has the step not run, even when its time has come already. A nil alarm
// never rings.
func (a *alarm) stop() {
	if a != nil {
		a.off = true
		a.timer.Stop()
	}
}

// find returns a call by its id; a NotFound *rc.Error when it is not there
// any more.
func (ph *Phone) find(id string) (*talk, error) {
	at := slices.IndexFunc(ph.talks, func(t *talk) bool { return t.ID == id })
	if at < 0 {
		return nil, rc.Errorf(rc.NotFound, "This call is over.")
	}
	return ph.talks[at], nil
}

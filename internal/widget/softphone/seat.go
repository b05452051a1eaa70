package softphone

import (
	"context"
	"encoding/json"
	"log/slog"
	"sync"
	"time"

	"offhook/internal/widget/call"
)

// lookTime is how long another node may take to say how a phone is.
const lookTime = 3 * time.Second

// A seat is a phone as one node of a cluster has it before it: the phone
// itself, or what the node that has it tells.
//
//	unknown ──claim──▶ here ──another node's by now──┐
//	   │                 ▲                           │
//	   └──▶ followed ────┘ free ◀────────────────────┘
//	           │  ▲
//	           ▼  │ answers again
//	          lost
type seat struct {
	pool    *Pool
	grantID string
	log     *slog.Logger
	turn    chan struct{} // has room for one: who finds out which node has the phone
	woken   chan struct{} // has room for one: look now
	done    chan struct{} // closed when the seat is over

	mu       sync.Mutex
	phone    *Phone                 // guarded by mu; nil while another node has it
	rest     func()                 // guarded by mu; of the phone's watch, while somebody watches here
	owner    string                 // guarded by mu; the node that has the phone; empty while that is not known
	unbus    func()                 // guarded by mu; ends hearing of that node; nil while not
	told     call.Snapshot          // guarded by mu; what was told last, of a phone elsewhere
	lost     bool                   // guarded by mu; the node that has the phone does not answer
	watchers map[chan struct{}]bool // guarded by mu
	used     time.Time              // guarded by mu; when somebody here last wanted the phone
	asked    time.Time              // guarded by mu; when another node last asked for it
	over     bool                   // guarded by mu
}

// seat returns a grant's seat, which it makes at first use.
func (p *Pool) seat(ctx context.Context, grantID string) (*seat, error) {
	if err := p.begin(); err != nil {
		return nil, err
	}
	s, err := p.seated(grantID, false)
	if err == nil && s == nil {
		if _, err = p.Desks.Desk(ctx, grantID); err == nil {
			s, err = p.seated(grantID, true)
		}
	}
	if err != nil {
		return nil, err
	}
	return s, s.settle(ctx, false)
}

// seated is the seat that there is, or nil; with make a new one.
func (p *Pool) seated(grantID string, make bool) (*seat, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, restarting()
	}
	s := p.seats[grantID]
	if s == nil && make {
		s = newSeat(p, grantID)
		p.seats[grantID] = s
		p.following.Go(s.follow)
	}
	if s != nil {
		s.use()
	}
	return s, nil
}

func newSeat(p *Pool, grantID string) *seat {
	return &seat{
		pool: p, grantID: grantID, log: p.Log.With("grant", grantID), turn: make(chan struct{}, 1), woken: make(chan struct{}, 1), done: make(chan struct{}),
		told: call.Snapshot{Line: call.Line{State: call.Connecting}}, watchers: make(map[chan struct{}]bool), used: p.Now(),
	}
}

// at is where the phone is: here, or at another node.
func (s *seat) at() (ph *Phone, owner string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.phone, s.owner
}

// use notes that somebody here wants the phone.
func (s *seat) use() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.used = s.pool.Now()
	if s.phone != nil {
		s.phone.use()
	}
}

// Snapshot is the phone as far as this node knows.
func (s *seat) Snapshot() call.Snapshot {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.phone != nil {
		return s.phone.Snapshot()
	}
	return s.told
}

// Watch is that of [Phone], and goes on when another node takes the phone.
func (s *seat) Watch() (changes <-chan struct{}, stop func()) {
	c := make(chan struct{}, 1)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.watchers[c] = true
	s.hold()
	return c, sync.OnceFunc(func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.watchers, c)
		s.used = s.pool.Now()
		s.hold()
	})
}

// hold keeps a phone of this node registered while somebody watches it. The
// caller has mu.
func (s *seat) hold() {
	switch wanted := s.phone != nil && len(s.watchers) > 0; {
	case wanted && s.rest == nil:
		_, s.rest = s.phone.Watch() // which is heard of by changed
	case !wanted && s.rest != nil:
		s.rest()
		s.rest = nil
	}
}

// notify tells those who watch here. The caller has mu.
func (s *seat) notify() {
	for c := range s.watchers {
		select {
		case c <- struct{}{}:
		default:
		}
	}
}

// changed is told of each snapshot of a phone of this node, by its actor.
func (s *seat) changed(now *call.Snapshot) {
	s.mu.Lock()
	s.notify()
	asked := s.pool.Now().Sub(s.asked) < 3*s.pool.Cluster.Beat
	s.mu.Unlock()
	if asked {
		s.pool.tell(s.pool.ctx, s.grantID, telling{Snapshot: now})
	}
}

// settle finds out which node has the phone, unless that is known; with anew
// in any case, unless it is this one.
func (s *seat) settle(ctx context.Context, anew bool) error {
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if ph, owner := s.at(); ph != nil || owner != "" && !anew {
		return nil
	}
	holder, err := s.pool.claim(ctx, s.grantID)
	if err != nil {
		return err
	}
	if holder == s.pool.Cluster.Node {
		s.take(ctx)
		return nil
	}
	if err := s.hear(holder); err != nil {
		return err
	}
	s.look(ctx, holder)
	return nil
}

// take has the phone at this node. The calls that it had elsewhere have ended
// there.
func (s *seat) take(ctx context.Context) {
	s.mu.Lock()
	if s.over {
		s.mu.Unlock()
		s.pool.release(ctx, s.grantID)
		return
	}
	unbus := s.unbus
	s.unbus, s.lost, s.owner = nil, false, s.pool.Cluster.Node
	s.phone = newPhone(s.pool, s.grantID, &s.told, s.changed)
	s.hold()
	s.notify()
	s.mu.Unlock()
	if unbus != nil {
		unbus()
	}
}

// hear listens to the node that has the phone.
func (s *seat) hear(owner string) error {
	s.mu.Lock()
	s.owner = owner
	heard := s.unbus != nil || s.over
	s.mu.Unlock()
	if heard {
		return nil
	}
	unbus, err := s.pool.Bus.Subscribe(toldOf(s.grantID), s.hears)
	if err != nil {
		return err
	}
	s.mu.Lock()
	over := s.over
	if !over {
		s.unbus = unbus
	}
	s.mu.Unlock()
	if over {
		unbus()
	}
	return nil
}

// hears takes what is told of the phone.
func (s *seat) hears(data []byte) {
	var t telling
	if err := json.Unmarshal(data, &t); err != nil {
		s.log.Error("hearing of a phone at another server", "err", err)
		return
	}
	if t.Snapshot != nil {
		s.learn(*t.Snapshot)
	}
	if t.Over {
		s.wake()
	}
}

// learn takes a snapshot of a phone elsewhere; one that comes late changes
// nothing.
func (s *seat) learn(now call.Snapshot) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.phone == nil && now.Version > s.told.Version {
		s.told, s.lost = now, false
		s.notify()
	}
}

// lose shows that the phone cannot be reached. Its calls may go on: what
// becomes of them says the node that has it next.
func (s *seat) lose() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.phone == nil && !s.lost {
		s.lost = true
		s.told.Version++ // between two of the phone's own
		s.told.Line = call.Line{State: call.Connecting}
		s.notify()
	}
}

// look asks the node that has the phone how it is, and reports whether it has.
func (s *seat) look(ctx context.Context, owner string) bool {
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	s.mu.Lock()
	seen := s.told.Version
	s.mu.Unlock()
	a, err := s.pool.askNode(ctx, owner, s.grantID, enquiry{Seen: seen})
	if err != nil || a.Snapshot == nil {
		s.lose()
		return false
	}
	s.learn(*a.Snapshot)
	return true
}

func (s *seat) wake() {
	select {
	case s.woken <- struct{}{}:
	default:
	}
}

// follow looks after a phone at another node until the seat is over: that it
// is still there, and that this node takes it when no other has it. A phone
// that nobody here wants is not followed any more.
func (s *seat) follow() {
	for {
		s.mu.Lock()
		wait := s.pool.Cluster.Beat
		if s.lost {
			wait = min(wait, s.pool.Waits.Retry)
		}
		s.mu.Unlock()
		timer := time.NewTimer(wait)
		select {
		case <-s.done:
			timer.Stop()
			return
		case <-s.woken:
		case <-timer.C:
		}
		timer.Stop()
		ph, owner := s.at()
		if ph != nil {
			continue
		}
		if s.pool.unseat(s) {
			return
		}
		s.check(owner)
	}
}

// check looks whether a node still has the phone.
func (s *seat) check(owner string) {
	ctx, cancel := context.WithTimeout(s.pool.ctx, answerTime)
	defer cancel()
	if owner != "" && s.look(ctx, owner) {
		return
	}
	if err := s.settle(ctx, true); err != nil && ctx.Err() == nil {
		s.log.Error("following a phone", "err", err)
	}
}

// unseat forgets a seat whose phone is elsewhere and that nobody wants.
func (p *Pool) unseat(s *seat) bool {
	p.mu.Lock()
	s.mu.Lock()
	unwanted := s.phone == nil && len(s.watchers) == 0 && p.Now().Sub(s.used) > p.Waits.Linger
	if unwanted && p.seats[s.grantID] == s {
		delete(p.seats, s.grantID)
	}
	s.mu.Unlock()
	p.mu.Unlock()
	if unwanted {
		s.close("")
	}
	return unwanted
}

// lapse gives up a phone that another node has by now.
func (s *seat) lapse() {
	ph, _ := s.at()
	if ph == nil {
		return
	}
	s.log.Warn("another server has taken a phone of this one")
	ph.closeFor(restarted, errTaken)
	s.mu.Lock()
	if s.phone == ph {
		s.told, s.phone, s.rest, s.owner = ph.Snapshot(), nil, nil, ""
	}
	s.mu.Unlock()
	s.wake()
}

// close ends a phone of this node, saying why, and lets others have it. Those
// who watch have been told when it returns.
func (s *seat) close(why string) {
	s.mu.Lock()
	if s.over {
		s.mu.Unlock()
		return
	}
	s.over = true
	ph, unbus := s.phone, s.unbus
	s.unbus = nil
	s.mu.Unlock()
	close(s.done)
	if unbus != nil {
		unbus()
	}
	if ph != nil {
		ph.close(why)
		s.pool.release(s.pool.ctx, s.grantID)
	}
}

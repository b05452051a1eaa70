package softphone_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"offhook/internal/bus"
	"offhook/internal/media"
	"offhook/internal/media/mediatest"
	"offhook/internal/rc"
	"offhook/internal/sqlstore"
	"offhook/internal/store"
	"offhook/internal/widget/call"
	"offhook/internal/widget/softphone"
)

// A node is one server of several that a user's tabs come to.
type node struct {
	t       *testing.T
	pool    *softphone.Pool
	cut     atomic.Bool // from the store and the other nodes
	mum     atomic.Bool // tells nothing unless it is asked
	phone   softphone.Telephone
	changes <-chan struct{}
	stop    func()
}

// A web is what the nodes of a test share.
type web struct {
	*rig  // its pool is not used
	store store.Widget
	bus   *bus.InProcess
}

func newWeb(t *testing.T) *web {
	s := newSBC(t)
	w := &web{store: sqlstore.OpenTest(t).Widget(), bus: new(bus.InProcess)}
	w.rig = &rig{t: t, sbc: s, desk: newDeskDouble(s), engine: mediatest.Engine(t)}
	err := w.store.Write(t.Context(), func(tx store.WidgetTx) error {
		return tx.AddGrant(t.Context(), store.Grant{ID: "g", Platform: "p", ClientID: "c", OwnerID: "101", Sealed: []byte{1}, CreatedAt: time.Now(), UpdatedAt: time.Now()})
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// node starts a node with a tab; how long a silent one keeps its phones the
// test says.
func (w *web) node(name string, lease time.Duration) *node {
	n := &node{t: w.t}
	n.pool = &softphone.Pool{
		Desks: w, Street: streetDouble{client: w.server.Client()}, Engine: w.engine, Bus: &endBus{Bus: w.bus, cut: &n.cut, mum: &n.mum},
		Log: slog.New(slog.DiscardHandler), Waits: softphone.Waits{Retry: 10 * time.Millisecond},
		Cluster: &softphone.Cluster{Store: endStore{w.store, &n.cut}, Node: name, Lease: lease, Beat: 20 * time.Millisecond},
	}
	w.t.Cleanup(n.pool.Close)
	n.open()
	return n
}

// pair starts two nodes that the platform knows.
func (w *web) pair(lease time.Duration) (a, b *node) {
	a = w.node("A", lease)
	a.registered()
	b = w.node("B", lease)
	b.registered()
	return a, b
}

func (n *node) open() {
	n.t.Helper()
	ph, err := n.pool.Telephone(n.t.Context(), "g")
	if err != nil {
		n.t.Fatal(err)
	}
	n.phone = ph
	n.changes, n.stop = ph.Watch()
	n.t.Cleanup(n.stop)
}

// see waits until the snapshot of the node's tab is as ok wants it. Versions
// never fall.
func (n *node) see(what string, ok func(call.Snapshot) bool) call.Snapshot {
	n.t.Helper()
	deadline := time.After(40 * time.Second)
	for last := uint64(0); ; {
		s := n.phone.Snapshot()
		if s.Version < last {
			n.t.Fatalf("version %d came after %d", s.Version, last)
		}
		last = s.Version
		if ok(s) {
			return s
		}
		select {
		case <-n.changes:
		case <-deadline:
			n.t.Fatalf("%s did not happen; the phone is %+v", what, s)
		}
	}
}

func (n *node) registered() {
	n.t.Helper()
	n.see("being registered", func(s call.Snapshot) bool { return s.Line.State == call.Registered })
}

// state waits for the newest call to be in a state.
func (n *node) state(state call.State) call.Call {
	n.t.Helper()
	s := n.see("a call that is "+string(state), func(s call.Snapshot) bool { return len(s.Calls) > 0 && s.Calls[len(s.Calls)-1].State == state })
	return s.Calls[len(s.Calls)-1]
}

// answers has the platform call, and takes the call here.
func (n *node) answers(w *web) (id string) {
	n.t.Helper()
	w.ringing(ring{})
	id = n.state(call.Ringing).ID
	n.act(id, "answer")
	n.state(call.Connected)
	return id
}

func (n *node) act(id, name string) {
	n.t.Helper()
	if err := n.phone.Act(n.t.Context(), id, name, softphone.Details{}); err != nil {
		n.t.Fatalf("%s: %v", name, err)
	}
}

// An endBus is a node's end of the bus, which may be cut.
type endBus struct {
	bus.Bus
	cut, mum *atomic.Bool
}

var errCut = errors.New("the wire is cut")

func (b *endBus) Publish(ctx context.Context, subject string, data []byte) error {
	if b.cut.Load() || b.mum.Load() {
		return nil // nobody hears it, and nobody is told so
	}
	return b.Bus.Publish(ctx, subject, data)
}

func (b *endBus) Ask(ctx context.Context, subject string, data []byte) ([]byte, error) {
	if b.cut.Load() {
		return nil, errCut
	}
	return b.Bus.Ask(ctx, subject, data)
}

func (b *endBus) Answer(subject string, fn func(context.Context, []byte) []byte) (func(), error) {
	return b.Bus.Answer(subject, func(ctx context.Context, data []byte) []byte {
		if b.cut.Load() {
			return nil // which is no answer that could be read
		}
		return fn(ctx, data)
	})
}

// An endStore is a node's end of the store.
type endStore struct {
	store.Widget
	cut *atomic.Bool
}

func (s endStore) Write(ctx context.Context, fn func(store.WidgetTx) error) error {
	if s.cut.Load() {
		return errCut
	}
	return s.Widget.Write(ctx, fn)
}

const (
	long  = time.Hour       // a lease that does not end within a test
	short = 2 * time.Second // one that ends when nobody renews it, and not because the machine is busy
)

func TestOnlyOneNodeRegistersAUserWhosePhoneAllNodesHave(t *testing.T) {
	w := newWeb(t)
	a, b := w.pair(long)
	w.ringing(ring{})
	id := b.state(call.Ringing).ID
	if c := a.state(call.Ringing); c.ID != id {
		t.Fatalf("%s rings at one node, %s at the other", c.ID, id)
	}
	for i, n := range []*node{b, a} {
		if first, err := n.phone.Shown(t.Context(), []string{id}); err != nil || first != (i == 0) {
			t.Errorf("the page of node %d: first %v, %v", i, first, err)
		}
	}
	b.act(id, "answer")
	a.state(call.Connected)
	b.state(call.Connected)
	if err := b.phone.Act(t.Context(), id, "answer", softphone.Details{}); kind(err) != rc.Conflict {
		t.Errorf("a call that was answered is answered again: %v", err)
	}

	leg := mediatest.Leg(t, w.engine)
	offer, err := leg.Offer(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	answer, version, err := b.phone.Attach(t.Context(), "tab of B", offer, false)
	if err != nil {
		t.Fatal(err)
	}
	if err := leg.SetAnswer(answer); err != nil {
		t.Fatal(err)
	}
	for _, n := range []*node{a, b} {
		if s := n.see("the tab's version", func(s call.Snapshot) bool { return s.Version >= version }); s.Microphone != "tab of B" {
			t.Errorf("after version %d %q has the microphone", version, s.Microphone)
		}
	}
	b.phone.Leave("tab of B")
	a.see("no microphone", func(s call.Snapshot) bool { return s.Microphone == "" })

	a.act(id, "hangup")
	b.state(call.Ended)
	if err := b.phone.Act(t.Context(), id, "hold", softphone.Details{}); kind(err) != rc.Conflict {
		t.Errorf("a call that is over is held: %v", err)
	}
	if id, err = b.phone.Place(t.Context(), softphone.Order{To: "+16505550199"}); err != nil {
		t.Fatal(err)
	}
	a.see("the call", func(s call.Snapshot) bool {
		return slices.ContainsFunc(s.Calls, func(c call.Call) bool { return c.ID == id })
	})
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.leases != 1 {
		t.Errorf("%d registrations for one user at two nodes", w.leases)
	}
}

func TestANodeKnowsACallThatWasPlacedFromItAtOnce(t *testing.T) {
	w := newWeb(t)
	a, b := w.pair(long)
	a.mum.Store(true)
	id, err := b.phone.Place(t.Context(), softphone.Order{To: "+16505550199"})
	if err != nil {
		t.Fatal(err)
	}
	if calls := b.phone.Snapshot().Calls; !slices.ContainsFunc(calls, func(c call.Call) bool { return c.ID == id }) {
		t.Errorf("the calls are %+v", calls)
	}
}

func TestAMessageIsLeftFromAnotherNode(t *testing.T) {
	w := newWeb(t)
	a, b := w.pair(long)
	id, err := b.phone.Place(t.Context(), softphone.Order{To: "+16505550199"})
	if err != nil {
		t.Fatal(err)
	}
	w.sbc.call()
	named := func(s call.Snapshot) bool { return len(s.Calls) > 0 && s.Calls[0].TelephonySessionID != "" }
	b.see("the session's name", named)
	w.desk.tell("s-a1", 2, outbound(rc.PartyAnswered, ""))
	b.state(call.Connected)
	if err := b.phone.Drop(t.Context(), id, softphone.Message{Label: "Nobody in", Sound: make(media.Sound, 100*media.Rate)}); err != nil {
		t.Fatal(err)
	}
	s := a.see("the message", func(s call.Snapshot) bool { return s.Calls[0].Drop != nil })
	if d := s.Calls[0].Drop; d.Label != "Nobody in" || d.Long != 100*time.Second {
		t.Errorf("the message is %+v", d)
	}
	a.act(id, "hangup")
	b.state(call.Ended)
}

func TestAColleagueIsListenedToFromAnotherNode(t *testing.T) {
	w := newWeb(t)
	a, b := w.pair(long)
	w.desk.host.party = "p-w1-3"
	came := w.summons(&w.desk.host)
	id, err := b.phone.Supervise(t.Context(), "1002", "whisper")
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []*node{b, a} {
		n.see("a call that is whispered into", func(s call.Snapshot) bool {
			return len(s.Calls) == 1 && s.Calls[0].ID == id && s.Calls[0].Supervision == call.Whispers && s.Calls[0].Name == "Bob Agent"
		})
	}
	if _, err := a.phone.Supervise(t.Context(), "1003", "monitor"); kind(err) != rc.Conflict {
		t.Errorf("listening in on a second call: %v", err)
	}
	if err := b.phone.Act(t.Context(), id, "supervise", softphone.Details{Mode: "takeover"}); err != nil {
		t.Fatal(err)
	}
	a.see("an ordinary call", func(s call.Snapshot) bool { return len(s.Calls) > 0 && s.Calls[0].Supervision == "" })
	w.sbc.bye(<-came)
	b.state(call.Ended)
}

func TestTheCallsOfALostNodeEndWithASentenceAndAnotherTakesThePhone(t *testing.T) {
	w := newWeb(t)
	a := w.node("A", short)
	a.registered()
	b := w.node("B", short)
	id := b.answers(w)
	a.cut.Store(true)
	if c := b.state(call.Ended); c.ID != id || c.Outcome != call.HungUp || c.Sentence == "" {
		t.Errorf("the call of the lost node: %+v", c)
	}
	w.until("another registration", func() bool { return w.leases == 2 })
	b.registered()
	w.ringing(ring{})
	b.state(call.Ringing)
}

func TestANodeThatEndsHandsItsPhonesOver(t *testing.T) {
	w := newWeb(t)
	a, b := w.pair(long)
	w.ringing(ring{})
	b.state(call.Ringing)
	a.pool.Close()
	if c := b.state(call.Ended); c.Sentence == "" {
		t.Errorf("the call of the node that ended: %+v", c)
	}
	// It has said goodbye to the platform before.
	w.until("another registration", func() bool { return w.leases == 3 })
	b.registered()
	w.ringing(ring{})
	b.state(call.Ringing)
}

func TestANodeThatIsNotHeardForAWhileKeepsItsCalls(t *testing.T) {
	w := newWeb(t)
	a := w.node("A", long)
	a.registered()
	b := w.node("B", long)
	id := b.answers(w)
	a.cut.Store(true)
	b.see("that it is not heard", func(s call.Snapshot) bool { return s.Line.State == call.Connecting })
	if err := b.phone.Act(t.Context(), id, "hold", softphone.Details{}); kind(err) != rc.Unavailable {
		t.Errorf("a call at a node that is not heard is held: %v", err)
	}
	a.cut.Store(false)
	b.registered()
	if c := b.state(call.Connected); c.ID != id {
		t.Errorf("another call: %+v", c)
	}
	b.act(id, "hold")
	a.state(call.Held)
}

func TestANodeGivesUpAPhoneThatAnotherHasTaken(t *testing.T) {
	w := newWeb(t)
	a := w.node("A", long)
	a.registered()
	a.answers(w)
	err := w.store.Write(t.Context(), func(tx store.WidgetTx) error { // as if A had been silent for long
		later := time.Now().Add(2 * long)
		_, err := tx.ClaimPhone(t.Context(), "g", "B", later, later)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if c := a.state(call.Ended); c.Sentence == "" {
		t.Errorf("the call of a phone that another node has: %+v", c)
	}
	b := w.node("B", long)
	b.registered()
	a.registered()
	w.ringing(ring{})
	a.state(call.Ringing)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.leases != 2 {
		t.Errorf("%d REGISTERs, want one of each node: a goodbye takes the phone from whoever has it now", w.leases)
	}
}

func TestTheEndOfAGrantEndsItsPhoneAtAllNodes(t *testing.T) {
	w := newWeb(t)
	a, b := w.pair(long)
	w.ringing(ring{})
	a.state(call.Ringing)
	if err := w.bus.Publish(t.Context(), "widget.grant.ended", []byte(`{"grantId":"g"}`)); err != nil {
		t.Fatal(err)
	}
	a.state(call.Ended)
	w.until("the phone taken back", func() bool { return w.leases == 2 })
	// Whoever signs in again may be at either.
	b.open()
	b.registered()
}

package softphone_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"offhook/internal/rc"
	"offhook/internal/widget/call"
	"offhook/internal/widget/softphone"
)

// TestNothingIsStuckAfterAWalk does all that tabs and platform can do in any
// order, and checks that every step of a call is legal, that all calls end,
// and that nothing of them is left.
func TestNothingIsStuckAfterAWalk(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	r := registered(t, func(r *rig) {
		r.pool.Waits = softphone.Waits{Retry: 5 * time.Millisecond, Answer: 500 * time.Millisecond, Past: 100 * time.Millisecond, Shown: 20 * time.Millisecond, Unseen: time.Second}
	})
	r.change(func() { r.onRefer = func(c *sbcCall, _ string) { r.bye(c) } })
	r.desk.sessions["s-a1"] = rc.TelephonySession{ID: "s-a1"}

	illegal := make(chan string, 100)
	passed := map[call.State]int{} // read when its writer has ended
	quit, seen, connected := make(chan struct{}), make(chan struct{}), make(chan struct{})
	changes, stop := r.phone.Watch()
	defer stop()
	go func() {
		defer close(seen)
		last := map[string]call.State{}
		for {
			for _, c := range r.phone.Snapshot().Calls {
				before, known := last[c.ID]
				if known && before != c.State && !reachable(before, c.State) {
					select {
					case illegal <- fmt.Sprintf("%s → %s of %+v", before, c.State, c):
					default:
					}
				}
				last[c.ID] = c.State
				if passed[c.State]++; c.State == call.Connected && passed[c.State] == 1 {
					close(connected)
				}
			}
			select {
			case <-changes:
			case <-quit:
				return
			}
		}
	}()

	// On a slow machine a walk may hang up before anybody answers, so it begins in a call.
	r.talk()
	<-connected

	var acting sync.WaitGroup
	acts := []string{"answer", "answer", "answer", "hold", "hold", "activate", "ignore", "voicemail", "forward", "reply", "hangup", "hold", "unhold", "activate", "mute", "unmute", "digits", "transfer", "record", "park", "flip"}
	events := []string{rc.PartyProceeding, rc.PartyAnswered, rc.PartyHold, rc.PartyDisconnected, rc.PartyVoicemail}
	for step := range 400 {
		calls := r.phone.Snapshot().Calls
		pick := rng.IntN(100)
		switch {
		case pick < 14:
			acting.Go(func() { _, _ = r.phone.Place(t.Context(), softphone.Order{To: "*604"}) })
		case pick < 24:
			if r.registeredNow() {
				r.ringing(ring{noOffer: rng.IntN(4) == 0})
			}
		case pick < 34:
			r.desk.tell("s-a1", int64(step), outbound(events[rng.IntN(len(events))], ""))
		case pick < 40:
			r.someCall(rng, func(c *sbcCall) { r.bye(c) })
		case pick < 43:
			r.mu.Lock()
			flow := r.flow
			r.mu.Unlock()
			flow.Close()
		case pick < 49:
			name := fmt.Sprintf("tab %d", rng.IntN(3))
			acting.Go(func() {
				leg, err := r.engine.Leg()
				if err != nil {
					return
				}
				defer leg.Close()
				offer, err := leg.Offer(t.Context())
				if err != nil {
					return
				}
				_, _, _ = r.phone.Attach(t.Context(), name, offer, true)
			})
		case pick < 53:
			r.phone.Leave(fmt.Sprintf("tab %d", rng.IntN(3)))
		case len(calls) > 0:
			c := calls[rng.IntN(len(calls))]
			d := softphone.Details{To: "101", Text: "Soon.", Digits: "1"}
			if rng.IntN(3) == 0 {
				d.CallID = calls[rng.IntN(len(calls))].ID
			}
			act := acts[rng.IntN(len(acts))]
			acting.Go(func() { _ = r.phone.Act(t.Context(), c.ID, act, d) })
		}
		if rng.IntN(3) == 0 {
			acting.Wait()
		}
	}
	acting.Wait()
	for _, c := range r.phone.Snapshot().Calls {
		_ = r.phone.Act(t.Context(), c.ID, "hangup", softphone.Details{})
	}
	for i := range 3 {
		r.phone.Leave(fmt.Sprintf("tab %d", i))
	}
	r.see("that all calls are forgotten", func(s call.Snapshot) bool { return len(s.Calls) == 0 && s.Microphone == "" })
	r.pool.Close()
	close(quit)
	<-seen
	close(illegal)
	for _, s := range []call.State{call.Connected, call.Ended} {
		if passed[s] == 0 {
			t.Errorf("no call was ever %s: the walk does not get anywhere", s)
		}
	}
	for step := range illegal {
		t.Error("an illegal step:", step)
	}
	if n := r.engine.Legs(); n > 0 {
		t.Errorf("%d legs are left", n)
	}
	if left := phoneGoroutines(); left != "" {
		t.Errorf("goroutines of the phone are left:\n%s", left)
	}
}

// phoneGoroutines are the stacks of what phones have started. Close has waited
// for all of it.
func phoneGoroutines() string {
	all := make([]byte, 8<<20)
	var own []string
	for stack := range strings.SplitSeq(string(all[:runtime.Stack(all, true)]), "\n\n") {
		if strings.Contains(stack, "widget/softphone.(") && !strings.Contains(stack, "testing.tRunner") {
			own = append(own, stack)
		}
	}
	return strings.Join(own, "\n\n")
}

var order = []call.State{call.Dialing, call.Ringing, call.Connected, call.Held, call.Ended}

// reachable reports whether a state may follow another, perhaps over some in
// between that no snapshot shows.
func reachable(from, to call.State) bool {
	if from == call.Held && to == call.Connected {
		return true
	}
	return slices.Index(order, from) < slices.Index(order, to)
}

func (r *rig) registeredNow() bool { return r.phone.Snapshot().Line.State == call.Registered }

// someCall does something with a call that the platform has.
func (r *rig) someCall(rng *rand.Rand, do func(*sbcCall)) {
	r.mu.Lock()
	var all []*sbcCall
	for _, c := range r.calls {
		if c.leg != nil && !c.ended {
			all = append(all, c)
		}
	}
	r.mu.Unlock()
	if len(all) > 0 {
		do(all[rng.IntN(len(all))])
	}
}

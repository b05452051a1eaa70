package softphone_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"

	"offhook/internal/rc"
	"offhook/internal/widget/call"
	"offhook/internal/widget/softphone"
)

// ringOuts are those of a desk's platform.
type ringOuts struct {
	mu     sync.Mutex
	first  string           // guarded by mu; rings first; empty for who calls from here
	prompt bool             // guarded by mu; with a press of 1
	now    rc.RingOutStatus // guarded by mu
	gone   bool             // guarded by mu; the platform knows it no more
	asked  []string         // guarded by mu
	denied error            // guarded by mu
}

func (o *ringOuts) be(s rc.RingOutStatus) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.now = s
}

func (o *ringOuts) did(what string) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.asked = append(o.asked, what)
	return o.denied
}

func (d *deskDouble) RingsFirst() (string, bool) {
	d.ringOuts.mu.Lock()
	defer d.ringOuts.mu.Unlock()
	return d.ringOuts.first, d.ringOuts.prompt
}

func (d *deskDouble) BeginRingOut(_ context.Context, first, to, callerID string, prompt bool) (rc.RingOutCall, error) {
	wish := strings.Join([]string{first, to, callerID}, " ")
	if prompt {
		wish += " after 1"
	}
	err := d.ringOuts.did(wish)
	return rc.RingOutCall{ID: "s-ring", Status: inProgress}, err
}

func (d *deskDouble) RingOutNow(context.Context, string) (rc.RingOutCall, error) {
	o := &d.ringOuts
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.gone {
		return rc.RingOutCall{}, rc.Errorf(rc.NotFound, "This call is over.")
	}
	return rc.RingOutCall{ID: "s-ring", Status: o.now}, nil
}

func (d *deskDouble) CancelRingOut(_ context.Context, id string) error {
	return d.ringOuts.did("cancel " + id)
}

var (
	inProgress = rc.RingOutStatus{CallStatus: "InProgress", CallerStatus: "InProgress", CalleeStatus: "InProgress"}
	rangThere  = rc.RingOutStatus{CallStatus: "InProgress", CallerStatus: "Success", CalleeStatus: "InProgress"}
	bothTalk   = rc.RingOutStatus{CallStatus: "Success", CallerStatus: "Success", CalleeStatus: "Success"}
)

// ringsFirst is a phone whose user has their own phone ring first.
func ringsFirst(t *testing.T) *rig {
	return registered(t, func(r *rig) { r.desk.ringOuts.first, r.desk.ringOuts.now = "+16505550101", inProgress })
}

func (r *rig) ringOut(what string, state call.RingState) call.RingOut {
	r.t.Helper()
	return *r.see(what, func(s call.Snapshot) bool { return s.RingOut != nil && s.RingOut.State == state }).RingOut
}

// hint has the phone look at once, as an event of the session does.
func (r *rig) hint(s rc.RingOutStatus) {
	r.desk.ringOuts.be(s)
	r.desk.tell("s-ring", 1, rc.EventParty{})
}

func TestTheUsersOwnPhoneRingsFirst(t *testing.T) {
	r := ringsFirst(t)
	id, err := r.phone.Place(t.Context(), softphone.Order{To: "+16505550102", From: "+16505550101"})
	if err != nil {
		t.Fatal(err)
	}
	if got := r.ringOut("ringing at the user's own phone", call.RingsHere); got.ID != id || got.Number != "+16505550102" || got.From != "+16505550101" {
		t.Errorf("the RingOut is %+v, and Place said %s", got, id)
	}
	if got := r.desk.ringOuts.asked; len(got) != 1 || got[0] != "+16505550101 +16505550102 +16505550101" {
		t.Errorf("the platform was asked %q", got)
	}
	if _, err := r.phone.Place(t.Context(), softphone.Order{To: "+16505550103"}); err == nil || !strings.Contains(err.Error(), "Cancel it first") {
		t.Errorf("a second one meanwhile: %v", err)
	}
	r.hint(rangThere)
	r.ringOut("ringing there", call.RingsThere)
	r.hint(bothTalk)
	if got := r.ringOut("both talking", call.RingsBoth); got.Answered.IsZero() {
		t.Error("nobody knows since when they talk")
	}
	if err := r.phone.Act(t.Context(), id, "hangup", softphone.Details{}); err == nil {
		t.Error("a call that goes on elsewhere was ended here")
	}
	r.hint(rc.RingOutStatus{CallStatus: "Finished", CallerStatus: "Finished", CalleeStatus: "Finished"})
	if got := r.ringOut("the end", call.RingsOver); got.Sentence != "" || got.Ended.IsZero() {
		t.Errorf("the end is %+v", got)
	}
	if len(r.phone.Snapshot().Calls) != 0 {
		t.Error("there is a call of ours as well")
	}
}

func TestACallThatRingsFirstHereComesToNothing(t *testing.T) {
	for _, tt := range []struct {
		name  string
		then  []rc.RingOutStatus
		gone  bool
		wants string
	}{
		{"nobody answers the user's phone", []rc.RingOutStatus{{CallStatus: "NoAnswer", CallerStatus: "NoAnswer", CalleeStatus: "CannotReach"}}, false, "did not answer your phone"},
		{"the far side is busy", []rc.RingOutStatus{rangThere, {CallStatus: "Busy", CallerStatus: "Finished", CalleeStatus: "Busy"}}, false, "busy"},
		{"the far side cannot be reached", []rc.RingOutStatus{rangThere, {CallStatus: "GenericError", CallerStatus: "Finished", CalleeStatus: "CannotReach"}}, false, "could not be reached"},
		{"the platform knows nothing of it any more", nil, true, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := ringsFirst(t)
			if _, err := r.phone.Place(t.Context(), softphone.Order{To: "+16505550102"}); err != nil {
				t.Fatal(err)
			}
			for i, s := range tt.then {
				r.hint(s)
				if i < len(tt.then)-1 {
					r.ringOut("ringing there", call.RingsThere)
				}
			}
			if tt.gone {
				r.desk.ringOuts.mu.Lock()
				r.desk.ringOuts.gone = true
				r.desk.ringOuts.mu.Unlock()
			}
			if got := r.ringOut("the end", call.RingsOver); !strings.Contains(got.Sentence, tt.wants) || tt.wants == "" && got.Sentence != "" {
				t.Errorf("it says %q, want %q", got.Sentence, tt.wants)
			}
		})
	}
}

func TestWhoseOwnPhoneAsksForAKeyIsToldThatNoneWasPressed(t *testing.T) {
	r := ringsFirst(t)
	r.desk.ringOuts.prompt = true
	if _, err := r.phone.Place(t.Context(), softphone.Order{To: "+16505550102"}); err != nil {
		t.Fatal(err)
	}
	if got := r.desk.ringOuts.asked; len(got) != 1 || got[0] != "+16505550101 +16505550102  after 1" {
		t.Errorf("the platform was asked %q", got)
	}
	r.hint(rc.RingOutStatus{CallStatus: "Rejected", CallerStatus: "Rejected", CalleeStatus: "CannotReach"})
	if got := r.ringOut("the end", call.RingsOver); !strings.Contains(got.Sentence, "pressed 1") {
		t.Errorf("it says %q, and nothing of the key", got.Sentence)
	}
}

func TestACallThatRingsFirstHereIsTakenBack(t *testing.T) {
	r := ringsFirst(t)
	id, err := r.phone.Place(t.Context(), softphone.Order{To: "+16505550102"})
	if err == nil {
		err = r.phone.Act(t.Context(), id, "hangup", softphone.Details{})
	}
	if err != nil {
		t.Fatal(err)
	}
	r.ringOut("the end", call.RingsOver)
	if got := r.desk.ringOuts.asked; len(got) != 2 || got[1] != "cancel s-ring" {
		t.Errorf("the platform was asked %q", got)
	}
}

func TestWhatHoldsForCallsHoldsForThoseThatRingFirstHere(t *testing.T) {
	r := ringsFirst(t)
	if _, err := r.phone.Place(t.Context(), softphone.Order{To: "+16505550102", Anonymous: true}); err == nil || !strings.Contains(err.Error(), "cannot hide your number") {
		t.Errorf("a hidden number: %v", err)
	}
	if _, err := r.phone.Place(t.Context(), softphone.Order{To: "911"}); err == nil {
		t.Error("the emergency services are called without confirmation")
	}
	r.desk.ringOuts.denied = rc.Errorf(rc.Conflict, "Your phone service could not ring your phone for this call.")
	var err error
	for range 13 {
		_, err = r.phone.Place(t.Context(), softphone.Order{To: "+16505550102"})
	}
	if err == nil || !strings.Contains(err.Error(), "within a minute") {
		t.Errorf("the thirteenth within a minute: %v", err)
	}
	if r.phone.Snapshot().RingOut != nil {
		t.Error("what was refused is shown as ringing")
	}
}

func TestWhatRingsAtTheUsersOwnPhoneDoesNotRingHere(t *testing.T) {
	r := ringsFirst(t)
	if _, err := r.phone.Place(t.Context(), softphone.Order{To: "+16505550102"}); err != nil {
		t.Fatal(err)
	}
	own := r.ringing(ring{headers: map[string]string{"p-rc-api-ids": "party-id=p-ring-1;session-id=s-ring"}})
	r.until("the phone to let go of the user's own call", func() bool { return slices.Contains(r.heard[own.invite.CallID().Value()], "480") })
	if calls := r.phone.Snapshot().Calls; len(calls) != 0 {
		t.Errorf("it rings here: %+v", calls)
	}
	r.ringing(ring{})
	r.state(call.Ringing) // somebody else's call does
}

package softphone_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/widget/call"
	"offhook/internal/widget/softphone"
)

func TestWhoeverTurnsACallAwayKnowsOfIt(t *testing.T) {
	for _, tt := range []struct {
		name string
		do   func(r *rig, id string, c *sbcCall)
		want []string
	}{
		{"by ignoring it", func(r *rig, id string, _ *sbcCall) { r.act(id, "ignore", softphone.Details{}) }, []string{"s-b2 declined"}},
		{"by sending it to voicemail", func(r *rig, id string, _ *sbcCall) { r.act(id, "voicemail", softphone.Details{}) }, []string{"s-b2"}},
		{"by declining it", func(r *rig, id string, _ *sbcCall) { r.act(id, "hangup", softphone.Details{}) }, []string{"s-b2 declined"}},
		{"but not by its caller's giving up", func(_ *rig, _ string, c *sbcCall) { c.ctx() }, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := registered(t)
			c := r.ringing(ring{})
			id := r.state(call.Ringing).ID
			r.show(id)
			tt.do(r, id, c)
			r.state(call.Ended)
			r.pool.Close() // waits for what is said of the call
			r.desk.mu.Lock()
			defer r.desk.mu.Unlock()
			if diff := cmp.Diff(tt.want, r.desk.known); diff != "" {
				t.Errorf("the user knows of (-want +got):\n%s", diff)
			}
		})
	}
}

func TestEveryCallThatIsOverIsTold(t *testing.T) {
	r := registered(t)
	r.ringing(ring{})
	id := r.state(call.Ringing).ID
	r.show(id)
	r.act(id, "ignore", softphone.Details{})
	r.state(call.Ended)
	r.pool.Close() // waits for what is said of the call
	r.desk.mu.Lock()
	defer r.desk.mu.Unlock()
	if past := r.desk.past; len(past) != 1 || past[0].ID != id || !past[0].Over() || past[0].TelephonySessionID != "s-b2" || past[0].Outcome != call.Declined {
		t.Errorf("told of %+v", past)
	}
}

package softphone_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/rc"
	"offhook/internal/widget/call"
	"offhook/internal/widget/softphone"
)

func (d *deskDouble) ForwardingNumbers(context.Context) ([]rc.ForwardingNumber, error) {
	return []rc.ForwardingNumber{
		{PhoneNumber: "+16505550111", Label: "Mobile", Features: []string{"CallForwarding", "CallFlip"}, FlipNumber: "2"},
		{PhoneNumber: "+16505550112", Label: "Home", Features: []string{"CallForwarding"}},
	}, nil
}

func TestACallGoesOnAtAnotherPhoneOfTheUser(t *testing.T) {
	r := registered(t)
	id, c := r.talk()
	s := r.see("where calls can go on", func(s call.Snapshot) bool { return s.Flips != nil })
	if diff := cmp.Diff([]call.Flip{{Number: "+16505550111", Label: "Mobile"}}, s.Flips); diff != "" {
		t.Errorf("calls can go on at (-want +got):\n%s", diff)
	}
	for _, other := range []string{"+16505550112", "+16505550199", ""} {
		if err := r.phone.Act(t.Context(), id, "flip", softphone.Details{To: other}); kind(err) != rc.Invalid {
			t.Errorf("flipping to %q: %v", other, err)
		}
	}
	r.act(id, "flip", softphone.Details{To: "+16505550111"})
	flipped := r.newest("the flip", func(c call.Call) bool { return c.Flipped })
	if flipped.State != call.Connected || !strings.Contains(flipped.Sentence, "+16505550111") {
		t.Errorf("the call is %+v", flipped)
	}
	r.sbc.bye(c)
	if ended := r.state(call.Ended); ended.Outcome != call.Moved {
		t.Errorf("the call is %+v", ended)
	}
}

func TestWhatCannotBeRecordedSaysSo(t *testing.T) {
	r := registered(t)
	id, _ := r.talk()
	r.change(func() { r.command = func(string) int { return 1 } })
	err := r.phone.Act(t.Context(), id, "record", softphone.Details{})
	if kind(err) != rc.Conflict || err.Error() != "This call cannot be recorded." || r.phone.Snapshot().Calls[0].Recording {
		t.Errorf("recording: %v", err)
	}
}

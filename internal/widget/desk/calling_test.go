package desk

import (
	"slices"
	"strings"
	"testing"
	"time"

	"offhook/internal/rc"
	calls "offhook/internal/widget/call"
)

func TestCallsGoWhereTheirUserWants(t *testing.T) {
	d := readyDesk(t)
	if got := d.Fallbacks(); got != (calls.Fallbacks{}) {
		t.Errorf("of who has chosen nothing: %+v", got)
	}
	for _, values := range []map[string]string{
		{"left": "forward", "leftTo": "(415) 555-0177", "leftAfter": "60"},
		{"unseen": "voicemail"},
	} {
		if err := d.SetPreferences(t.Context(), values); err != nil {
			t.Fatal(err)
		}
	}
	want := calls.Fallbacks{
		Left: calls.Fallback{Way: calls.ToNumber, Number: "+14155550177"}, Grace: time.Minute, Unseen: calls.Fallback{Way: calls.ToMailbox},
	}
	if got := d.Fallbacks(); got != want {
		t.Errorf("calls go %+v, want %+v", got, want)
	}
}

func TestChoicesOfCallsThatCannotBe(t *testing.T) {
	d := readyDesk(t)
	for _, tt := range []struct {
		name   string
		values map[string]string
		says   string
	}{
		{"a way without a number", map[string]string{"left": "forward"}, "Say which number"},
		{"the same for calls that nobody is shown", map[string]string{"unseen": "forward"}, "Say which number"},
		{"no number", map[string]string{"leftTo": "grandmother"}, "not a phone number"},
		{"their own number", map[string]string{"left": "forward", "leftTo": ada}, "your own number"},
		{"their own extension", map[string]string{"unseen": "forward", "unseenTo": d.Me().ExtensionNumber}, "your own number"},
		{"for help", map[string]string{"left": "forward", "leftTo": "911"}, "emergency number"},
		{"another time", map[string]string{"leftAfter": "7"}, "no such choice"},
		{"another way", map[string]string{"left": "pigeon"}, "no such choice"},
		{"somebody else's number to be shown", map[string]string{"callerId": "+14155550000"}, "not yours to be shown"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if err := d.SetPreferences(t.Context(), tt.values); err == nil || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("%v, want a sentence with %q", err, tt.says)
			}
			if got := d.Preferences(); got != (Preferences{}) {
				t.Errorf("and yet kept: %+v", got)
			}
		})
	}
}

func TestTheCallerIDIsTheChosenOneWhileItIsTheUsers(t *testing.T) {
	d := readyDesk(t)
	d.mu.Lock()
	id := *d.identity
	id.Numbers = append(slices.Clone(id.Numbers), rc.PhoneNumber{ID: 3, PhoneNumber: "+14155550177", UsageType: "DirectNumber", Features: []string{"CallerId"}})
	before := *d.identity
	d.settle(id, newChange())
	d.mu.Unlock()
	for _, want := range []string{"", "+14155550177", Anonymous} {
		if err := d.SetPreferences(t.Context(), map[string]string{"callerId": want}); err != nil || d.CallerID() != want {
			t.Errorf("%q chosen: %q, %v", want, d.CallerID(), err)
		}
	}
	if err := d.SetPreferences(t.Context(), map[string]string{"callerId": "+14155550177"}); err != nil {
		t.Fatal(err)
	}
	d.mu.Lock()
	d.settle(before, newChange())
	d.mu.Unlock()
	if got := d.CallerID(); got != "" {
		t.Errorf("a number that was taken away is shown: %s", got)
	}
}

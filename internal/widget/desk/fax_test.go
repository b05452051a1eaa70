package desk

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/rc"
)

func TestAFaxSaysWhomItReached(t *testing.T) {
	t.Parallel()
	type told struct {
		State    Delivery
		Outcomes []FaxOutcome
		Reached  int
	}
	h, d, _ := faxHouse(t, func(*house) {})
	for name, tt := range map[string]struct {
		status string
		to     []rc.Caller
		want   told
	}{
		"everybody": {rc.Sent, []rc.Caller{{MessageStatus: rc.Sent}, {MessageStatus: rc.Delivered}}, told{Sent, []FaxOutcome{{State: Sent}, {State: Sent}}, 2}},
		"one of two": {
			rc.SendingFailed, []rc.Caller{{MessageStatus: rc.Sent}, {MessageStatus: rc.SendingFailed, FaxErrorCode: "NoAnswer"}},
			told{Failed, []FaxOutcome{{State: Sent}, {Failed, "NoAnswer"}}, 1},
		},
		"one of two, though its record says that it was sent": {
			rc.Sent, []rc.Caller{{MessageStatus: rc.DeliveryFailed}, {MessageStatus: rc.Sent}},
			told{Failed, []FaxOutcome{{State: Failed}, {State: Sent}}, 1},
		},
		"one of two so far": {
			rc.Queued, []rc.Caller{{MessageStatus: rc.Sent}, {MessageStatus: rc.Queued}},
			told{Sending, []FaxOutcome{{State: Sent}, {State: Sending}}, 1},
		},
		"nobody, and no word about each": {rc.SendingFailed, []rc.Caller{{}, {}}, told{Failed, []FaxOutcome{{State: Failed}, {State: Failed}}, 0}},
		"nobody so far":                  {rc.Queued, []rc.Caller{{}}, told{Sending, []FaxOutcome{{State: Sending}}, 0}},
	} {
		r := rc.Message{ID: 7, Type: rc.TypeFax, Direction: rc.Outbound, MessageStatus: tt.status, To: tt.to, CreationTime: rc.TimeOf(time.Now())}
		d.mu.Lock()
		f := d.fax(&mail{Record: r})
		d.mu.Unlock()
		if diff := cmp.Diff(tt.want, told{f.State, f.Outcomes, f.Reached()}); diff != "" {
			t.Errorf("it reached %s (-want +got):\n%s", name, diff)
		}
		if (f.Error != "") != (f.State == Failed) {
			t.Errorf("it reached %s, and says %q", name, f.Error)
		}
	}

	h.withMail(func() {
		m := h.add(rc.Outbound, ada, []string{grace, bob}, "")
		m.Type, m.To[1].MessageStatus, m.To[1].FaxErrorCode = rc.TypeFax, rc.SendingFailed, "LineBusy"
	})
	h.notify("", map[string]any{"changes": []any{map[string]any{"type": "Fax", "newCount": 1}}})
	until(t, d, "the fax", func() bool { return len(d.Faxes()) == 1 })
	f := d.Faxes()[0]
	if len(f.Parties) != 2 || f.Parties[1].Number != bob || f.Reached() != 1 || f.Outcomes[1].Code != "LineBusy" {
		t.Errorf("the fax is %+v", f)
	}
	if err := d.RetryFax(t.Context(), f.ID); err != nil {
		t.Fatal(err)
	}
	h.takesFax(t, "")
	h.mu.Lock()
	defer h.mu.Unlock()
	if want := bob + ` 0 "" ` + f.ID; h.faxes[0] != want {
		t.Errorf("the platform got %q, want it for who missed it: %q", h.faxes[0], want)
	}
}

package answering_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/platform/answering"
	"offhook/internal/rc"
)

func TestOpen(t *testing.T) {
	office := rc.Schedule{WeeklyRanges: map[string][]rc.TimeRange{"monday": {{From: "09:00", To: "12:00"}, {From: "13:00", To: "24:00"}}, "tuesday": nil}}
	for _, tt := range []struct {
		name     string
		schedule rc.Schedule
		at       string
		want     bool
	}{
		{"hours without ranges are around the clock", rc.Schedule{}, "2026-11-22 03:00", true},
		{"so are days without ranges", rc.Schedule{WeeklyRanges: map[string][]rc.TimeRange{"monday": {}}}, "2026-11-22 03:00", true},
		{"the first minute", office, "2026-11-23 09:00", true},
		{"the minute before", office, "2026-11-23 08:59", false},
		{"the end is not in the hours", office, "2026-11-23 12:00", false},
		{"the afternoon", office, "2026-11-23 13:30", true},
		{"the last minute of the day", office, "2026-11-23 23:59", true},
		{"a day without hours", office, "2026-11-24 10:00", false},
	} {
		at, err := time.Parse("2006-01-02 15:04", tt.at)
		if err != nil {
			t.Fatal(err)
		}
		if got := answering.Open(tt.schedule, at); got != tt.want {
			t.Errorf("%s: %s is open %v, want %v", tt.name, tt.at, got, tt.want)
		}
	}
}

func TestForwardingNumbersAreEachInOneGroup(t *testing.T) {
	numbers := []answering.Number{{ID: "1", PhoneNumber: "+11"}, {ID: "2", PhoneNumber: "+12"}, {ID: "3", PhoneNumber: "+13"}}
	set := answering.Rules{rc.BusinessHoursRule: {CallHandlingAction: rc.ForwardCalls, Forwarding: &rc.Forwarding{Rules: []rc.ForwardingGroup{
		{Index: 7, RingCount: 2, Enabled: true, Numbers: []rc.ForwardingTarget{{ID: "3"}, {ID: "deleted"}, {ID: "1"}}},
		{Index: 8, RingCount: 2, Numbers: []rc.ForwardingTarget{{ID: "deleted"}, {ID: "1"}}},
	}}}}
	for _, tt := range []struct {
		name  string
		rules answering.Rules
		want  [][]string
	}{
		{"who has set nothing has them one after the other", nil, [][]string{{"+11"}, {"+12"}, {"+13"}}},
		{"new ones come after those that are set, and deleted ones are gone", set, [][]string{{"+13", "+11"}, {"+12"}}},
	} {
		var got [][]string
		for i, g := range tt.rules.Rule(answering.User, rc.BusinessHoursRule, numbers).Forwarding.Rules {
			var group []string
			for _, n := range g.Numbers {
				group = append(group, n.PhoneNumber)
			}
			got = append(got, group)
			if g.Index != i+1 || !g.Enabled {
				t.Errorf("%s: group %d has the index %d, enabled %v", tt.name, i, g.Index, g.Enabled)
			}
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestTheRulesOfWhoHasSetNone(t *testing.T) {
	for kind, want := range map[answering.Kind][2]string{
		answering.User:    {rc.ForwardCalls, rc.TakeMessagesOnly},
		answering.Queue:   {rc.AgentQueue, rc.TakeMessagesOnly},
		answering.Company: {rc.ToOperator, rc.TakeMessagesOnly},
	} {
		in, after := answering.Rules(nil).Rule(kind, rc.BusinessHoursRule, nil), answering.Rules(nil).Rule(kind, rc.AfterHoursRule, nil)
		if got := [2]string{in.CallHandlingAction, after.CallHandlingAction}; got != want {
			t.Errorf("kind %d does %q, want %q", kind, got, want)
		}
	}
}

// Package answering is what people, queues and companies want to happen to
// their calls: the hours in which they answer, the numbers that ring for them
// elsewhere, and a rule for each half of the day. The REST API changes it and
// the exchange reads it when a call comes.
package answering

import (
	"context"
	"slices"
	"time"

	"offhook/internal/rc"
	"offhook/internal/store"
)

// Names of the settings, in the store, of an extension or of a company, which
// is the extension 0.
const (
	NumbersSetting = "forwarding-numbers"
	HoursSetting   = "business-hours"
	RulesSetting   = "answering-rules"
)

// A Number is where a user's calls can ring besides their phones.
type Number struct {
	ID          string `json:"id"`
	PhoneNumber string `json:"phoneNumber"` // E.164
	Label       string `json:"label"`
	Type        string `json:"type"`
	FlipNumber  string `json:"flipNumber,omitempty"`
}

// Rules are what somebody has set, by the id of the rule. What is not there
// is as it is by default.
type Rules map[string]rc.AnsweringRule

// Numbers reads the forwarding numbers of an extension, in its order.
func Numbers(ctx context.Context, r store.SettingReader, accountID, extensionID int64) (all []Number, err error) {
	err = store.ReadSetting(ctx, r, accountID, extensionID, NumbersSetting, &all)
	return all, err
}

// Hours reads when an extension, or a company, answers.
func Hours(ctx context.Context, r store.SettingReader, accountID, extensionID int64) (s rc.Schedule, err error) {
	err = store.ReadSetting(ctx, r, accountID, extensionID, HoursSetting, &s)
	return s, err
}

// RulesOf reads the rules that an extension, or a company, has set.
func RulesOf(ctx context.Context, r store.SettingReader, accountID, extensionID int64) (all Rules, err error) {
	err = store.ReadSetting(ctx, r, accountID, extensionID, RulesSetting, &all)
	return all, err
}

// Open reports whether a moment, as clocks show it there, is within hours.
// Hours without ranges are around the clock.
func Open(s rc.Schedule, at time.Time) bool {
	any := false
	for _, ranges := range s.WeeklyRanges {
		any = any || len(ranges) > 0
	}
	if !any {
		return true
	}
	now := at.Format("15:04")
	today := s.WeeklyRanges[days[at.Weekday()]]
	return slices.ContainsFunc(today, func(t rc.TimeRange) bool { return t.From <= now && now < t.To })
}

var days = [...]string{"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"}

// A Kind is who a rule is of.
type Kind int

// Kinds of those who have rules.
const (
	User Kind = iota
	Queue
	Company
)

// What rules say of those who have set nothing.
const (
	defaultRings       = 5   // of one's own phones
	defaultNumberRings = 4   // of each forwarding number
	defaultAgent       = 25  // seconds
	defaultHold        = 240 // seconds
)

// Rule is the rule with an id: as it was set, or as it is for who never did.
// Forwarding numbers that a rule does not mention, because they are new, ring
// after the others.
func (all Rules) Rule(k Kind, id string, numbers []Number) rc.AnsweringRule {
	r, set := all[id]
	if !set {
		r = usual(k, id)
	}
	r.ID, r.Enabled, r.Type = id, true, "BusinessHours"
	if id == rc.AfterHoursRule {
		r.Type = "AfterHours"
	}
	if r.Forwarding != nil {
		f := *r.Forwarding
		f.Rules = groups(f.Rules, numbers)
		r.Forwarding = &f
	}
	return r
}

// usual is the rule of who has set none: in the hours people's phones ring and
// companies have their menu, and after them messages are taken.
func usual(k Kind, id string) (r rc.AnsweringRule) {
	switch {
	case id == rc.AfterHoursRule:
		r.CallHandlingAction = rc.TakeMessagesOnly
	case k == Queue:
		r.CallHandlingAction = rc.AgentQueue
		r.Queue = &rc.QueueRule{TransferMode: rc.Simultaneous, AgentTimeout: defaultAgent, HoldTime: defaultHold, HoldTimeExpirationAction: "Voicemail"}
	case k == Company:
		r.CallHandlingAction = rc.ToOperator
	default:
		r.CallHandlingAction = rc.ForwardCalls
		r.Forwarding = UsualForwarding()
	}
	return r
}

// UsualForwarding is the forwarding of who has set none.
func UsualForwarding() *rc.Forwarding {
	return &rc.Forwarding{NotifyMySoftPhones: true, SoftPhonesRingCount: defaultRings, SoftPhonesAlwaysRing: true, SoftPhonesTop: true, RingingMode: rc.Sequentially}
}

// groups brings groups up to date with the numbers that there are.
func groups(set []rc.ForwardingGroup, numbers []Number) []rc.ForwardingGroup {
	all := []rc.ForwardingGroup{}
	known := map[string]bool{}
	for _, g := range set {
		var left []rc.ForwardingTarget
		for _, t := range g.Numbers {
			i := slices.IndexFunc(numbers, func(n Number) bool { return n.ID == t.ID })
			if i >= 0 && !known[t.ID] {
				known[t.ID] = true
				left = append(left, target(numbers[i]))
			}
		}
		if len(left) > 0 {
			g.Index, g.Numbers = len(all)+1, left
			all = append(all, g)
		}
	}
	for _, n := range numbers {
		if !known[n.ID] {
			all = append(all, rc.ForwardingGroup{Index: len(all) + 1, RingCount: defaultNumberRings, Enabled: true, Numbers: []rc.ForwardingTarget{target(n)}})
		}
	}
	return all
}

func target(n Number) rc.ForwardingTarget {
	return rc.ForwardingTarget{ID: n.ID, PhoneNumber: n.PhoneNumber, Label: n.Label, Type: n.Type}
}

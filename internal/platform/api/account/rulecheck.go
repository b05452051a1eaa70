package account

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"offhook/internal/platform/answering"
	"offhook/internal/platform/api/region"
	"offhook/internal/platform/api/target"
	"offhook/internal/rc"
)

// actions are what the calls of users, queues and companies may be done with.
var actions = map[answering.Kind][]string{
	answering.User:    {rc.ForwardCalls, rc.ForwardAlways, rc.TransferToExtension, rc.TakeMessagesOnly, rc.PlayAnnouncementOnly},
	answering.Queue:   {rc.AgentQueue, rc.ForwardAlways, rc.TransferToExtension, rc.TakeMessagesOnly, rc.PlayAnnouncementOnly},
	answering.Company: {rc.ToOperator, rc.ToNobody, rc.BypassMenu, rc.TakeMessagesOnly},
}

const (
	maxRings   = 12   // of a group of numbers, about a minute
	maxHold    = 3600 // seconds that callers of a queue wait
	minSeconds = 5    // that a member of a queue rings, at least
)

// apply puts a request into a rule and checks what comes of it.
func (o ruled) apply(rule *rc.AnsweringRule, body []byte, numbers []answering.Number) error {
	id := rule.ID
	if err := merge(rule, body); err != nil {
		return rc.Coded(rc.Invalid, "CMN-103", "The request body is not valid JSON for this operation")
	}
	if rule.ID != id || !rule.Enabled {
		return target.Invalid("enabled", "The rules for the hours are always there; change what this one does.")
	}
	if all := actions[o.kind]; !slices.Contains(all, rule.CallHandlingAction) {
		return target.Invalid("callHandlingAction", "Send "+strings.Join(all, ", ")+".")
	}
	if rule.CallHandlingAction != rc.TransferToExtension {
		rule.Transfer = nil
	}
	if rule.CallHandlingAction != rc.BypassMenu {
		rule.Extension = nil
	}
	for _, ref := range references(rule) {
		if !o.name(ref) {
			return target.Invalid("extension.id", "Send the id of a user of the account.")
		}
		*ref = rc.AnsweringRef{ID: ref.ID} // names change
	}
	switch rule.CallHandlingAction {
	case rc.ForwardCalls:
		return checkForwarding(rule, numbers)
	case rc.ForwardAlways:
		return o.checkNumber(rule.UnconditionalForwarding)
	case rc.TransferToExtension:
		if rule.Transfer == nil {
			return target.Invalid("transfer.extension.id", "Send who takes the calls.")
		}
	case rc.BypassMenu:
		if rule.Extension == nil {
			return target.Invalid("extension.id", "Send who takes the calls.")
		}
	case rc.AgentQueue:
		return checkQueue(rule.Queue)
	}
	return nil
}

// merge reads JSON into a rule. Lists are replaced: JSON would read the first
// item of the new list into the first of the old.
func merge(rule *rc.AnsweringRule, body []byte) error {
	var sent rc.AnsweringRule
	if err := json.Unmarshal(body, &sent); err != nil {
		return err
	}
	if sent.Forwarding != nil && sent.Forwarding.Rules != nil && rule.Forwarding != nil {
		rule.Forwarding.Rules = nil
	}
	if sent.Forwarding != nil && rule.Forwarding == nil {
		rule.Forwarding = answering.UsualForwarding()
	}
	if sent.Queue != nil && rule.Queue != nil {
		if sent.Queue.Transfer != nil {
			rule.Queue.Transfer = nil
		}
		if sent.Queue.FixedOrderAgents != nil {
			rule.Queue.FixedOrderAgents = nil
		}
	}
	return json.Unmarshal(body, rule)
}

func checkForwarding(rule *rc.AnsweringRule, numbers []answering.Number) error {
	f := rule.Forwarding
	if f == nil {
		f = answering.UsualForwarding()
		rule.Forwarding = f
	}
	f.RingingMode = cmp.Or(f.RingingMode, rc.Sequentially)
	switch {
	case f.RingingMode != rc.Sequentially && f.RingingMode != rc.Simultaneously:
		return target.Invalid("forwarding.ringingMode", "Send Sequentially or Simultaneously.")
	case f.SoftPhonesRingCount < 0 || f.SoftPhonesRingCount > maxRings:
		return target.Invalid("forwarding.softPhonesRingCount", fmt.Sprintf("Send a number from 0 to %d.", maxRings))
	}
	seen := map[string]bool{}
	for i := range f.Rules {
		g := &f.Rules[i]
		if g.RingCount < 1 || g.RingCount > maxRings {
			return target.Invalid("forwarding.rules.ringCount", fmt.Sprintf("Send a number from 1 to %d.", maxRings))
		}
		for j, n := range g.Numbers {
			if seen[n.ID] || !slices.ContainsFunc(numbers, func(known answering.Number) bool { return known.ID == n.ID }) {
				return target.Invalid("forwarding.rules.forwardingNumbers.id", "Send ids of forwarding numbers of the user, each once.")
			}
			seen[n.ID] = true
			g.Numbers[j] = rc.ForwardingTarget{ID: n.ID}
		}
	}
	slices.SortStableFunc(f.Rules, func(a, b rc.ForwardingGroup) int { return cmp.Compare(a.Index, b.Index) })
	return nil
}

// checkNumber writes where all calls go as E.164.
func (o ruled) checkNumber(to *rc.ForwardingTarget) error {
	if to == nil {
		return target.Invalid("unconditionalForwarding.phoneNumber", "Send the number that calls are forwarded to.")
	}
	n, ok := region.Parse(to.PhoneNumber, region.Country("", o.plan.Account.MainNumber).ISOCode)
	if !ok || n.Extension != "" {
		return target.Invalid("unconditionalForwarding.phoneNumber", "It is not a phone number; write it as +16505550100.")
	}
	*to = rc.ForwardingTarget{PhoneNumber: n.E164}
	return nil
}

func checkQueue(q *rc.QueueRule) error {
	modes := []string{rc.Simultaneous, rc.Rotating, rc.FixedOrder}
	switch {
	case q == nil:
		return target.Invalid("queue", "Send how the queue finds a member who answers.")
	case !slices.Contains(modes, q.TransferMode):
		return target.Invalid("queue.transferMode", "Send "+strings.Join(modes, ", ")+".")
	case q.AgentTimeout < minSeconds || q.AgentTimeout > maxHold:
		return target.Invalid("queue.agentTimeout", fmt.Sprintf("Send seconds from %d to %d.", minSeconds, maxHold))
	case q.HoldTime < minSeconds || q.HoldTime > maxHold:
		return target.Invalid("queue.holdTime", fmt.Sprintf("Send seconds from %d to %d.", minSeconds, maxHold))
	}
	switch q.HoldTimeExpirationAction {
	case "Voicemail":
	case rc.TransferToExtension:
		if len(q.Transfer) == 0 {
			return target.Invalid("queue.transfer", "Send who takes the calls that have waited too long.")
		}
	default:
		return target.Invalid("queue.holdTimeExpirationAction", "Send Voicemail or TransferToExtension.")
	}
	return nil
}

package presence

import (
	"slices"
	"strconv"

	"offhook/internal/rc"
	"offhook/internal/store"
)

// The two answers to calls, by what an extension refuses. Personal calls are
// the first word of a dndStatus, calls to its queues the second.
var dndStatuses = map[[2]bool]string{
	{false, false}: rc.TakeAllCalls,
	{false, true}:  rc.DoNotAcceptDepartmentCalls,
	{true, false}:  rc.TakeDepartmentCallsOnly,
	{true, true}:   rc.DoNotAcceptAnyCalls,
}

func dndStatus(p view) string {
	if p.veiled {
		return rc.UnknownDND
	}
	return dndStatuses[[2]bool{p.RefusesPersonal, p.RefusesQueues}]
}

func personal(p view) string {
	if p.veiled {
		return rc.UnknownDND
	}
	if p.RefusesPersonal {
		return rc.DoNotAcceptAnyCalls
	}
	return rc.TakeAllCalls
}

// presenceStatus is what all sources together say: who says to be offline is
// offline, and who takes no calls at all, or has one, is busy.
func presenceStatus(p view) string {
	if p.UserStatus != rc.Available {
		return p.UserStatus
	}
	status := telephonyStatus(p)
	if p.RefusesPersonal && p.RefusesQueues || status != rc.NoCall && status != rc.TelephonyParked {
		return rc.Busy
	}
	return rc.Available
}

// telephonyStatus is what all calls together say: who talks, talks, whatever
// else rings or is on hold.
func telephonyStatus(p view) string {
	for _, status := range []string{rc.TelephonyConnected, rc.TelephonyRinging, rc.TelephonyOnHold, rc.TelephonyParked} {
		if slices.ContainsFunc(p.calls, func(c rc.ActiveCall) bool { return c.TelephonyStatus == status }) {
			return status
		}
	}
	return rc.NoCall
}

// record writes a presence as the contract does.
func record(base string, e store.Extension, p view, d detail) rc.Presence {
	uri := base + rc.ExtensionPath(e.AccountID, e.ID)
	v := rc.Presence{
		URI: uri + "/presence", Extension: &rc.ExtensionRef{ID: e.ID, URI: uri, ExtensionNumber: e.Number},
		PresenceStatus: presenceStatus(p), UserStatus: p.UserStatus, DNDStatus: dndStatus(p), DNDStatusPersonal: personal(p),
		AcceptCallQueueCalls: !p.RefusesQueues && !p.veiled, TelephonyStatus: telephonyStatus(p), MeetingStatus: rc.Disconnected, Message: p.Message,
		AllowSeeMyPresence: !p.Hidden, CallerIDVisibility: p.CallerIDVisibility, RingOnMonitoredCall: p.RingOnMonitoredCall, PickUpCallsOnHold: p.PickUpCallsOnHold,
	}
	if d.calls {
		v.ActiveCalls = append([]rc.ActiveCall{}, p.calls...)
	}
	if !d.sip {
		for i := range v.ActiveCalls {
			v.ActiveCalls[i].SIPData = nil
		}
	}
	return v
}

// body is the event's form, in the detailed variant: notify leaves out the
// calls, or their dialogs, for those who did not ask for them. A call that
// has just ended is told once more, and not counted.
func body(p view) rc.PresenceEvent {
	total := 0
	for _, c := range p.calls {
		if c.TelephonyStatus != rc.NoCall {
			total++
		}
	}
	return rc.PresenceEvent{
		ExtensionID: strconv.FormatInt(p.ExtensionID, 10), TelephonyStatus: telephonyStatus(p), Sequence: p.Sequence,
		PresenceStatus: presenceStatus(p), UserStatus: p.UserStatus, DNDStatus: dndStatus(p), DNDStatusPersonal: personal(p),
		MeetingStatus: rc.Disconnected, AllowSeeMyPresence: !p.Hidden, AcceptCallQueueCalls: !p.RefusesQueues && !p.veiled,
		RingOnMonitoredCall: p.RingOnMonitoredCall, PickUpCallsOnHold: p.PickUpCallsOnHold,
		ActiveCalls: append([]rc.ActiveCall{}, p.calls...), TotalActiveCalls: &total,
	}
}

package presence

import (
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
// offline, and who takes no calls at all is busy.
func presenceStatus(p view) string {
	if p.UserStatus == rc.Available && p.RefusesPersonal && p.RefusesQueues {
		return rc.Busy
	}
	return p.UserStatus
}

// record writes a presence as the contract does.
func record(base string, e store.Extension, p view, detailed bool) rc.Presence {
	uri := base + rc.ExtensionPath(e.AccountID, e.ID)
	v := rc.Presence{
		URI: uri + "/presence", Extension: &rc.ExtensionRef{ID: e.ID, URI: uri, ExtensionNumber: e.Number},
		PresenceStatus: presenceStatus(p), UserStatus: p.UserStatus, DNDStatus: dndStatus(p), DNDStatusPersonal: personal(p),
		AcceptCallQueueCalls: !p.RefusesQueues && !p.veiled, TelephonyStatus: rc.NoCall, MeetingStatus: rc.Disconnected, Message: p.Message,
		AllowSeeMyPresence: !p.Hidden, CallerIDVisibility: p.CallerIDVisibility, RingOnMonitoredCall: p.RingOnMonitoredCall, PickUpCallsOnHold: p.PickUpCallsOnHold,
	}
	if detailed {
		v.ActiveCalls = []rc.ActiveCall{}
	}
	return v
}

// body is the event's form, in the detailed variant: notify leaves the calls
// out for those who did not ask for them.
func body(p view) rc.PresenceEvent {
	none := 0
	return rc.PresenceEvent{
		ExtensionID: strconv.FormatInt(p.ExtensionID, 10), TelephonyStatus: rc.NoCall, Sequence: p.Sequence,
		PresenceStatus: presenceStatus(p), UserStatus: p.UserStatus, DNDStatus: dndStatus(p), DNDStatusPersonal: personal(p),
		MeetingStatus: rc.Disconnected, AllowSeeMyPresence: !p.Hidden, AcceptCallQueueCalls: !p.RefusesQueues && !p.veiled,
		RingOnMonitoredCall: p.RingOnMonitoredCall, PickUpCallsOnHold: p.PickUpCallsOnHold,
		ActiveCalls: []rc.ActiveCall{}, TotalActiveCalls: &none,
	}
}

package session

import "offhook/internal/rc"

// A result is how the log says that a call ended (contract 5.5).
type result struct{ result, reason, description string }

// unreached is what a caller reads when nobody answered, by the reason of
// their party's end.
var unreached = map[string]result{
	rc.ReasonNoAnswer:      {rc.CallNoAnswer, "No Answer", "Nobody answered"},
	rc.ReasonTimeout:       {rc.CallNoAnswer, "No Answer", "Nobody answered"},
	rc.ReasonTargetBusy:    {rc.CallBusy, "Line Busy", "The line was busy"},
	rc.ReasonRejected:      {rc.CallRejected, "Calls Not Accepted", "The call was not accepted"},
	rc.ReasonInvalidNumber: {"Wrong Number", "Bad Number", "The number cannot be called"},
	rc.ReasonNoSuchUser:    {"Wrong Number", "Bad Number", "Nobody has this number"},
	rc.ReasonBlocked:       {"Restricted Number", "Number Not Allowed", "This number may not be called"},
	rc.ReasonInternalError: {"Call Failed", "Internal Call Error", "The call failed"},
	rc.ReasonCallDropped:   {"Call Failed", "Internal Call Error", "The call was lost"},
	rc.ReasonCallReplied:   {"Reply", "", ""},

	rc.ReasonInternationalDisabled: {"Restricted Number", "Number Not Allowed", "Numbers of this country may not be called"},
}

// unanswered is what somebody reads who was called and did not answer.
var unanswered = map[string]result{
	rc.ReasonRejected:       {rc.CallRejected, "Calls Not Accepted", "The call was not accepted"},
	rc.ReasonCallReplied:    {"Reply", "", ""},
	rc.ReasonPickup:         {rc.CallElsewhere, "", ""},
	rc.ReasonAgentAnswered:  {rc.CallElsewhere, "", ""},
	rc.ReasonCallRedirected: {rc.CallAccepted, "", ""},
	rc.ReasonBlindTransfer:  {rc.CallAccepted, "", ""},
	rc.ReasonRCCTransfer:    {rc.CallAccepted, "", ""},
	rc.ReasonCallSwitch:     {rc.CallAccepted, "", ""},
}

// result is how a party that is over ended. Book.mu is held.
func (p *Party) result() result {
	inbound := p.spec.Direction == rc.Inbound
	switch {
	case !p.answered.IsZero() && inbound:
		return result{result: rc.CallAccepted}
	case !p.answered.IsZero():
		return result{result: rc.CallConnected}
	case inbound && p.voicemail:
		return result{result: rc.CallToVoicemail}
	case inbound:
		if r, ok := unanswered[p.status.Reason]; ok {
			return r
		}
		return result{rc.CallMissed, "No Answer", "Nobody answered"}
	}
	if p.status.Reason == rc.ReasonBlocked && p.spec.Action == "Emergency" {
		return result{"Restricted Number", "Emergency Address not defined", "No emergency address is registered"}
	}
	if r, ok := unreached[p.status.Reason]; ok {
		return r
	}
	return result{rc.CallHangUp, "Hang Up", "The caller hung up"}
}

package telephony_test

import (
	"context"
	"fmt"

	"offhook/internal/platform/api/apitest"
	"offhook/internal/platform/exchange/session"
	"offhook/internal/rc"
)

// An exchange notes what it is asked for, and moves the parties of its book
// as a real one would.
type exchange struct {
	book  *session.Book
	asked []string
}

func (x *exchange) note(format string, args ...any) {
	x.asked = append(x.asked, fmt.Sprintf(format, args...))
}

func (x *exchange) party(id, party string) *session.Party {
	s, _ := x.book.Session(id)
	p, _ := s.Party(party)
	return p
}

func (x *exchange) EndSession(_ context.Context, id string) error {
	x.note("end")
	s, _ := x.book.Session(id)
	s.Drop(rc.ReasonCallFinished, "")
	return nil
}

func (x *exchange) EndParty(_ context.Context, id, party string) error {
	x.note("end party")
	x.party(id, party).End(rc.ReasonCallFinished, "")
	return nil
}

func (x *exchange) HoldParty(_ context.Context, id, party string, on bool) error {
	x.note("hold %v", on)
	if !x.party(id, party).Hold(on) {
		return rc.Errorf(rc.Conflict, "Nobody talks yet.")
	}
	return nil
}

func (x *exchange) MuteParty(_ context.Context, id, party string, on bool) error {
	x.note("mute %v", on)
	x.party(id, party).Mute(on)
	return nil
}

func (x *exchange) RejectParty(_ context.Context, id, party string) error {
	x.note("reject")
	x.party(id, party).End(rc.ReasonRejected, "")
	return nil
}

func (x *exchange) IgnoreParty(_ context.Context, _, _, deviceID string) error {
	x.note("ignore on %s", deviceID)
	return nil
}

func (x *exchange) AnswerParty(_ context.Context, id, party, deviceID string) error {
	x.note("answer on %s", deviceID)
	x.party(id, party).Answer()
	return nil
}

func (x *exchange) ForwardParty(_ context.Context, _, _ string, to rc.CallTarget) error {
	x.note("forward to %+v", to)
	return nil
}

func (x *exchange) TransferParty(_ context.Context, id, party string, to rc.CallTarget) error {
	x.note("transfer to %s", to.PhoneNumber)
	x.party(id, party).End(rc.ReasonRCCTransfer, "")
	return nil
}

func (x *exchange) BridgeParty(_ context.Context, id, party, otherID, otherParty string) error {
	x.note("bridge")
	x.party(id, party).Gone(rc.ReasonAttendedTransfer, x.party(otherID, otherParty))
	return nil
}

func (x *exchange) ReplyParty(_ context.Context, id, party string, reply rc.CallReply) error {
	x.note("reply %q", reply.Text)
	x.party(id, party).Session().Drop(rc.ReasonCallReplied, "")
	return nil
}

func (x *exchange) ParkParty(_ context.Context, id, party string) error {
	x.note("park")
	x.party(id, party).Parked("*801")
	return nil
}

func (x *exchange) FlipParty(_ context.Context, _, _, flipID string) error {
	x.note("flip to %s", flipID)
	return nil
}

func (x *exchange) RecordParty(_ context.Context, id, party string, on bool) (string, error) {
	x.note("record %v", on)
	recording, _ := x.party(id, party).StartRecording(rc.RecordedOnDemand)
	if !on {
		x.party(id, party).PauseRecording(recording)
	}
	return recording, nil
}

func (x *exchange) CallOut(_ context.Context, accountID, extensionID int64, deviceID string, to rc.CallTarget) (string, error) {
	x.note("call %s%s from %s", to.PhoneNumber, to.ExtensionNumber, deviceID)
	s := x.book.Begin(session.Spec{Origin: rc.OriginCallOut})
	s.Add(session.PartySpec{Direction: rc.Outbound, AccountID: accountID, ExtensionID: extensionID, To: session.End{Number: to.PhoneNumber}})
	return s.ID(), nil
}

func (x *exchange) RingOut(_ context.Context, accountID, extensionID int64, o rc.RingOutOrder) (string, error) {
	x.note("ring %s, then %s, prompt %v", o.From, o.To.PhoneNumber, o.Prompt)
	s := x.book.Begin(session.Spec{Origin: rc.OriginRingOut})
	s.Add(session.PartySpec{Direction: rc.Outbound, AccountID: accountID, ExtensionID: extensionID, From: session.End{Number: o.From}, To: session.End{Number: o.To.PhoneNumber}})
	return s.ID(), nil
}

func (x *exchange) PickupParty(_ context.Context, id, _ string, extensionID int64, deviceID string) (string, error) {
	x.note("pick up on %s", deviceID)
	s, _ := x.book.Session(id)
	return s.Add(session.PartySpec{Direction: rc.Inbound, AccountID: apitest.Acme, ExtensionID: extensionID}).ID(), nil
}

func (x *exchange) Conference(_ context.Context, accountID, extensionID int64) (string, error) {
	x.note("conference of %d", extensionID)
	s := x.book.Begin(session.Spec{Origin: rc.OriginConference, VoiceCallToken: "conf_1"})
	return s.ID(), nil
}

func (x *exchange) BringIn(_ context.Context, conference, _, _ string) (string, error) {
	x.note("bring in")
	s, _ := x.book.Session(conference)
	return s.Add(session.PartySpec{Direction: rc.Inbound}).ID(), nil
}

func (x *exchange) LeaveConference(_ context.Context, id, party string) error {
	x.note("leave")
	x.party(id, party).End(rc.ReasonCallFinished, "")
	return nil
}

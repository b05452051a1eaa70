package telephony

import (
	"context"

	"offhook/internal/rc"
)

// What an exchange can do with calls that go on, as small interfaces: a
// Handler offers the operations whose interface its exchange has. Sessions and
// parties are ids that the book knows, and the party is the caller's own;
// whether it is in a state for the command is the exchange's to say, with an
// rc.Error that says what to do instead (Conflict where it is too late). All
// return when the command is done, so that the book's state answers for it.

// An Ender hangs up.
type Ender interface {
	// EndSession ends a call for everybody in it.
	EndSession(ctx context.Context, session string) error
	// EndParty takes one party out; the call ends when nobody is left to talk
	// to.
	EndParty(ctx context.Context, session, party string) error
}

// A Holder puts the other side on hold and takes it back.
type Holder interface {
	HoldParty(ctx context.Context, session, party string, on bool) error
}

// A Muter keeps a party's sound from the others.
type Muter interface {
	MuteParty(ctx context.Context, session, party string, on bool) error
}

// An Answerer has a device take a call that rings, by itself.
type Answerer interface {
	AnswerParty(ctx context.Context, session, party, deviceID string) error
}

// A Picker takes over a call, which rings at a colleague's or is parked, on a
// device of the extension, and returns the party that it is there.
type Picker interface {
	PickupParty(ctx context.Context, session, party string, extensionID int64, deviceID string) (newParty string, err error)
}

// A Rejecter declines a call that rings.
type Rejecter interface {
	RejectParty(ctx context.Context, session, party string) error
}

// An Ignorer has one device stop ringing.
type Ignorer interface {
	IgnoreParty(ctx context.Context, session, party, deviceID string) error
}

// A Forwarder sends a call that rings somewhere else.
type Forwarder interface {
	ForwardParty(ctx context.Context, session, party string, to rc.CallTarget) error
}

// A Transferer sends the other side of a call that was answered somewhere
// else.
type Transferer interface {
	TransferParty(ctx context.Context, session, party string, to rc.CallTarget) error
}

// A Bridger joins the other sides of two calls of one user.
type Bridger interface {
	BridgeParty(ctx context.Context, session, party, otherSession, otherParty string) error
}

// A Replier tells the caller something instead of answering.
type Replier interface {
	ReplyParty(ctx context.Context, session, party string, reply rc.CallReply) error
}

// A Parker puts a call where anybody can take it; the book says where.
type Parker interface {
	ParkParty(ctx context.Context, session, party string) error
}

// A Flipper takes a call along to another number of the user.
type Flipper interface {
	FlipParty(ctx context.Context, session, party, flipID string) error
}

// A Recorder records a call. Starting again goes on with the recording that
// was stopped; the id is the same.
type Recorder interface {
	RecordParty(ctx context.Context, session, party string, on bool) (recordingID string, err error)
}

// A Dialer calls somebody from a user's device: it rings there first, or
// answers by itself.
type Dialer interface {
	CallOut(ctx context.Context, accountID, extensionID int64, deviceID string, to rc.CallTarget) (session string, err error)
}

// A RingOuter has the phones of a user ring, at one of the user's own numbers,
// and then those of somebody else.
type RingOuter interface {
	RingOut(ctx context.Context, accountID, extensionID int64, o rc.RingOutOrder) (session string, err error)
}

// A Conferencer opens conferences, whose host dials the session's voice call
// token, and brings calls into them.
type Conferencer interface {
	Conference(ctx context.Context, accountID, extensionID int64) (session string, err error)
	BringIn(ctx context.Context, conference, session, party string) (newParty string, err error)
	// LeaveConference takes one party out. The others go on, even without
	// their host, as long as two are left.
	LeaveConference(ctx context.Context, session, party string) error
}

package exchange

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"offhook/internal/platform/exchange/session"
	"offhook/internal/platform/exchange/sound"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// Emergency calls never leave this platform, which is made for trying things
// out: whoever dials one hears that nobody is coming. What goes before is as
// it is with a real one: the address that is registered for the device goes
// with the call, and without one there is none (contract 8.4). They lead
// somewhere from phones alone: nobody is forwarded or transferred to the
// emergency services, with an address that is not theirs.

// emergency is the service that answers for the emergency services.
const emergency = "emergency"

// emergencyTest is the number that reads the registered address back.
const emergencyTest = "933"

// emergencyAction is what the call log calls such a call.
const emergencyAction = "Emergency"

// noAddress says why a device cannot call the emergency services.
const noAddress = "No address is registered that help could be sent to. Register one for this device, and call from a mobile phone if you need help now."

// longestEmergency is how many digits such a number has at most.
const longestEmergency = 6

// An Alarm reports whether digits reach the emergency services for an
// extension, or with zero its company. Address is where help would be sent to,
// nil where nothing is registered.
type Alarm func(ctx context.Context, accountID, extensionID int64, address *rc.EmergencyAddress, digits string) (bool, error)

// helpDigits are what may be a number of the emergency services, which people
// in need may write as if it were a number of another country: +112.
func helpDigits(number string) (digits string, ok bool) {
	digits = strings.TrimPrefix(number, "+")
	return digits, len(digits) <= longestEmergency && isDigits(digits)
}

// forHelp reports whether somebody of an account calls for help by a number.
func (x *Exchange) forHelp(ctx context.Context, accountID int64, number string) (bool, error) {
	digits, ok := helpDigits(number)
	if x.Emergency == nil || !ok {
		return false, nil
	}
	return x.Emergency(ctx, accountID, 0, nil, digits)
}

// urgent is where a phone's call goes when it is to the emergency services.
func (x *Exchange) urgent(ctx context.Context, b *binding, dialled string) (to destination, ok bool, err error) {
	number, ok := helpDigits(tidyNumber(dialled))
	if x.Emergency == nil || !ok {
		return destination{}, false, nil
	}
	var address *rc.EmergencyAddress
	a, err := x.Store.EmergencyAddress(ctx, b.device.ID)
	switch {
	case err == nil:
		address = &a
	case !errors.Is(err, store.ErrNotFound):
		return destination{}, false, fmt.Errorf("reading the emergency address of device %d: %w", b.device.ID, err)
	}
	if ok, err = x.Emergency(ctx, b.ext.AccountID, b.ext.ID, address, number); err != nil || !ok {
		return destination{}, false, err
	}
	to = destination{service: emergency, end: session.End{Number: number, Name: "Emergency services"}, help: address}
	if address == nil {
		to.reason, to.sentence = rc.ReasonBlocked, noAddress
	}
	return to, true, nil
}

// assist is what an emergency call hears.
func assist(to destination) func(context.Context, sound.Line) error {
	return func(ctx context.Context, l sound.Line) error {
		return sound.Emergency(ctx, l, to.end.Number == emergencyTest, to.help.Street, to.help.Zip)
	}
}

// action is what the call log calls a call there; empty for an ordinary one.
func (to destination) action() string {
	switch {
	case to.service == emergency:
		return emergencyAction
	case to.watch != nil || to.asks != nil:
		return monitoringAction
	}
	return ""
}

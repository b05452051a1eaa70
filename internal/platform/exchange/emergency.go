package exchange

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"offhook/internal/media"
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

// emergencyNumber reads what somebody of an account has dialled as a number of
// the emergency services where the account is.
func (x *Exchange) emergencyNumber(ctx context.Context, accountID int64, dialled string) (number string, ok bool, err error) {
	digits := strings.TrimSpace(dialled)
	if x.Emergency == nil || len(digits) > longestEmergency || !isDigits(digits) {
		return "", false, nil
	}
	a, err := x.Store.Account(ctx, accountID)
	if err != nil {
		return "", false, fmt.Errorf("reading account %d: %w", accountID, err)
	}
	return digits, x.Emergency(a.MainNumber, digits), nil
}

// urgent is where a phone's call goes when it is to the emergency services.
func (x *Exchange) urgent(ctx context.Context, b *binding, dialled string) (to destination, ok bool, err error) {
	number, ok, err := x.emergencyNumber(ctx, b.ext.AccountID, tidyNumber(dialled))
	if err != nil || !ok {
		return destination{}, false, err
	}
	to = destination{service: emergency, end: session.End{Number: number, Name: "Emergency services"}}
	a, err := x.Store.EmergencyAddress(ctx, b.device.ID)
	switch {
	case errors.Is(err, store.ErrNotFound):
		to.reason, to.sentence = rc.ReasonBlocked, noAddress
	case err != nil:
		return destination{}, false, fmt.Errorf("reading the emergency address of device %d: %w", b.device.ID, err)
	default:
		to.help = &a
	}
	return to, true, nil
}

// assist is what an emergency call hears.
func assist(to destination) func(context.Context, *media.Leg) error {
	return func(ctx context.Context, l *media.Leg) error {
		return sound.Emergency(ctx, l, to.end.Number == emergencyTest, to.help.Street, to.help.Zip)
	}
}

// action is what the call log calls a call there; empty for an ordinary one.
func (to destination) action() string {
	switch {
	case to.service == emergency:
		return emergencyAction
	case to.watch != nil:
		return monitoringAction
	}
	return ""
}

package softphone_test

import (
	"context"

	"offhook/internal/rc"
)

func (d *deskDouble) Supervise(_ context.Context, extensionID, deviceID string) (rc.TelephonyParty, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.host.asked = append(d.host.asked, "supervise "+extensionID+" at "+deviceID)
	if d.host.party == "" {
		return rc.TelephonyParty{}, rc.Errorf(rc.Conflict, "They are not in a call any more.")
	}
	return rc.TelephonyParty{ID: d.host.party, Direction: rc.Outbound, To: rc.TelephonyEnd{PhoneNumber: "102", Name: "Bob Agent"}}, nil
}

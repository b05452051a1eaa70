package hostlink_test

import (
	"testing"
	"time"

	"offhook/internal/rc"
	"offhook/internal/widget/hostlink"
)

func TestATelephonySessionReachesAHostPageThatMayHearOfCalls(t *testing.T) {
	session := &hostlink.TelephonySession{
		ID: "s-1", SessionID: "1", AccountID: "7", ExtensionID: "101", Origin: rc.Origin{Type: rc.OriginCall}, Sequence: 3,
		Parties:      []rc.EventParty{{ID: "p-1-1", Direction: rc.Inbound, Status: rc.PartyStatus{Code: rc.PartyAnswered}}},
		CreationTime: rc.Time{Time: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)},
	}
	event := hostlink.Event{Position: "e-1", Type: "session", ID: "s-1", Session: session}
	for _, may := range []bool{true, false} {
		h := open(t)
		if may {
			h = open(t, hostlink.Calls)
		}
		c, w := h.greet(t)
		w.c <- event
		c.expect(`{"type":"event","position":"e-1","event":{"type":"session","id":"s-1"}}`)
		if may {
			c.expect(`{"type":"host","message":{"type":"rc-telephony-session-notify","eventId":"session-s-1-3","telephonySession":{` +
				`"id":"s-1","sessionId":"1","accountId":"7","extensionId":"101","origin":{"type":"Call"},` +
				`"parties":[{"id":"p-1-1","accountId":"","extensionId":"","direction":"Inbound","from":{},"to":{},"status":{"code":"Answered","rcc":false},"missedCall":false,"standAlone":false,"muted":false}],` +
				`"creationTime":"2026-11-23T09:00:00.000Z","sequence":3}}}`)
		}
		c.say(`{"type":"ping"}`)
		c.expect(`{"type":"pong"}`)
	}
}

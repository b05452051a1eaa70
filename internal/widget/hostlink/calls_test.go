package hostlink_test

import (
	"testing"

	"offhook/internal/widget/hostlink"
)

func TestCallsReachPanelsAndASyncTheHostPage(t *testing.T) {
	h := open(t, hostlink.Status)
	c, w := h.greet(t)
	h.desk.missed = 2 // read after the next event only
	w.c <- hostlink.Event{Position: "e-1", Type: "calls", New: true}
	c.expect(`{"type":"event","position":"e-1","event":{"type":"calls","new":true,"readable":true,"missed":2}}`)
	c.expect(`{"type":"host","message":{"type":"rc-call-history-synced-notify"}}`)

	// That calls were looked at is for the panels alone.
	w.c <- hostlink.Event{Position: "e-2", Type: "calls"}
	c.expect(`{"type":"event","position":"e-2","event":{"type":"calls","readable":true,"missed":2}}`)
	c.say(`{"type":"ping"}`)
	c.expect(`{"type":"pong"}`)
}

func TestAHostPageWithoutTheCapabilityIsNotToldOfSyncs(t *testing.T) {
	h := open(t)
	c, w := h.greet(t)
	w.c <- hostlink.Event{Position: "e-1", Type: "calls", New: true}
	c.expect(`{"type":"event","position":"e-1","event":{"type":"calls","new":true}}`)
	c.say(`{"type":"ping"}`)
	c.expect(`{"type":"pong"}`)
}

package hostlink_test

import (
	"testing"

	"offhook/internal/rc"
	"offhook/internal/widget/hostlink"
)

func (d *desk) Presence() (hostlink.Presence, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.presence, d.presence.Reach != ""
}

func (d *desk) say(p hostlink.Presence) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.presence = p
}

func TestPresenceReachesPanelsAndTheHostPage(t *testing.T) {
	h := open(t, hostlink.Status)
	own := hostlink.Presence{ExtensionID: "101", Own: true, Reach: "available", UserStatus: rc.Available, DNDStatus: rc.TakeAllCalls, TelephonyStatus: rc.NoCall}
	h.desk.say(own)
	c, w := h.greet(t)
	notice := func(user, dnd, option string) string {
		return `{"type":"host","message":{"type":"rc-adapter-syncPresence","telephonyStatus":"NoCall","userStatus":"` + user + `","dndStatus":"` + dnd + `","presenceOption":"` + option + `"}}`
	}
	c.expect(notice("Available", "TakeAllCalls", "Available"))

	own.Reach, own.UserStatus, own.DNDStatus = "dnd", rc.Busy, rc.DoNotAcceptAnyCalls
	h.desk.say(own)
	w.c <- hostlink.Event{Position: "e-1", Type: "presence", ID: "101", Presence: &own}
	c.expect(`{"type":"event","position":"e-1","event":{"type":"presence","id":"101","own":true,"reach":"dnd"}}`)
	c.expect(notice("Busy", "DoNotAcceptAnyCalls", "DoNotAcceptAnyCalls"))

	// A colleague's is for the panels alone, and the same again is no news.
	w.c <- hostlink.Event{Position: "e-2", Type: "presence", ID: "102", Presence: &hostlink.Presence{ExtensionID: "102", Reach: "busy", UserStatus: rc.Busy}}
	c.expect(`{"type":"event","position":"e-2","event":{"type":"presence","id":"102","reach":"busy"}}`)
	w.c <- hostlink.Event{Position: "e-3", Type: "draft", ID: "42"}
	c.expect(`{"type":"event","position":"e-3","event":{"type":"draft","id":"42"}}`)

	own.Reach, own.UserStatus = "offline", rc.Offline
	h.desk.say(own)
	w.c <- hostlink.Event{Position: "e-4", Type: "presence", ID: "101", Presence: &own}
	c.expect(`{"type":"event","position":"e-4","event":{"type":"presence","id":"101","own":true,"reach":"offline"}}`)
	c.expect(notice("Offline", "DoNotAcceptAnyCalls", "Offline"))
}

func TestAHostPageWithoutTheCapabilityIsNotToldPresence(t *testing.T) {
	h := open(t)
	own := hostlink.Presence{ExtensionID: "101", Own: true, Reach: "busy", UserStatus: rc.Busy}
	h.desk.say(own)
	c, w := h.greet(t)
	w.c <- hostlink.Event{Position: "e-1", Type: "presence", ID: "101", Presence: &own}
	c.expect(`{"type":"event","position":"e-1","event":{"type":"presence","id":"101","own":true,"reach":"busy"}}`)
	c.say(`{"type":"ping"}`)
	c.expect(`{"type":"pong"}`)
}

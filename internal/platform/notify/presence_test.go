package notify_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/platform/event"
	"offhook/internal/rc"
)

const (
	ownPresence     = "/restapi/v1.0/account/~/extension/~/presence"
	accountPresence = "/restapi/v1.0/account/~/presence"
)

// present announces a presence of extension 101, as the presence API does.
func (p *platform) present(filter, own, others string) {
	p.t.Helper()
	none := 0
	body := func(status string) any {
		if status == "" {
			return nil
		}
		return rc.PresenceEvent{ExtensionID: "101", Sequence: 7, PresenceStatus: status, ActiveCalls: []rc.ActiveCall{}, TotalActiveCalls: &none}
	}
	if err := event.PublishShared(p.t.Context(), p.bus, account, 101, filter, body(own), body(others)); err != nil {
		p.t.Fatal(err)
	}
}

func TestPresenceComesAsItWasAskedFor(t *testing.T) {
	p := newPlatform(t)
	path := rc.PresenceFilter(account, 101)
	detailed := "?detailedTelephonyState=true&sipData=true&totalActiveCalls"
	plain, _ := p.subscribe("ada", ownPresence)
	full, sub := p.subscribe("ada", ownPresence+detailed)
	if len(sub.EventFilters) != 1 || sub.EventFilters[0] != path+detailed {
		t.Errorf("filters %v", sub.EventFilters)
	}
	p.present(path, rc.Busy, "")
	for _, tt := range []struct {
		k     *client
		event string
		calls bool
	}{{plain, path, false}, {full, path + detailed, true}} {
		n := tt.k.read().notification()
		var body rc.PresenceEvent
		if err := json.Unmarshal(n.Body, &body); err != nil || n.Event != tt.event || body.PresenceStatus != rc.Busy || body.Sequence != 7 {
			t.Errorf("%s: %s %s, %v", tt.event, n.Event, n.Body, err)
		}
		if got := strings.Contains(string(n.Body), "activeCalls") && body.TotalActiveCalls != nil; got != tt.calls {
			t.Errorf("%s: body %s, want calls: %v", tt.event, n.Body, tt.calls)
		}
	}
}

func TestColleaguesGetWhatTheyMayKnow(t *testing.T) {
	p := newPlatform(t)
	adas, all := rc.PresenceFilter(account, 101), "/restapi/v1.0/account/100001/presence"
	bob, sub := p.subscribe("bob", "/restapi/v1.0/account/~/extension/101/presence", accountPresence, "/restapi/v1.0/account/~/extension/101/presence/dnd")
	if want := []string{adas, all}; !cmp.Equal(sub.EventFilters, want) || len(sub.Disabled) != 1 {
		t.Errorf("bob's filters %v, disabled %+v; want only the dnd event of another disabled", sub.EventFilters, sub.Disabled)
	}
	ada, _ := p.subscribe("ada", accountPresence)
	p.present(adas, rc.Busy, rc.Offline) // ada hides
	p.present(all, rc.Busy, rc.Offline)
	p.present(adas, rc.Available, "") // and is hidden
	p.present(all, rc.Available, "")
	p.text(102, 1)
	p.present(adas, rc.Available, rc.Available)

	status := func(k *client) string {
		t.Helper()
		var body rc.PresenceEvent
		if err := json.Unmarshal(k.read().notification().Body, &body); err != nil {
			t.Fatal(err)
		}
		return body.PresenceStatus
	}
	if diff := cmp.Diff([]string{rc.Offline, rc.Offline, rc.Available}, []string{status(bob), status(bob), status(bob)}); diff != "" {
		t.Errorf("bob got (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{rc.Busy, rc.Available}, []string{status(ada), status(ada)}); diff != "" {
		t.Errorf("ada got (-want +got):\n%s", diff)
	}
}

func TestDialogsComeToWhoAsksForThem(t *testing.T) {
	p := newPlatform(t)
	const sessions = "/restapi/v1.0/account/~/extension/~/telephony/sessions"
	dialog := &rc.SIPData{CallID: "call-1"}
	presence, calls := rc.PresenceFilter(account, 101), rc.TelephonyFilter(account, 101)
	for _, tt := range []struct {
		name, filter string
		want         bool
	}{
		{"presence", ownPresence + "?detailedTelephonyState=true", false},
		{"presence with them", ownPresence + "?detailedTelephonyState=true&sipData=true", true},
		{"presence without calls", ownPresence + "?sipData=true", false},
		{"calls", sessions, false},
		{"calls with them", sessions + "?sipData=true", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			k, _ := p.subscribe("ada", tt.filter)
			filter, body := presence, any(rc.PresenceEvent{ActiveCalls: []rc.ActiveCall{{SIPData: dialog}}})
			if strings.HasPrefix(tt.filter, sessions) {
				filter, body = calls, rc.TelephonyEvent{Parties: []rc.EventParty{{ID: "p-1", SIPData: dialog}}}
			}
			if err := event.Publish(t.Context(), p.bus, account, 101, filter, body); err != nil {
				t.Fatal(err)
			}
			got := string(k.read().notification().Body)
			if strings.Contains(got, "call-1") != tt.want {
				t.Errorf("%s: %s", tt.filter, got)
			}
		})
	}
}

package notify

import (
	"encoding/json"
	"strings"
	"testing"

	"offhook/internal/platform/event"
	"offhook/internal/platform/wire"
	"offhook/internal/rc"
)

var ada = wire.Caller{AccountID: 1, ExtensionID: 11, ClientID: "phone", Scopes: rc.Scopes}

func TestFiltersAreExpanded(t *testing.T) {
	for in, want := range map[string]string{
		"/restapi/v1.0/account/~/extension/~/message-store":                                         "/restapi/v1.0/account/1/extension/11/message-store",
		"/restapi/v1.0/account/~/extension/~/message-store/":                                        "/restapi/v1.0/account/1/extension/11/message-store",
		"/restapi/v1.0/account/1/extension/11/message-store?type=SMS":                               "/restapi/v1.0/account/1/extension/11/message-store?type=SMS",
		"/restapi/v1.0/account/~/extension/~/presence?detailedTelephonyState=true&totalActiveCalls": "/restapi/v1.0/account/1/extension/11/presence?detailedTelephonyState=true&totalActiveCalls",
		"/restapi/v1.0/account/~/extension":                                                         "/restapi/v1.0/account/1/extension",
		"/restapi/v1.0/account/~/presence":                                                          "/restapi/v1.0/account/1/presence",
		"/restapi/v1.0/subscription/~?threshold=60&interval=15":                                     "/restapi/v1.0/subscription/~?threshold=60&interval=15",
		"/restapi/v1.0/glip/posts":                                                                  "/restapi/v1.0/glip/posts",
	} {
		f, err := newFilter(in, ada)
		if err != nil || f.text != want {
			t.Errorf("%s: %q, %v; want %q", in, f.text, err, want)
		}
		if refusal := f.allow(ada); refusal != nil {
			t.Errorf("%s is refused: %v", in, refusal)
		}
	}
}

func TestFiltersNeedThePermissionOfTheirData(t *testing.T) {
	const e = "/restapi/v1.0/account/~/extension/~"
	for _, tt := range []struct {
		filter string
		scope  rc.Scope
		code   string
	}{
		{e + "/message-store", rc.ReadMessages, ""},
		{e + "/message-store/instant?type=SMS", rc.SMS, ""},
		{e + "/message-store", rc.ReadAccounts, "CMN-401"},
		{e + "/presence?detailedTelephonyState=true", rc.ReadPresence, ""},
		{e + "/presence", rc.ReadMessages, "CMN-401"},
		{e + "/telephony/sessions", rc.CallControl, ""},
		{e, rc.ReadAccounts, ""},
		{e, rc.SMS, "CMN-401"},
		{"/restapi/v1.0/account/2/extension", rc.ReadAccounts, "CMN-404"},
		{"/restapi/v1.0/account/~/extension/12", rc.ReadAccounts, "CMN-404"},
		{"/restapi/v1.0/something/new", "", ""},
	} {
		c := ada
		c.Scopes = rc.ScopeSet{tt.scope}
		f, err := newFilter(tt.filter, c)
		if err != nil {
			t.Fatal(err)
		}
		code := ""
		if refusal := f.allow(c); refusal != nil {
			code = refusal.Code
		}
		if code != tt.code {
			t.Errorf("%s with %s: refused by %q, want %q", tt.filter, tt.scope, code, tt.code)
		}
	}
}

func TestFiltersMatchEvents(t *testing.T) {
	const e = "/restapi/v1.0/account/1/extension/11"
	store := func(types ...string) event.Event {
		var body rc.MessageStoreEvent
		for _, typ := range types {
			body.Changes = append(body.Changes, rc.MessageStoreChange{Type: typ, NewCount: 1})
		}
		raw, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		return event.Event{AccountID: 1, ExtensionID: 11, Filter: e + "/message-store", Body: raw}
	}
	instant := event.Event{AccountID: 1, ExtensionID: 11, Filter: e + "/message-store/instant?type=SMS"}
	for _, tt := range []struct {
		filter string
		event  event.Event
		want   bool
	}{
		{e + "/message-store", store("SMS"), true},
		{e + "/message-store?type=SMS", store("SMS"), true},
		{e + "/message-store?type=Fax", store("SMS"), false},
		{e + "/message-store?type=Fax&type=SMS", store("SMS"), true},
		{e + "/message-store?type=Fax", store("SMS", "Fax"), true},
		{e + "/message-store?direction=Inbound", store("SMS"), true}, // the event does not say
		{e + "/message-store/instant?type=SMS", instant, true},
		{e + "/message-store/instant", instant, true},
		{e + "/message-store/instant?type=MMS", instant, false},
	} {
		f, err := newFilter(tt.filter, ada)
		if err != nil {
			t.Fatal(err)
		}
		o := newOccurrence(tt.event)
		if got := f.path == o.path && f.matches(o); got != tt.want {
			t.Errorf("%s and %s %s: %v, want %v", tt.filter, tt.event.Filter, tt.event.Body, got, tt.want)
		}
	}
}

func TestFiltersNarrowCalls(t *testing.T) {
	const e = "/restapi/v1.0/account/1/extension/11/telephony/sessions"
	party := rc.EventParty{
		Direction: rc.Inbound, From: rc.TelephonyEnd{PhoneNumber: "+14155550147"}, To: rc.TelephonyEnd{PhoneNumber: "+16505550101"},
		Status: rc.PartyStatus{Code: rc.PartyDisconnected}, MissedCall: true,
	}
	recorded := party
	recorded.Recordings = []rc.PartyRecording{{ID: "1"}}
	for _, tt := range []struct {
		query string
		party rc.EventParty
		want  bool
	}{
		{"", party, true},
		{"?sipData=true", party, true},
		{"?direction=Inbound", party, true},
		{"?direction=Outbound", party, false},
		{"?missedCall=true", party, true},
		{"?statusCode=Disconnected&missedCall=true", party, true},
		{"?statusCode=Answered", party, false},
		{"?statusCode=Answered&statusCode=Disconnected", party, true},
		{"?phoneNumber=+14155550147", party, true},
		{"?phoneNumber=%2B16505550101", party, true},
		{"?phoneNumber=14155550147", party, true},
		{"?phoneNumber=+14155550199", party, false},
		{"?withRecordings=true", party, false},
		{"?withRecordings=true", recorded, true},
		{"?withRecordings=false", recorded, true},
	} {
		body, err := json.Marshal(rc.TelephonyEvent{Parties: []rc.EventParty{tt.party}})
		if err != nil {
			t.Fatal(err)
		}
		f, err := newFilter(e+tt.query, ada)
		if err != nil {
			t.Fatal(err)
		}
		if got := f.matches(newOccurrence(event.Event{AccountID: 1, ExtensionID: 11, Filter: e, Body: body})); got != tt.want {
			t.Errorf("%q and %s: %v, want %v", tt.query, body, got, tt.want)
		}
	}
}

// FuzzNewFilter holds that no spelling reaches another's events.
func FuzzNewFilter(f *testing.F) {
	for _, seed := range []string{
		"/restapi/v1.0/account/~/extension/~/message-store?type=SMS", "/restapi/v1.0/account//extension/12", "//", "/", "/account/1/account/2",
		"/restapi/v1.0/account/1/extension/12/message-store/", "/a?%zz", "/restapi/v1.0/account/~/extension/12?extension/11",
	} {
		f.Add(seed)
	}
	others := []string{"/restapi/v1.0/account/1/extension/12/message-store", "/restapi/v1.0/account/2/extension", "/restapi/v1.0/account/1/extension/12"}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := newFilter(text, ada)
		if err != nil {
			return
		}
		again, err := newFilter(got.text, ada)
		if err != nil || again.path != got.path {
			t.Errorf("%q becomes %q, which becomes %q, %v", text, got.path, again.path, err)
		}
		if got.allow(ada) != nil {
			return
		}
		for _, other := range others {
			if got.path == other || strings.HasPrefix(got.path, other+"/") {
				t.Errorf("%q is allowed and leads to %s", text, got.path)
			}
		}
	})
}

package presence_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/platform/api/apitest"
	"offhook/internal/platform/api/presence"
	"offhook/internal/rc"
)

// calls are those that somebody has, by extension.
type calls map[int64][]rc.ActiveCall

func (c calls) Active(extensionID int64) []rc.ActiveCall { return c[extensionID] }

func callIn(status string) rc.ActiveCall {
	return rc.ActiveCall{
		ID: "call-1", Direction: rc.Inbound, From: apitest.Outside, FromName: "HENDERSON P", To: apitest.AdaPhone, TelephonyStatus: status,
		StartTime: rc.TimeOf(apitest.Start), SessionID: "1", TelephonySessionID: "s-1", PartyID: "p-1-2", SIPData: &rc.SIPData{CallID: "call-1", ToTag: "t", FromTag: "f"},
	}
}

func withCalls(t *testing.T, have calls) (*apitest.World, *presence.Handler) {
	t.Helper()
	w := apitest.New(t)
	h := &presence.Handler{Face: w.Face, Store: w.Store, Bus: w.Bus, Calls: have, Log: w.Log}
	h.Mount(w.Mux)
	return w, h
}

func TestWhoHasACallIsBusy(t *testing.T) {
	have := calls{}
	w, _ := withCalls(t, have)
	for _, tt := range []struct {
		calls               []string
		telephony, presence string
	}{
		{nil, rc.NoCall, rc.Available},
		{[]string{rc.TelephonyRinging}, rc.TelephonyRinging, rc.Busy},
		{[]string{rc.TelephonyConnected}, rc.TelephonyConnected, rc.Busy},
		{[]string{rc.TelephonyOnHold}, rc.TelephonyOnHold, rc.Busy},
		{[]string{rc.TelephonyOnHold, rc.TelephonyRinging}, rc.TelephonyRinging, rc.Busy},
		{[]string{rc.TelephonyOnHold, rc.TelephonyRinging, rc.TelephonyConnected}, rc.TelephonyConnected, rc.Busy},
		{[]string{rc.TelephonyParked}, rc.TelephonyParked, rc.Available},
	} {
		have[apitest.Ada] = nil
		for _, status := range tt.calls {
			have[apitest.Ada] = append(have[apitest.Ada], callIn(status))
		}
		p := apitest.Get[rc.Presence](w, "bob", adas)
		u := apitest.Get[rc.UnifiedPresence](w, "bob", account+"/extension/101001/unified-presence")
		got := []string{p.TelephonyStatus, p.PresenceStatus, p.UserStatus, u.Status, u.Telephony.Status}
		if diff := cmp.Diff([]string{tt.telephony, tt.presence, rc.Available, tt.presence, tt.telephony}, got); diff != "" {
			t.Errorf("with calls %v (-want +got):\n%s", tt.calls, diff)
		}
	}
}

func TestCallsAreShownToWhoAsksAndMayKnow(t *testing.T) {
	w, _ := withCalls(t, calls{apitest.Ada: {callIn(rc.TelephonyConnected)}})
	const detailed, sip = "?detailedTelephonyState=true", "&sipData=true"
	show := func(as, path string) []rc.ActiveCall { return apitest.Get[rc.Presence](w, as, path).ActiveCalls }
	if got := show("ada", own); got != nil {
		t.Errorf("without asking for them Ada gets %+v", got)
	}
	if diff := cmp.Diff([]rc.ActiveCall{callIn(rc.TelephonyConnected)}, show("ada", own+detailed+sip)); diff != "" {
		t.Errorf("Ada's calls with their dialogs (-want +got):\n%s", diff)
	}
	plain := callIn(rc.TelephonyConnected)
	plain.SIPData = nil
	if diff := cmp.Diff([]rc.ActiveCall{plain}, show("ada", own+detailed)); diff != "" {
		t.Errorf("Ada's calls (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]rc.ActiveCall{plain}, show("bob", adas+detailed+sip)); diff != "" {
		t.Errorf("Ada's calls as Bob sees them: without dialogs (-want +got):\n%s", diff)
	}
	put(w, "ada", `{"callerIdVisibility":"None"}`)
	if body := w.Do("bob", "GET", adas+detailed, nil).Body.String(); strings.Contains(body, apitest.Outside) || strings.Contains(body, "HENDERSON") || !strings.Contains(body, "CallConnected") {
		t.Errorf("Bob is to see that Ada talks, not to whom: %s", body)
	}
	put(w, "ada", `{"allowSeeMyPresence":false}`)
	for _, path := range []string{adas, account + "/presence"} {
		if body := w.Do("bob", "GET", path+detailed, nil).Body.String(); strings.Contains(body, "s-1") || strings.Contains(body, "CallConnected") {
			t.Errorf("%s shows a call of who hides: %s", path, body)
		}
	}
}

func TestCallsAreToldAsTheyChange(t *testing.T) {
	w, h := withCalls(t, calls{})
	told := w.Told()
	h.CallsChanged(t.Context(), apitest.Acme, apitest.Ada, []rc.ActiveCall{callIn(rc.TelephonyRinging)})
	over := callIn(rc.NoCall)
	over.TerminationType = "final"
	h.CallsChanged(t.Context(), apitest.Acme, apitest.Ada, []rc.ActiveCall{over})
	type event struct {
		filter, telephony, presence string
		sequence                    int64
		total                       int
		last, others                string
	}
	var got []event
	for _, e := range told() {
		var own, others rc.PresenceEvent
		if err := json.Unmarshal(e.Body, &own); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(e.Others, &others); err != nil {
			t.Fatal(err)
		}
		if own.ActiveCalls[0].SIPData == nil || others.ActiveCalls[0].SIPData != nil {
			t.Errorf("dialogs are Ada's alone: %s, others: %s", e.Body, e.Others)
		}
		got = append(got, event{
			strings.TrimPrefix(e.Filter, "/restapi/v1.0/account/100001"), own.TelephonyStatus, own.PresenceStatus, own.Sequence, *own.TotalActiveCalls,
			own.ActiveCalls[0].TerminationType, others.TelephonyStatus,
		})
	}
	const e, a = "/extension/101001/presence", "/presence"
	want := []event{
		{e, "Ringing", "Busy", 1, 1, "", "Ringing"}, {a, "Ringing", "Busy", 1, 1, "", "Ringing"},
		{e, "NoCall", "Available", 2, 0, "final", "NoCall"}, {a, "NoCall", "Available", 2, 0, "final", "NoCall"},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(event{})); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

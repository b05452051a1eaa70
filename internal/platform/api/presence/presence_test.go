package presence_test

import (
	"encoding/json"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/platform/api/apitest"
	"offhook/internal/platform/api/presence"
	"offhook/internal/platform/event"
	"offhook/internal/rc"
	"offhook/internal/store"
)

const (
	account   = "/restapi/v1.0/account/~"
	extension = account + "/extension/~"
	own       = extension + "/presence"
	adas      = account + "/extension/101001/presence"
)

func newWorld(t *testing.T) *apitest.World {
	t.Helper()
	w := apitest.New(t)
	(&presence.Handler{Face: w.Face, Store: w.Store, Bus: w.Bus, Log: w.Log}).Mount(w.Mux)
	return w
}

func put(w *apitest.World, as, body string) rc.Presence {
	w.T.Helper()
	return apitest.Decode[rc.Presence](w.T, w.Do(as, "PUT", own, body), 200)
}

func TestGet(t *testing.T) {
	w := newWorld(t)
	apitest.Golden(t, "default.json", w.Do("ada", "GET", own+"?detailedTelephonyState=true&sipData=true", nil))
	put(w, "ada", `{"userStatus":"Busy","message":"In a viewing","ringOnMonitoredCall":true,"pickUpCallsOnHold":true,"callerIdVisibility":"PermittedUsers"}`)
	apitest.Golden(t, "busy.json", w.Do("bob", "GET", adas, nil))
	apitest.Refused(t, w.Do("eve", "GET", adas, nil), 404, "CMN-102", "extensionId")
	apitest.Refused(t, w.Do("eve", "GET", "/restapi/v1.0/account/100001/extension/101001/presence", nil), 404, "CMN-102", "accountId")
	apitest.Refused(t, w.Do("ada", "GET", own+"?detailedTelephonyState=perhaps", nil), 400, "CMN-101", "detailedTelephonyState")
	apitest.Refused(t, w.Do("ada?SMS", "GET", own, nil), 403, "CMN-401", "")
	apitest.Refused(t, w.Do("ada?ReadPresence", "PUT", own, `{}`), 403, "CMN-401", "")
}

func TestStatusesFollowFromOneAnother(t *testing.T) {
	w := newWorld(t)
	for _, tt := range []struct {
		name, body                    string
		user, dnd, personal, presence string
		queues                        bool
	}{
		{"busy", `{"userStatus":"Busy"}`, rc.Busy, rc.TakeAllCalls, rc.TakeAllCalls, rc.Busy, true},
		{"do not disturb makes busy", `{"userStatus":"Available","dndStatus":"DoNotAcceptAnyCalls"}`, rc.Available, rc.DoNotAcceptAnyCalls, rc.DoNotAcceptAnyCalls, rc.Busy, false},
		{"queue calls only leaves available", `{"acceptCallQueueCalls":true}`, rc.Available, rc.TakeDepartmentCallsOnly, rc.DoNotAcceptAnyCalls, rc.Available, true},
		{"no queue calls", `{"dndStatus":"DoNotAcceptDepartmentCalls"}`, rc.Available, rc.DoNotAcceptDepartmentCalls, rc.TakeAllCalls, rc.Available, false},
		{"the newer member wins", `{"dndStatus":"TakeAllCalls","dndStatusPersonal":"DoNotAcceptAnyCalls"}`, rc.Available, rc.TakeDepartmentCallsOnly, rc.DoNotAcceptAnyCalls, rc.Available, true},
		{"offline wins", `{"userStatus":"Offline","dndStatus":"DoNotAcceptAnyCalls"}`, rc.Offline, rc.DoNotAcceptAnyCalls, rc.DoNotAcceptAnyCalls, rc.Offline, false},
		{"nothing said changes nothing", `{}`, rc.Offline, rc.DoNotAcceptAnyCalls, rc.DoNotAcceptAnyCalls, rc.Offline, false},
	} {
		p := put(w, "ada", tt.body)
		got := []any{p.UserStatus, p.DNDStatus, p.DNDStatusPersonal, p.PresenceStatus, p.AcceptCallQueueCalls}
		if diff := cmp.Diff([]any{tt.user, tt.dnd, tt.personal, tt.presence, tt.queues}, got); diff != "" {
			t.Errorf("%s: %s (-want +got):\n%s", tt.name, tt.body, diff)
		}
	}
}

func TestWhatCannotBeSaid(t *testing.T) {
	w := newWorld(t)
	for body, parameter := range map[string]string{
		`{"userStatus":"Away"}`: "userStatus", `{"userStatus":""}`: "userStatus", `{"dndStatus":"Unknown"}`: "dndStatus",
		`{"dndStatusPersonal":"TakeDepartmentCallsOnly"}`: "dndStatusPersonal", `{"callerIdVisibility":"Some"}`: "callerIdVisibility",
		`{"message":"` + strings.Repeat("ü", 201) + `"}`: "message",
	} {
		apitest.Refused(t, w.Do("ada", "PUT", own, body), 400, "CMN-101", parameter)
	}
	apitest.Refused(t, w.Do("ada", "PUT", own, `{`), 400, "CMN-103", "")
	apitest.Refused(t, w.Do("bob", "PUT", adas, `{"userStatus":"Busy"}`), 403, "CMN-404", "")
	if p := apitest.Get[rc.Presence](w, "ada", own); p.UserStatus != rc.Available {
		t.Errorf("what was refused came into force: %+v", p)
	}
	if p := put(w, "ada", `{"message":"`+strings.Repeat("ü", 200)+`"}`); p.Message == "" {
		t.Error("a message of the greatest length was dropped")
	}
}

func TestTheAccountsList(t *testing.T) {
	w := newWorld(t)
	put(w, "bob", `{"userStatus":"Busy"}`)
	put(w, "eve", `{"userStatus":"Offline"}`)
	list := apitest.Get[rc.List[rc.Presence]](w, "ada", account+"/presence?detailedTelephonyState=true")
	var got []string
	for _, p := range list.Records {
		got = append(got, p.Extension.ExtensionNumber+" "+p.PresenceStatus)
		if p.ActiveCalls == nil {
			t.Errorf("%s has no activeCalls", p.Extension.ExtensionNumber)
		}
	}
	if diff := cmp.Diff([]string{"101 Available", "102 Busy", "103 Available"}, got); diff != "" {
		t.Errorf("list (-want +got):\n%s", diff)
	}
	second := apitest.Get[rc.List[rc.Presence]](w, "ada", account+"/presence?page=2&perPage=2")
	if len(second.Records) != 1 || second.Paging.TotalElements != 3 || second.Navigation.PreviousPage == nil || second.Navigation.NextPage != nil {
		t.Errorf("the second page of two: %+v %+v", second.Paging, second.Navigation)
	}
	apitest.Refused(t, w.Do("eve", "GET", "/restapi/v1.0/account/100001/presence", nil), 404, "CMN-102", "accountId")
}

func TestWhoHidesLooksOffline(t *testing.T) {
	w := newWorld(t)
	put(w, "ada", `{"userStatus":"Busy","message":"With the dentist","dndStatus":"DoNotAcceptAnyCalls","allowSeeMyPresence":false}`)
	if p := apitest.Get[rc.Presence](w, "ada", own); p.UserStatus != rc.Busy || p.Message == "" {
		t.Errorf("to herself: %+v", p)
	}
	for _, path := range []string{adas, account + "/presence"} {
		rec := w.Do("bob", "GET", path, nil)
		if body := rec.Body.String(); strings.Contains(body, "dentist") || strings.Contains(body, rc.DoNotAcceptAnyCalls) || strings.Contains(body, `"Busy"`) {
			t.Errorf("%s shows what is hidden: %s", path, body)
		}
	}
	p := apitest.Get[rc.Presence](w, "bob", adas)
	if p.PresenceStatus != rc.Offline || p.DNDStatus != rc.UnknownDND || p.AllowSeeMyPresence {
		t.Errorf("to a colleague: %+v", p)
	}
	if u := apitest.Get[rc.UnifiedPresence](w, "bob", account+"/extension/101001/unified-presence"); u.Status != rc.Offline || u.Glip.Availability == "DND" {
		t.Errorf("unified, to a colleague: %+v", u)
	}
}

func TestSeveralAtOnce(t *testing.T) {
	w := newWorld(t)
	rec := w.Do("ada", "GET", account+"/extension/101001,101002,201001/presence", nil)
	body := rec.Body.String()
	if rec.Code != 207 || !strings.Contains(body, "--Boundary_3_") || strings.Count(body, `"presenceStatus"`) != 2 || !strings.Contains(body, "CMN-102") {
		t.Errorf("%d %s", rec.Code, body)
	}
	type part struct {
		ResourceID string `json:"resourceId"`
		Status     int    `json:"status"`
	}
	list := apitest.Decode[[]part](t, w.Do("ada", "GET", account+"/extension/101002,201001/unified-presence", nil), 207)
	if diff := cmp.Diff([]part{{"101002", 200}, {"201001", 404}}, list); diff != "" {
		t.Errorf("unified (-want +got):\n%s", diff)
	}
	apitest.Refused(t, w.Do("ada", "GET", account+"/extension/1"+strings.Repeat(",1", 30)+"/presence", nil), 400, "CMN-106", "")
}

func TestUnifiedPresence(t *testing.T) {
	w := newWorld(t)
	path := extension + "/unified-presence"
	apitest.Golden(t, "unified.json", w.Do("ada", "GET", path, nil))
	patch := func(body string) rc.UnifiedPresence {
		t.Helper()
		return apitest.Decode[rc.UnifiedPresence](t, w.Do("ada", "PATCH", path, body), 200)
	}
	if u := patch(`{"glip":{"availability":"DND"}}`); u.Status != "DND" || u.Telephony.Availability != rc.DoNotAcceptAnyCalls {
		t.Errorf("do not disturb: %+v", u)
	}
	if u := patch(`{"telephony":{"availability":"DoNotAcceptQueueCalls"}}`); u.Status != rc.Available || u.Glip.Availability != rc.Available {
		t.Errorf("without queues: %+v", u)
	}
	if u := patch(`{"glip":{"visibility":"Invisible"}}`); u.Status != rc.Offline || u.Glip.Status != rc.Offline || u.Telephony.Visibility != "Invisible" {
		t.Errorf("invisible: %+v", u)
	}
	if p := apitest.Get[rc.Presence](w, "ada", own); p.UserStatus != rc.Offline || p.DNDStatus != rc.DoNotAcceptDepartmentCalls {
		t.Errorf("in the older words: %+v", p)
	}
	if u := patch(`{"glip":{"visibility":"Visible"}}`); u.Status != rc.Available {
		t.Errorf("visible again: %+v", u)
	}
	apitest.Refused(t, w.Do("ada", "PATCH", path, `{"telephony":{"availability":"Never"}}`), 400, "CMN-101", "telephony.availability")
	apitest.Refused(t, w.Do("bob", "PATCH", account+"/extension/101001/unified-presence", `{}`), 403, "CMN-404", "")
}

func TestChangesAreTold(t *testing.T) {
	w := newWorld(t)
	events := make(chan event.Event, 16)
	cancel, err := event.Subscribe(w.Bus, slog.New(slog.DiscardHandler), func(e event.Event) { events <- e })
	if err != nil {
		t.Fatal(err)
	}
	defer cancel()
	type told struct {
		Filter        string
		Status, Other string
		Sequence      int64
	}
	say := func(body string) []told {
		t.Helper()
		put(w, "ada", body)
		// Events come in order, so this one is the last.
		if err := event.Publish(t.Context(), w.Bus, apitest.Acme, apitest.Ada, "the end", nil); err != nil {
			t.Fatal(err)
		}
		var all []told
		for e := range events {
			if e.Filter == "the end" {
				break
			}
			var own, other rc.PresenceEvent
			if err := json.Unmarshal(e.Body, &own); err != nil || e.AccountID != apitest.Acme || e.ExtensionID != apitest.Ada {
				t.Fatalf("event %+v: %v", e, err)
			}
			if e.Others != nil {
				if err := json.Unmarshal(e.Others, &other); err != nil {
					t.Fatal(err)
				}
			}
			all = append(all, told{strings.TrimPrefix(e.Filter, "/restapi/v1.0/account/100001"), own.PresenceStatus, other.PresenceStatus, own.Sequence})
		}
		return all
	}
	const e, a, dnd = "/extension/101001/presence", "/presence", "/extension/101001/presence/dnd"
	for _, tt := range []struct {
		name, body string
		want       []told
	}{
		{"a status", `{"userStatus":"Busy"}`, []told{{e, "Busy", "Busy", 1}, {a, "Busy", "Busy", 1}}},
		{"the same again", `{"userStatus":"Busy"}`, nil},
		{"do not disturb has an event of its own", `{"dndStatus":"DoNotAcceptAnyCalls"}`, []told{{e, "Busy", "Busy", 3}, {a, "Busy", "Busy", 3}, {dnd, "", "", 0}}},
		{"who hides leaves", `{"allowSeeMyPresence":false}`, []told{{e, "Busy", "Offline", 4}, {a, "Busy", "Offline", 4}}},
		{"what is hidden is told to nobody else", `{"userStatus":"Available"}`, []told{{e, "Busy", "", 5}, {a, "Busy", "", 5}}},
		{"who shows again comes back", `{"allowSeeMyPresence":true,"dndStatus":"TakeAllCalls"}`, []told{{e, "Available", "Available", 6}, {a, "Available", "Available", 6}, {dnd, "", "", 0}}},
	} {
		if diff := cmp.Diff(tt.want, say(tt.body)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestAFavoritesChangesAreToldToWhoChoseThem(t *testing.T) {
	w := newWorld(t)
	err := w.Store.Write(t.Context(), func(tx store.PlatformTx) error {
		return tx.PutFavorites(t.Context(), apitest.Bob, []store.Favorite{{ExtensionID: apitest.Ada}})
	})
	if err != nil {
		t.Fatal(err)
	}
	events := make(chan event.Event, 16)
	cancel, err := event.Subscribe(w.Bus, w.Log, func(e event.Event) { events <- e })
	if err != nil {
		t.Fatal(err)
	}
	defer cancel()
	put(w, "ada", `{"userStatus":"Busy"}`)
	for e := range events {
		if e.Filter == "/restapi/v1.0/account/100001/extension/101002/favorite/presence" {
			if e.ExtensionID != apitest.Ada || e.Others == nil {
				t.Errorf("told: %+v", e)
			}
			return
		}
	}
}

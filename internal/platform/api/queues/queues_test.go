package queues_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/platform/api/apitest"
	"offhook/internal/platform/api/queues"
	"offhook/internal/rc"
	"offhook/internal/store"
)

const account = "/restapi/v1.0/account/~"

func newWorld(t *testing.T) *apitest.World {
	w := apitest.New(t)
	w.AddDesk()
	(&queues.Handler{Face: w.Face, Store: w.Store, Bus: w.Bus, Log: w.Log}).Mount(w.Mux)
	return w
}

func TestQueuesAndTheirMembers(t *testing.T) {
	w := newWorld(t)
	want := []rc.CallQueue{{
		URI: "http://platform.example/restapi/v1.0/account/100001/call-queues/101050", ID: "101050", ExtensionNumber: "500", Name: "Front desk",
		Status: "Enabled", Site: rc.Site{ID: "main-site", Name: "Main Site"},
	}}
	for query, want := range map[string][]rc.CallQueue{"": want, "?memberExtensionId=101002": want, "?memberExtensionId=~": {}, "?memberExtensionId=201001": {}} {
		got := apitest.Get[rc.List[rc.CallQueue]](w, "cy", account+"/call-queues"+query).Records
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", query, diff)
		}
	}
	if got := apitest.Get[rc.List[rc.CallQueue]](w, "eve", account+"/call-queues").Records; len(got) > 0 {
		t.Errorf("the queues of another company: %+v", got)
	}
	members := apitest.Get[rc.List[rc.ExtensionRef]](w, "cy", account+"/call-queues/101050/members").Records
	if len(members) != 2 || members[0].ID != apitest.Ada || members[1].ExtensionNumber != "102" {
		t.Errorf("the members: %+v", members)
	}
	for _, as := range []string{"eve", "cy"} {
		for id, found := range map[string]bool{"101050": as == "cy", "101001": false, "x": false} {
			if rec := w.Do(as, "GET", account+"/call-queues/"+id+"/members", nil); !found {
				apitest.Refused(t, rec, 404, "CMN-102", "groupId")
			}
		}
	}
}

func TestMembersSayWhoseCallsTheyTake(t *testing.T) {
	w := newWorld(t)
	const path = account + "/extension/~/call-queue-presence"
	events := w.Told()
	for range 2 { // the second time changes nothing
		rec := w.Do("ada", "PUT", path, `{"records":[{"callQueue":{"id":"101050"},"acceptCalls":false}]}`)
		got := apitest.Decode[rc.List[rc.CallQueuePresence]](t, rec, 200).Records
		if len(got) != 1 || *got[0].AcceptCalls || got[0].CallQueue.Name != "Front desk" {
			t.Errorf("after the change: %+v", got)
		}
	}
	if got := apitest.Get[rc.List[rc.CallQueuePresence]](w, "bob", path).Records; len(got) != 1 || !*got[0].AcceptCalls {
		t.Errorf("Bob's: %+v", got)
	}
	if got := apitest.Get[rc.List[rc.CallQueuePresence]](w, "cy", path).Records; len(got) != 0 {
		t.Errorf("Cy's: %+v", got)
	}
	var body rc.CallQueuePresenceEvent
	told := events()
	if len(told) != 1 || told[0].Filter != "/restapi/v1.0/account/100001/call-queues/101050/presence" || json.Unmarshal(told[0].Others, &body) != nil ||
		body != (rc.CallQueuePresenceEvent{ExtensionID: "101001", CallQueueID: "101050"}) {
		t.Errorf("told %+v", told)
	}
	apitest.Refused(t, w.Do("cy", "PUT", path, `{"records":[{"callQueue":{"id":"101050"},"acceptCalls":true}]}`), 404, "CMN-102", "callQueue.id")
	apitest.Refused(t, w.Do("ada", "PUT", path, `{"records":[{"callQueue":{"id":"101050"}}]}`), 400, "CMN-101", "acceptCalls")
	apitest.Refused(t, w.Do("bob", "PUT", account+"/extension/101001/call-queue-presence", `{"records":[]}`), 403, "CMN-404", "")
	apitest.Refused(t, w.Do("ada?ReadPresence", "PUT", path, `{"records":[]}`), 403, "CMN-401", "")
}

// A leaving is a store where each who looks at their queues in a change leaves
// them before the change goes on, as another process may have it.
type leaving struct{ store.Platform }

type leavingTx struct{ store.PlatformTx }

func (l leaving) Write(ctx context.Context, fn func(store.PlatformTx) error) error {
	return l.Platform.Write(ctx, func(tx store.PlatformTx) error { return fn(leavingTx{tx}) })
}

func (l leavingTx) MemberQueues(ctx context.Context, extensionID int64) ([]store.QueueMember, error) {
	all, err := l.PlatformTx.MemberQueues(ctx, extensionID)
	for _, m := range all {
		_, removed := l.RemoveQueueMember(ctx, m.QueueID, extensionID)
		err = errors.Join(err, removed)
	}
	return all, err
}

func TestWhoIsRemovedMeanwhileDoesNotComeBack(t *testing.T) {
	w := apitest.New(t)
	w.AddDesk()
	(&queues.Handler{Face: w.Face, Store: leaving{w.Store}, Bus: w.Bus, Log: w.Log}).Mount(w.Mux)
	events := w.Told()
	rec := w.Do("ada", "PUT", account+"/extension/~/call-queue-presence", `{"records":[{"callQueue":{"id":"101050"},"acceptCalls":false}]}`)
	apitest.Refused(t, rec, 404, "CMN-102", "callQueue.id")
	if told := events(); len(told) > 0 {
		t.Errorf("told %+v", told)
	}
}

func TestOneRequestSaysOneThingOfAQueue(t *testing.T) {
	w := newWorld(t)
	const path = account + "/extension/~/call-queue-presence"
	events := w.Told()
	w.Do("ada", "PUT", path, `{"records":[{"callQueue":{"id":"101050"},"acceptCalls":false},{"callQueue":{"id":"101050"},"acceptCalls":true}]}`)
	rec := w.Do("ada", "PUT", path, `{"records":[{"callQueue":{"id":"101050"},"acceptCalls":true},{"callQueue":{"id":"101050"},"acceptCalls":false}]}`)
	if got := apitest.Decode[rc.List[rc.CallQueuePresence]](t, rec, 200).Records; len(got) != 1 || *got[0].AcceptCalls {
		t.Errorf("the last word is %+v", got)
	}
	if told := events(); len(told) != 1 {
		t.Errorf("told %+v, want one event", told)
	}
}

package threads_test

import (
	"net/http"
	"slices"
	"testing"
	"testing/synctest"

	"offhook/internal/platform/api/apitest"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// An answer is one of either sync; an entry has the fields that tests look at.
type answer struct {
	Records []struct {
		RecordType, ID, ThreadID, Text, Status string
		Assignee, PreviousAssignee, Initiator  *rc.ThreadUser
	} `json:"records"`
	SyncInfo rc.SyncInfo `json:"syncInfo"`
}

// kinds are what the records of a sync say, oldest first.
func (a answer) kinds() (all []string) {
	for _, r := range slices.Backward(a.Records) {
		all = append(all, r.RecordType+r.Status+" "+r.Text)
	}
	slices.Sort(all)
	return all
}

func (w *world) sync(as, query string) answer {
	w.T.Helper()
	return apitest.Get[answer](w.World, as, path+query)
}

func (w *world) wantSync(as, query string, want ...string) answer {
	w.T.Helper()
	got := w.sync(as, query)
	if slices.Sort(want); !slices.Equal(got.kinds(), want) {
		w.T.Errorf("%s syncs %s: %q, want %q", as, query, got.kinds(), want)
	}
	return got
}

func TestASyncTellsWhatHappened(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		began := w.wantSync("bob", "/entries/sync?scope=Accessible&syncType=FSync")
		list := w.wantSync("bob", "/sync?syncType=FSync")
		w.write("One")
		full := w.wantSync("ada", "/entries/sync?scope=Accessible", "AliveMessage One")
		if full.SyncInfo.SyncType != rc.FSync || full.SyncInfo.SyncToken == "" {
			t.Errorf("the full sync says %+v", full.SyncInfo)
		}
		since := "?syncType=ISync&syncToken="
		next := w.wantSync("bob", "/entries/sync"+since+began.SyncInfo.SyncToken, "ThreadCreatedHint ", "AliveMessage One")
		list = w.wantSync("bob", "/sync"+since+list.SyncInfo.SyncToken, "Open ")
		id := w.only("ada").ID
		w.Do("ada", "POST", path+"/"+id+"/assign", `{"assignee":{"extensionId":"101001"}}`)
		w.Do("ada", "POST", path+"/"+id+"/resolve", nil)
		next = w.wantSync("bob", "/entries/sync"+since+next.SyncInfo.SyncToken, "ThreadAssignedHint ", "ThreadResolvedHint ")
		if r := next.Records[1]; r.Assignee == nil || r.Assignee.Name != "Ada Test" || r.PreviousAssignee != nil || r.Initiator.ExtensionID != "101001" || r.ThreadID != id {
			t.Errorf("the assignment is %+v", r)
		}
		w.wantSync("bob", "/entries/sync"+since+next.SyncInfo.SyncToken)
		w.wantSync("bob", "/sync"+since+list.SyncInfo.SyncToken, "Resolved ")
		w.wantSync("bob", "/sync")
		w.wantSync("bob", "/entries/sync?scope=Accessible")
		w.wantSync("bob", "/entries/sync?scope=Explicit&threadIds="+id, "AliveMessage One")
	})
}

func TestAScopeNarrowsASync(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		mine, free := w.sync("bob", "/entries/sync"), w.sync("bob", "/entries/sync?scope=Unassigned")
		w.write("Unassigned")
		w.Do("ada", "POST", path+"/messages", text(deskPhone, apitest.Outside, "Of Ada"))
		synctest.Wait()
		for _, tt := range []struct {
			as, scope string
			want      []string
		}{
			{"ada", "Accessible", []string{"AliveMessage Of Ada", "AliveMessage Unassigned"}},
			{"ada", "AssignedToMe", []string{"AliveMessage Of Ada"}},
			{"ada", "", []string{"AliveMessage Of Ada"}},
			{"bob", "AssignedToMe", nil},
			{"bob", "Unassigned", []string{"AliveMessage Unassigned"}},
			{"bob", "AssignedToMeAndUnassigned", []string{"AliveMessage Unassigned"}},
			{"ada", "AssignedToMeAndUnassigned", []string{"AliveMessage Of Ada", "AliveMessage Unassigned"}},
		} {
			w.wantSync(tt.as, "/entries/sync?scope="+tt.scope, tt.want...)
		}
		id := w.threads("bob", "?guestPhoneNumber="+apitest.EvePhone)[0].ID
		w.Do("bob", "POST", path+"/"+id+"/assign", `{"assignee":{"extensionId":"101002"}}`)
		// The token keeps the scope, and what moved in or out is told.
		w.wantSync("bob", "/entries/sync?syncToken="+mine.SyncInfo.SyncToken, "AliveMessage Unassigned", "ThreadCreatedHint ", "ThreadAssignedHint ")
		w.wantSync("bob", "/entries/sync?syncToken="+free.SyncInfo.SyncToken, "ThreadAssignedHint ", "ThreadAssignedHint ")
		apitest.Refused(t, w.Do("bob", "GET", path+"/entries/sync?scope=All", nil), 400, "CMN-101", "scope")
		apitest.Refused(t, w.Do("bob", "GET", path+"/entries/sync?scope=Explicit", nil), 400, "CMN-101", "threadIds")
	})
}

func TestASyncBeginsAgainWhenQueuesChange(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		w.write("Secret")
		token := w.sync("bob", "/sync").SyncInfo.SyncToken
		entries := w.sync("bob", "/entries/sync?scope=Accessible").SyncInfo.SyncToken
		for _, other := range []string{entries, token[1:], "x"} {
			apitest.Refused(t, w.Do("bob", "GET", path+"/sync?syncType=ISync&syncToken="+other, nil), 400, "CMN-101", "syncToken")
		}
		apitest.Refused(t, w.Do("ada", "GET", path+"/sync?syncToken="+token, nil), 400, "CMN-101", "syncToken")
		id := w.only("bob").ID
		w.Do("bob", "POST", path+"/"+id+"/assign", `{"assignee":{"extensionId":"101002"}}`)
		ada := w.sync("ada", "/sync").SyncInfo.SyncToken
		err := w.Store.Write(t.Context(), func(tx store.PlatformTx) error {
			_, err := tx.RemoveQueueMember(t.Context(), apitest.Desk, apitest.Bob)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		for path, token := range map[string]string{"/sync": token, "/entries/sync": entries} {
			apitest.Refused(t, w.Do("bob", "GET", "/restapi/v1.0/account/~/message-threads"+path+"?syncToken="+token, nil), 400, "CMN-101", "syncToken")
		}
		w.wantSync("bob", "/sync")
		if got := w.Do("bob", "POST", path+"/messages", text(deskPhone, apitest.EvePhone, "Still me")); got.Code != http.StatusForbidden {
			t.Errorf("Bob, who has left, sends: %d %s", got.Code, got.Body)
		}
		if got := w.sync("ada", "/sync?syncToken="+ada); len(got.Records) != 1 || got.Records[0].Assignee != nil {
			t.Errorf("Ada learns that Bob answers no more: %+v", got.Records)
		}
	})
}

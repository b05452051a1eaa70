package threads_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"offhook/internal/platform/api/apitest"
	"offhook/internal/platform/api/synctoken"
	"offhook/internal/rc"
	"offhook/internal/store"
)

func TestWhoHasLeftTheQueueIsToldNothingMore(t *testing.T) {
	for name, leave := range map[string]func(context.Context, store.PlatformTx) (bool, error){
		"the queue": func(ctx context.Context, tx store.PlatformTx) (bool, error) {
			return tx.RemoveQueueMember(ctx, apitest.Desk, apitest.Bob)
		},
		"the company": func(ctx context.Context, tx store.PlatformTx) (bool, error) {
			return tx.RemoveExtension(ctx, apitest.Bob)
		},
	} {
		t.Run(name, func(t *testing.T) { bubble(t, func(t *testing.T, w *world) { testLeaving(t, w, leave) }) })
	}
}

func testLeaving(t *testing.T, w *world, leave func(context.Context, store.PlatformTx) (bool, error)) {
	w.write("Before")
	id := w.only("bob").ID
	const ada, bob = `{"assignee":{"extensionId":"101001"}}`, `{"assignee":{"extensionId":"101002"}}`
	apitest.Decode[rc.MessageThread](t, w.Do("bob", "POST", path+"/"+id+"/assign", bob), 200)
	err := w.Store.Write(t.Context(), func(tx store.PlatformTx) error { _, err := leave(t.Context(), tx); return err })
	if err != nil {
		t.Fatal(err)
	}
	synctest.Wait()
	w.told(apitest.Bob) // what he was told as a member
	w.write("Secret")
	apitest.Decode[rc.MessageThread](t, w.Do("ada", "POST", path+"/"+id+"/assign", ada), 200)
	apitest.Refused(t, w.Do("ada", "POST", path+"/"+id+"/assign", bob), 400, "CMN-101", "assignee.extensionId")
	synctest.Wait()
	if got := w.told(apitest.Bob); len(got) > 0 {
		t.Errorf("Bob, who has left, was told %v", got)
	}
	for _, query := range []string{"", "/messages", "/sync", "/entries/sync?scope=Accessible", "/entries/sync?scope=Explicit&threadIds=" + id} {
		if got := w.Do("bob", "GET", path+query, nil).Body.String(); !strings.Contains(got, `"records":[]`) {
			t.Errorf("Bob, who has left, reads %s: %s", query, got)
		}
	}
	copies, err := w.Store.Messages(t.Context(), apitest.Bob, store.MessageQuery{Any: true}, 0, 0)
	if err != nil || slices.ContainsFunc(copies, func(m store.Message) bool { return m.Text == "Secret" }) {
		t.Errorf("Bob's own copies: %+v, %v", copies, err)
	}
	apitest.Refused(t, w.Do("bob", "GET", path+"/"+id, nil), 404, "CMN-102", "threadId")
	apitest.Refused(t, w.Do("bob", "POST", path+"/"+id+"/resolve", nil), 404, "CMN-102", "threadId")
	apitest.Refused(t, w.Do("bob", "POST", path+"/"+id+"/assign", bob), 404, "CMN-102", "threadId")
	if got := w.Do("bob", "POST", path+"/messages", text(deskPhone, apitest.EvePhone, "Still me")); got.Code != http.StatusForbidden {
		t.Errorf("Bob, who has left, sends: %d %s", got.Code, got.Body)
	}
}

func TestMembersOfOneQueueAreStrangersToAnother(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		const salesPhone = "+16505550191"
		sales := store.Queue{ID: 101051, AccountID: apitest.Acme, Number: "501", Name: "Sales", CreatedAt: apitest.Start}
		err := w.Store.Write(t.Context(), func(tx store.PlatformTx) error {
			return errors.Join(tx.AddQueue(t.Context(), sales),
				tx.AddQueueMember(t.Context(), store.QueueMember{QueueID: sales.ID, ExtensionID: apitest.Cy}),
				tx.AddPhoneNumber(t.Context(), store.PhoneNumber{ID: 591, AccountID: apitest.Acme, ExtensionID: sales.ID, Number: salesPhone, UsageType: "DirectNumber"}))
		})
		if err != nil {
			t.Fatal(err)
		}
		w.write("To the desk")
		desk := w.only("ada").ID
		theirs := apitest.Decode[rc.ThreadMessage](t, w.Do("cy", "POST", path+"/messages", text(salesPhone, apitest.EvePhone, "From sales")), 201)
		synctest.Wait()

		if got := w.only("ada"); got.ID != desk {
			t.Errorf("Ada sees %+v", got)
		}
		if got := w.only("cy"); got.ID != theirs.ThreadID || got.Owner.Name != "Sales" {
			t.Errorf("Cy sees %+v", got)
		}
		for _, query := range []string{"?ownerExtensionIds=101051", "?ownerPhoneNumber=%2B16505550191", "/messages?threadIds=" + theirs.ThreadID, "/messages?messageIds=" + theirs.ID, "/entries/sync?scope=Explicit&threadIds=" + theirs.ThreadID} {
			if got := w.Do("ada", "GET", path+query, nil).Body.String(); !strings.Contains(got, `"records":[]`) {
				t.Errorf("Ada reads %s: %s", query, got)
			}
		}
		const ada, cy = `{"assignee":{"extensionId":"101001"}}`, `{"assignee":{"extensionId":"101003"}}`
		apitest.Refused(t, w.Do("ada", "GET", path+"/"+theirs.ThreadID, nil), 404, "CMN-102", "threadId")
		apitest.Refused(t, w.Do("ada", "POST", path+"/"+theirs.ThreadID+"/assign", ada), 404, "CMN-102", "threadId")
		apitest.Refused(t, w.Do("ada", "POST", path+"/"+theirs.ThreadID+"/resolve", nil), 404, "CMN-102", "threadId")
		apitest.Refused(t, w.Do("ada", "POST", path+"/"+desk+"/assign", cy), 400, "CMN-101", "assignee.extensionId")
		apitest.Decode[rc.MessageThread](t, w.Do("ada", "POST", path+"/"+desk+"/assign", ada), 200)
		foreign := text(deskPhone, apitest.EvePhone, "Into yours")
		foreign.ID = theirs.ThreadID
		apitest.Refused(t, w.Do("ada", "POST", path+"/messages", foreign), 400, "CMN-101", "threadId")
		apitest.Refused(t, w.Do("ada", "POST", path+"/messages", text(salesPhone, apitest.EvePhone, "As you")), 403, "MSG-304", "from")
		if got := w.messages("cy", ""); len(got) != 1 {
			t.Errorf("in the thread of sales: %v", got)
		}
	})
}

func TestEveryOperationOfThreadsNeedsItsScope(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		w.write("Hello")
		id := w.only("ada").ID
		others := rc.JoinScopes(slices.DeleteFunc(slices.Clone(rc.Scopes), func(s rc.Scope) bool { return s == rc.SMS }))
		for _, op := range []string{"GET ", "GET /" + id, "GET /messages", "GET /messages/1/content/1", "GET /sync", "GET /entries/sync", "POST /" + id + "/resolve", "POST /" + id + "/assign", "POST /messages"} {
			method, end, _ := strings.Cut(op, " ")
			apitest.Refused(t, w.Do("ada?"+others, method, path+end, nil), 403, "CMN-401", "")
		}
		if got := w.only("ada"); got.Status != rc.ThreadOpen || got.Assignee != nil {
			t.Errorf("the thread after that: %+v", got)
		}
	})
}

func TestARequestNamesOnlySoManyThings(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		w.write("Hello")
		id := w.only("ada").ID
		many := strings.TrimSuffix(strings.Repeat(id+",", 1001), ",")
		for _, name := range []string{"messageIds", "threadIds", "ownerExtensionIds"} {
			apitest.Refused(t, w.Do("ada", "GET", path+"/messages?"+name+"="+many, nil), 400, "CMN-101", name)
		}
		apitest.Refused(t, w.Do("ada", "GET", path+"/entries/sync?scope=Explicit&threadIds="+many, nil), 400, "CMN-101", "threadIds")
		if got := w.messages("ada", "?threadIds="+many[len(id)+1:]); len(got) != 1 {
			t.Errorf("a thousand are fine: %v", got)
		}

		// Whoever writes a token of their own gains nothing by it.
		var token map[string]any
		if !synctoken.Decode(w.sync("ada", "/entries/sync?scope=Explicit&threadIds="+id).SyncInfo.SyncToken, &token) {
			t.Fatal("the token cannot be read")
		}
		token["i"] = make([]int64, 1001)
		forged, err := synctoken.Encode(token)
		if err != nil {
			t.Fatal(err)
		}
		apitest.Refused(t, w.Do("ada", "GET", path+"/entries/sync?syncToken="+forged, nil), 400, "CMN-101", "syncToken")
	})
}

// A gone store tells of an idle thread whose queue has been removed since.
type gone struct{ store.Platform }

func (g gone) IdleThreads(ctx context.Context, before time.Time, limit int) ([]store.Thread, error) {
	all, err := g.Platform.IdleThreads(ctx, before, limit)
	return append([]store.Thread{{ID: 1, AccountID: apitest.Acme}}, all...), err
}

func TestAThreadThatIsGoneKeepsNoOtherOpen(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		w.write("Thanks!")
		later := w.inbox
		later.Store, later.Now = gone{w.Store}, func() time.Time { return time.Now().Add(73 * time.Hour) }
		if err := later.Expire(t.Context()); err != nil {
			t.Error(err)
		}
		if got := w.only("ada"); got.StatusReason != rc.ThreadExpired {
			t.Errorf("after three days: %+v", got)
		}
	})
}

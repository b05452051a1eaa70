package messages_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"offhook/internal/platform/api/apitest"
	"offhook/internal/rc"
	"offhook/internal/store"
)

const syncPath = own + "/message-sync"

func (w *world) full(as, query string) rc.MessageSync {
	return apitest.Get[rc.MessageSync](w.World, as, syncPath+"?syncType=FSync&"+query)
}

func (w *world) incremental(as, token string) rc.MessageSync {
	return apitest.Get[rc.MessageSync](w.World, as, syncPath+"?syncType=ISync&syncToken="+url.QueryEscape(token))
}

func TestFullSync(t *testing.T) {
	w := newWorld(t)
	seed(t, w)
	for _, tt := range []struct {
		name, query, want string
		older             bool
	}{
		{"the last day", "", "b2 b1 e1 g1 x1", false},
		{"further back", "dateFrom=2025-11-01", "b2 b1 e1 g1 x1 old", false},
		{"as many as asked for", "recordCount=2", "b2 b1", true},
		{"some of each conversation", "recordCountPerConversation=1&recordCount=150&dateFrom=2025-11-01", "b2 e1 g1 x1", false},
		{"the newest of each conversation", "distinctConversations=true&dateFrom=2025-11-01", "b2 e1 g1 x1", false},
		{"one direction", "direction=Outbound", "b1 x1", false},
		{"one type", "messageType=Pager", "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := w.full("ada", tt.query)
			if subjects(got.Records) != tt.want || got.SyncInfo.OlderRecordsExist != tt.older {
				t.Errorf("%q: %q (older %t), want %q (older %t)", tt.query, subjects(got.Records), got.SyncInfo.OlderRecordsExist, tt.want, tt.older)
			}
			if got.SyncInfo.SyncType != rc.FSync || got.SyncInfo.SyncToken == "" || !got.SyncInfo.SyncTime.Equal(apitest.Start) {
				t.Errorf("sync info: %+v", got.SyncInfo)
			}
		})
	}
	for _, query := range []string{"recordCount=0", "recordCount=x", "recordCountPerConversation=-1", "syncType=Half", "dateFrom=x"} {
		rec := w.Do("ada", "GET", syncPath+"?"+query, nil)
		apitest.Refused(t, rec, 400, "CMN-101", strings.Split(query, "=")[0])
	}
}

func TestIncrementalSyncTellsEachChangeOnce(t *testing.T) {
	w := newWorld(t)
	seed(t, w)
	first := w.full("ada", "dateFrom=2025-11-01")
	token := first.SyncInfo.SyncToken
	step := func(what, want string) []rc.Message {
		t.Helper()
		got := w.incremental("ada", token)
		token = got.SyncInfo.SyncToken
		if subjects(got.Records) != want || got.SyncInfo.SyncType != rc.ISync {
			t.Errorf("%s: the sync tells %q as %s, want %q", what, subjects(got.Records), got.SyncInfo.SyncType, want)
		}
		return got.Records
	}
	step("nothing happened", "")

	w.Advance(time.Minute)
	w.send(t, "bob", text(apitest.BobPhone, "new", apitest.AdaPhone))
	unread := step("a text came", "new")[0]
	step("nothing else happened", "")

	path := fmt.Sprintf("%s/%d", inbox, unread.ID)
	w.Advance(time.Minute)
	apitest.Decode[rc.Message](t, w.Do("ada", "PUT", path, `{"readStatus":"Read"}`), 200)
	read := step("it was read", "new")[0]
	if read.ReadStatus != rc.Read || !read.LastModifiedTime.After(unread.LastModifiedTime.Time) {
		t.Errorf("after reading: %+v", read)
	}
	apitest.Decode[rc.Message](t, w.Do("ada", "PUT", path, `{"readStatus":"Read"}`), 200)
	step("it was read again", "")

	apitest.Decode[any](t, w.Do("ada", "DELETE", path, nil), 204)
	if gone := step("it was deleted", "")[0]; gone.ID != unread.ID || gone.Availability != rc.Deleted || gone.From != nil {
		t.Errorf("a deleted message: %+v, want a tombstone", gone)
	}
	apitest.Decode[any](t, w.Do("ada", "DELETE", path, nil), 204)
	if gone := step("it was purged", "")[0]; gone.Availability != rc.Purged {
		t.Errorf("a purged message: %+v", gone)
	}
	apitest.Refused(t, w.Do("ada", "GET", path, nil), 404, "CMN-102", "messageId")
	if got := w.list("bob", "direction=Outbound").Records; subjects(got) != "new b2" {
		t.Errorf("what Ada deleted is %q for Bob", subjects(got))
	}
}

func TestIncrementalSyncKeepsItsFilters(t *testing.T) {
	w := newWorld(t)
	seed(t, w)
	inbound := w.full("ada", "direction=Inbound&recordCount=1")
	all := w.full("ada", "recordCount=1")
	old := w.full("ada", "dateFrom=2026-02-01&dateTo=2026-03-01")
	w.send(t, "ada", text(apitest.AdaPhone, "out", apitest.BobPhone))
	w.send(t, "bob", text(apitest.BobPhone, "in", apitest.AdaPhone))
	if got := subjects(w.incremental("ada", inbound.SyncInfo.SyncToken).Records); got != "in" {
		t.Errorf("a sync of inbound texts tells %q", got)
	}
	if got := subjects(w.incremental("ada", all.SyncInfo.SyncToken).Records); got != "in out" {
		t.Errorf("a sync of all texts tells %q", got)
	}
	if got := subjects(w.incremental("ada", old.SyncInfo.SyncToken).Records); got != "" {
		t.Errorf("a sync of a later frame tells %q", got)
	}
}

func TestSyncTokensThatCannotBeUsed(t *testing.T) {
	w := newWorld(t)
	w.send(t, "ada", text(apitest.AdaPhone, "Hi", apitest.BobPhone))
	good := w.full("ada", "").SyncInfo.SyncToken
	damaged := []byte(good)
	damaged[len(damaged)/2] ^= 1

	fresh := newWorld(t) // the platform after a reset: same people, fewer changes
	for _, tt := range []struct {
		name  string
		w     *world
		as    string
		token string
	}{
		{"none", w, "ada", ""},
		{"not a token", w, "ada", "hello"},
		{"a damaged token", w, "ada", string(damaged)},
		{"a token of somebody else", w, "bob", good},
		{"a token from before the platform started over", fresh, "ada", good},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rec := tt.w.Do(tt.as, "GET", syncPath+"?syncType=ISync&syncToken="+url.QueryEscape(tt.token), nil)
			apitest.Refused(t, rec, 400, "MSG-333", "syncToken")
		})
	}
}

func TestReadingAConversationIsOneEvent(t *testing.T) {
	w := newWorld(t)
	for range 3 {
		w.send(t, "bob", text(apitest.BobPhone, "Hi", apitest.AdaPhone))
	}
	w.next(t, 9)
	var ids []string
	for _, m := range w.list("ada", "").Records {
		ids = append(ids, fmt.Sprint(m.ID))
	}
	rec := w.Do("ada", "PUT", inbox+"/"+strings.Join(ids, ","), `{"readStatus":"Read"}`)
	if rec.Code != 207 {
		t.Fatalf("status %d\n%s", rec.Code, rec.Body)
	}
	e := w.next(t, 1)[0]
	if !strings.Contains(string(e.Body), `"updatedCount":3`) || e.ExtensionID != apitest.Ada {
		t.Errorf("the event is %s", e.Body)
	}
	if n := len(w.list("ada", "readStatus=Unread").Records); n != 0 {
		t.Errorf("%d messages are still unread", n)
	}
}

func TestIncrementalSyncFromManyWriters(t *testing.T) {
	w := newWorld(t)
	w.run(t)
	token := w.full("ada", "").SyncInfo.SyncToken
	const texts = 20
	done := make(chan struct{})
	go func() {
		defer close(done)
		for i := range texts {
			w.Do("bob", "POST", smsPath, text(apitest.BobPhone, fmt.Sprint(i), apitest.AdaPhone))
		}
	}()
	seen := map[string]int{}
	sync := func() {
		got := w.incremental("ada", token)
		token = got.SyncInfo.SyncToken
		for _, m := range got.Records {
			seen[m.Subject]++
		}
	}
	for open := true; open; {
		select {
		case <-done:
			open = false
		default:
			sync()
		}
	}
	sync()
	if len(seen) != texts {
		t.Errorf("the syncs told %d texts, want %d", len(seen), texts)
	}
	for subject, n := range seen {
		if n > 2 {
			t.Errorf("text %s was told %d times", subject, n)
		}
	}
}

func TestManyDeletionsAllReachTheSync(t *testing.T) {
	w := newWorld(t)
	const n = 1200
	var sent []store.Message
	err := w.Store.Write(t.Context(), func(tx store.PlatformTx) error {
		change, err := tx.NextMessageChange(t.Context(), apitest.Ada)
		if err != nil {
			return err
		}
		conversation, err := tx.PutConversation(t.Context(), apitest.Ada, "x", 1)
		if err != nil {
			return err
		}
		for i := range int64(n) {
			m := store.Message{
				ID: i + 1, AccountID: apitest.Acme, ExtensionID: apitest.Ada, ConversationID: conversation, Type: rc.TypeSMS, Direction: rc.Inbound,
				Availability: rc.Alive, ReadStatus: rc.Unread, Status: rc.Received, CreatedAt: apitest.Start, ModifiedAt: apitest.Start, Change: change,
			}
			sent = append(sent, m)
			if err := tx.AddMessage(t.Context(), m); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	token := w.full("ada", "recordCount=1").SyncInfo.SyncToken
	apitest.Decode[any](t, w.Do("ada", "DELETE", inbox+"?conversationId=1", nil), 204)
	var gone []int64
	for _, m := range w.incremental("ada", token).Records {
		if m.Availability == rc.Deleted {
			gone = append(gone, m.ID)
		}
	}
	slices.Sort(gone)
	if len(slices.Compact(gone)) != len(sent) {
		t.Errorf("the sync tells %d deletions, want %d", len(gone), len(sent))
	}
}

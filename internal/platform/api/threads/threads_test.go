package threads_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/platform/api/apitest"
	"offhook/internal/platform/api/inbox"
	"offhook/internal/platform/api/messages"
	"offhook/internal/platform/api/threads"
	"offhook/internal/platform/event"
	"offhook/internal/rc"
	"offhook/internal/store"
)

const (
	path      = "/restapi/v1.0/account/~/message-threads"
	deskPhone = apitest.DeskPhone
)

// A world in which Ada and Bob share the front desk's number, and Cy does not.
type world struct {
	*apitest.World
	office *messages.Office
	inbox  inbox.Inbox
	events map[int64][]string // by extension, the filters' ends
	mu     sync.Mutex
}

func newWorld(t *testing.T, now func() time.Time) *world {
	w := &world{World: apitest.New(t), events: map[int64][]string{}}
	ids := &store.IDs{Now: now}
	w.office = messages.NewOffice(w.Store, w.Bus, ids, now, w.Log)
	w.office.Base = "https://platform.example"
	w.AddDesk()
	w.inbox = inbox.Inbox{Store: w.Store, Bus: w.Bus, IDs: ids, Now: now, Log: w.Log}
	(&threads.Handler{Face: w.Face, Inbox: w.inbox}).Mount(w.Mux)
	(&messages.Handler{Face: w.Face, Store: w.Store, Office: w.office, Now: now, Log: w.Log}).Mount(w.Mux)
	cancel, err := event.Subscribe(w.Bus, w.Log, func(e event.Event) {
		w.mu.Lock()
		defer w.mu.Unlock()
		_, end, _ := strings.Cut(e.Filter, "/100001/")
		w.events[e.ExtensionID] = append(w.events[e.ExtensionID], end)
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cancel)
	return w
}

// bubble runs a test in a world whose office delivers, in a time of its own.
func bubble(t *testing.T, test func(t *testing.T, w *world)) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Now)
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() { w.office.Run(ctx) })
		defer func() { cancel(); wg.Wait() }()
		test(t, w)
	})
}

// told returns what an extension was told since it was asked last.
func (w *world) told(extension int64) []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := w.events[extension]
	delete(w.events, extension)
	slices.Sort(all)
	return slices.Compact(all)
}

type sms struct {
	From rc.PhoneParty   `json:"from"`
	To   []rc.PhoneParty `json:"to"`
	Text string          `json:"text"`
	ID   string          `json:"threadId,omitempty"`
}

func text(from, to, words string) sms {
	return sms{From: rc.PhoneParty{PhoneNumber: from}, To: []rc.PhoneParty{{PhoneNumber: to}}, Text: words}
}

// write has Eve, who works elsewhere, text the front desk.
func (w *world) write(words string) {
	w.T.Helper()
	apitest.Decode[rc.Message](w.T, w.Do("eve", "POST", "/restapi/v1.0/account/~/extension/~/sms", text(apitest.EvePhone, deskPhone, words)), http.StatusOK)
	synctest.Wait()
}

func (w *world) threads(as, query string) []rc.MessageThread {
	w.T.Helper()
	return apitest.Get[rc.List[rc.MessageThread]](w.World, as, path+query).Records
}

func (w *world) messages(as, query string) (texts []string) {
	w.T.Helper()
	for _, m := range slices.Backward(apitest.Get[rc.List[rc.ThreadMessage]](w.World, as, path+"/messages"+query).Records) {
		author := "guest"
		if m.Author != nil {
			author = m.Author.Name
		}
		texts = append(texts, author+": "+m.Text+" ("+m.MessageStatus+")")
	}
	return texts
}

// only returns the one thread that somebody sees.
func (w *world) only(as string) rc.MessageThread {
	w.T.Helper()
	all := w.threads(as, "")
	if len(all) != 1 {
		w.T.Fatalf("%s sees the threads %+v, want one", as, all)
	}
	return all[0]
}

func TestATextToAQueueReachesEveryMember(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		w.write("Is anybody there?")
		want := rc.MessageThread{
			Label: "Is anybody there?", Status: rc.ThreadOpen, Availability: rc.Alive,
			Owner:      rc.ThreadUser{ExtensionID: "101050", Name: "Front desk", ExtensionType: "Department"},
			OwnerParty: rc.PhoneParty{PhoneNumber: deskPhone}, GuestParty: rc.PhoneParty{PhoneNumber: apitest.EvePhone},
		}
		for _, as := range []string{"ada", "bob"} {
			got := w.only(as)
			want.ID, want.CreationTime, want.LastModified = got.ID, got.CreationTime, got.LastModified
			if diff := cmp.Diff(want, got); diff != "" || got.ID == "" {
				t.Errorf("the thread of %s (-want +got):\n%s", as, diff)
			}
			if diff := cmp.Diff([]string{"guest: Is anybody there? (Received)"}, w.messages(as, "")); diff != "" {
				t.Errorf("the texts of %s:\n%s", as, diff)
			}
			if got := apitest.Get[rc.MessageThread](w.World, as, path+"/"+got.ID); got.ID != want.ID {
				t.Errorf("%s reads the thread %+v", as, got)
			}
		}
		for _, id := range []int64{apitest.Ada, apitest.Bob} {
			want := []string{"extension/" + map[int64]string{apitest.Ada: "101001", apitest.Bob: "101002"}[id] + "/message-store", "message-threads/entries/sync", "message-threads/sync"}
			if got := w.told(id); !slices.Equal(got, want) {
				t.Errorf("%d was told %v, want %v", id, got, want)
			}
		}
		if got := w.told(apitest.Cy); len(got) > 0 {
			t.Errorf("Cy, who is no member, was told %v", got)
		}
		w.write("Hello?")
		if got := w.only("ada"); got.Label != "Hello?" {
			t.Errorf("after a second text the thread is %+v", got)
		}
	})
}

func TestThreadsDoNotExistForWhoIsNoMember(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		picture := "--x\r\nContent-Type: application/json\r\n\r\n" + `{"from":{"phoneNumber":"` + apitest.EvePhone + `"},"to":[{"phoneNumber":"` + deskPhone + `"}],"text":"See"}` +
			"\r\n--x\r\nContent-Type: image/gif\r\nContent-Disposition: form-data; name=\"attachment\"; filename=\"dot.gif\"\r\n\r\nGIF89a\r\n--x--\r\n"
		apitest.Decode[rc.Message](t, w.Do("eve", "POST", "/restapi/v1.0/account/~/extension/~/mms", picture, "Content-Type: multipart/mixed; boundary=x"), http.StatusOK)
		synctest.Wait()
		id := w.only("ada").ID
		all := apitest.Get[rc.List[rc.ThreadMessage]](w.World, "ada", path+"/messages?threadIds="+id).Records
		if len(all) != 1 || len(all[0].Attachments) != 1 {
			t.Fatalf("Ada sees %+v, want a picture", all)
		}
		_, link, _ := strings.Cut(all[0].Attachments[0].ContentURI, "://platform.example")
		if got := w.Do("bob", "GET", link, nil); got.Code != 200 || got.Body.String() != "GIF89a" || got.Header().Get("Content-Type") != "image/gif" {
			t.Errorf("Bob reads the picture: %d %v %s", got.Code, got.Header(), got.Body)
		}
		for _, as := range []string{"cy", "eve"} {
			if got := w.threads(as, "?ownerExtensionIds=101050"); len(got) > 0 {
				t.Errorf("%s sees %+v", as, got)
			}
			if got := w.messages(as, "?messageIds="+all[0].ID); len(got) > 0 {
				t.Errorf("%s reads %v", as, got)
			}
			for _, sync := range []string{"/sync", "/entries/sync?scope=Accessible", "/entries/sync?scope=Explicit&threadIds=" + id} {
				if got := w.Do(as, "GET", path+sync, nil).Body.String(); !strings.Contains(got, `"records":[]`) {
					t.Errorf("%s syncs %s", as, got)
				}
			}
			apitest.Refused(t, w.Do(as, "GET", path+"/"+id, nil), 404, "CMN-102", "threadId")
			apitest.Refused(t, w.Do(as, "GET", link, nil), 404, map[string]string{"cy": "CMN-102", "eve": "CMN-102"}[as], map[string]string{"cy": "messageId", "eve": "accountId"}[as])
			apitest.Refused(t, w.Do(as, "POST", path+"/"+id+"/resolve", nil), 404, "CMN-102", "threadId")
			apitest.Refused(t, w.Do(as, "POST", path+"/"+id+"/assign", `{"assignee":{"extensionId":"101003"}}`), 404, "CMN-102", "threadId")
			apitest.Refused(t, w.Do(as, "POST", path+"/messages", text(deskPhone, apitest.EvePhone, "Mine now")), 403, "MSG-304", "from")
			apitest.Refused(t, w.Do(as, "POST", "/restapi/v1.0/account/~/extension/~/sms", text(deskPhone, apitest.EvePhone, "Mine now")), 403, "MSG-304", "from")
		}
		apitest.Refused(t, w.Do("eve", "GET", "/restapi/v1.0/account/100001/message-threads", nil), 404, "CMN-102", "accountId")
		apitest.Refused(t, w.Do("ada?ReadMessages", "GET", path, nil), 403, "CMN-401", "")
	})
}

func TestOnlyTheAssigneeAnswers(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		w.write("Where is my parcel?")
		id := w.only("ada").ID
		answer := text(deskPhone, apitest.EvePhone, "On its way.")
		apitest.Refused(t, w.Do("ada", "POST", path+"/messages", answer), 403, "MSG-427", "")

		assign := func(as, to string) rc.MessageThread {
			t.Helper()
			return apitest.Decode[rc.MessageThread](t, w.Do(as, "POST", path+"/"+id+"/assign", to), 200)
		}
		const ada, bob = `{"assignee":{"extensionId":"101001"}}`, `{"assignee":{"extensionId":101002}}`
		if got := assign("ada", ada); got.Assignee == nil || *got.Assignee != (rc.ThreadUser{ExtensionID: "101001", Name: "Ada Test", ExtensionType: "User"}) {
			t.Errorf("assigned to %+v", got.Assignee)
		}
		apitest.Refused(t, w.Do("bob", "POST", path+"/messages", answer), 403, "MSG-427", "")
		apitest.Refused(t, w.Do("bob", "POST", path+"/"+id+"/assign", `{"assignee":null}`), 403, "MSG-427", "")
		apitest.Refused(t, w.Do("ada", "POST", path+"/"+id+"/assign", `{"assignee":{"extensionId":"101003"}}`), 400, "CMN-101", "assignee.extensionId")
		apitest.Refused(t, w.Do("ada", "POST", path+"/"+id+"/assign", `{"assignee":{"extensionId":"101050"}}`), 400, "CMN-101", "assignee.extensionId")
		apitest.Refused(t, w.Do("ada", "POST", path+"/"+id+"/assign", `{}`), 400, "CMN-101", "assignee")

		got := apitest.Decode[rc.ThreadMessage](t, w.Do("ada", "POST", path+"/messages", answer), 201)
		if got.ThreadID != id || got.Direction != rc.Outbound || got.Author == nil || got.Author.Name != "Ada Test" {
			t.Errorf("sent %+v", got)
		}
		synctest.Wait()
		if diff := cmp.Diff([]string{"guest: Where is my parcel? (Received)", "Ada Test: On its way. (Delivered)"}, w.messages("bob", "")); diff != "" {
			t.Errorf("what Bob sees (-want +got):\n%s", diff)
		}
		if eve := apitest.Get[rc.List[rc.Message]](w.World, "eve", "/restapi/v1.0/account/~/extension/~/message-store?direction=Inbound").Records; len(eve) != 1 || eve[0].From.PhoneNumber != deskPhone {
			t.Errorf("Eve got %+v", eve)
		}
		if got := assign("bob", bob); got.Assignee.ExtensionID != "101002" {
			t.Errorf("Bob took the thread: %+v", got)
		}
		if got := assign("bob", `{"assignee":null}`); got.Assignee != nil {
			t.Errorf("Bob gave the thread back: %+v", got.Assignee)
		}
	})
}

func TestAResolvedThreadStaysResolved(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		w.write("Thanks!")
		first := w.only("ada").ID
		for range 2 {
			got := apitest.Decode[rc.MessageThread](t, w.Do("bob", "POST", path+"/"+first+"/resolve", nil), 200)
			if got.Status != rc.ThreadIsResolved || got.StatusReason != rc.ResolvedManually {
				t.Errorf("resolved: %+v", got)
			}
		}
		apitest.Refused(t, w.Do("ada", "POST", path+"/"+first+"/assign", `{"assignee":{"extensionId":"101001"}}`), 400, "CMN-101", "threadId")
		late := text(deskPhone, apitest.EvePhone, "You are welcome.")
		late.ID = first
		apitest.Refused(t, w.Do("ada", "POST", path+"/messages", late), 400, "CMN-101", "threadId")
		late.ID = ""
		second := apitest.Decode[rc.ThreadMessage](t, w.Do("ada", "POST", path+"/messages", late), 201).ThreadID
		if got := w.threads("bob", "?threadStatus=Open"); second == first || len(got) != 1 || got[0].ID != second || got[0].Assignee.ExtensionID != "101001" {
			t.Errorf("the open threads: %+v, want %s, which Ada began", got, second)
		}
		// Nothing happens for three days.
		for _, quiet := range []time.Duration{71 * time.Hour, 73 * time.Hour} {
			later := w.inbox
			later.Now = func() time.Time { return time.Now().Add(quiet) }
			if err := later.Expire(t.Context()); err != nil {
				t.Fatal(err)
			}
			if got := w.threads("ada", "?threadStatus=Open"); len(got) == 0 != (quiet > 72*time.Hour) {
				t.Errorf("open after %v: %+v", quiet, got)
			}
		}
		if got := w.threads("ada", "?threadStatus=Resolved&guestPhoneNumber=%2B16505550201"); len(got) != 2 || got[0].StatusReason != rc.ThreadExpired || got[0].Assignee != nil {
			t.Errorf("after three days: %+v", got)
		}
	})
}

func TestWhatNobodyGetsFails(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		got := apitest.Decode[rc.ThreadMessage](t, w.Do("bob", "POST", path+"/messages", text(deskPhone, apitest.Outside, "Hello")), 201)
		if got.MessageStatus != rc.Queued {
			t.Errorf("at first: %+v", got)
		}
		synctest.Wait()
		if diff := cmp.Diff([]string{"Bob Stone: Hello (DeliveryFailed)"}, w.messages("ada", "?threadStatus=Open")); diff != "" {
			t.Errorf("in the end (-want +got):\n%s", diff)
		}
		for _, as := range []string{"ada", "bob"} {
			all := apitest.Get[rc.List[rc.Message]](w.World, as, "/restapi/v1.0/account/~/extension/~/message-store?owner=Shared").Records
			if len(all) != 1 || all[0].MessageStatus != rc.DeliveryFailed || all[0].DeliveryErrorCode != "SMS-UP-410" {
				t.Errorf("the copy of %s: %+v", as, all)
			}
		}
	})
}

func TestMessageStoresShowWhatIsSharedWhenAsked(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		const own = "/restapi/v1.0/account/~/extension/~"
		sync := apitest.Get[rc.MessageSync](w.World, "ada", own+"/message-sync")
		all := apitest.Get[rc.MessageSync](w.World, "ada", own+"/message-sync?owner=Any")
		w.write("Hello")
		for query, want := range map[string]int{"": 0, "?owner=Personal": 0, "?owner=Any": 1, "?owner=Shared": 1, "?owner=101050": 1, "?owner=101001": 0, "?owner=Personal&owner=Shared": 1} {
			got := apitest.Get[rc.List[rc.Message]](w.World, "ada", own+"/message-store"+query).Records
			if len(got) != want {
				t.Errorf("%q: %+v, want %d", query, got, want)
			}
			if want == 1 && (got[0].Owner == nil || *got[0].Owner != rc.ThreadUser{ExtensionID: "101050", Name: "Front desk", ExtensionType: "Department"}) {
				t.Errorf("%q: the owner is %+v", query, got[0].Owner)
			}
		}
		apitest.Refused(t, w.Do("ada", "GET", own+"/message-store?owner=me", nil), 400, "CMN-101", "owner")
		if got := apitest.Get[rc.MessageSync](w.World, "ada", own+"/message-sync?syncToken="+sync.SyncInfo.SyncToken); len(got.Records) > 0 {
			t.Errorf("a sync of one's own: %+v", got.Records)
		}
		if got := apitest.Get[rc.MessageSync](w.World, "ada", own+"/message-sync?syncToken="+all.SyncInfo.SyncToken); len(got.Records) != 1 {
			t.Errorf("a sync of everything: %+v", got.Records)
		}
		// A member's copy is theirs: Bob still has his.
		if got := w.Do("ada", "DELETE", own+"/message-store?owner=Shared", nil); got.Code != 204 {
			t.Errorf("deleting: %d %s", got.Code, got.Body)
		}
		if got := apitest.Get[rc.List[rc.Message]](w.World, "bob", own+"/message-store?owner=Shared").Records; len(got) != 1 {
			t.Errorf("Bob's copies after Ada deleted hers: %+v", got)
		}
		if got := w.messages("ada", ""); len(got) != 1 {
			t.Errorf("the thread after Ada deleted her copy: %v", got)
		}
	})
}

func TestATextOfAMemberIsInTheThreadToo(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		const smsPath = "/restapi/v1.0/account/~/extension/~/sms"
		got := apitest.Decode[rc.Message](t, w.Do("ada", "POST", smsPath, text(deskPhone, apitest.EvePhone, "Hi Eve")), 200)
		if got.Owner == nil || got.ExtensionID != "101001" || got.From.PhoneNumber != deskPhone {
			t.Errorf("sent %+v", got)
		}
		if got := w.only("bob"); got.Assignee == nil || got.Assignee.ExtensionID != "101001" {
			t.Errorf("the thread is %+v", got)
		}
		group := text(deskPhone, apitest.EvePhone, "Hi all")
		group.To = append(group.To, rc.PhoneParty{PhoneNumber: apitest.Outside})
		apitest.Refused(t, w.Do("ada", "POST", smsPath, group), 400, "CMN-101", "to")
		apitest.Refused(t, w.Do("ada", "POST", smsPath, text(deskPhone, deskPhone, "Me")), 400, "CMN-101", "to")
		apitest.Refused(t, w.Do("ada", "POST", path+"/messages", text(apitest.AdaPhone, apitest.EvePhone, "Hi")), 400, "CMN-101", "from")
	})
}

func TestWhatAnotherProcessLeavesArrives(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		left := messages.SeedText{From: apitest.Outside, To: []string{deskPhone}, Text: "From far away", At: time.Now()}
		if err := messages.LeaveText(t.Context(), w.Store, new(store.IDs), left); err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Second) // the office looks now and then
		synctest.Wait()
		if diff := cmp.Diff([]string{"guest: From far away (Received)"}, w.messages("ada", "")); diff != "" {
			t.Errorf("the thread (-want +got):\n%s", diff)
		}
		want := []string{"extension/101002/message-store", "message-threads/entries/sync", "message-threads/sync"}
		if got := w.told(apitest.Bob); !slices.Equal(got, want) {
			t.Errorf("Bob was told %v, want %v", got, want)
		}
		copies := apitest.Get[rc.List[rc.Message]](w.World, "bob", "/restapi/v1.0/account/~/extension/~/message-store?owner=Shared").Records
		if len(copies) != 1 || copies[0].MessageStatus != rc.Received || copies[0].ReadStatus != rc.Unread {
			t.Errorf("Bob's copy: %+v", copies)
		}
	})
}

package messages_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/platform/api/apitest"
	"offhook/internal/platform/api/messages"
	"offhook/internal/platform/event"
	"offhook/internal/rc"
	"offhook/internal/store"
)

const (
	own     = "/restapi/v1.0/account/~/extension/~"
	smsPath = own + "/sms"
	inbox   = own + "/message-store"
)

// A world with a message office and its events.
type world struct {
	*apitest.World
	office *messages.Office
	events chan event.Event
}

func newWorld(t *testing.T) *world {
	t.Helper()
	a := apitest.New(t)
	w := &world{World: a, events: make(chan event.Event, 1000)}
	w.office = messages.NewOffice(a.Store, a.Bus, &store.IDs{Now: a.Now}, a.Now, a.Log)
	(&messages.Handler{Face: a.Face, Store: a.Store, Office: w.office, Now: a.Now, Log: a.Log}).Mount(a.Mux)
	cancel, err := event.Subscribe(a.Bus, a.Log, func(e event.Event) { w.events <- e })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cancel)
	return w
}

// run starts the office until the test ends.
func (w *world) run(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	office := w.office
	wg.Go(func() { office.Run(ctx) })
	t.Cleanup(func() { cancel(); wg.Wait() })
}

// next waits for n events.
func (w *world) next(t *testing.T, n int) []event.Event {
	t.Helper()
	var all []event.Event
	for range n {
		select {
		case e := <-w.events:
			all = append(all, e)
		case <-time.After(10 * time.Second):
			t.Fatalf("%d events came, want %d: %+v", len(all), n, all)
		}
	}
	return all
}

func text(from, body string, to ...string) rc.SMSRequest {
	req := rc.SMSRequest{From: rc.Caller{PhoneNumber: from}, Text: body}
	for _, number := range to {
		req.To = append(req.To, rc.Caller{PhoneNumber: number})
	}
	return req
}

func (w *world) send(t *testing.T, as string, req rc.SMSRequest) rc.Message {
	t.Helper()
	return apitest.Decode[rc.Message](t, w.Do(as, "POST", smsPath, req), http.StatusOK)
}

func (w *world) list(as, query string) rc.List[rc.Message] {
	return apitest.Get[rc.List[rc.Message]](w.World, as, inbox+"?"+query)
}

func TestSendDeliversToBothSides(t *testing.T) {
	w := newWorld(t)
	sent := w.send(t, "ada", text(apitest.AdaPhone, "Lunch?", apitest.BobPhone))
	if sent.MessageStatus != rc.Sent || sent.Direction != rc.Outbound || sent.ReadStatus != rc.Read || sent.Subject != "Lunch?" {
		t.Errorf("the sender's copy: %+v", sent)
	}

	got := w.list("bob", "").Records
	if len(got) != 1 {
		t.Fatalf("Bob has %d messages, want 1", len(got))
	}
	id := strconv.FormatInt(got[0].ID, 10)
	conversation := strconv.FormatInt(got[0].ConversationID, 10)
	uri := "http://platform.example/restapi/v1.0/account/100001/extension/101002"
	at := rc.Time{Time: apitest.Start}
	want := rc.Message{
		ID: got[0].ID, URI: uri + "/message-store/" + id, ExtensionID: "101002", Type: rc.TypeSMS, Direction: rc.Inbound,
		Availability: rc.Alive, ReadStatus: rc.Unread, Priority: "Normal", MessageStatus: rc.Received, SegmentCount: 1, Subject: "Lunch?",
		CreationTime: at, LastModifiedTime: at, ConversationID: got[0].ConversationID,
		Conversation: &rc.URIID{ID: conversation, URI: uri + "/conversation/" + conversation},
		From:         &rc.Caller{PhoneNumber: apitest.AdaPhone, Name: "Ada Test"},
		To:           []rc.Caller{{PhoneNumber: apitest.BobPhone, Name: "Bob Stone", Target: true}},
		Attachments:  []rc.Attachment{{ID: got[0].ID, URI: uri + "/message-store/" + id + "/content/" + id, Type: "Text", ContentType: "text/plain"}},
	}
	if diff := cmp.Diff(want, got[0]); diff != "" {
		t.Errorf("Bob's copy (-want +got):\n%s", diff)
	}
	if got[0].ID == sent.ID || got[0].ConversationID == sent.ConversationID {
		t.Errorf("both sides share an id: message %d, conversation %d", sent.ID, sent.ConversationID)
	}

	reply := w.send(t, "bob", text("(650) 555-0102", "Yes", "16505550101"))
	if reply.ConversationID != got[0].ConversationID {
		t.Errorf("the answer is in conversation %d, want %d", reply.ConversationID, got[0].ConversationID)
	}
	if back := w.list("ada", "direction=Inbound").Records; len(back) != 1 || back[0].ConversationID != sent.ConversationID {
		t.Errorf("Ada got %+v, want one in conversation %d", back, sent.ConversationID)
	}
}

func TestEventsComeAfterTheCommit(t *testing.T) {
	w := newWorld(t)
	sent := w.send(t, "ada", text(apitest.AdaPhone, "Lunch?", apitest.BobPhone))
	es := w.next(t, 3)
	w.run(t) // only now: the office may be faster than what is told of the text
	es = append(es, w.next(t, 1)...)

	var news rc.MessageStoreEvent
	if err := json.Unmarshal(es[0].Body, &news); err != nil {
		t.Fatal(err)
	}
	want := rc.MessageStoreEvent{
		AccountID: "100001", ExtensionID: "101001", LastUpdated: rc.Time{Time: apitest.Start},
		Changes: []rc.MessageStoreChange{{Type: rc.TypeSMS, NewCount: 1, NewMessageIDs: []int64{sent.ID}}},
	}
	if diff := cmp.Diff(want, news); diff != "" || es[0].Filter != rc.MessageStoreFilter(apitest.Acme, apitest.Ada) {
		t.Errorf("Ada's event %s (-want +got):\n%s", es[0].Filter, diff)
	}
	if es[1].ExtensionID != apitest.Bob || es[1].Filter != rc.MessageStoreFilter(apitest.Acme, apitest.Bob) {
		t.Errorf("second event: %+v, want Bob's message store", es[1])
	}
	var whole map[string]any
	if err := json.Unmarshal(es[2].Body, &whole); err != nil {
		t.Fatal(err)
	}
	if es[2].Filter != rc.InstantSMSFilter(apitest.Acme, apitest.Bob) || whole["ownerId"] != "101002" || whole["subject"] != "Lunch?" {
		t.Errorf("third event: %s %v, want the instant message", es[2].Filter, whole)
	}
	for _, name := range []string{"id", "conversationId"} {
		if _, ok := whole[name].(string); !ok {
			t.Errorf("%s of the instant message is %T, want a string", name, whole[name])
		}
	}
	var updated rc.MessageStoreEvent
	if err := json.Unmarshal(es[3].Body, &updated); err != nil {
		t.Fatal(err)
	}
	if es[3].ExtensionID != apitest.Ada || updated.Changes[0].UpdatedCount != 1 {
		t.Errorf("fourth event: %+v, want an update of Ada's message", updated)
	}
	m := apitest.Get[rc.Message](w.World, "ada", fmt.Sprintf("%s/%d", inbox, sent.ID))
	if m.MessageStatus != rc.Delivered || m.To[0].MessageStatus != rc.Delivered {
		t.Errorf("after delivery the text is %s (%s), want Delivered", m.MessageStatus, m.To[0].MessageStatus)
	}
}

func TestTextsThatLeaveThePlatformFail(t *testing.T) {
	for _, tt := range []struct {
		name   string
		to     []string
		states []string
	}{
		{"to a number outside", []string{apitest.Outside}, []string{rc.DeliveryFailed}},
		{"to one inside and one outside", []string{apitest.BobPhone, apitest.Outside}, []string{rc.Delivered, rc.DeliveryFailed}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			sent := w.send(t, "ada", text(apitest.AdaPhone, "Hello", tt.to...))
			if sent.MessageStatus != rc.Queued || sent.DeliveryErrorCode != "" {
				t.Errorf("the answer says %s %s, want Queued", sent.MessageStatus, sent.DeliveryErrorCode)
			}
			// The office starts later, as after a crash.
			w.run(t)
			w.next(t, 1+2*(len(tt.to)-1)+1)
			m := apitest.Get[rc.Message](w.World, "ada", fmt.Sprintf("%s/%d", inbox, sent.ID))
			var states []string
			for _, to := range m.To {
				states = append(states, to.MessageStatus)
			}
			if m.MessageStatus != rc.DeliveryFailed || m.DeliveryErrorCode != "SMS-UP-410" || !cmp.Equal(states, tt.states) {
				t.Errorf("the text ended as %s %s, receivers %v; want DeliveryFailed SMS-UP-410, %v", m.MessageStatus, m.DeliveryErrorCode, states, tt.states)
			}
		})
	}
}

func TestGroupTextIsOneConversationForEverybody(t *testing.T) {
	w := newWorld(t)
	w.send(t, "ada", text(apitest.AdaPhone, "All", apitest.BobPhone, apitest.EvePhone))
	bob, eve := w.list("bob", "").Records, w.list("eve", "").Records
	if len(bob) != 1 || len(eve) != 1 {
		t.Fatalf("Bob has %d, Eve %d messages, want 1 each", len(bob), len(eve))
	}
	if eve[0].From.Name != "" || eve[0].To[0].Name != "" {
		t.Errorf("another company sees the names of colleagues: %+v", eve[0])
	}
	if bob[0].To[0].Target == false || bob[0].To[1].Target {
		t.Errorf("Bob's copy marks the wrong target: %+v", bob[0].To)
	}
	reply := w.send(t, "bob", text(apitest.BobPhone, "Both", apitest.EvePhone, apitest.AdaPhone))
	if reply.ConversationID != bob[0].ConversationID {
		t.Errorf("answering everybody opened conversation %d, want %d", reply.ConversationID, bob[0].ConversationID)
	}
	single := w.send(t, "bob", text(apitest.BobPhone, "You", apitest.AdaPhone))
	if single.ConversationID == reply.ConversationID {
		t.Errorf("a text to one is in the group's conversation")
	}
}

func TestCompanyNumberReachesTheOperator(t *testing.T) {
	w := newWorld(t)
	w.send(t, "eve", text(apitest.EvePhone, "Hello Acme", apitest.AcmeMain))
	if got := w.list("ada", "").Records; len(got) != 1 || got[0].To[0].PhoneNumber != apitest.AcmeMain {
		t.Errorf("the operator got %+v", got)
	}
	if got := w.list("bob", "").Records; len(got) != 0 {
		t.Errorf("Bob got %+v", got)
	}
}

func TestSendToOneself(t *testing.T) {
	w := newWorld(t)
	w.send(t, "ada", text(apitest.AdaPhone, "Note", apitest.AdaPhone))
	got := w.list("ada", "").Records
	if len(got) != 2 || got[0].ConversationID != got[1].ConversationID || got[0].Direction == got[1].Direction {
		t.Errorf("a text to oneself: %+v", got)
	}
}

func TestSendRefuses(t *testing.T) {
	w := newWorld(t)
	for _, tt := range []struct {
		name            string
		as              string
		body            any
		status          int
		code, parameter string
	}{
		{"no sender", "ada", text("", "Hi", apitest.BobPhone), 400, "CMN-101", "from"},
		{"a sender that is no number", "ada", text("ada", "Hi", apitest.BobPhone), 400, "CMN-101", "from"},
		{"a colleague's number as sender", "ada", text(apitest.BobPhone, "Hi", apitest.AdaPhone), 403, "MSG-304", "from"},
		{"another company's number as sender", "ada", text(apitest.EvePhone, "Hi", apitest.BobPhone), 403, "MSG-304", "from"},
		{"the company's number for who is not the operator", "bob", text(apitest.AcmeMain, "Hi", apitest.AdaPhone), 403, "MSG-242", "from"},
		{"no recipient", "ada", text(apitest.AdaPhone, "Hi"), 400, "CMN-101", "to"},
		{"too many recipients", "ada", text(apitest.AdaPhone, "Hi", strings.Fields(strings.Repeat(apitest.BobPhone+" ", 11))...), 400, "CMN-101", "to"},
		{"a recipient that is no number", "ada", text(apitest.AdaPhone, "Hi", "bob"), 400, "CMN-101", "to.phoneNumber"},
		{"an extension number as recipient", "ada", text(apitest.AdaPhone, "Hi", "102"), 400, "CMN-101", "to.phoneNumber"},
		{"no text", "ada", text(apitest.AdaPhone, " ", apitest.BobPhone), 400, "CMN-101", "text"},
		{"a text that is too long", "ada", text(apitest.AdaPhone, strings.Repeat("é", 1001), apitest.BobPhone), 400, "CMN-101", "text"},
		{"a body that is not JSON", "ada", "{", 400, "CMN-103", ""},
		{"a body that is too large", "ada", `{"text":"` + strings.Repeat("x", 2<<20) + `"}`, 413, "CMN-101", ""},
		{"a token without the scope", "ada?ReadMessages", text(apitest.AdaPhone, "Hi", apitest.BobPhone), 403, "CMN-401", ""},
		{"an unknown token", "mallory", text(apitest.AdaPhone, "Hi", apitest.BobPhone), 401, "OAU-213", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			apitest.Refused(t, w.Do(tt.as, "POST", smsPath, tt.body), tt.status, tt.code, tt.parameter)
		})
	}
	for _, as := range []string{"ada", "bob", "eve"} {
		if n := len(w.list(as, "").Records); n != 0 {
			t.Errorf("%d texts of refused requests reached %s", n, as)
		}
	}
	if m := w.send(t, "ada", text(apitest.AdaPhone, strings.Repeat("é", 1000), apitest.BobPhone)); m.SegmentCount != 7 {
		t.Errorf("1000 characters make %d segments, want 7", m.SegmentCount)
	}
}

func TestWhoMaySeeAMessage(t *testing.T) {
	w := newWorld(t)
	ada := w.send(t, "ada", text(apitest.AdaPhone, "Secret", apitest.BobPhone)).ID
	bob := w.list("bob", "").Records[0].ID
	store := func(account, extension string) string {
		return fmt.Sprintf("/restapi/v1.0/account/%s/extension/%s/message-store", account, extension)
	}
	for _, tt := range []struct {
		name            string
		as, method      string
		path            string
		status          int
		code, parameter string
	}{
		{"another extension's message looks absent", "bob", "GET", fmt.Sprintf("%s/%d", inbox, ada), 404, "CMN-102", "messageId"},
		{"and its text", "bob", "GET", fmt.Sprintf("%s/%d/content/%d", inbox, ada, ada), 404, "CMN-102", "messageId"},
		{"and cannot be deleted", "bob", "DELETE", fmt.Sprintf("%s/%d", inbox, ada), 404, "CMN-102", "messageId"},
		{"another company's message looks absent", "eve", "GET", fmt.Sprintf("%s/%d", inbox, ada), 404, "CMN-102", "messageId"},
		{"a colleague's message store is closed", "ada", "GET", store("~", "101002"), 403, "CMN-404", ""},
		{"to administrators, too", "ada", "GET", fmt.Sprintf("%s/%d", store("~", "101002"), bob), 403, "CMN-404", ""},
		{"a colleague's sync is closed", "bob", "GET", "/restapi/v1.0/account/~/extension/101001/message-sync", 403, "CMN-404", ""},
		{"nobody sends for a colleague", "bob", "POST", "/restapi/v1.0/account/~/extension/101001/sms", 403, "CMN-404", ""},
		{"another company does not exist", "ada", "GET", store("200001", "201001"), 404, "CMN-102", "accountId"},
		{"nor do its extensions", "ada", "GET", store("~", "201001"), 404, "CMN-102", "extensionId"},
		{"nor do extensions that are no number", "ada", "GET", store("~", "x"), 404, "CMN-102", "extensionId"},
		{"nor do messages that are no number", "ada", "GET", inbox + "/x", 404, "CMN-102", "messageId"},
		{"a text has one attachment", "ada", "GET", fmt.Sprintf("%s/%d/content/1", inbox, ada), 404, "CMN-102", "attachmentId"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rec := w.Do(tt.as, tt.method, tt.path, nil)
			if strings.Contains(rec.Body.String(), "Secret") {
				t.Errorf("the answer contains the text: %s", rec.Body)
			}
			apitest.Refused(t, rec, tt.status, tt.code, tt.parameter)
		})
	}
	if got := apitest.Get[rc.List[rc.Message]](w.World, "bob", store("100001", "101002")); len(got.Records) != 1 {
		t.Errorf("by real ids Bob sees %d messages, want 1", len(got.Records))
	}
}

func TestContent(t *testing.T) {
	w := newWorld(t)
	id := w.send(t, "ada", text(apitest.AdaPhone, "<b>Grüße</b>", apitest.BobPhone)).ID
	path := fmt.Sprintf("%s/%d/content/%d", inbox, id, id)
	rec := w.Do("ada", "GET", path, nil)
	if rec.Code != 200 || rec.Body.String() != "<b>Grüße</b>" || rec.Header().Get("Content-Type") != "text/plain; charset=utf-8" ||
		rec.Header().Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("content: %d %q %v", rec.Code, rec.Body, rec.Header())
	}
	rec = w.Do("ada", "GET", path, nil, "Range: bytes=1-1")
	if rec.Code != 206 || rec.Body.String() != "b" {
		t.Errorf("a range: %d %q, want 206 b", rec.Code, rec.Body)
	}
	rec = w.Do("ada", "GET", path+"?contentDisposition=Attachment&contentDispositionFilename=a.txt", nil)
	if got := rec.Header().Get("Content-Disposition"); got != "attachment; filename=a.txt" {
		t.Errorf("Content-Disposition: %q", got)
	}
	apitest.Refused(t, w.Do("ada", "GET", path+"?contentDisposition=Elsewhere", nil), 400, "CMN-101", "contentDisposition")
}

package messages_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/platform/api/apitest"
	"offhook/internal/platform/api/messages"
	"offhook/internal/rc"
)

// seed gives Ada a history: with Bob, with Eve and with both.
func seed(t *testing.T, w *world) {
	t.Helper()
	ago := func(hours int) time.Time { return apitest.Start.Add(-time.Duration(hours) * time.Hour) }
	err := messages.Seed(t.Context(), w.Store, []messages.SeedText{
		{From: apitest.BobPhone, To: []string{apitest.AdaPhone}, Text: "b2", At: ago(2)},
		{From: apitest.AdaPhone, To: []string{apitest.BobPhone}, Text: "b1", At: ago(3), Read: true},
		{From: apitest.EvePhone, To: []string{apitest.AdaPhone}, Text: "e1", At: ago(4), Read: true},
		{From: apitest.EvePhone, To: []string{apitest.AdaPhone, apitest.BobPhone}, Text: "g1", At: ago(5), Read: true},
		{From: apitest.AdaPhone, To: []string{apitest.Outside}, Text: "x1", At: ago(6)},
		{From: apitest.BobPhone, To: []string{apitest.AdaPhone}, Text: "old", At: ago(48), Read: true},
	})
	if err != nil {
		t.Fatal(err)
	}
}

func subjects(ms []rc.Message) string {
	var all []string
	for _, m := range ms {
		all = append(all, m.Subject)
	}
	return strings.Join(all, " ")
}

func TestSeedWritesHistoryWithoutEvents(t *testing.T) {
	w := newWorld(t)
	seed(t, w)
	got := w.list("ada", "dateFrom=2025-01-01").Records
	states := map[string]string{}
	for _, m := range got {
		states[m.Subject] = strings.TrimSpace(m.MessageStatus + " " + m.ReadStatus + " " + m.DeliveryErrorCode)
	}
	want := map[string]string{
		"b2": "Received Unread", "b1": "Delivered Read", "e1": "Received Read", "g1": "Received Read",
		"x1": "DeliveryFailed Read SMS-UP-410", "old": "Received Read",
	}
	if diff := cmp.Diff(want, states); diff != "" {
		t.Errorf("the history (-want +got):\n%s", diff)
	}
	select {
	case e := <-w.events:
		t.Errorf("seeding announced %+v", e)
	default:
	}
	err := messages.Seed(t.Context(), w.Store, []messages.SeedText{{From: apitest.Outside, To: []string{apitest.AdaPhone}, Text: "?"}})
	if err == nil {
		t.Errorf("a text from nobody was seeded")
	}
}

func TestListFilters(t *testing.T) {
	w := newWorld(t)
	seed(t, w)
	conversations := map[string]int64{}
	for _, m := range w.list("ada", "dateFrom=2025-01-01").Records {
		conversations[m.Subject] = m.ConversationID
	}
	if conversations["b1"] != conversations["old"] || conversations["b1"] == conversations["g1"] {
		t.Errorf("conversations: %v", conversations)
	}
	for _, tt := range []struct{ name, query, want string }{
		{"the last day, newest first", "", "b2 b1 e1 g1 x1"},
		{"from a date", "dateFrom=2025-12-30", "b2 b1 e1 g1 x1 old"},
		{"a day until a date", "dateTo=2025-12-31T12:00", "old"},
		{"an offset whose plus sign was lost", "dateTo=2025-12-31T14:00:00 02:00", "old"},
		{"between dates", "dateFrom=2026-01-01T23:00:00Z&dateTo=2026-01-02T01:00:00Z", "b1 e1"},
		{"inbound", "direction=Inbound", "b2 e1 g1"},
		{"both directions", "direction=Inbound&direction=Outbound", "b2 b1 e1 g1 x1"},
		{"unread", "readStatus=Unread", "b2"},
		{"texts by their older name", "messageType=Text", "b2 b1 e1 g1 x1"},
		{"several types", "messageType=Fax&messageType=SMS", "b2 b1 e1 g1 x1"},
		{"voicemail, of which there is none", "messageType=VoiceMail", ""},
		{"deleted, of which there is none", "availability=Deleted", ""},
		{"shared messages, of which there are none", "owner=Shared", ""},
		{"personal messages", "owner=Personal", "b2 b1 e1 g1 x1"},
		{"a conversation", fmt.Sprintf("conversationId=%d&dateFrom=2025", conversations["b1"]) + "-01", "b2 b1 old"},
		{"the newest of each conversation", "distinctConversations=true&dateFrom=2025-01", "b2 e1 g1 x1"},
		{"a party", "phoneNumber=" + url.QueryEscape(apitest.EvePhone), "e1 g1"},
		{"a party whose plus sign was lost", "phoneNumber=" + apitest.BobPhone, "b2 b1 g1"},
		{"a party as people write it", "phoneNumber=(650)%20555-0102", "b2 b1 g1"},
		{"oneself is no party", "phoneNumber=16505550101", ""},
		{"the second page", "perPage=2&page=2", "e1 g1"},
		{"a page that is not there", "perPage=2&page=9", ""},
		{"a page size below what there is", "perPage=0", "b2"},
		{"all in one page", "perPage=MAX", "b2 b1 e1 g1 x1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := subjects(w.list("ada", strings.ReplaceAll(tt.query, " ", "%20")).Records); got != tt.want {
				t.Errorf("%s: %q, want %q", tt.query, got, tt.want)
			}
		})
	}
}

func TestListRefuses(t *testing.T) {
	w := newWorld(t)
	for _, tt := range []struct{ query, parameter string }{
		{"page=0", "page"}, {"page=x", "page"}, {"perPage=x", "perPage"}, {"direction=Up", "direction"}, {"readStatus=Half", "readStatus"},
		{"availability=Gone", "availability"}, {"messageType=Pigeon", "messageType"}, {"conversationId=x", "conversationId"},
		{"dateFrom=yesterday", "dateFrom"}, {"dateTo=soon", "dateTo"}, {"phoneNumber=x", "phoneNumber"}, {"distinctConversations=some", "distinctConversations"},
	} {
		t.Run(tt.query, func(t *testing.T) {
			apitest.Refused(t, w.Do("ada", "GET", inbox+"?"+tt.query, nil), 400, "CMN-101", tt.parameter)
		})
	}
}

func TestListLinksItsPages(t *testing.T) {
	w := newWorld(t)
	seed(t, w)
	got := w.list("ada", "messageType=SMS&perPage=2&page=2")
	uri := "http://platform.example/restapi/v1.0/account/100001/extension/101001/message-store?messageType=SMS&page=%d&perPage=2"
	link := func(n int) *rc.URIRef { return &rc.URIRef{URI: fmt.Sprintf(uri, n)} }
	start, end := 2, 3
	want := rc.List[rc.Message]{
		URI: fmt.Sprintf(uri, 2), Records: got.Records,
		Paging:     &rc.Paging{Page: 2, PerPage: 2, PageStart: &start, PageEnd: &end, TotalPages: 3, TotalElements: 5},
		Navigation: &rc.Navigation{FirstPage: link(1), PreviousPage: link(1), NextPage: link(3), LastPage: link(3)},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the list (-want +got):\n%s", diff)
	}
}

package messages_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/platform/api/apitest"
	"offhook/internal/rc"
)

const pagerPath = own + "/company-pager"

// call sends a body as it is, and reads the answer whatever its status is.
func call[T any](t *testing.T, w *world, as, method, path, body string) (int, T) {
	t.Helper()
	var sent any
	if body != "" {
		sent = json.RawMessage(body)
	}
	rec := w.Do(as, method, path, sent)
	return rec.Code, apitest.Decode[T](t, rec, rec.Code)
}

// page writes to colleagues and returns the sender's record.
func (w *world) page(t *testing.T, as, body string) rc.Message {
	t.Helper()
	code, m := call[rc.Message](t, w, as, "POST", pagerPath, body)
	if code != http.StatusOK {
		t.Fatalf("company-pager as %s answers %d", as, code)
	}
	return m
}

func TestAnInternalMessageReachesColleaguesByTheirExtensions(t *testing.T) {
	w := newWorld(t)
	w.run(t)
	sent := w.page(t, "ada", `{"from":{"extensionNumber":"101"},"to":[{"extensionNumber":"102"},{"extensionId":"101003"},{"extensionNumber":"102"}],"text":"Cake in the kitchen"}`)
	want := []rc.Caller{
		{ExtensionNumber: "102", ExtensionID: "101002", Name: "Bob Stone", MessageStatus: rc.Sent},
		{ExtensionNumber: "103", ExtensionID: "101003", Name: "Cy", MessageStatus: rc.Sent},
	}
	if diff := cmp.Diff(want, sent.To); diff != "" {
		t.Errorf("the recipients (-want +got):\n%s", diff)
	}
	if sent.Type != rc.TypePager || sent.From.PhoneNumber != "" || sent.From.ExtensionNumber != "101" || sent.PgToDepartment == nil || *sent.PgToDepartment {
		t.Errorf("the record: %+v", sent)
	}

	_, inbox := call[rc.List[rc.Message]](t, w, "bob", "GET", inbox+"?messageType=Pager", "")
	if len(inbox.Records) != 1 {
		t.Fatalf("Bob has %d internal messages", len(inbox.Records))
	}
	got := inbox.Records[0]
	if got.Direction != rc.Inbound || got.ReadStatus != rc.Unread || got.Subject != "Cake in the kitchen" || !got.To[0].Target || got.To[1].Target {
		t.Errorf("Bob's record: %+v", got)
	}

	// Bob answers everybody without naming them.
	answer := w.page(t, "bob", fmt.Sprintf(`{"replyOn":%d,"text":"Coming"}`, got.ID))
	if answer.ConversationID != got.ConversationID || len(answer.To) != 2 {
		t.Errorf("the answer: %+v", answer)
	}
	_, hers := call[rc.List[rc.Message]](t, w, "ada", "GET", own+"/message-store?conversationId="+sent.Conversation.ID, "")
	if len(hers.Records) != 2 {
		t.Errorf("Ada's conversation has %d messages", len(hers.Records))
	}
	// A text between the same two is another conversation.
	alone := w.page(t, "ada", `{"to":[{"extensionNumber":"102"}],"text":"Just you"}`)
	code, sms := call[rc.Message](t, w, "ada", "POST", smsPath, `{"from":{"phoneNumber":"`+apitest.AdaPhone+`"},"to":[{"phoneNumber":"`+apitest.BobPhone+`"}],"text":"SMS"}`)
	if code != http.StatusOK || sms.ConversationID == alone.ConversationID || alone.ConversationID == sent.ConversationID {
		t.Errorf("conversations: internal %d, group %d, SMS %d (%d)", alone.ConversationID, sent.ConversationID, sms.ConversationID, code)
	}
}

func TestAnInternalMessageIsToldAsOne(t *testing.T) {
	w := newWorld(t)
	w.page(t, "ada", `{"to":[{"extensionNumber":"102"}],"text":"Hello"}`)
	es := w.next(t, 2)
	for _, e := range es {
		if !strings.HasSuffix(e.Filter, "/message-store") || !strings.Contains(string(e.Body), `"type":"Pager"`) {
			t.Errorf("event %s: %s", e.Filter, e.Body)
		}
	}
}

func TestAnInternalMessageIsRefused(t *testing.T) {
	w := newWorld(t)
	theirs := w.page(t, "bob", `{"to":[{"extensionNumber":"103"}],"text":"Between us"}`)
	_, sms := call[rc.Message](t, w, "ada", "POST", smsPath, `{"from":{"phoneNumber":"`+apitest.AdaPhone+`"},"to":[{"phoneNumber":"`+apitest.BobPhone+`"}],"text":"SMS"}`)
	for _, tt := range []struct {
		name, body      string
		status          int
		code, parameter string
	}{
		{"to nobody", `{"text":"Hi"}`, 400, "CMN-101", "to"},
		{"to an unknown extension", `{"to":[{"extensionNumber":"999"}],"text":"Hi"}`, 400, "CMN-102", "to"},
		{"to an extension of another company", `{"to":[{"extensionId":"201001"}],"text":"Hi"}`, 400, "CMN-102", "to"},
		{"to oneself", `{"to":[{"extensionNumber":"101"}],"text":"Hi"}`, 400, "CMN-102", "to"},
		{"with an id and a number of two people", `{"to":[{"extensionId":"101002","extensionNumber":"103"}],"text":"Hi"}`, 400, "CMN-102", "to"},
		{"from somebody else", `{"from":{"extensionNumber":"102"},"to":[{"extensionNumber":"103"}],"text":"Hi"}`, 403, "MSG-304", "from"},
		{"without words", `{"to":[{"extensionNumber":"102"}],"text":" "}`, 400, "CMN-101", "text"},
		{"that is too long", `{"to":[{"extensionNumber":"102"}],"text":"` + strings.Repeat("\U0001F600", 513) + `"}`, 400, "CMN-101", "text"},
		{"as an answer to what others wrote", fmt.Sprintf(`{"replyOn":%d,"text":"Hi"}`, theirs.ID), 400, "CMN-102", "replyOn"},
		{"as an answer to an SMS", fmt.Sprintf(`{"replyOn":%d,"text":"Hi"}`, sms.ID), 400, "CMN-102", "replyOn"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			status, e := call[rc.ErrorEnvelope](t, w, "ada", "POST", pagerPath, tt.body)
			if status != tt.status || e.ErrorCode != tt.code || e.ParameterName != tt.parameter && (len(e.Errors) == 0 || e.Errors[0].ParameterName != tt.parameter) {
				t.Errorf("%s\nstatus %d %+v, want %d %s %s", tt.body, status, e, tt.status, tt.code, tt.parameter)
			}
		})
	}
	if _, list := call[rc.List[rc.Message]](t, w, "cy", "GET", inbox, ""); len(list.Records) != 1 {
		t.Errorf("Cy has %d messages, want the one of Bob", len(list.Records))
	}
}

package messages_test

import (
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"strings"
	"testing"

	"offhook/internal/platform/api/apitest"
	"offhook/internal/rc"
)

// two sends Ada two texts and returns their ids, newest first.
func two(t *testing.T, w *world) (a, b int64) {
	t.Helper()
	w.send(t, "bob", text(apitest.BobPhone, "1", apitest.AdaPhone))
	w.send(t, "bob", text(apitest.BobPhone, "2", apitest.AdaPhone))
	got := w.list("ada", "").Records
	return got[0].ID, got[1].ID
}

func TestUpdate(t *testing.T) {
	w := newWorld(t)
	a, _ := two(t, w)
	path := fmt.Sprintf("%s/%d", inbox, a)
	for _, tt := range []struct {
		name, method, body string
		status             int
		parameter          string
	}{
		{"PUT marks as read", "PUT", `{"readStatus":"Read"}`, 200, ""},
		{"PUT marks as unread", "PUT", `{"readStatus":"Unread"}`, 200, ""},
		{"PUT needs a read status", "PUT", `{}`, 400, "readStatus"},
		{"PUT refuses other words", "PUT", `{"readStatus":"Half"}`, 400, "readStatus"},
		{"PATCH marks as read", "PATCH", `{"readStatus":"Read"}`, 200, ""},
		{"PATCH needs something", "PATCH", `{}`, 400, "readStatus"},
		{"PATCH refuses other words", "PATCH", `{"availability":"Gone"}`, 400, "availability"},
		{"PATCH deletes", "PATCH", `{"availability":"Deleted"}`, 200, ""},
		{"PATCH restores", "PATCH", `{"availability":"Alive"}`, 200, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rec := w.Do("ada", tt.method, path, tt.body)
			if tt.status != 200 {
				apitest.Refused(t, rec, tt.status, "CMN-101", tt.parameter)
				return
			}
			m := apitest.Decode[rc.Message](t, rec, 200)
			for _, word := range []string{m.ReadStatus, m.Availability} {
				if strings.Contains(tt.body, word) {
					return
				}
			}
			t.Errorf("%s made it %s and %s", tt.body, m.ReadStatus, m.Availability)
		})
	}
	apitest.Refused(t, w.Do("ada?ReadMessages", "PUT", path, `{"readStatus":"Read"}`), 403, "CMN-401", "")
	apitest.Refused(t, w.Do("ada", "PUT", path, `{`), 400, "CMN-103", "")
	apitest.Refused(t, w.Do("ada", "DELETE", path+"?purge=maybe", nil), 400, "CMN-101", "purge")
	apitest.Decode[any](t, w.Do("ada", "DELETE", path+"?purge=true", nil), 204)
	apitest.Refused(t, w.Do("ada", "PUT", path, `{"readStatus":"Read"}`), 404, "CMN-102", "messageId")
}

func TestDeleteConversation(t *testing.T) {
	w := newWorld(t)
	seed(t, w)
	var eve int64
	for _, m := range w.list("ada", "").Records {
		if m.Subject == "e1" {
			eve = m.ConversationID
		}
	}
	apitest.Decode[any](t, w.Do("ada", "DELETE", fmt.Sprintf("%s?conversationId=%d", inbox, eve), nil), 204)
	if got := subjects(w.list("ada", "").Records); got != "b2 b1 g1 x1" {
		t.Errorf("after deleting a conversation: %q", got)
	}
	if got := subjects(w.list("ada", "availability=Deleted").Records); got != "e1" {
		t.Errorf("deleted: %q", got)
	}
	apitest.Decode[any](t, w.Do("ada", "DELETE", inbox+"?dateTo=2026-01-01", nil), 204)
	if got := subjects(w.list("ada", "dateFrom=2025-01-01").Records); got != "b2 b1 g1 x1" {
		t.Errorf("after deleting what is old: %q", got)
	}
	apitest.Decode[any](t, w.Do("ada", "DELETE", inbox+"?type=Fax", nil), 204)
	if got := subjects(w.list("ada", "").Records); got != "b2 b1 g1 x1" {
		t.Errorf("after deleting faxes: %q", got)
	}
	apitest.Decode[any](t, w.Do("ada", "DELETE", inbox+"?purge=true&type=All", nil), 204)
	if got := subjects(w.list("ada", "availability=Alive&availability=Deleted&dateFrom=2025-01-01").Records); got != "" {
		t.Errorf("after purging everything: %q", got)
	}
	apitest.Refused(t, w.Do("ada", "DELETE", inbox+"?type=Pigeon", nil), 400, "CMN-101", "type")
	apitest.Refused(t, w.Do("ada", "DELETE", inbox+"?conversationId=x", nil), 400, "CMN-101", "conversationId")
}

// parts reads a 207 multipart answer.
func parts(t *testing.T, contentType string, body io.Reader) []string {
	t.Helper()
	kind, params, err := mime.ParseMediaType(contentType)
	if err != nil || kind != "multipart/mixed" || !strings.HasPrefix(params["boundary"], "Boundary_") {
		t.Fatalf("Content-Type %q", contentType)
	}
	r := multipart.NewReader(body, params["boundary"])
	var all []string
	for {
		p, err := r.NextPart()
		if err == io.EOF {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(p)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, string(b))
	}
}

func TestBulk(t *testing.T) {
	w := newWorld(t)
	a, b := two(t, w)
	both := fmt.Sprintf("%s/%d,%d", inbox, a, b)

	rec := w.Do("ada", "GET", fmt.Sprintf("%s/%d,%d,7", inbox, a, b), nil)
	got := parts(t, rec.Header().Get("Content-Type"), rec.Body)
	var head struct {
		Response []struct {
			Href   string
			Status int
		}
	}
	if err := json.Unmarshal([]byte(got[0]), &head); err != nil {
		t.Fatal(err)
	}
	if rec.Code != 207 || len(got) != 4 || head.Response[0].Status != 200 || head.Response[2].Status != 404 ||
		!strings.HasSuffix(head.Response[1].Href, fmt.Sprintf("/message-store/%d", b)) || !strings.Contains(got[3], "CMN-102") {
		t.Errorf("bulk GET: %d\n%s", rec.Code, strings.Join(got, "\n"))
	}

	multi := "application/vnd.ringcentral.multipart+json"
	rec = w.Do("ada", "GET", both, nil, "Accept: "+multi)
	entries := apitest.Decode[[]struct {
		ResourceID string
		Status     int
		Body       rc.Message
	}](t, rec, 207)
	if len(entries) != 2 || entries[0].ResourceID != fmt.Sprint(a) || entries[0].Status != 200 || entries[1].Body.ID != b {
		t.Errorf("bulk GET as JSON: %+v", entries)
	}

	// As the reference client writes it, with bare line feeds.
	mixed := "--B_1\nContent-Type: application/json\n\n{\"readStatus\":\"Read\"}\n--B_1\nContent-Type: application/json\n\n{\"readStatus\":\"Unread\"}\n--B_1--\n"
	for _, tt := range []struct {
		name, path, body, contentType string
		unread                        int
	}{
		{"one body for all", both, `{"readStatus":"Read"}`, "application/json", 0},
		{"a part for each", both, mixed, "multipart/mixed; boundary=B_1", 1},
		{"an entry for each", both, `[{"body":{"readStatus":"Read"}},{"body":{"readStatus":"Read"}}]`, multi, 0},
		{"an entry for each, which says whose it is", both, fmt.Sprintf(`[{"resourceId":"%d","body":{"readStatus":"Unread"}},{"resourceId":%d,"body":{"readStatus":"Read"}}]`, a, b), multi, 1},
		{"a part of a form for each", both, mixed, "multipart/form-data; boundary=B_1", 1},
		{"a list of entries", inbox + "/*", fmt.Sprintf(`[{"resourceId":"%d","body":{"readStatus":"Read"}},{"resourceId":%d,"body":{"readStatus":"Read"}}]`, a, b), multi, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rec := w.Do("ada", "PUT", tt.path, tt.body, "Content-Type: "+tt.contentType)
			if rec.Code != 207 {
				t.Fatalf("status %d\n%s", rec.Code, rec.Body)
			}
			if n := len(w.list("ada", "readStatus=Unread").Records); n != tt.unread {
				t.Errorf("%d unread afterwards, want %d", n, tt.unread)
			}
		})
	}

	for _, tt := range []struct{ name, method, path, body, contentType, code, parameter string }{
		{"too many ids", "GET", inbox + "/1" + strings.Repeat(",1", 50), "", "", "CMN-106", ""},
		{"too few parts", "PUT", inbox + "/1,2,3", mixed, "multipart/mixed; boundary=B_1", "CMN-104", ""},
		{"too many parts", "PUT", inbox + "/1,", mixed, "multipart/mixed; boundary=B_1", "CMN-102", "messageId"},
		{"no boundary", "PUT", both, mixed, "multipart/mixed", "CMN-104", ""},
		{"parts that are no JSON", "PUT", both, strings.ReplaceAll(mixed, "{", "["), "multipart/mixed; boundary=B_1", "CMN-104", ""},
		{"too few entries", "PUT", both, `[{"body":{"readStatus":"Read"}}]`, multi, "CMN-108", ""},
		{"too many entries", "PUT", inbox + "/1,2", `[{"body":{}},{"body":{}},{"body":{}}]`, multi, "CMN-108", ""},
		{"entries of other messages", "PUT", both, `[{"resourceId":7,"body":{"readStatus":"Read"}},{"body":{"readStatus":"Read"}}]`, multi, "CMN-108", ""},
		{"entries without ids", "PUT", inbox + "/*", `[{"body":{"readStatus":"Read"}}]`, multi, "CMN-101", "resourceId"},
		{"entries that change nothing", "PUT", inbox + "/*", `[{"resourceId":1,"body":{}}]`, multi, "CMN-101", "readStatus"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			status := 400
			if tt.code == "CMN-102" {
				status = 404
			}
			apitest.Refused(t, w.Do("ada", tt.method, tt.path, tt.body, "Content-Type: "+tt.contentType), status, tt.code, tt.parameter)
		})
	}

	if rec := w.Do("ada", "DELETE", fmt.Sprintf("%s/%d,7", inbox, a), nil); rec.Code != 207 {
		t.Errorf("deleting one that is there and one that is not: %d", rec.Code)
	}
	apitest.Decode[any](t, w.Do("ada", "DELETE", inbox+"/*", fmt.Sprintf(`["%d"]`, b)), 204)
	if n := len(w.list("ada", "").Records); n != 0 {
		t.Errorf("%d messages left after bulk deletes", n)
	}
}

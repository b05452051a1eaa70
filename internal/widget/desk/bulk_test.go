package desk

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/rc"
)

func TestWhatBecameOfEachOfSeveralIsReadFromEveryAnswer(t *testing.T) {
	at := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	const record = `{"id":7,"lastModifiedTime":"2026-11-20T12:00:00.000Z"}`
	type result struct {
		Done, Refused, Failed []int64
		Changed               map[int64]time.Time
	}
	none := map[int64]time.Time{}
	for name, tt := range map[string]struct {
		answer answer
		want   result
	}{
		"a record":            {answer{status: 200, body: []byte(record)}, result{Done: []int64{7, 8}, Changed: map[int64]time.Time{7: at}}},
		"no body":             {answer{status: 204}, result{Done: []int64{7, 8}, Changed: none}},
		"what cannot be read": {answer{status: 207, body: []byte("--Boundary\r\n\r\n")}, result{Failed: []int64{7, 8}, Changed: none}},
		"MIME parts of something else": {
			answer{status: 207, contentType: `multipart/mixed; boundary="B"`, body: []byte("--B\r\nContent-Type: application/json\r\n\r\n{}\r\n--B--\r\n")},
			result{Failed: []int64{7, 8}, Changed: none},
		},
		"a list that leaves one out": {
			answer{status: 207, contentType: "application/json", body: []byte(`[{"resourceId":"8","status":200}]`)},
			result{Done: []int64{8}, Failed: []int64{7}, Changed: none},
		},
		"a list without a status": {
			answer{status: 207, contentType: "application/json", body: []byte(`[{"resourceId":"7"},{"resourceId":"8","status":204}]`)},
			result{Done: []int64{8}, Failed: []int64{7}, Changed: none},
		},
		"a list": {
			answer{status: 207, contentType: "application/json", body: []byte(`[{"resourceId":"7","status":200,"body":` + record + `},{"resourceId":"8","status":403,"body":{"errorCode":"CMN-408"}}]`)},
			result{Done: []int64{7}, Refused: []int64{8}, Changed: map[int64]time.Time{7: at}},
		},
		"a list of what is gone, and of what is to be asked again": {
			answer{status: 207, contentType: "application/json", body: []byte(`[{"resourceId":"7","status":404,"body":{"errorCode":"CMN-102"}},{"resourceId":"8","status":503}]`)},
			result{Done: []int64{7}, Failed: []int64{8}, Changed: none},
		},
		"MIME parts": {
			answer{status: 207, contentType: `multipart/mixed; boundary="B"`, body: []byte(strings.ReplaceAll(`--B
Content-Type: application/json

{"response":[{"href":"https://p/restapi/v1.0/account/1/extension/2/message-store/7","status":200},{"href":"https://p/restapi/v1.0/account/1/extension/2/message-store/8","status":403}]}
--B
Content-Type: application/json

{}
--B--
`, "\n", "\r\n"))},
			result{Done: []int64{7}, Refused: []int64{8}, Changed: none},
		},
	} {
		v := verdictsOf(tt.answer, []int64{7, 8})
		if diff := cmp.Diff(tt.want, result{v.done, v.refused, v.failed, v.changed}); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if (v.why != nil) != (v.refused != nil) || (v.err() != nil) != (v.failed != nil) {
			t.Errorf("%s: refused because of %v, %v", name, v.why, v.err())
		}
	}
}

func TestOfSeveralMailsThoseThatThePlatformKeepsAreBack(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var all []*rc.Message
	h.withMail(func() {
		for range 3 {
			all = append(all, h.leave(grace, ""))
		}
		h.partly = map[int64][]int{all[1].ID: {http.StatusForbidden}, all[2].ID: {http.StatusServiceUnavailable}}
	})
	d := open(t, h.pool(t))
	ready(t, d)
	until(t, d, "the voicemail", func() bool { return len(d.Voicemails()) == 3 })
	w := d.Watch(d.Position())
	defer w.Close()
	h.setDown(true) // so that they go with one request
	var names []string
	for _, m := range all {
		names = append(names, strconv.FormatInt(m.ID, 10))
		if err := d.RemoveMail(names[len(names)-1]); err != nil {
			t.Fatal(err)
		}
	}
	h.setDown(false)
	notice(t, w, "so it is back")
	h.stirs(t, "the last one being asked for again", func() bool { return all[2].Availability == rc.Deleted })
	if v := d.Voicemails(); len(v) != 1 || v[0].ID != names[1] {
		t.Errorf("there are %+v, want the one that is kept", v)
	}
	if asked := h.asked(); !slices.Contains(asked, strings.Join(names, ",")) {
		t.Errorf("the platform was asked to delete %q, want them together first", asked)
	}
}

func TestOfSeveralTextsThoseThatThePlatformKeepsAreBack(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	d := open(t, h.pool(t))
	ready(t, d)
	one, two := h.receive(bob, "one"), h.receive(bob, "two")
	until(t, d, "both texts", func() bool { return d.Unread() == 2 })
	h.mu.Lock()
	h.partly = map[int64][]int{two: {http.StatusForbidden}}
	h.mu.Unlock()
	w := d.Watch(d.Position())
	defer w.Close()
	id, err := d.Remove(t.Context(), nil, []string{strconv.FormatInt(one, 10), strconv.FormatInt(two, 10)})
	if err != nil {
		t.Fatal(err)
	}
	d.Confirm(id)
	notice(t, w, "so it is back")
	_, messages, err := d.Conversation(d.Conversations("", 0)[0].ID)
	if err != nil || len(messages) != 1 || messages[0].Text != "two" {
		t.Errorf("the conversation has %+v, %v", messages, err)
	}
	if got := h.alive(); !slices.Equal(got, []string{"two"}) {
		t.Errorf("the platform has %q", got)
	}
}

func TestOfSeveralMarksThoseThatFailedAreMadeAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	d := open(t, h.pool(t))
	ready(t, d)
	h.receive(bob, "one")
	two := h.receive(bob, "two")
	until(t, d, "both texts", func() bool { return d.Unread() == 2 })
	h.mu.Lock()
	h.partly = map[int64][]int{two: {http.StatusServiceUnavailable}}
	h.mu.Unlock()
	if err := d.MarkRead(t.Context(), d.Conversations("", 0)[0].ID); err != nil {
		t.Fatal(err)
	}
	h.stirs(t, "both being marked", func() bool {
		return !slices.ContainsFunc(h.messages, func(m *rc.Message) bool { return m.ReadStatus != rc.Read })
	})
}

package hostlink_test

import (
	"fmt"
	"testing"
	"time"

	"offhook/internal/rc"
	"offhook/internal/widget/hostlink"
)

func TestWhatCountsAsInbound(t *testing.T) {
	for _, tt := range []struct {
		name  string
		known bool
		edit  func(m *rc.Message)
		want  bool
	}{
		{"a text that has just come in", false, func(*rc.Message) {}, true},
		{"one that was known before", true, func(*rc.Message) {}, false},
		{"one that was sent", false, func(m *rc.Message) { m.Direction = rc.Outbound }, false},
		{"one that was read elsewhere", false, func(m *rc.Message) { m.ReadStatus = rc.Read }, false},
		{"one that was deleted", false, func(m *rc.Message) { m.Availability = rc.Deleted }, false},
		{"one that did not arrive", false, func(m *rc.Message) { m.MessageStatus = rc.DeliveryFailed }, false},
		{"an old one that changed just now", false, func(m *rc.Message) { m.CreationTime = rc.TimeOf(noon.Add(-11 * time.Minute)) }, false},
		{"one of this morning, from a first sync", false, func(m *rc.Message) {
			m.CreationTime = rc.TimeOf(noon.Add(-31 * time.Minute))
			m.LastModifiedTime = m.CreationTime
		}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := inbound()
			tt.edit(&m)
			c, w := open(t, hostlink.Texts).greet(t)
			w.c <- hostlink.Event{Position: "e-1", Type: "message", New: !tt.known, Message: &m}
			w.c <- hostlink.Event{Position: "e-2", Type: "unread"}
			if got := c.hostTypes("e-2"); got["rc-inbound-message-notify"] != tt.want || !got["rc-message-updated-notify"] {
				t.Errorf("the host page got %v, want updated and, as inbound, %v", got, tt.want)
			}
		})
	}
}

// hostTypes returns the types of the host messages before an event.
func (c *client) hostTypes(before string) map[string]bool {
	c.t.Helper()
	for types := map[string]bool{}; ; {
		_, data, err := c.Read(c.t.Context())
		if err != nil {
			c.t.Fatal(err)
		}
		f := parse(c.t, data).(map[string]any)
		if f["position"] == before {
			return types
		}
		if m, ok := f["message"].(map[string]any); ok {
			types[m["type"].(string)] = true
		}
	}
}

// A desk hears of one change from several sides, and every tab is told of it:
// a name of its own lets one of them tell the host page, once.
func TestAChangeHasOneName(t *testing.T) {
	sent := inbound()
	sent.Direction, sent.MessageStatus = rc.Outbound, rc.Sent
	again := sent
	again.To = []rc.Caller{{PhoneNumber: "+16505550101", Name: "Ada"}} // the message store says more than the answer did
	delivered := sent
	delivered.MessageStatus = rc.Delivered
	later := sent
	later.LastModifiedTime = rc.TimeOf(sent.LastModifiedTime.Add(time.Second))

	h := open(t, hostlink.Texts)
	first := h.names(t, sent, again, delivered, later)
	if first[0] != first[1] {
		t.Errorf("two records of one change are called %q and %q", first[0], first[1])
	}
	if first[0] == first[2] || first[0] == first[3] || first[2] == first[3] {
		t.Errorf("three changes are called %q", first)
	}
	if other := h.names(t, sent); other[0] != first[0] {
		t.Errorf("another tab calls the change %q, want %q", other[0], first[0])
	}
}

// names returns what one tab is told that the changes are called.
func (h *house) names(t *testing.T, changes ...rc.Message) (names []string) {
	t.Helper()
	c, w := h.greet(t)
	for i, m := range changes {
		w.c <- hostlink.Event{Position: fmt.Sprint("e-", i), Type: "message", ID: "42", Message: &m}
		c.expect(fmt.Sprintf(`{"type":"event","position":"e-%d","event":{"type":"message","id":"42"}}`, i))
		_, data, err := c.Read(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		message := parse(t, data).(map[string]any)["message"].(map[string]any)
		names = append(names, message["eventId"].(string))
	}
	return names
}

package hostlink_test

import (
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

package hostlink_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"offhook/internal/rc"
	"offhook/internal/widget/hostlink"
)

// arrival is what a frame hears of a message that has just come in.
func arrival(t *testing.T, dnd string, change func(*rc.Message)) *hostlink.Arrival {
	t.Helper()
	h := open(t)
	h.desk.say(hostlink.Presence{ExtensionID: "101", Own: true, Reach: "available", UserStatus: rc.Available, DNDStatus: dnd, TelephonyStatus: rc.NoCall})
	c, w := h.greet(t)
	m := inbound()
	change(&m)
	w.c <- hostlink.Event{Position: "e-1", Type: "message", New: true, Message: &m}
	_, data, err := c.Read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var f struct {
		Event struct{ Arrival *hostlink.Arrival }
	}
	if err := json.Unmarshal(data, &f); err != nil {
		t.Fatal(err)
	}
	return f.Event.Arrival
}

func TestAnArrivalIsToldByItsKind(t *testing.T) {
	for _, tt := range []struct {
		name              string
		change            func(*rc.Message)
		kind, text, route string
	}{
		{"a text", func(*rc.Message) {}, "text", "Hello", "/conversations/42"},
		{"a text of a picture alone", func(m *rc.Message) { m.Subject = "" }, "text", "", "/conversations/42"},
		{"a long text", func(m *rc.Message) { m.Subject = strings.Repeat("é", 900) }, "text", strings.Repeat("é", 240) + "…", "/conversations/42"},
		{"an internal message", func(m *rc.Message) { m.Type = rc.TypePager }, "pager", "Hello", "/conversations/42"},
		{"a voicemail", func(m *rc.Message) { m.Type = rc.TypeVoiceMail }, "voicemail", "", "/messages/voicemail/7"},
		{"a fax", func(m *rc.Message) { m.Type = rc.TypeFax }, "fax", "", "/messages/fax/7"},
	} {
		got := arrival(t, rc.TakeAllCalls, tt.change)
		if got == nil || got.Kind != tt.kind || got.Text != tt.text || got.Route != tt.route || got.Title != "+16505550102" || got.Quiet {
			t.Errorf("%s is told as %+v, want a %s to %s that says %q", tt.name, got, tt.kind, tt.route, tt.text)
		}
	}
}

func TestWhatIsNoNewsIsNoArrival(t *testing.T) {
	for name, change := range map[string]func(*rc.Message){
		"read elsewhere": func(m *rc.Message) { m.ReadStatus = rc.Read },
		"one's own":      func(m *rc.Message) { m.Direction = rc.Outbound },
		"deleted":        func(m *rc.Message) { m.Availability = "Deleted" },
		"of yesterday": func(m *rc.Message) {
			m.CreationTime.Time, m.LastModifiedTime.Time = noon.Add(-24*time.Hour), noon.Add(-24*time.Hour)
		},
	} {
		if got := arrival(t, rc.TakeAllCalls, change); got != nil {
			t.Errorf("a text %s is told as %+v", name, got)
		}
	}
}

func TestWhoIsNotToBeDisturbedIsToldQuietly(t *testing.T) {
	if got := arrival(t, rc.DoNotAcceptAnyCalls, func(*rc.Message) {}); got == nil || !got.Quiet {
		t.Errorf("told as %+v, want it quiet", got)
	}
}

func TestWhatFailedIsToldWithItsPage(t *testing.T) {
	h := open(t)
	h.desk.say(hostlink.Presence{ExtensionID: "101", Own: true, Reach: "dnd", UserStatus: rc.Busy, DNDStatus: rc.DoNotAcceptAnyCalls, TelephonyStatus: rc.NoCall})
	c, w := h.greet(t)
	for _, tt := range []struct {
		name string
		hostlink.Failure
		want hostlink.Arrival
	}{
		{"a text", hostlink.Failure{Key: "u1@7", Conversation: "42", To: "Bob", Error: "This number cannot get texts."}, hostlink.Arrival{Kind: "failed-text", Place: "42", Route: "/conversations/42"}},
		{"a fax of the platform's", hostlink.Failure{Key: "record:9@7", Fax: "9", To: "Bob", Error: "Busy."}, hostlink.Arrival{Kind: "failed-fax", Place: "9", Route: "/messages/fax/9"}},
		{"a fax that it never had", hostlink.Failure{Key: "fax-u@7", Fax: "fax-u", To: "Bob", Error: "Busy."}, hostlink.Arrival{Kind: "failed-fax", Place: "fax-u", Route: "/messages/fax"}},
	} {
		w.c <- hostlink.Event{Position: "e-1", Type: "failed", ID: tt.Conversation, Failure: &tt.Failure}
		_, data, err := c.Read(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var f struct {
			Event struct{ Arrival hostlink.Arrival }
		}
		if err := json.Unmarshal(data, &f); err != nil {
			t.Fatal(err)
		}
		tt.want.Event, tt.want.Title, tt.want.Text, tt.want.Quiet = "failed "+tt.Key, tt.To, tt.Error, true
		if f.Event.Arrival != tt.want {
			t.Errorf("%s is told as %+v, want %+v", tt.name, f.Event.Arrival, tt.want)
		}
	}
}

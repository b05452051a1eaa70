package desk

import (
	"testing"
	"time"

	"offhook/internal/rc"
)

func TestALateAnswerDoesNotTakeBackWhatASyncHasBrought(t *testing.T) {
	at := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	record := func(status string, changed time.Duration) rc.Message {
		return rc.Message{
			ID: 7, Type: rc.TypeSMS, Direction: rc.Outbound, Availability: rc.Alive, MessageStatus: status, Subject: "hello",
			CreationTime: rc.TimeOf(at), LastModifiedTime: rc.TimeOf(at.Add(changed)),
			From: &rc.Caller{PhoneNumber: ada}, To: []rc.Caller{{PhoneNumber: bob}},
		}
	}
	for name, tt := range map[string]struct {
		first, then rc.Message
		gen         int
		want        string
	}{
		"an answer of the same millisecond": {record(rc.Delivered, 0), record(rc.Sent, 0), 0, rc.Delivered},
		"an older answer":                   {record(rc.Delivered, time.Second), record(rc.Sent, 0), 0, rc.Delivered},
		"a newer event":                     {record(rc.Sent, 0), record(rc.Delivered, time.Second), 0, rc.Delivered},
		"a sync of the same millisecond":    {record(rc.Sent, 0), record(rc.Delivered, 0), 2, rc.Delivered},
	} {
		l := newLedger("g", newPeople("US", nil))
		l.apply(tt.first, 1, newChange())
		l.apply(tt.then, tt.gen, newChange())
		if got := l.messages[7].MessageStatus; got != tt.want {
			t.Errorf("%s: the text is %s, want %s", name, got, tt.want)
		}
	}
}

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

func TestTheNewerOfTwoMarksWins(t *testing.T) {
	at := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	record := func(status string, seconds int) rc.Message {
		return rc.Message{
			ID: 7, Type: rc.TypeSMS, Direction: rc.Inbound, Availability: rc.Alive, ReadStatus: status, Subject: "hello",
			CreationTime: rc.TimeOf(at), LastModifiedTime: rc.TimeOf(at.Add(time.Duration(seconds) * time.Second)),
			From: &rc.Caller{PhoneNumber: bob}, To: []rc.Caller{{PhoneNumber: ada}},
		}
	}
	changed := func(seconds int) time.Time { return at.Add(time.Duration(seconds) * time.Second) }
	for name, tt := range map[string]struct {
		then func(*ledger, *change)
		want string
	}{
		"elsewhere after ours, told before the answer": {func(l *ledger, c *change) {
			l.apply(record(rc.Unread, 3), 2, c)
			l.acknowledged(7, rc.Read, changed(2), 2, c)
		}, rc.Unread},
		"elsewhere after ours, told after the answer by a sync that began before it": {func(l *ledger, c *change) {
			l.acknowledged(7, rc.Read, changed(2), 2, c)
			l.apply(record(rc.Unread, 3), 2, c)
		}, rc.Unread},
		"elsewhere before ours": {func(l *ledger, c *change) {
			l.apply(record(rc.Unread, 1), 2, c)
			l.acknowledged(7, rc.Read, changed(2), 2, c)
		}, rc.Read},
		"elsewhere before ours, told after the answer": {func(l *ledger, c *change) {
			l.acknowledged(7, rc.Read, changed(2), 2, c)
			l.apply(record(rc.Unread, 1), 2, c)
		}, rc.Read},
		"elsewhere, where the platform does not say when ours was": {func(l *ledger, c *change) {
			l.acknowledged(7, rc.Read, time.Time{}, 2, c)
			l.apply(record(rc.Unread, 3), 3, c)
		}, rc.Unread},
	} {
		l := newLedger("g", newPeople("US", nil))
		c := newChange()
		l.apply(record(rc.Unread, 0), 1, c)
		l.mark(l.messages[7], rc.Read, c)
		tt.then(l, c)
		if got := l.messages[7].ReadStatus; got != tt.want || l.unread != rank(tt.want == rc.Unread) {
			t.Errorf("%s: the text is %s and %d unread, want %s", name, got, l.unread, tt.want)
		}
	}
}

package desk

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"offhook/internal/rc"
)

// notice waits until the user is told something.
func notice(t *testing.T, w *Watch, want string) {
	t.Helper()
	deadline := time.After(20 * time.Second)
	for {
		select {
		case e := <-w.C:
			if e.Type != EventNotice {
				continue
			}
			if !strings.Contains(e.Reason, want) {
				t.Errorf("the notice says %q, want %q", e.Reason, want)
			}
			return
		case <-deadline:
			t.Fatalf("nobody was told %q", want)
		}
	}
}

func TestWhatThePlatformDoesNotChangeIsAsItWas(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var m *rc.Message
	h.withMail(func() { m = h.leave(grace, "") })
	d := open(t, h.pool(t))
	ready(t, d)
	until(t, d, "the voicemail", func() bool { return len(d.Voicemails()) == 1 })
	id := strconv.FormatInt(m.ID, 10)
	if err := d.RemoveMail(id); err != nil {
		t.Fatal(err)
	}
	h.stirs(t, "the platform knowing", func() bool { return m.Availability == rc.Deleted })
	h.withMail(func() { h.noChanges = true })
	w := d.Watch(d.Position())
	defer w.Close()
	if err := d.RestoreMail(id); err != nil {
		t.Fatal(err)
	}
	notice(t, w, "stays deleted")
	if n := len(d.Voicemails()); n != 0 {
		t.Errorf("%d messages, want the deleted one gone", n)
	}
	h.withMail(func() { m = h.leave(bob, "") })
	h.notify("", map[string]any{"changes": []any{map[string]any{"type": "VoiceMail", "newCount": 1}}})
	until(t, d, "another", func() bool { return len(d.Voicemails()) == 1 })
	if err := d.MarkMail(strconv.FormatInt(m.ID, 10), true); err != nil {
		t.Fatal(err)
	}
	notice(t, w, "mark")
	if n := d.Mailbox().Unheard; n != 1 {
		t.Errorf("%d unheard, want the one that could not be marked", n)
	}
}

func TestARefusalIsFollowedByAWholeSync(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var m *rc.Message
	h.withMail(func() { m = h.leave(grace, ""); h.noChanges = true })
	d := open(t, h.pool(t))
	ready(t, d)
	until(t, d, "the voicemail", func() bool { return len(d.Voicemails()) == 1 })
	w := d.Watch(d.Position())
	defer w.Close()
	h.withMail(func() { m.ReadStatus = rc.Read }) // what no incremental sync tells
	if err := d.MarkMail(strconv.FormatInt(m.ID, 10), true); err != nil {
		t.Fatal(err)
	}
	notice(t, w, "mark")
	until(t, d, "being told all", func() bool { return d.Mailbox().Unheard == 0 })
}

func TestTheNewerOfTwoMarksOfAMailWins(t *testing.T) {
	at := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	changed := func(seconds int) time.Time { return at.Add(time.Duration(seconds) * time.Second) }
	record := func(status string, seconds int) rc.Message {
		return rc.Message{
			ID: 7, Type: rc.TypeVoiceMail, Direction: rc.Inbound, Availability: rc.Alive, ReadStatus: status,
			CreationTime: rc.TimeOf(at), LastModifiedTime: rc.TimeOf(changed(seconds)),
		}
	}
	for name, tt := range map[string]struct {
		then func(b *mailbox)
		want string
	}{
		"elsewhere after ours, told before the answer": {func(b *mailbox) {
			b.take(record(rc.Unread, 3), 2, newChange())
			b.byID[7].marked(changed(2), 2)
		}, rc.Unread},
		"elsewhere after ours, told after the answer by a sync that began before it": {func(b *mailbox) {
			b.byID[7].marked(changed(2), 2)
			b.take(record(rc.Unread, 3), 2, newChange())
		}, rc.Unread},
		"elsewhere before ours": {func(b *mailbox) {
			b.take(record(rc.Unread, 1), 2, newChange())
			b.byID[7].marked(changed(2), 2)
		}, rc.Read},
		"elsewhere before ours, told after the answer": {func(b *mailbox) {
			b.byID[7].marked(changed(2), 2)
			b.take(record(rc.Unread, 1), 2, newChange())
		}, rc.Read},
		"elsewhere, where the platform does not say when ours was": {func(b *mailbox) {
			b.byID[7].marked(time.Time{}, 2)
			b.take(record(rc.Unread, 3), 3, newChange())
		}, rc.Unread},
	} {
		b := &mailbox{byID: make(map[int64]*mail)}
		b.take(record(rc.Unread, 0), 1, newChange())
		m := b.byID[7]
		m.Theirs, m.Record.ReadStatus, m.Read = rc.Unread, rc.Read, rc.Read
		tt.then(b)
		if got := b.byID[7].Record.ReadStatus; got != tt.want {
			t.Errorf("%s: it is %s, want %s", name, got, tt.want)
		}
	}
}

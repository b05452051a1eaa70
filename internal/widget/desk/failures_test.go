package desk

import (
	"strings"
	"testing"
	"time"

	"offhook/internal/rc"
)

// told collects the failures that a desk tells while something happens.
func told(t *testing.T, d *Desk, what string, happen func(), done func() bool) (all []Failure) {
	t.Helper()
	w := d.Watch(d.Position())
	defer w.Close()
	happen()
	until(t, d, what, done)
	end := d.Position()
	for e := range w.C {
		if e.Failure != nil {
			all = append(all, *e.Failure)
		}
		if e.Position == end {
			return all
		}
	}
	t.Fatal("the desk closed")
	return nil
}

func TestATextThatFailsIsToldAndCountedUntilItIsLookedAt(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	first := h.pool(t)
	d := open(t, first)
	ready(t, d)
	h.mu.Lock()
	h.rejectTexts = true
	h.mu.Unlock()
	var id string
	all := told(t, d, "the refusal", func() {
		var err error
		if id, err = d.Send(t.Context(), Outgoing{ID: "u1", To: []string{bob}, Text: "no"}); err != nil {
			t.Fatal(err)
		}
	}, func() bool { return d.Unread() == 1 })
	if len(all) != 1 || all[0].Conversation != id || all[0].Fax != "" || !strings.HasPrefix(all[0].Error, "The phone service refused this text") {
		t.Errorf("told %+v of the text to %s", all, bob)
	}
	c, messages, err := d.Conversation(id)
	if err != nil || c.Unread != 1 || len(messages) != 1 || !messages[0].Unread {
		t.Errorf("the conversation is %+v with %+v, %v", c, messages, err)
	}
	if l := d.List(true, "", 0, 10); l.Unread != 1 || len(l.Rows) != 1 || !l.Rows[0].Failed {
		t.Errorf("the unread conversations are %+v", l)
	}

	first.Close()
	d = open(t, h.pool(t))
	ready(t, d)
	if d.Unread() != 1 {
		t.Errorf("after a restart %d ask to be looked at, want 1", d.Unread())
	}
	if err := d.MarkRead(t.Context(), id); err != nil || d.Unread() != 0 || d.List(true, "", 0, 10).Unread != 0 {
		t.Errorf("when it was looked at %d remain, %v", d.Unread(), err)
	}
	d.mu.Lock()
	marks := len(d.ledger.reads)
	d.mu.Unlock()
	if marks != 0 {
		t.Error("the platform is told that a text of one's own was read")
	}
	all = told(t, d, "the second refusal", func() {
		if err := d.Retry(t.Context(), "u1"); err != nil {
			t.Fatal(err)
		}
	}, func() bool { return d.Unread() == 1 })
	if len(all) != 1 {
		t.Errorf("told %+v of what failed again", all)
	}
	h.mu.Lock()
	h.rejectTexts = false
	h.mu.Unlock()
	if err := d.Retry(t.Context(), "u1"); err != nil {
		t.Fatal(err)
	}
	until(t, d, "the text being sent", func() bool { return settled(d) && len(h.outbound()) == 1 })
	if d.Unread() != 0 {
		t.Error("what was sent after all is still counted")
	}
}

func TestACarriersLateWordIsTold(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	d := open(t, h.pool(t))
	ready(t, d)
	id, err := d.Send(t.Context(), Outgoing{ID: "u1", To: []string{bob}, Text: "lost"})
	if err != nil {
		t.Fatal(err)
	}
	until(t, d, "the text", func() bool { return settled(d) && len(h.outbound()) == 1 })
	if d.Unread() != 0 {
		t.Errorf("%d ask to be looked at before anything failed", d.Unread())
	}
	all := told(t, d, "the carrier's word", func() {
		h.mu.Lock()
		for i, m := range h.messages {
			if m.Direction == rc.Outbound {
				h.seq++
				m.MessageStatus, m.LastModifiedTime, h.changed[i] = rc.DeliveryFailed, rc.TimeOf(time.Now().Add(time.Second)), h.seq
			}
		}
		h.mu.Unlock()
		h.notify("", map[string]any{"changes": []any{}})
	}, func() bool { return d.Unread() == 1 })
	if len(all) != 1 || all[0].Conversation == "" || !strings.HasPrefix(all[0].Error, "This text was not delivered.") {
		t.Errorf("told %+v", all)
	}
	if err := d.MarkRead(t.Context(), id); err != nil || d.Unread() != 0 {
		t.Errorf("when it was looked at %d remain, %v", d.Unread(), err)
	}
}

func TestAFaxThatFailsIsToldAndCountedUntilItIsLookedAt(t *testing.T) {
	t.Parallel()
	h, d, _ := faxHouse(t, func(h *house) { h.refuseFax = true })
	all := told(t, d, "the refusal", func() { sendFax(t, d, "one") }, func() bool { return d.Mailbox().Unseen == 1 })
	if len(all) != 1 || all[0].Fax != d.Faxes()[0].ID || !strings.HasPrefix(all[0].Error, "The phone service refused this fax") {
		t.Errorf("told %+v", all)
	}
	if !d.Faxes()[0].Unread {
		t.Error("nothing marks the fax that failed")
	}
	d.SeeFaxes()
	if d.Mailbox().Unseen != 0 || d.Faxes()[0].Unread {
		t.Error("a fax that was looked at is still counted")
	}

	h.mu.Lock()
	h.refuseFax = false
	h.mu.Unlock()
	if err := d.RetryFax(t.Context(), d.Faxes()[0].ID); err != nil {
		t.Fatal(err)
	}
	h.takesFax(t, "one")
	until(t, d, "it being sent", noneWaits(d, 1))
	all = told(t, d, "the carrier's word", func() {
		h.withMail(func() { h.fail(h.messages[len(h.messages)-1]) })
		h.notify("", map[string]any{"changes": []any{map[string]any{"type": "Fax", "updatedCount": 1}}})
	}, func() bool { return d.Mailbox().Unseen == 1 })
	if len(all) != 1 || all[0].Fax != d.Faxes()[0].ID || all[0].To != "Gráce Hopper" {
		t.Errorf("told %+v", all)
	}
	if err := d.RemoveMail(d.Faxes()[0].ID); err != nil || d.Mailbox().Unseen != 0 {
		t.Errorf("a fax that was deleted is still counted, %v", err)
	}
}

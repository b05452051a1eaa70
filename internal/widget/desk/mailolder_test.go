package desk

import (
	"strings"
	"testing"
	"time"

	"offhook/internal/rc"
)

// oldMail has the platform hold faxes that a full sync of a year leaves out.
func (p *platform) oldMail(faxes int) {
	begin := time.Now().Add(-2 * 365 * 24 * time.Hour)
	for i := range faxes {
		m := p.add(rc.Inbound, grace, []string{ada}, "")
		m.Type, m.ReadStatus, m.FaxPageCount = rc.TypeFax, rc.Read, 1
		m.CreationTime = rc.TimeOf(begin.Add(time.Duration(i) * time.Minute))
		m.LastModifiedTime = m.CreationTime
	}
	p.syncFrom = time.Now().Add(-time.Hour)
}

func TestOlderFaxesComeWhenTheyAreAskedFor(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.withMail(func() {
		h.oldMail(olderMailPage + 7)
		h.leave(bob, "call me")
	})
	first := h.pool(t)
	d := open(t, first)
	ready(t, d)
	until(t, d, "the platform saying that there are older faxes", func() bool { return d.Mailbox().OlderFaxes })
	if box := d.Mailbox(); box.OlderVoicemail || len(d.Faxes()) != 0 || len(d.Voicemails()) != 1 {
		t.Fatalf("at first there are %+v, %d faxes and %d voicemails", box, len(d.Faxes()), len(d.Voicemails()))
	}
	for _, want := range []struct {
		faxes int
		more  bool
	}{{olderMailPage, true}, {olderMailPage + 7, false}, {olderMailPage + 7, false}} {
		if err := d.MoreMail(t.Context(), rc.TypeFax); err != nil {
			t.Fatal(err)
		}
		if len(d.Faxes()) != want.faxes || d.Mailbox().OlderFaxes != want.more {
			t.Fatalf("%d faxes, more: %v, want %+v", len(d.Faxes()), d.Mailbox().OlderFaxes, want)
		}
	}
	oldest := d.Faxes()[olderMailPage+6].ID
	if err := d.MarkMail(oldest, false); err != nil || d.Mailbox().Unseen != 1 {
		t.Errorf("an older fax cannot be marked as unread: %d unread, %v", d.Mailbox().Unseen, err)
	}
	d.RefreshMail()
	until(t, d, "the platform knowing", func() bool {
		d.mu.Lock()
		defer d.mu.Unlock()
		return !d.mail.wishes()
	})
	if len(d.Faxes()) != olderMailPage+7 {
		t.Errorf("after a sync there are %d faxes", len(d.Faxes()))
	}

	first.Close()
	h.setDown(true)
	d = open(t, h.pool(t))
	if box := d.Mailbox(); len(d.Faxes()) != 0 || !box.OlderFaxes || box.OlderVoicemail {
		t.Errorf("after a restart older faxes are forgotten and offered: %d, %+v", len(d.Faxes()), box)
	}
	if err := d.MoreMail(t.Context(), rc.TypeFax); err == nil || !strings.Contains(err.Error(), "does not answer") {
		t.Errorf("without a platform: %v", err)
	}
}

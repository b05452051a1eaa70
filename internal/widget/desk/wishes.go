package desk

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"

	"offhook/internal/rc"
	"offhook/internal/widget/lang"
)

// MarkMail marks a voicemail message or fax as read or unread: here at once,
// at the platform soon.
func (d *Desk) MarkMail(id string, read bool) error {
	status := rc.Unread
	if read {
		status = rc.Read
	}
	return d.changeMail(id, func(m *mail) bool {
		if m.Record.ReadStatus == status {
			return false
		}
		if m.Read == "" {
			m.Theirs = m.Record.ReadStatus
		}
		m.Record.ReadStatus, m.Read = status, status
		return true
	})
}

// RemoveMail deletes a voicemail message or fax: here at once, at the
// platform soon. RestoreMail has it back for a while.
func (d *Desk) RemoveMail(id string) error {
	return d.changeMail(id, func(m *mail) bool {
		m.Removed, m.Keep = d.pool.Now(), rc.Deleted
		return true
	})
}

// changeMail does to a message what the user wants, and tells when that has
// changed it.
func (d *Desk) changeMail(id string, change func(*mail) bool) error {
	d.touch()
	d.mu.Lock()
	defer d.mu.Unlock()
	m, err := d.mailBy(id)
	if err == nil && change(m) {
		d.touched(m)
	}
	return err
}

// RestoreMail has back what RemoveMail has deleted. It is NotFound when that
// was too long ago.
func (d *Desk) RestoreMail(id string) error {
	d.touch()
	d.mu.Lock()
	defer d.mu.Unlock()
	number, _ := strconv.ParseInt(id, 10, 64)
	m := d.mail.byID[number]
	if m == nil {
		return rc.Errorf(rc.NotFound, "This message cannot be had back any more.")
	}
	if m.Removed.IsZero() {
		return nil
	}
	m.Removed, m.Keep = time.Time{}, rc.Alive
	d.touched(m)
	return nil
}

// touched tells and keeps what the user did with a message. The caller holds
// mu.
func (d *Desk) touched(m *mail) {
	d.mail.sorted = nil
	d.dirty(rowKey{rowMail, strconv.FormatInt(m.Record.ID, 10)})
	record := m.Record
	if !m.Removed.IsZero() {
		record.Availability = rc.Deleted
	}
	d.tell(Event{Type: EventMessage, Message: &record})
	d.tell(Event{Type: EventMail})
	wake(d.wantMail)
}

// fulfil tells the platform one of the user's wishes, of as many messages as
// have the same; false when there is none.
func (d *Desk) fulfil(ctx context.Context) (bool, error) {
	d.mu.Lock()
	wish, ids := d.mail.wish()
	d.mu.Unlock()
	if len(ids) == 0 {
		return false, nil
	}
	req := call{
		group: rc.Medium, priority: live, method: http.MethodPut, path: storePath + "/" + joined(ids),
		body: map[string]string{"readStatus": wish}, accept: listedJSON,
	}
	switch wish {
	case rc.Deleted:
		req.method, req.body = http.MethodDelete, nil
	case rc.Alive:
		req.method, req.body, req.accept = http.MethodPatch, map[string]string{"availability": rc.Alive}, ""
	}
	answer, err := d.do(ctx, req)
	r, refused := errors.AsType[*refusal](err)
	if err != nil && !refused {
		return false, err
	}
	v := verdicts{refused: ids, why: r}
	if !refused {
		v = verdictsOf(answer, ids)
	} else if r.Status == http.StatusNotFound && wish != rc.Alive {
		v = verdicts{done: ids} // what is gone is as good as read or deleted
	}
	if v.why != nil {
		d.log.Warn("the platform does not change voicemail or faxes", "wish", wish, "status", v.why.Status, "code", v.why.Code)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.fulfilled(wish, v.done, v.changed)
	if len(v.refused) > 0 {
		d.unfulfilled(wish, v.refused)
	}
	return true, v.err()
}

// wish is one thing that the platform does not know, and whom it is about.
func (b *mailbox) wish() (wish string, ids []int64) {
	for _, m := range b.byID {
		w := cmp.Or(m.Keep, m.Read)
		if w == "" || wish != "" && w != wish || len(ids) == maxBulk || wish == rc.Alive {
			continue
		}
		wish, ids = w, append(ids, m.Record.ID)
	}
	slices.Sort(ids)
	return wish, ids
}

// wishes reports whether there is something that the platform does not know.
func (b *mailbox) wishes() bool {
	_, ids := b.wish()
	return len(ids) > 0
}

// fulfilled notes that the platform knows, and when that changed the messages.
// The caller holds mu.
func (d *Desk) fulfilled(wish string, ids []int64, changed map[int64]time.Time) {
	told := false
	for _, id := range ids {
		m := d.mail.byID[id]
		switch {
		case m == nil:
			continue
		case m.Keep == wish:
			m.Keep, m.keepGen = "", d.mail.gen
		case m.Read == wish:
			told = m.marked(changed[id], d.mail.gen) || told
		}
		d.dirty(rowKey{rowMail, strconv.FormatInt(id, 10)})
	}
	if told {
		d.tell(Event{Type: EventMail})
	}
}

// marked notes that the platform has marked a message, which changed by it at a
// time. It reports whether a newer record, which has come meanwhile, says
// otherwise: that is what counts.
func (m *mail) marked(at time.Time, gen int) (otherwise bool) {
	otherwise = m.Theirs != "" && m.Theirs != m.Read && !at.IsZero() && m.Record.LastModifiedTime.After(at)
	if otherwise {
		m.Record.ReadStatus = m.Theirs
	}
	m.Read, m.Theirs, m.readGen, m.readAt = "", "", gen, at
	return otherwise
}

// refusals say why what the user has done is undone, by wish.
var refusals = map[string]string{
	rc.Read:    lang.Mark("Your phone service does not let you mark this, so it is as it was. Ask your administrator to allow it."),
	rc.Unread:  lang.Mark("Your phone service does not let you mark this, so it is as it was. Ask your administrator to allow it."),
	rc.Deleted: lang.Mark("Your phone service does not let you delete this, so it is back. Ask your administrator to allow it."),
	rc.Alive:   lang.Mark("Your phone service does not give this back, so it stays deleted."),
}

// unfulfilled undoes what the platform will not have, says so, and has
// everything read anew. The caller holds mu.
func (d *Desk) unfulfilled(wish string, ids []int64) {
	for _, id := range ids {
		m := d.mail.byID[id]
		switch {
		case m == nil:
			continue
		case m.Keep == wish:
			m.Keep, m.keepGen, m.Removed = "", d.mail.gen, time.Time{}
			if wish == rc.Alive {
				m.Removed = d.pool.Now()
			}
		case m.Read == wish:
			m.Record.ReadStatus = cmp.Or(m.Theirs, m.Record.ReadStatus)
			m.Read, m.Theirs, m.readGen, m.readAt = "", "", d.mail.gen, time.Time{}
		default:
			continue // wanted otherwise meanwhile
		}
		d.touched(m)
	}
	d.mail.row.Token, d.mail.stale = "", true
	d.dirty(rowKey{rowMailbox, ""})
	d.tell(Event{Type: EventNotice, Reason: refusals[wish]})
}

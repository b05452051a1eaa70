package desk

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"

	"offhook/internal/rc"
)

// MarkRead marks every text of a conversation as read: here at once, at the
// platform soon. It is NotFound for a conversation that is not here.
func (d *Desk) MarkRead(_ context.Context, conversationID string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	t := d.ledger.thread(conversationID)
	if t == nil {
		return noConversation()
	}
	c := newChange()
	forgiven := d.ledger.forgive(t, c)
	marked := d.ledger.markRead(t, c)
	if marked || forgiven {
		d.commit(c)
	}
	if marked {
		wake(d.readMarks)
	}
	return nil
}

// MarkUnread marks the newest text of the others as unread: here at once, at
// the platform soon. A conversation that is unread stays as it is. It is
// Invalid where nobody else has written, and NotFound for a conversation that
// is not here.
func (d *Desk) MarkUnread(_ context.Context, conversationID string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	t := d.ledger.thread(conversationID)
	switch {
	case t == nil:
		return noConversation()
	case newestInbound(t) == nil:
		return rc.Errorf(rc.Invalid, "Nobody else has written here yet, so there is nothing to mark as unread.")
	}
	c := newChange()
	if d.ledger.markUnread(t, c) {
		d.commit(c)
		wake(d.readMarks)
	}
	return nil
}

// reader tells the platform what was read, until it knows.
func (d *Desk) reader() {
	wake(d.readMarks) // what a restart has left
	var b backoff
	for {
		select {
		case <-d.ctx.Done():
			return
		case <-d.readMarks:
		}
		// Texts that arrive in an open conversation are read one by one; a
		// moment's wait marks them together.
		if !d.sleep(d.budget.pace(rc.Medium)) {
			return
		}
		status, ids := d.unacked()
		if len(ids) == 0 {
			continue
		}
		wake(d.readMarks) // until none is left
		switch err := d.acknowledge(d.ctx, status, ids); {
		case err == nil:
			b = backoff{}
		case errors.Is(err, errEnded) || d.ctx.Err() != nil:
			return
		default:
			if b.failures == 0 {
				d.log.Warn("marking texts as read", "err", err)
			}
			if !d.pause(b.next()) {
				return
			}
		}
	}
}

// unacked returns some of the marks that the platform does not know, all of
// one kind.
func (d *Desk) unacked() (status string, ids []int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	marked := make(map[string][]int64)
	for id, r := range d.ledger.reads {
		if !r.acked {
			marked[r.status] = append(marked[r.status], id)
		}
	}
	status = rc.Read
	if len(marked[status]) == 0 {
		status = rc.Unread
	}
	ids = marked[status]
	slices.Sort(ids)
	return status, ids[:min(len(ids), maxBulk)]
}

// acknowledge marks texts at the platform. A text that is gone or may not be
// marked there stays marked here.
func (d *Desk) acknowledge(ctx context.Context, status string, ids []int64) error {
	answer, err := d.do(ctx, call{
		group: rc.Medium, priority: live, method: http.MethodPut, path: storePath + "/" + joined(ids),
		body: map[string]string{"readStatus": status}, accept: listedJSON,
	})
	v := verdicts{done: ids}
	if err == nil {
		v = verdictsOf(answer, ids)
	}
	if r, refused := errors.AsType[*refusal](err); refused || v.why != nil {
		r = cmp.Or(r, v.why)
		d.log.Warn("the platform does not mark texts", "status", r.Status, "code", r.Code)
		err = nil
	}
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	c := newChange()
	for _, id := range append(v.done, v.refused...) {
		d.ledger.acknowledged(id, status, v.changed[id], d.syncGen, c)
	}
	d.commit(c)
	d.dirty(rowKey{rowReads, ""})
	return v.err()
}

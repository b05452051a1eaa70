package desk

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"offhook/internal/rc"
)

// maxBulk is how many texts one request marks (contract 4 allows 30 to 50).
const maxBulk = 30

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
	if d.ledger.markRead(t, c) {
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
		ids := d.unacked()
		if len(ids) == 0 {
			continue
		}
		wake(d.readMarks) // until none is left
		switch err := d.acknowledge(d.ctx, ids); {
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

// unacked returns some of the marks that the platform does not know.
func (d *Desk) unacked() []int64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	var ids []int64
	for id, r := range d.ledger.reads {
		if !r.acked {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids[:min(len(ids), maxBulk)]
}

// acknowledge marks texts as read at the platform. A text that is gone or
// may not be marked there stays marked here.
func (d *Desk) acknowledge(ctx context.Context, ids []int64) error {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = strconv.FormatInt(id, 10)
	}
	_, err := d.do(ctx, call{
		group: rc.Medium, priority: live, method: http.MethodPut, path: storePath + "/" + strings.Join(names, ","),
		body: map[string]string{"readStatus": rc.Read},
	})
	if r, refused := errors.AsType[*refusal](err); refused {
		d.log.Warn("the platform does not mark texts as read", "status", r.Status, "code", r.Code)
		err = nil
	}
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, id := range ids {
		if m := d.ledger.reads[id]; m != nil {
			m.acked, m.gen = true, d.syncGen
		}
	}
	d.dirty(rowKey{rowReads, ""})
	return nil
}
